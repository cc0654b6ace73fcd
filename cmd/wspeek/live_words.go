package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/capture/bpf"
	"github.com/wspeek/wspeek/decode"
)

// liveTrouble tells why a capture does not begin, with what mends it, and is the error with its status.
func liveTrouble(words io.Writer, f *flags, err error) error {
	var permission *capture.PermissionError
	var mistake *bpf.Error
	switch {
	case errors.As(err, &permission):
		say(words, err.Error())
		fmt.Fprint(words, mend(permission, f))
	case errors.As(err, &mistake):
		say(words, err.Error())
		fmt.Fprint(words, caret(mistake))
	default:
		var x *exitError
		if errors.As(err, &x) {
			return err
		}
		return &exitError{exitTrouble, err}
	}
	return &exitError{status: exitTrouble}
}

// say writes a line for a person.
func say(words io.Writer, line string) { fmt.Fprintf(words, "wspeek: %s\n", decode.Inert(line)) }

// mend are the commands that bring about the rights that are missing, the best first.
func mend(e *capture.PermissionError, f *flags) string {
	pipe := "sudo tcpdump -U -w -" + tcpdumpArgs(f) + " | " + shellWord(program(e)) + " live -r -"
	if e.Setcap {
		return fmt.Sprintf("Allow it once for all:  sudo setcap cap_net_raw+ep %s\nOr leave it to tcpdump: %s\n",
			shellWord(program(e)), pipe)
	}
	return "Leave it to tcpdump: " + pipe + "\n"
}

func program(e *capture.PermissionError) string {
	if e.Program == "" {
		return "wspeek"
	}
	return e.Program
}

// tcpdumpArgs are the interface and the filter as tcpdump takes them.
func tcpdumpArgs(f *flags) string {
	s := ""
	if l := f.live; len(l.interfaces) > 0 {
		name := l.interfaces[0]
		if len(l.interfaces) > 1 {
			name = capture.AnyInterface
		}
		s += " -i " + shellWord(name)
	}
	if f.live.filter != "" {
		s += " " + shellWord(f.live.filter)
	}
	return decode.Inert(s)
}

// shellWord is s as a shell takes it.
func shellWord(s string) string {
	if s != "" && !strings.ContainsFunc(s, needsQuotes) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// caret shows where in the expression the mistake is.
func caret(e *bpf.Error) string {
	expr := []byte(e.Expr)
	for i, c := range expr {
		if c < ' ' || c >= 0x7f {
			expr[i] = '?'
		}
	}
	at := min(max(e.Pos, 0), len(expr))
	return fmt.Sprintf("  %s\n  %s^\n", expr, strings.Repeat(" ", at))
}
