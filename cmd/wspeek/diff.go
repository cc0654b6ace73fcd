package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/decode/diff"
	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/show"
)

const diffLong = `diff compares two captures, or two sessions (FILE#N), message by message. Either
may be a HAR file with _webSocketMessages, as Chrome, mitmproxy and HTTP Toolkit
write them: what the browser showed against what was on the wire.

Sessions are paired by path, subprotocol and order; messages are aligned by
direction, so that one that was lost or came in between does not shift the rest.
Compared are the handshake, messages (JSON by structure, text by words, binary
by bytes), their order, and the end. Masking keys, fragmentation, compression
and TCP are not, unless --wire asks for them.

  ~ changed    - only in A    + only in B    > moved
  ? cannot tell, bytes are missing or not decodable    ! the same, but in doubt

Values that change from run to run (UUIDs, times, tokens, counters) do not
count; what was left out is named below each session, and --strict counts it.
Numbers are compared by value, however long: 1.0 is 1, but not with --strict.

--ignore leaves out more:
  json:PATH     a value of JSON messages: json:$.ts, json:$..id, json:$.l[*].at
  re:EXPR       what matches in text, and in strings of JSON: re:[0-9a-f]{8}
  header:NAME   a header of the opening handshake
  kind:KIND     messages of a kind: ping, pong, text, binary, close

With git:  git difftool -x 'wspeek diff' -- '*.pcapng'
or, once:  git config difftool.wspeek.cmd 'wspeek diff "$LOCAL" "$REMOTE"'
then:      git difftool -t wspeek

Exit status: 0 the same, 1 different, 2 trouble, 3 incomplete: bytes are missing
on one side, or something is there that cannot be compared.`

const diffExample = `  wspeek diff monday.pcapng tuesday.pcapng
  wspeek diff run.pcapng#1 run.pcapng#2 -y
  wspeek diff browser.har wire.pcapng --ignore 'json:$..id'`

// diffFlags are the flags that diff alone has.
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
	var in [2]*diffInput
	for i, name := range files {
		if in[i], err = newDiffInput(name, f); err != nil {
			return err
		}
	}
	if in[0].file == "-" && in[1].file == "-" {
		return run.Troublef("diff - -: standard input can be one of the two")
	}
	for _, d := range in {
		if err := d.loadOrStop(ctx, std, f, x.wire); err != nil {
			return err
		}
	}
	chosen := in[0].session > 0 && in[1].session > 0
	cs := diff.Sessions(in[0].sides, in[1].sides, opt, chosen)
	if !diff.InCommon(cs) && !in[0].empty && !in[1].empty {
		for _, d := range in {
			d.tell(std, f)
		}
		return run.Troublef("%s and %s have nothing in common: no two sessions with the same path%s", in[0].name, in[1].name, advice(chosen))
	}
	if err := x.write(std, f, in, cs); err != nil {
		return err
	}
	return diffStatus(in, cs)
}

func advice(chosen bool) string {
	if chosen {
		return " or a message alike"
	}
	return "; FILE#N on both sides compares any two"
}

// write writes the comparisons to standard output, and what is to be said of the captures to standard error.
func (x *diffFlags) write(std run.Streams, f *flags, in [2]*diffInput, cs []*diff.Comparison) error {
	out := bufio.NewWriterSize(std.Out, 1<<16)
	var line []byte
	if f.json {
		j := diff.JSON{NoPayload: f.noPayload}
		for _, c := range cs {
			line = j.Comparison(line[:0], c)
			out.Write(line)
		}
		out.Write(j.Summary(nil, cs, slices.Concat(in[0].why(), in[1].why())))
	} else {
		x.writeText(out, x.text(std, f), in, cs)
	}
	if err := out.Flush(); err != nil {
		return err
	}
	for _, d := range in {
		d.tell(std, f)
	}
	return nil
}

func (x *diffFlags) writeText(out io.Writer, t *diff.Text, in [2]*diffInput, cs []*diff.Comparison) {
	out.Write(t.Head(nil, in[0].name, in[1].name))
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
func diffStatus(in [2]*diffInput, cs []*diff.Comparison) error {
	status := run.Done
	for _, c := range cs {
		switch {
		case c.Uncertain():
			status = run.Incomplete
		case c.Different() && status == run.Done:
			status = run.Negative
		}
	}
	if len(in[0].why())+len(in[1].why()) > 0 {
		status = run.Incomplete
	}
	return run.Exit(status)
}

// tell writes the account of an input to standard error.
func (d *diffInput) tell(std run.Streams, f *flags) {
	switch {
	case d.counted && !f.quiet && !f.json:
		fmt.Fprintf(std.Err, "%s: %s\n", show.Inert(d.file), export.Account(&d.account))
	default:
		run.SayIncomplete(std.Err, d.file, &d.account)
	}
}
