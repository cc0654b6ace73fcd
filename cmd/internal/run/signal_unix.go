//go:build unix

package run

import (
	"os/signal"
	"syscall"
)

// IgnoreBrokenPipe lets a write to a closed pipe return EPIPE, also on standard output.
func IgnoreBrokenPipe() { signal.Ignore(syscall.SIGPIPE) }
