package main

import (
	"bufio"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/cmd/internal/compare"
	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/decode/diff"
	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/show"
)

const diffLong = `diff compares two captures, or two sessions (FILE#N), message by message. Either
may be a HAR file with _webSocketMessages, as Chrome, mitmproxy and HTTP Toolkit
write them: this compares what the browser showed with what was on the wire.

Sessions are paired by path, subprotocol and order; messages are aligned by
direction, so that a lost or an extra message does not shift the rest. The
handshake, messages (JSON by structure, text by words, binary by bytes), their
order and the end are compared; masking keys, fragmentation, compression and TCP
only with --wire.

  ~ changed    - only in A    + only in B    > moved
  ? cannot tell, bytes are missing or not decodable    ! the same, but in doubt

Values that change from run to run (UUIDs, times, tokens, counters) are ignored;
they are named below each session, and --strict compares them.
Numbers are compared by value, however long: 1.0 is 1, but not with --strict.

--ignore ignores more:
  json:PATH     a value of JSON messages: json:$.ts, json:$..id, json:$.l[*].at
  re:EXPR       what matches in text, and in strings of JSON: re:[0-9a-f]{8}
  header:NAME   a header of the opening handshake
  kind:KIND     messages of a kind: ping, pong, text, binary, close;
                heartbeat: those of any protocol

With git:  git difftool -x 'wspeek diff' -- '*.pcapng'
or, once:  git config difftool.wspeek.cmd 'wspeek diff "$LOCAL" "$REMOTE"'
then:      git difftool -t wspeek

Exit status: 0 the same, 1 different, 2 trouble, 3 incomplete: bytes are missing
on one side, or something cannot be compared.`

const diffExample = `  wspeek diff monday.pcapng tuesday.pcapng
  wspeek diff run.pcapng#1 run.pcapng#2 -y
  wspeek diff browser.har wire.pcapng --ignore 'json:$..id'`

// diffFlags are the flags of diff only.
type diffFlags struct {
	ignore                             []string
	strict, wire, timing, sides, brief bool
	tolerance, race                    time.Duration
	context, width                     int
}

func diffCommand(std run.Streams, f *flags) *cobra.Command {
	return &cobra.Command{
		Use:   "diff A B",
		Short: "compare two sessions, or two captures, message by message",
		Long:  diffLong, Example: diffExample,
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.diff.run(cmd.Context(), std, f, slices.Concat(f.read, args))
		},
	}
}

func (x *diffFlags) options() (*diff.Options, error) {
	opt := &diff.Options{Strict: x.strict, Wire: x.wire, Timing: x.timing, Tolerance: capture.Time(x.tolerance), Race: capture.Time(x.race)}
	if x.race == 0 {
		opt.Race = -1
	}
	for _, rule := range x.ignore {
		if err := opt.Ignore.Add(rule); err != nil {
			return nil, run.AsTrouble(err)
		}
	}
	return opt, nil
}

func (x *diffFlags) run(ctx context.Context, std run.Streams, f *flags, files []string) error {
	if len(files) != 2 {
		return run.Troublef("diff wants two captures, A and B: %d given", len(files))
	}
	opt, err := x.options()
	if err != nil {
		return err
	}
	var in [2]*compare.Input
	read := compare.Options{Session: f.session, Frames: x.wire, Ports: f.ports, Keys: f.secrets()}
	for i, name := range files {
		if in[i], err = compare.New(name, read); err != nil {
			return err
		}
	}
	if in[0].File == "-" && in[1].File == "-" {
		return run.Troublef("diff - -: standard input can be one of the two")
	}
	for _, d := range in {
		if err := d.Load(ctx, std); err != nil {
			return err
		}
	}
	chosen := in[0].Session > 0 && in[1].Session > 0
	cs := diff.Sessions(in[0].Sides, in[1].Sides, opt, chosen)
	if err := x.write(std, f, in, cs); err != nil {
		return err
	}
	if !diff.InCommon(cs) && !in[0].Empty && !in[1].Empty {
		run.Say(std.Err, fmt.Sprintf("%s and %s have nothing in common: no two sessions with the same path%s", in[0].Name, in[1].Name, advice(chosen)))
	}
	return diffStatus(in, cs)
}

func advice(chosen bool) string {
	if chosen {
		return " or a message alike"
	}
	return "; FILE#N on both sides compares any two"
}

// write writes the comparisons to standard output, and the accounts of the captures to standard error.
func (x *diffFlags) write(std run.Streams, f *flags, in [2]*compare.Input, cs []*diff.Comparison) error {
	out := bufio.NewWriterSize(std.Out, 1<<16)
	var line []byte
	if f.json {
		j := diff.JSON{NoPayload: f.noPayload}
		for _, c := range cs {
			line = j.Comparison(line[:0], c)
			out.Write(line)
		}
		out.Write(j.Summary(nil, cs, slices.Concat(in[0].Why(), in[1].Why())))
	} else {
		x.writeText(out, x.text(std, f), in, cs)
	}
	if err := out.Flush(); err != nil {
		return err
	}
	for _, d := range in {
		f.reportInput(std, d)
	}
	return nil
}

func (x *diffFlags) writeText(out *bufio.Writer, t *diff.Text, in [2]*compare.Input, cs []*diff.Comparison) {
	out.Write(t.Head(nil, in[0].Name, in[1].Name))
	var line []byte
	for _, c := range cs {
		if line = line[:0]; x.brief {
			line = t.Summary(line, c)
		} else {
			line = t.Comparison(line, c)
		}
		out.Write(line)
	}
}

func (x *diffFlags) text(std run.Streams, f *flags) *diff.Text {
	t := &diff.Text{Width: x.width, Color: f.colored(std.Out), SideBySide: x.sides, Context: x.context, NoPayload: f.noPayload}
	if t.Width == 0 {
		t.Width = run.Columns(std.Out)
	}
	if f.whole && !x.sides {
		t.Width = -1
	}
	return t
}

// diffStatus is the first of 3, 1 and 0 that holds.
func diffStatus(in [2]*compare.Input, cs []*diff.Comparison) error {
	status := run.Done
	for _, c := range cs {
		switch {
		case c.Uncertain():
			status = run.Incomplete
		case c.Different() && status == run.Done:
			status = run.Negative
		}
	}
	if len(in[0].Why())+len(in[1].Why()) > 0 {
		status = run.Incomplete
	}
	return run.Exit(status)
}

// reportInput writes the account of an input to standard error.
func (f *flags) reportInput(std run.Streams, d *compare.Input) {
	switch {
	case d.Counted && !f.quiet && !f.json:
		fmt.Fprintf(std.Err, "%s: %s\n", show.Inert(d.File), export.Account(&d.Account))
	default:
		run.SayIncomplete(std.Err, d.File, &d.Account)
	}
}
