package main

import (
	"strings"
	"testing"
)

// TestCompletion_Values: a shell completes the values of flags, and file names only where a file is meant.
func TestCompletion_Values(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, args, want, not string }{
		{"one of some words", "messages --color", "always", "ShellCompDirectiveDefault"},
		{"a level", "check --level", "should", ""},
		{"a format", "export --format", "markdown", ""},
		{"an interface", "live -i", "lo", ""},
		{"a rule", "explain --rule", "ws.mask-required", ""},
		{"what build can break", "build --break", "utf8", ""},
		{"a number", "messages --session", "ShellCompDirectiveNoFileComp", ""},
		{"a file", "messages -r", "ShellCompDirectiveDefault", ""},
		{"a field of a filter", "messages -Y", "websocket.opcode", ""},
		{"a help topic", "help", "filter", ""},
	} {
		args := append([]string{"__complete"}, strings.Fields(tt.args)...)
		got := wspeekRun(append(args, "")...)
		if !strings.Contains(got.out+got.err, tt.want) || tt.not != "" && strings.Contains(got.out+got.err, tt.not) {
			t.Errorf("%s: got %q, %q; want %q in it", tt.name, got.out, got.err, tt.want)
		}
	}
}
