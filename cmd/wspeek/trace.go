package main

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/cmd/internal/tracing"
)

const traceLong = `trace shows the decoder at work: a line for each call from one layer of a connection to
the next, indented by how many layers the call has gone through, and for what the layer decided.

  wspeek trace chat.pcapng
  wspeek trace chat.pcapng --session 2
  wspeek trace chat.pcapng --json | jq 'select(.call=="becomes")'

A line has the number of the packet, that of the connection (tcp.stream), the layer that is called,
the call, the direction (→ from the side that opened the connection) and the bytes of the stream
that the layer reads:

     4  0  tcp data → 0..131
     4  0    sniffer data → 0..131
     4  0      sniffer becomes http1
     4  0      http1 data → 0..131
     4  0        http1 emits session 1: connecting

data passes bytes on; gap reports bytes that were never captured, conflict copies that differed,
close the end of a direction. A layer becomes another when it knows what its stream is, and emits
sessions, frames, messages and findings. It is for bug reports, and for learning how wspeek works.`

func traceCommand(std run.Streams, f *flags) *cobra.Command {
	return &cobra.Command{
		Use: "trace FILE...", Short: "what happens between the layers of the decoder, for bug reports", Long: traceLong,
		RunE: func(cmd *cobra.Command, args []string) error {
			return tracing.Files(cmd.Context(), std, slices.Concat(f.read, args), &tracing.Options{Session: f.session, Count: f.count,
				JSON: f.json, Quiet: f.quiet, Keys: f.secrets(), Ports: f.ports})
		},
	}
}
