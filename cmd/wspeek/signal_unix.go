//go:build unix

package main

import (
	"os/signal"
	"syscall"
)

// ignoreBrokenPipe lets a write to a closed pipe return EPIPE, also on standard output.
func ignoreBrokenPipe() { signal.Ignore(syscall.SIGPIPE) }
