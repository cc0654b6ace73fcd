// Command wspeek shows the WebSocket traffic that is on the wire.
package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/decode/show"
)

func main() {
	os.Exit(execute(os.Args[1:], run.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}

// execute is the whole program: it returns the exit status.
func execute(args []string, std run.Streams) int {
	ctx, release := run.Interruptible(context.Background())
	defer release()
	run.IgnoreBrokenPipe()
	cmd := newRoot(std)
	cmd.SetArgs(args)
	cmd.SetOut(std.Out)
	cmd.SetErr(std.Err)
	err := cmd.ExecuteContext(ctx)
	printError(std.Err, err)
	return run.StatusOf(err)
}

// printError prints what went wrong, if that has not been printed.
func printError(words io.Writer, err error) {
	if err == nil || run.StatusOf(err) == run.Done || err.Error() == "" {
		return
	}
	fmt.Fprintf(words, "wspeek: %s\n", show.Inert(err.Error()))
	pointAt(words, err)
}
