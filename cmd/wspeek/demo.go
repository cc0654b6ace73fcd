package main

import (
	"bytes"

	"github.com/spf13/cobra"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/pcaps"
)

// demoCommand lists the messages of the embedded samples.
func demoCommand(std streams, f *flags) *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "the embedded sample captures: no file, no rights, no network needed",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			in, err := openDemo()
			if err != nil {
				return err
			}
			defer in.Close()
			return listInputs(cmd.Context(), std, f, in, messagesView)
		},
	}
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
