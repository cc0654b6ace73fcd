package main

import (
	"bytes"
	"errors"

	"github.com/spf13/cobra"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/cmd/internal/packets"
	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/pcaps"
	"github.com/wspeek/wspeek/tui"
)

// demoCommand shows the messages of the embedded samples.
func demoCommand(std run.Streams, f *flags) *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "the embedded sample captures: no file, no permission, no network needed",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			in, err := openDemo()
			if err != nil {
				return err
			}
			f.demo = true
			if onScreen(cmd.Flags(), std.Out) {
				return ignoreIncomplete(openScreen(cmd.Context(), std, f, in, "demo", "", savesDemo))
			}
			return ignoreIncomplete(listInputs(cmd.Context(), std, f, in, messagesView))
		},
	}
}

// ignoreIncomplete drops exit status 3: some samples are incomplete on purpose.
func ignoreIncomplete(err error) error {
	var x *run.Error
	if errors.As(err, &x) && x.Status == run.Incomplete {
		return nil
	}
	return err
}

// openDemo opens the embedded samples.
func openDemo() (*capture.Files, error) {
	var readers []*capture.Reader
	for _, s := range pcaps.Samples() {
		r, err := capture.NewReader(bytes.NewReader(s.Data), s.File, capture.Options{})
		if err != nil {
			return nil, err
		}
		readers = append(readers, r)
	}
	return capture.Join(capture.Options{}, readers...), nil
}

// savesDemo makes tui.Packets for the embedded samples.
func savesDemo(conns *packets.Connections, seen func() int) tui.Packets {
	return packets.ForFiles(conns, seen, func() (run.Inputs, error) { return openDemo() })
}
