package main

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/wspeek/wspeek/cmd/internal/convert"
	"github.com/wspeek/wspeek/cmd/internal/run"
)

const reportLong = `report writes one page that a browser opens from disk, for people who have no
terminal: the sessions with their verdicts on an axis of time, message rates and
lengths, calls, close codes and findings; each session opens to its messages.

  wspeek report chat.pcapng -o report.html
  wspeek report chat.pcapng --session 2,3 --no-payload -o report.html

The page loads nothing and can be read without its script, which adds filters,
trees of JSON and hex. Nothing of a payload can run in it. Secrets are replaced as
in wspeek export, with the same marks. It has at most --max-mb (20) megabytes:
sessions share the room, and what was left out is counted and said.`

func reportCommand(std run.Streams, f *flags) *cobra.Command {
	return &cobra.Command{
		Use: "report FILE... -o OUT.html", Short: "one page for a browser: sessions, verdicts, messages", Long: reportLong,
		RunE: func(cmd *cobra.Command, args []string) error {
			opt, err := f.exportOptions(cmd.Flags(), &convert.Report)
			if err != nil {
				return err
			}
			return convert.Files(cmd.Context(), std, slices.Concat(f.read, args), opt)
		},
	}
}
