package tui

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
)

// crashed is the error that a panic becomes: where it happened, and nothing of what was being read. Only the
// runtime's own words are reported: the value of another panic may quote payload.
func crashed(r any) error {
	what := "panic"
	if e, ok := r.(runtime.Error); ok {
		what = e.Error()
	}
	return fmt.Errorf("internal error: %s (please report it)\n%s", what, functions(string(debug.Stack())))
}

// functions are the lines of a stack that name files, without the arguments of calls.
func functions(stack string) string {
	var out []string
	for _, l := range strings.Split(stack, "\n") {
		if at := strings.LastIndexByte(l, '/'); at >= 0 && strings.HasPrefix(l, "\t") {
			l, _, _ = strings.Cut(l[at+1:], " ")
			out = append(out, l)
		}
	}
	return strings.Join(out[:min(len(out), 30)], " < ")
}
