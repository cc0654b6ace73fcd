package main

import (
	"os"

	"github.com/charmbracelet/x/term"
)

// isTerminal says whether out is a terminal.
func isTerminal(out any) bool {
	f, ok := out.(*os.File)
	return ok && term.IsTerminal(f.Fd())
}

// columns is the width of the terminal that out is, 0 where it is none.
func columns(out any) int {
	if f, ok := out.(*os.File); ok {
		if w, _, err := term.GetSize(f.Fd()); err == nil {
			return w
		}
	}
	return 0
}
