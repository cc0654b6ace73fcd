package run

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// sameInterrupt is how long after the first signal another one counts as the same: timeout(1) sends a signal to the
// program and then to its process group, and a terminal may send SIGINT and SIGHUP.
const sameInterrupt = time.Second

// Interruptible returns a context that ends at the first signal that asks the program to end: the command then flushes
// what it has and reports. A signal after more than a second ends the program at once.
func Interruptible(parent context.Context) (ctx context.Context, release func()) {
	return interruptible(parent, sameInterrupt)
}

func interruptible(parent context.Context, same time.Duration) (ctx context.Context, release func()) {
	ctx, cancel := context.WithCancel(parent)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, endings()...)
	go func() {
		select {
		case <-signals:
			cancel()
		case <-ctx.Done():
			return
		}
		time.Sleep(same)
		signal.Reset(endings()...)
	}()
	return ctx, func() { signal.Stop(signals); cancel() }
}

// endings are the signals that end a run in order: the end of the terminal is one, unless nohup has it ignored.
func endings() []os.Signal {
	out := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		out = append(out, syscall.SIGHUP)
	}
	return out
}
