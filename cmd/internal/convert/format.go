package convert

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/wspeek/wspeek/cmd/internal/run"
)

// Format is a row of the formats.
type Format struct {
	Name string
	// Also are other names, Exts the extensions of files.
	Also, Exts []string
	// What says in a few words what is written.
	What string
	// Redacts says that secrets are replaced.
	Redacts bool
	// Flags are those that have a meaning for it, beside those of all formats.
	Flags []string
	sink  func(*exporter) sink
}

// Formats are what can be written.
var Formats = []Format{
	{"har", nil, []string{".har"}, "HTTP Archive 1.2 with _webSocketMessages, for browsers and proxies", true,
		[]string{"control", "no-redact", "redact-key", "count"}, newHARSink},
	{"ndjson", []string{"jsonl"}, []string{".ndjson", ".jsonl"}, "the lines of messages --json", true,
		[]string{"no-redact", "redact-key", "count", "no-payload", "hash", "app", "no-app"}, newJSONSink},
	{"csv", nil, []string{".csv"}, "a line per message, for spreadsheets", true,
		[]string{"no-redact", "redact-key", "count", "no-payload", "csv-exact", "app", "no-app"}, newCSVSink},
	{"markdown", []string{"md"}, []string{".md", ".markdown"}, "a report to paste into an issue", true,
		[]string{"no-redact", "redact-key", "count", "no-payload", "whole", "hex", "time"}, newMarkdownSink},
	{"pcapng", nil, []string{".pcapng", ".ntar"}, "the packets of the sessions' TCP connections", false,
		[]string{"embed-keys", "decrypted"}, newPacketSink},
	{"raw", nil, nil, "a folder with a file per message: 0001-000003-c2s.txt or .bin", false,
		[]string{"control", "count"}, newRawSink},
}

// Lookup is the format of a name, or of the extension of out.
func Lookup(name, out string) (*Format, error) {
	ext := strings.ToLower(filepath.Ext(out))
	for i := range Formats {
		f := &Formats[i]
		switch {
		case name == "" && out != "-" && slices.Contains(f.Exts, ext),
			name == f.Name, name != "" && slices.Contains(f.Also, name):
			return f, nil
		}
	}
	switch {
	case out == "-":
		return nil, run.Troublef("standard output has no extension: say --format %s", Names())
	case ext == ".json":
		return nil, run.Troublef("-o %s: .json may be ndjson or har: say which with --format", out)
	case ext == ".pcap":
		return nil, run.Troublef("-o %s: packets are written as .pcapng", out)
	case ext == "":
		return nil, run.Troublef("-o %s: no extension that names a format: say --format %s", out, Names())
	}
	return nil, run.Troublef("-o %s: unknown format %s: say --format %s", out, ext, Names())
}

// Names is "har, ndjson, ... or raw".
func Names() string {
	var names []string
	for i := range Formats {
		names = append(names, Formats[i].Name)
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}
