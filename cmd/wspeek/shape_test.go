package main_test

import (
	"go/ast"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// maxFunc is how many lines a function has at most, from its first to its last. Flat switches and tables may have more;
// they say so with nolint:funlen and a reason.
const maxFunc = 40

func TestFunctionsAreShort(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if s.isTest() {
			continue
		}
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Body == nil {
				continue
			}
			first, last := s.fset.Position(f.Pos()).Line, s.fset.Position(f.End()).Line
			if n := last - first + 1; n > maxFunc && !exempt(s, first) {
				t.Errorf("%s:%d: %s has %d lines, want at most %d", s.name, first, f.Name.Name, n, maxFunc)
			}
		}
	}
}

// exempt says whether a line has a comment nolint:funlen.
func exempt(s *source, line int) bool {
	for _, group := range s.file.Comments {
		for _, c := range group.List {
			if s.fset.Position(c.Pos()).Line == line && strings.Contains(c.Text, "funlen") {
				return true
			}
		}
	}
	return false
}

// stiff are wordings that stopped readers of the first release; they must not come back into what a person sees.
var stiff = regexp.MustCompile(`(?i)\banew\b|\bis no (\w+)\b|\bgiven up\b|\bsaid by\b|\bstand(s|ing)? (behind|on|beside|in|at)\b|\bwhere there is none\b|` +
	`\bhanded? on\b|\btold\b|\bbehind\b|\bforgotten\b|\bforgets?\b|\blies? (in|on|beside|behind)\b|\ball the same\b|\bthe begin\b`)

// TestWordsAreOrdinary looks through the string literals that are longer than a name.
func TestWordsAreOrdinary(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if s.isTest() || strings.HasPrefix(s.name, "pcaps/") {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			l, ok := n.(*ast.BasicLit)
			if !ok || !strings.Contains(l.Value, " ") {
				return true
			}
			text, err := strconv.Unquote(l.Value)
			if word := stiff.FindString(text); err == nil && word != "" {
				t.Errorf("%s: %q in %.80q", s.fset.Position(l.Pos()), word, text)
			}
			return true
		})
	}
}

// coverage of code by tests, in lines of tests a line of code, of groups of packages.
var ratios = []struct {
	name     string
	packages []string
	want     float64
}{
	{"tui", []string{"tui", "tui/draw", "tui/rows", "tui/doc"}, 0.6},
	{"decode/export", []string{"decode/export"}, 0.6},
	{"core", []string{"capture", "capture/bpf", "capture/link", "capture/live", "capture/keep", "reassembly", "decode/ws", "decode/http1", "decode/stack", "decode/trace"}, 1.2},
}

func TestTestsAreMany(t *testing.T) {
	t.Parallel()
	code, tests := map[string]int{}, map[string]int{}
	for _, s := range sources(t) {
		if s.isTest() {
			tests[s.dir()] += s.lines
		} else {
			code[s.dir()] += s.lines
		}
	}
	for _, r := range ratios {
		c, n := 0, 0
		for _, p := range r.packages {
			c, n = c+code[p], n+tests[p]
		}
		if got := float64(n) / float64(c); got < r.want {
			t.Errorf("%s: %d lines of tests for %d of code: %.2f, want %.2f", r.name, n, c, got, r.want)
		} else {
			t.Logf("%s: %.2f", r.name, got)
		}
	}
	if n := code["cmd/wspeek"]; n > 4500 {
		t.Errorf("cmd/wspeek has %d lines, want at most 4,500", n)
	}
}
