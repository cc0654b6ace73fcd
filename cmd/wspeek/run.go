package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/wspeek/wspeek/decode/show"
)

// streams are the standard streams of a run.
type streams struct {
	in       *os.File
	out, err io.Writer
}

// Exit statuses: the first of 130, 2, 3, 1, 0 that holds.
const (
	exitDone        = 0
	exitNegative    = 1
	exitTrouble     = 2
	exitIncomplete  = 3
	exitInterrupted = 130
)

// exitError carries an exit status up to run. A nil err was told already, or needs no words.
type exitError struct {
	status int
	err    error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

func trouble(format string, args ...any) error {
	return &exitError{exitTrouble, fmt.Errorf(format, args...)}
}

// notBuilt is what flags and commands say that the contract names and this version does not have.
func notBuilt(what string) error {
	return trouble("%s is not built yet in this version", what)
}

// run is the whole program: it returns the exit status.
func run(args []string, std streams) int {
	ctx, stop := signal.NotifyContext(context.Background(), endings()...)
	defer stop()
	ignoreBrokenPipe()
	cmd := newRoot(std)
	cmd.SetArgs(args)
	cmd.SetOut(std.out)
	cmd.SetErr(std.err)
	err := cmd.ExecuteContext(ctx)
	return exitStatus(err, std.err)
}

// endings are the signals that end a run in order: a terminal that goes away is one, unless nohup has it ignored.
func endings() []os.Signal {
	out := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		out = append(out, syscall.SIGHUP)
	}
	return out
}

func exitStatus(err error, words io.Writer) int {
	if err == nil || errors.Is(err, syscall.EPIPE) {
		return exitDone
	}
	status := exitTrouble
	var x *exitError
	if errors.As(err, &x) {
		status = x.status
	}
	if msg := err.Error(); msg != "" {
		fmt.Fprintf(words, "wspeek: %s\n", show.Inert(msg))
		pointAt(words, err)
	}
	return status
}
