package main

import (
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/wspeek/wspeek/cmd/internal/convert"
	"github.com/wspeek/wspeek/cmd/internal/run"
)

// exportFlags are the flags of export only.
type exportFlags struct {
	out, format string
	sessions    []int
	control     bool
	decrypted   bool
	noRedact    bool
	redactKey   string
	csvExact    bool
	force       bool
	maxMB       int
}

// someFormats are the flags that only some formats have a use for.
var someFormats = []string{"control", "no-redact", "embed-keys", "decrypted", "redact-key", "count", "no-payload", "hash", "whole", "hex", "time", "csv-exact", "app", "no-app"}

const exportLong = `export writes the chosen sessions to OUT in the format of its extension:

  .har      HTTP Archive 1.2 with _webSocketMessages, for browsers and proxies
  .ndjson   the lines of messages --json (.jsonl too)
  .csv      a line per message, for spreadsheets (RFC 4180), with what it says
  .md       a report to paste into an issue
  .pcapng   the packets of the sessions' TCP connections, whole, as captured
  --format raw -o DIR   a file per message, 0001-000003-c2s.txt or .bin

pcapng: --embed-keys adds the TLS secrets of exactly the connections written, so
that the file can be read alone. --decrypted writes what is under TLS as TCP in
clear, a segment per TLS record at its time, for programs that have no keys.

--session and -Y choose. Files have mode 0600, are written completely or not at
all, and replace nothing without --force. A symbolic link is never followed.

In HAR, CSV, Markdown and NDJSON secrets are replaced: Authorization, cookies,
tokens in Sec-WebSocket-Protocol and in URLs, user:password@, JWTs, and fields of
payloads that are named like secrets. The same value has the same mark,
REDACTED-0123456789ab, within a run, or in every run with --redact-key. Only
known kinds of secrets are found, and none in compressed or encoded data: look
before you share. pcapng and raw hold what was captured, secrets too.

CSV: a cell that a spreadsheet would take for a formula (it starts with = + - @,
a tab or a line end), or that starts with ', has a ' put before it: the first ' is
never data. --csv-exact leaves cells as they are.`

const exportExample = `  wspeek export chat.pcapng -o chat.har
  wspeek export chat.pcapng --session 2 -o two.pcapng
  wspeek export chat.pcapng -Y 'websocket.opcode == 1' -o - --format csv`

// exportCommand writes sessions in other formats.
func exportCommand(std run.Streams, f *flags) *cobra.Command {
	return &cobra.Command{
		Use:   "export FILE... -o OUT",
		Short: "write sessions as HAR, NDJSON, CSV, Markdown, pcapng or raw payloads",
		Long:  exportLong, Example: exportExample,
		RunE: func(cmd *cobra.Command, args []string) error {
			opt, err := f.exportOptions(cmd.Flags(), nil)
			if err != nil {
				return err
			}
			return convert.Files(cmd.Context(), std, slices.Concat(f.read, args), opt)
		},
	}
}

// exportOptions are what the flags ask for; format is nil if they say which it is.
func (f *flags) exportOptions(set *pflag.FlagSet, format *convert.Format) (*convert.Options, error) {
	x := &f.export
	format, err := x.choose(set, format)
	if err != nil {
		return nil, err
	}
	return &convert.Options{
		Out: x.out, Force: x.force, Format: format, Sessions: x.sessions, Filter: f.filter, Count: f.count,
		Control: x.control, NoRedact: x.noRedact, EmbedKeys: f.embedKeys, Decrypted: x.decrypted, RedactKey: x.redactKey, CSVExact: x.csvExact,
		NoPayload: f.noPayload, Hash: f.hash, Whole: f.whole, Hex: f.hex, Clock: f.clockFormat(),
		App: f.appOptions(), Ports: f.ports, Keys: f.secrets(), Quiet: f.quiet, FailEmpty: f.failEmpty, MaxMB: int64(x.maxMB),
	}, nil
}

// choose finds the format, and refuses flags that say nothing about it.
func (x *exportFlags) choose(set *pflag.FlagSet, format *convert.Format) (_ *convert.Format, err error) {
	if x.out == "" {
		return nil, run.Troublef("-o OUT is needed: a file name, or - for standard output")
	}
	given := format != nil
	if !given {
		format, err = convert.Lookup(x.format, x.out)
	}
	if err != nil {
		return nil, err
	}
	for _, name := range someFormats {
		if !given && set.Changed(name) && !slices.Contains(format.Flags, name) {
			return nil, run.Troublef("%s does nothing with %s", labelOf(set, name), format.Name)
		}
	}
	if x.force && x.out == "-" {
		return nil, run.Troublef("--force replaces a file, and standard output is not one")
	}
	if format.Name == "raw" && x.out == "-" {
		return nil, run.Troublef("raw payloads go into a folder: -o DIR (messages --raw --session N writes them to standard output)")
	}
	return format, nil
}

// formatValue is the value of --format: the names of all formats, and their other names.
func formatValue(p *string) *value {
	var names []string
	for i := range convert.Formats {
		names = append(append(names, convert.Formats[i].Name), convert.Formats[i].Also...)
	}
	v := oneOf(p, names...)
	v.want = convert.Names()
	return v
}
