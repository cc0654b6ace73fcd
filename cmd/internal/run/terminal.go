package run

import (
	"os"

	"github.com/charmbracelet/x/term"
)

// IsTerminal reports whether out is a terminal.
func IsTerminal(out any) bool {
	f, ok := out.(*os.File)
	return ok && term.IsTerminal(f.Fd())
}

// Columns is the width of the terminal that out is, 0 if it is not one.
func Columns(out any) int {
	if f, ok := out.(*os.File); ok {
		if w, _, err := term.GetSize(f.Fd()); err == nil {
			return w
		}
	}
	return 0
}
