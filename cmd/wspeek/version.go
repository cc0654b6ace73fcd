package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wspeek/wspeek/cmd/internal/run"
)

// versionCommand says what this program was built from.
func versionCommand(std run.Streams, f *flags) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "the version and what it was built from", Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			b := run.ReadBuild()
			if f.json {
				return json.NewEncoder(std.Out).Encode(b)
			}
			_, err := fmt.Fprintln(std.Out, b)
			return err
		},
	}
}

// noArgs refuses arguments.
func noArgs(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return run.Troublef("%s takes no arguments: %s", c.Name(), strings.Join(args, " "))
	}
	return nil
}
