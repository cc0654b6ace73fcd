package main_test

import "testing"

// ratios are how many lines of tests groups of packages have at least for a line of code.
var ratios = []struct {
	name     string
	packages []string
	want     float64
}{
	{"the screen", []string{"tui", "tui/draw", "tui/rows", "tui/doc"}, 0.6},
	{"export", []string{"decode/export"}, 0.6},
	{"the core", []string{"capture", "reassembly", "decode/ws", "decode/http1", "decode/stack", "decode/trace"}, 1.2},
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
		if got := float64(n) / float64(max(c, 1)); got < r.want {
			t.Errorf("%s: %d lines of tests for %d of code: %.2f, want %.2f", r.name, n, c, got, r.want)
		}
	}
}
