package main_test

import (
	"go/ast"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// stiff are wordings that stopped readers of the first release; they must not come back into what a person sees.
var stiff = regexp.MustCompile(`(?i)\banew\b|\bis no (\w+)\b|\bgiven up\b|\bsaid by\b|\bstand(s|ing)? (behind|on|beside|in|at)\b|\bwhere there is none\b|` +
	`\bhanded? on\b|\btold\b|\bbehind\b|\bforgotten\b|\bforgets?\b|\blies? (in|on|beside|behind)\b|\ball the same\b|\bthe begin\b`)

// ordinary are uses of the same words that nobody stumbles over.
var ordinary = regexp.MustCompile(`(?i)\bthere is no\b|\bis no longer\b|\btold apart\b|\bserver behind (it|a proxy)\b`)

// stiffIn is the first wording of a text that is to be changed, "" if there is none.
func stiffIn(text string) string { return stiff.FindString(ordinary.ReplaceAllString(text, "")) }

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
			if word := stiffIn(text); err == nil && word != "" {
				t.Errorf("%s: %q in %.80q", s.fset.Position(l.Pos()), word, text)
			}
			return true
		})
	}
}

// TestWordsOfTheDocuments looks through the README and the help.
func TestWordsOfTheDocuments(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("help/*.txt")
	if err != nil || len(names) == 0 {
		t.Fatalf("%d texts of help: %v", len(names), err)
	}
	for _, name := range append(names, filepath.Join(top, "README.md")) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(text), "\n") {
			if word := stiffIn(line); word != "" {
				t.Errorf("%s:%d: %q in %.80q", name, i+1, word, line)
			}
		}
	}
}
