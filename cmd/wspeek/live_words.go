package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/wspeek/wspeek/capture/bpf"
	"github.com/wspeek/wspeek/capture/live"
	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/decode/show"
)

// liveTrouble prints why a capture does not start, and what helps, and returns the error with its status.
func liveTrouble(words io.Writer, f *flags, err error) error {
	var permission *live.PermissionError
	var mistake *bpf.Error
	var long *live.FilterLengthError
	switch {
	case errors.As(err, &permission):
		run.Say(words, err.Error())
		fmt.Fprint(words, mend(permission, f))
	case errors.As(err, &mistake):
		run.Say(words, err.Error())
		fmt.Fprint(words, caret(mistake), hint(mistake, f))
	case errors.As(err, &long):
		run.Say(words, err.Error())
		fmt.Fprint(words, throughTcpdump(f))
	default:
		var x *run.Error
		if errors.As(err, &x) {
			return err
		}
		return run.AsTrouble(err)
	}
	return run.Exit(run.Trouble)
}

// mend are the commands that grant the permission that is missing, the best first.
func mend(e *live.PermissionError, f *flags) string {
	pipe := pipe(f, program(e))
	if e.Setcap {
		return fmt.Sprintf("Allow it once for all:  sudo setcap cap_net_raw+ep %s\nOr leave it to tcpdump: %s\n",
			shellWord(program(e)), pipe)
	}
	return "Leave it to tcpdump: " + pipe + "\n"
}

func program(e *live.PermissionError) string {
	if e.Program == "" {
		return "wspeek"
	}
	return e.Program
}

// pipe is the command that leaves capturing to tcpdump.
func pipe(f *flags, program string) string {
	return "sudo tcpdump -U -w -" + tcpdumpArgs(f) + " | " + shellWord(program) + " live -r -"
}

// tcpdumpArgs are the interface, what is kept of it, and the filter as arguments of tcpdump.
func tcpdumpArgs(f *flags) string {
	s, l := "", &f.live
	if len(l.interfaces) > 0 {
		name := l.interfaces[0]
		if len(l.interfaces) > 1 {
			name = live.AnyInterface
		}
		s += " -i " + shellWord(name)
	}
	if l.noPromisc {
		s += " -p"
	}
	if l.snaplen > 0 {
		s += " -s " + strconv.Itoa(l.snaplen)
	}
	if filter := strings.Join(strings.Fields(l.filter), " "); filter != "" {
		s += " " + shellWord(filter)
	}
	return show.Inert(s)
}

// hint says what may have been meant by an expression that is not accepted.
func hint(e *bpf.Error, f *flags) string {
	if e.Pos == 0 && isInterface(e.Token) {
		return fmt.Sprintf("%s is an interface: -i %s\n", e.Token, e.Token)
	}
	if e.Unsupported {
		return throughTcpdump(f)
	}
	return ""
}

func isInterface(name string) bool {
	all, _ := live.Interfaces()
	return slices.ContainsFunc(all, func(i live.Interface) bool { return i.Name == name })
}

// throughTcpdump is the way around what is not understood here. An expression that cannot be shown as it is
// would be another one.
func throughTcpdump(f *flags) string {
	if strings.ContainsFunc(strings.Join(strings.Fields(f.live.filter), " "), notPlain) {
		return ""
	}
	return "tcpdump may know it: " + pipe(f, "wspeek") + "\n"
}

func notPlain(r rune) bool { return r < ' ' || r >= 0x7f }

// shellWord is s quoted for a shell.
func shellWord(s string) string {
	if s != "" && !strings.ContainsFunc(s, needsQuotes) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// caretBefore and caretAfter are how many bytes are shown around a mistake.
const caretBefore, caretAfter = 50, 20

// caret shows where in the expression the mistake is.
func caret(e *bpf.Error) string {
	if e.Pos == bpf.Whole {
		return ""
	}
	at := min(e.Pos, len(e.Expr))
	from, to := max(at-caretBefore, 0), min(at+caretAfter, len(e.Expr))
	shown, begin := []byte(e.Expr[from:to]), ""
	for i, c := range shown {
		if notPlain(rune(c)) {
			shown[i] = '?'
		}
	}
	if from > 0 {
		begin = "..."
	}
	if to < len(e.Expr) {
		shown = append(shown, "..."...)
	}
	return fmt.Sprintf("  %s%s\n  %s^\n", begin, shown, strings.Repeat(" ", len(begin)+at-from))
}
