package run

import (
	"errors"
	"fmt"
	"io"
	"syscall"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/show"
)

// Exit statuses.
const (
	// Done is a run without anything to report.
	Done = 0
	// Negative is a negative answer: sessions differ, rules are broken, nothing matched where that was asked.
	Negative = 1
	// Trouble is a wrong command line, or input or output that cannot be read or written.
	Trouble = 2
	// Incomplete is a finished run some of whose input was missing or damaged.
	Incomplete = 3
	// Interrupted is a run that a signal ended, after everything was flushed.
	Interrupted = 130
)

// order is that of statuses: of several, the first holds.
var order = []int{Interrupted, Trouble, Incomplete, Negative}

// Error is an error with the exit status that it ends the program with. A nil Err needs no words, or was reported
// already.
type Error struct {
	Status int
	Err    error
}

// Error is the text for a person, empty if there is none to print.
func (e *Error) Error() string {
	if e.Err == nil {
		return ""
	}
	return e.Err.Error()
}

// Unwrap is for package errors.
func (e *Error) Unwrap() error { return e.Err }

// Exit is an error that ends the program with a status and without words; nil for Done.
func Exit(status int) error {
	if status == Done {
		return nil
	}
	return &Error{Status: status}
}

// Troublef is an Error of status Trouble.
func Troublef(format string, args ...any) error {
	return &Error{Trouble, fmt.Errorf(format, args...)}
}

// AsTrouble gives err the status Trouble, unless it has a status already or is a closed pipe. It is nil for nil.
func AsTrouble(err error) error {
	var x *Error
	if err == nil || errors.As(err, &x) || errors.Is(err, syscall.EPIPE) {
		return err
	}
	return &Error{Trouble, err}
}

// StatusOf is the exit status of an error. A closed pipe is not an error.
func StatusOf(err error) int {
	if err == nil || errors.Is(err, syscall.EPIPE) {
		return Done
	}
	var x *Error
	if errors.As(err, &x) {
		return x.Status
	}
	return Trouble
}

// First is the error that decides the exit status: of several that which comes first among Interrupted, Trouble,
// Incomplete and Negative. A closed pipe comes before all.
func First(errs ...error) error {
	for _, err := range errs {
		if errors.Is(err, syscall.EPIPE) {
			return err
		}
	}
	for _, status := range order {
		for _, err := range errs {
			if err != nil && StatusOf(err) == status {
				return err
			}
		}
	}
	return nil
}

// Say writes a line for a person.
func Say(words io.Writer, line string) { fmt.Fprintf(words, "wspeek: %s\n", show.Inert(line)) }

// SayIncomplete prints what makes a run incomplete, a line each; name, if any, says of which input.
func SayIncomplete(words io.Writer, name string, a *decode.Account) {
	if name != "" {
		name += ": "
	}
	for _, why := range a.Why {
		Say(words, name+"incomplete: "+why)
	}
}
