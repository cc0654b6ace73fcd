package main

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/wspeek/wspeek/cmd/internal/run"
)

// exportFlags are the flags that export alone has.
type exportFlags struct {
	out, format string
	sessions    []int
	control     bool
	noRedact    bool
	redactKey   string
	csvExact    bool
	force       bool
}

// exportFormat is a row of the formats.
type exportFormat struct {
	name    string
	also    []string // other names
	exts    []string
	what    string
	redacts bool
	// flags are those that have a meaning for it, beside those of all formats.
	flags []string
	sink  func(*exporter) sink
}

// exportFormats are what can be written.
var exportFormats = []exportFormat{
	{"har", nil, []string{".har"}, "HTTP Archive 1.2 with _webSocketMessages, for browsers and proxies", true,
		[]string{"control", "no-redact", "redact-key", "count"}, newHARSink},
	{"ndjson", []string{"jsonl"}, []string{".ndjson", ".jsonl"}, "the lines of messages --json", true,
		[]string{"no-redact", "redact-key", "count", "no-payload", "hash"}, newJSONSink},
	{"csv", nil, []string{".csv"}, "a line a message, for spreadsheets", true,
		[]string{"no-redact", "redact-key", "count", "no-payload", "csv-exact"}, newCSVSink},
	{"markdown", []string{"md"}, []string{".md", ".markdown"}, "a report to paste into an issue", true,
		[]string{"no-redact", "redact-key", "count", "no-payload", "whole", "hex", "time"}, newMarkdownSink},
	{"pcapng", nil, []string{".pcapng", ".ntar"}, "the packets of the sessions' TCP connections", false, nil, newPacketSink},
	{"raw", nil, nil, "a folder with a file a message: 0001-000003-c2s.txt or .bin", false,
		[]string{"control", "count"}, newRawSink},
}

// someFormats are the flags that only some formats have a use for.
var someFormats = []string{"control", "no-redact", "redact-key", "count", "no-payload", "hash", "whole", "hex", "time", "csv-exact"}

const exportLong = `export writes the chosen sessions to OUT in the format that its name ends with:

  .har      HTTP Archive 1.2 with _webSocketMessages, for browsers and proxies
  .ndjson   the lines of messages --json (.jsonl too)
  .csv      a line a message, for spreadsheets (RFC 4180)
  .md       a report to paste into an issue
  .pcapng   the packets of the sessions' TCP connections, whole, as captured
  --format raw -o DIR   a file a message, 0001-000003-c2s.txt or .bin

--session and -Y choose. Files have mode 0600, are written to the end or not at
all, and replace nothing without --force. A symbolic link is never followed.

In HAR, CSV, Markdown and NDJSON secrets are replaced: Authorization, cookies,
tokens in Sec-WebSocket-Protocol and in URLs, user:password@, JWTs, and fields of
payloads that are named like secrets. The same value has the same mark,
REDACTED-0123456789ab, within a run, or for good with --redact-key. Only what is
known is found, and nothing inside compressed or encoded data: look before you
share. pcapng and raw hold what was captured, secrets too.

CSV: a cell that a spreadsheet would take for a formula (it begins with = + - @,
a tab or a line end), or that begins with ', has a ' put before it: the first ' is
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
			return exportFiles(cmd.Context(), std, f, cmd.Flags(), args)
		},
	}
}

// choose finds the format, and refuses flags that say nothing about it.
func (x *exportFlags) choose(set *pflag.FlagSet) (*exportFormat, error) {
	if x.out == "" {
		return nil, run.Troublef("export needs -o OUT: a file name, or - for standard output")
	}
	format, err := x.lookup()
	if err != nil {
		return nil, err
	}
	for _, name := range someFormats {
		if set.Changed(name) && !slices.Contains(format.flags, name) {
			return nil, run.Troublef("%s does nothing with %s", labelOf(set, name), format.name)
		}
	}
	if x.force && x.out == "-" {
		return nil, run.Troublef("--force replaces a file, and standard output is not one")
	}
	if format.name == "raw" && x.out == "-" {
		return nil, run.Troublef("raw payloads go into a folder: -o DIR (messages --raw --session N writes them to standard output)")
	}
	return format, nil
}

func (x *exportFlags) lookup() (*exportFormat, error) {
	ext := strings.ToLower(filepath.Ext(x.out))
	for i := range exportFormats {
		e := &exportFormats[i]
		switch {
		case x.format == "" && x.out != "-" && slices.Contains(e.exts, ext),
			x.format == e.name, x.format != "" && slices.Contains(e.also, x.format):
			return e, nil
		}
	}
	switch {
	case x.out == "-":
		return nil, run.Troublef("standard output has no extension: say --format %s", formatNames())
	case ext == ".json":
		return nil, run.Troublef("-o %s: .json may be ndjson or har: say which with --format", x.out)
	case ext == ".pcap":
		return nil, run.Troublef("-o %s: packets are written as .pcapng", x.out)
	case ext == "":
		return nil, run.Troublef("-o %s: no extension that names a format: say --format %s", x.out, formatNames())
	}
	return nil, run.Troublef("-o %s: unknown format %s: say --format %s", x.out, ext, formatNames())
}

// formatNames is "har, ndjson, ... or raw".
func formatNames() string {
	var names []string
	for i := range exportFormats {
		names = append(names, exportFormats[i].name)
	}
	return alternatives(names)
}

// formatValue is the value of --format: the names of all formats, and their other names.
func formatValue(p *string) *value {
	var names []string
	for i := range exportFormats {
		names = append(append(names, exportFormats[i].name), exportFormats[i].also...)
	}
	v := oneOf(p, names...)
	v.want = formatNames()
	return v
}
