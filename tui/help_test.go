package tui

import (
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode/filter"
)

func TestFilterHelpCompiles(t *testing.T) {
	t.Parallel()
	for _, line := range filterHelp {
		expr, _, _ := strings.Cut(line, "   ")
		if _, err := filter.Compile(expr); err != nil {
			t.Errorf("%s: %v", expr, err)
		}
	}
}
