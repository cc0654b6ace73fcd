package main_test

import (
	"go/ast"
	"slices"
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
			if n := last - first + 1; n > maxFunc && !exempt(s, f) {
				t.Errorf("%s:%d: %s has %d lines, want at most %d", s.name, first, f.Name.Name, n, maxFunc)
			}
		}
	}
}

// exempt reports whether a function has a comment nolint:funlen, above it or on its first line.
func exempt(s *source, f *ast.FuncDecl) bool {
	return slices.ContainsFunc(s.file.Comments, func(g *ast.CommentGroup) bool {
		line := s.fset.Position(g.End()).Line
		first := s.fset.Position(f.Pos()).Line
		return (line == first || line == first-1) && slices.ContainsFunc(g.List, func(c *ast.Comment) bool {
			return strings.HasPrefix(c.Text, "//nolint:") && strings.Contains(c.Text, "funlen")
		})
	})
}

// maxCommand is how many lines cmd/wspeek has at most: each command is one file of flags and words over cmd/internal/run.
const maxCommand = 4500

func TestCommandLines(t *testing.T) {
	t.Parallel()
	lines := 0
	for _, s := range sources(t) {
		if s.dir() == "cmd/wspeek" && !s.isTest() {
			lines += s.lines
		}
	}
	if lines > maxCommand {
		t.Errorf("cmd/wspeek has %d lines, want at most %d", lines, maxCommand)
	}
}
