package main

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/decode/explain"
	"github.com/wspeek/wspeek/decode/ws"
)

// explainFlags are the flags of explain; what draws is shared with build --explain.
type explainFlags struct {
	message, frame, hex, rule, dir string
	handshake, close               int
	plain                          bool
	drawFlags
}

// drawFlags say how an explanation is written.
type drawFlags struct {
	format string
	width  int
	ascii  bool
}

const explainLong = `explain takes WebSocket traffic apart: the header of a frame bit by bit as RFC 6455
draws it, its length, its mask, its fragments, its DEFLATE blocks; the opening handshake with
the arithmetic of Sec-WebSocket-Accept; a close code; a rule.

  wspeek explain chat.pcap -m 1:3           message 3 of session 1 with its frames
  wspeek explain chat.pcap -F 1:5           frame 5 of session 1 alone
  wspeek explain chat.pcap --handshake 1
  wspeek explain --hex "81 85 37 fa 21 3d 7f 9f 4d 51 58"
  wspeek explain --close 1006
  wspeek explain --rule ws.mask-required    (or: all)

The numbers are those that messages and frames list. --hex - reads hex from standard input.
wspeek build makes frames to explain.`

func explainCommand(std run.Streams, f *flags) *cobra.Command {
	x := &explainFlags{}
	c := &cobra.Command{
		Use: "explain [FILE...]", Short: "take a message, frame, handshake or close code apart", Long: explainLong,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := x.check(cmd, slices.Concat(f.read, args)); err != nil {
				return err
			}
			return x.run(cmd.Context(), std, f, slices.Concat(f.read, args), cmd)
		},
	}
	s := c.Flags()
	s.StringVarP(&x.message, "message", "m", "", "message N of a session, with its frames: `SESSION:N`")
	s.StringVarP(&x.frame, "frame", "F", "", "frame N of a session: `SESSION:N`")
	s.StringVar(&x.hex, "hex", "", "frames given in `HEX`; - reads them from standard input")
	s.StringVar(&x.dir, "dir", "", "with --hex: who sent them, `c2s` or s2c (otherwise the MASK bit says it)")
	s.BoolVar(&x.plain, "no-deflate", false, "with --hex: permessage-deflate was not negotiated, whatever RSV1 says")
	s.IntVar(&x.handshake, "handshake", 0, "the opening handshake of session `N`")
	s.IntVar(&x.close, "close", 0, "a close `CODE`")
	s.StringVar(&x.rule, "rule", "", "the rule `ID`; all explains all")
	x.drawFlags.register(c)
	_ = c.RegisterFlagCompletionFunc("rule", cobra.FixedCompletions(append(explain.RuleIDs(), "all"), cobra.ShellCompDirectiveNoFileComp))
	return c
}

func (d *drawFlags) register(c *cobra.Command) {
	c.Flags().StringVar(&d.format, "format", "text", "`text`, json or markdown")
	c.Flags().IntVar(&d.width, "width", 0, "columns of the text, 60 or more; those of the terminal, or 80, if not given")
	c.Flags().BoolVar(&d.ascii, "ascii", false, "draw with ASCII signs")
	formats := []string{"text", "json", "markdown"}
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp))
}

func (d *drawFlags) check(cmd *cobra.Command) error {
	switch {
	case d.format != "text" && d.format != "json" && d.format != "markdown":
		return run.Troublef("--format %s: want text, json or markdown", d.format)
	case cmd.Flags().Changed("width") && d.width < explain.MinWidth:
		return run.Troublef("--width %d: want %d or more", d.width, explain.MinWidth)
	}
	return nil
}

// selectors are the flags that say what to explain, and whether they need a capture.
var selectors = []struct {
	name, shown string
	file        bool
}{{"message", "-m", true}, {"frame", "-F", true}, {"handshake", "--handshake", true},
	{"hex", "--hex", false}, {"close", "--close", false}, {"rule", "--rule", false}}

// unusedByExplain are flags of other commands that mean nothing here.
var unusedByExplain = []string{"session", "count", "display-filter", "no-payload", "hash", "whole", "time", "fail-if-empty", "write", "interface",
	"capture-filter"}

// refuse refuses flags that a command would ignore.
func refuse(cmd *cobra.Command, command string, names []string) error {
	for _, name := range names {
		if cmd.Flags().Lookup(name) != nil && cmd.Flags().Changed(name) {
			return run.Troublef("--%s does nothing with %s", name, command)
		}
	}
	return nil
}

// check refuses what does not fit together.
func (x *explainFlags) check(cmd *cobra.Command, files []string) error {
	var given []string
	needs := false
	for _, s := range selectors {
		if cmd.Flags().Changed(s.name) {
			given, needs = append(given, s.shown), s.file
		}
	}
	if err := refuse(cmd, "explain", unusedByExplain); err != nil {
		return err
	}
	switch {
	case len(given) > 1:
		return run.Troublef("%s exclude each other", strings.Join(given, " and "))
	case len(given) == 0 && len(files) > 0:
		return run.Troublef("explain what? -m SESSION:N a message, -F SESSION:N a frame, --handshake SESSION the handshake")
	case len(given) == 0:
		return run.Troublef("explain what? -m or -F or --handshake with a FILE, or --hex, --close or --rule")
	case needs && len(files) == 0:
		return run.Troublef("%s needs a capture: name a FILE, or - for standard input", given[0])
	case !needs && len(files) > 0:
		return run.Troublef("%s takes no FILE", given[0])
	case (cmd.Flags().Changed("dir") || x.plain) && given[0] != "--hex":
		return run.Troublef("--dir and --no-deflate go with --hex")
	case x.dir != "" && x.dir != ws.C2S.String() && x.dir != ws.S2C.String():
		return run.Troublef("--dir %s: want c2s or s2c", x.dir)
	}
	return x.drawFlags.check(cmd)
}

func (x *explainFlags) run(ctx context.Context, std run.Streams, f *flags, files []string, cmd *cobra.Command) error {
	switch {
	case cmd.Flags().Changed("hex"):
		return x.explainHex(std, f)
	case cmd.Flags().Changed("close"):
		return x.explainClose(std, f)
	case cmd.Flags().Changed("rule"):
		return x.explainRule(std, f)
	}
	want, err := x.wanted()
	if err != nil {
		return err
	}
	return x.explainCapture(ctx, std, f, files, want)
}

// explainHex explains bytes given by hand.
func (x *explainFlags) explainHex(std run.Streams, f *flags) error {
	text := x.hex
	if text == "-" {
		b, err := io.ReadAll(io.LimitReader(std.In, maxHex+1))
		if err != nil {
			return run.AsTrouble(err)
		}
		if text = string(b); len(b) > maxHex {
			return run.Troublef("--hex -: more than %d bytes of hex: that is a case for a capture file", maxHex)
		}
	}
	p, err := parseHex(text)
	if err != nil {
		return run.Troublef("--hex: %w", err)
	}
	return x.explainBytes(std, f, "--hex", p, explain.Hand{Known: x.dir != "", Dir: dirOf(x.dir), Plain: x.plain})
}

func dirOf(name string) ws.Dir {
	if name == ws.S2C.String() {
		return ws.S2C
	}
	return ws.C2S
}

// explainBytes explains frames that are no capture's; flag is the one that asked for it.
func (d *drawFlags) explainBytes(std run.Streams, f *flags, flag string, p []byte, hand explain.Hand) error {
	talks, err := explain.Bytes(p, hand)
	if err != nil {
		return run.Troublef("%s: %w", flag, err)
	}
	var docs []*explain.Document
	missing := int64(0)
	for i := range talks {
		docs = append(docs, talks[i].Explain())
		for _, fr := range talks[i].Frames {
			missing += max(fr.Len-fr.Seen, 0)
		}
	}
	if err := d.write(std, f, docs...); err != nil {
		return err
	}
	if missing > 0 {
		return &run.Error{Status: run.Incomplete, Err: errors.New("incomplete: the last frame declares " + strconv.FormatInt(missing, 10) + " bytes more than were given")}
	}
	return nil
}

// maxHex bounds what is read of standard input as hex.
const maxHex = 16 << 20

// parseHex reads hex with blanks, colons, commas and 0x anywhere between bytes.
func parseHex(s string) ([]byte, error) {
	clean := strings.NewReplacer("0x", "", "0X", "", `\x`, "", " ", "", ":", "", ",", "", "\n", "", "\r", "", "\t", "", "-", "").Replace(s)
	if clean == "" {
		return nil, errors.New("no bytes given")
	}
	p, err := hex.DecodeString(clean)
	var wrong hex.InvalidByteError
	switch {
	case errors.As(err, &wrong):
		return nil, errors.New("'" + string(rune(wrong)) + "' is no hex digit")
	case err != nil:
		return nil, errors.New("an odd number of hex digits: the last byte is half")
	}
	return p, nil
}

func (x *explainFlags) explainClose(std run.Streams, f *flags) error {
	d := explain.CloseCode(x.close)
	if d == nil {
		return run.Troublef("--close %d: a close code has 16 bits, 0 to 65535", x.close)
	}
	return x.write(std, f, d)
}

func (x *explainFlags) explainRule(std run.Streams, f *flags) error {
	if x.rule == "all" {
		var docs []*explain.Document
		for _, id := range explain.RuleIDs() {
			docs = append(docs, ruleDocument(id))
		}
		return x.write(std, f, docs...)
	}
	d := ruleDocument(x.rule)
	if d == nil {
		return run.Troublef("--rule %s: there is no such rule; they are %s", x.rule, strings.Join(explain.RuleIDs(), ", "))
	}
	return x.write(std, f, d)
}

// ruleDocument explains a rule, and says how to break it; nil where there is none of that ID.
func ruleDocument(id string) *explain.Document {
	d, k := explain.Rule(id), findBreak(id)
	if d == nil || k == nil {
		return d
	}
	try := "wspeek build --break " + k.Break + " --explain"
	if k.wire {
		try = "wspeek build --break " + k.Break + " -o FILE.pcap"
	}
	d.Parts = append(d.Parts, explain.Part{Name: "try", Title: "Try it", Text: []string{try + " (" + k.How + ")"}})
	return d
}

// write writes documents in the format asked for.
func (d *drawFlags) write(std run.Streams, f *flags, docs ...*explain.Document) error {
	text := explain.Text{Width: d.width, Color: f.colored(std.Out), ASCII: d.ascii}
	if text.Width == 0 {
		text.Width = run.Columns(std.Out)
	}
	var out []byte
	for i, doc := range docs {
		switch {
		case f.json || d.format == "json":
			out = doc.JSON(out)
			continue
		case i > 0:
			out = append(out, '\n')
		}
		if d.format == "markdown" {
			out = doc.Markdown(out, d.ascii)
		} else {
			out = text.Append(out, doc)
		}
	}
	_, err := std.Out.Write(out)
	return err
}
