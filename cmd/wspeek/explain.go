package main

import (
	"context"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/wspeek/wspeek/cmd/internal/forge"
	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/decode/explain"
	"github.com/wspeek/wspeek/decode/ws"
)

// explainFlags are the flags of explain; what draws is shared with build --explain.
type explainFlags struct {
	want           wanted
	hex, rule, dir string
	close          int
	plain          bool
}

// drawFlags say how an explanation or a ladder is drawn.
type drawFlags struct {
	format string
	width  int
	ascii  bool
}

const explainLong = `explain takes WebSocket traffic apart: the header of a frame bit by bit as RFC 6455
draws it, its length, its mask, its fragments, its DEFLATE blocks; the opening handshake with
the arithmetic of Sec-WebSocket-Accept; a close code; a rule.

  wspeek explain chat.pcap -m 1:3           message 3 of session 1 with its frames
  wspeek explain chat.pcap -F 1:5           frame 5 of session 1 only
  wspeek explain chat.pcap -m 1:3 --deflate its compression: literals, copies, what a smaller window costs
  wspeek explain chat.pcap --handshake 1
  wspeek explain chat.pcap -m 1:3 --tls --keylog keys.log    and the TLS records that carried it
  wspeek explain --hex "81 85 37 fa 21 3d 7f 9f 4d 51 58"
  wspeek explain --close 1006
  wspeek explain --rule ws.mask-required    (or: all)

messages and frames list the numbers. --hex - reads hex from standard input.
wspeek build makes frames to explain.`

func explainCommand(std run.Streams, f *flags) *cobra.Command {
	return &cobra.Command{
		Use: "explain [FILE...]", Short: "take a message, frame, handshake or close code apart", Long: explainLong,
		RunE: func(cmd *cobra.Command, args []string) error {
			files := slices.Concat(f.read, args)
			if err := f.checkExplain(cmd.Flags(), files); err != nil {
				return err
			}
			return f.explain.run(cmd.Context(), std, f, files, cmd.Flags())
		},
	}
}

// selectors are the flags that say what to explain, and whether they need a capture.
var selectors = []struct {
	name string
	file bool
}{{"message", true}, {"frame", true}, {"handshake", true}, {"hex", false}, {"close", false}, {"rule", false}}

// checkExplain refuses what does not fit together.
func (f *flags) checkExplain(set *pflag.FlagSet, files []string) error {
	given, needs := "", false
	for _, s := range selectors {
		if set.Changed(s.name) {
			given, needs = labelOf(set, s.name), s.file
		}
	}
	switch {
	case given == "" && len(files) > 0:
		return run.Troublef("explain what? -m SESSION:N a message, -F SESSION:N a frame, --handshake SESSION the handshake")
	case given == "":
		return run.Troublef("explain what? -m or -F or --handshake with a FILE, or --hex, --close or --rule")
	case needs && len(files) == 0:
		return run.Troublef("%s needs a capture: name a FILE, or - for standard input", given)
	case !needs && len(files) > 0:
		return run.Troublef("%s takes no FILE", given)
	}
	return f.checkDraw(set)
}

// checkDraw refuses what another format than text has no use for.
func (f *flags) checkDraw(set *pflag.FlagSet) error {
	unused := map[string][]string{"json": {"width", "ascii", "color"}, "markdown": {"width", "color"}}
	for _, name := range unused[f.draw.format] {
		if set.Changed(name) {
			return run.Troublef("%s does nothing with --format %s", labelOf(set, name), f.draw.format)
		}
	}
	return nil
}

func (x *explainFlags) run(ctx context.Context, std run.Streams, f *flags, files []string, set *pflag.FlagSet) error {
	switch {
	case set.Changed("hex"):
		return x.explainHex(std, f)
	case set.Changed("close"):
		return f.writeDocuments(std, explain.CloseCode(x.close))
	case set.Changed("rule"):
		return x.explainRule(std, f)
	}
	return x.explainCapture(ctx, std, f, files, x.want)
}

// explainHex explains bytes of the command line.
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
	return f.explainBytes(std, "--hex", p, explain.Hand{Known: x.dir != "", Dir: dirOf(x.dir), Plain: x.plain})
}

func dirOf(name string) ws.Dir {
	if name == ws.S2C.String() {
		return ws.S2C
	}
	return ws.C2S
}

// explainBytes explains frames that are no capture's; flag is the one that asked for it.
func (f *flags) explainBytes(std run.Streams, flag string, p []byte, hand explain.Hand) error {
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
	if err := f.writeDocuments(std, docs...); err != nil {
		return err
	}
	if missing > 0 {
		return &run.Error{Status: run.Incomplete, Err: errors.New("incomplete: the last frame declares " + strconv.FormatInt(missing, 10) + " bytes more than were given")}
	}
	return nil
}

// maxHex bounds what is read of standard input as hex.
const maxHex = 16 << 20

func (x *explainFlags) explainRule(std run.Streams, f *flags) error {
	if x.rule == "all" {
		var docs []*explain.Document
		for _, id := range explain.RuleIDs() {
			docs = append(docs, ruleDocument(id))
		}
		return f.writeDocuments(std, docs...)
	}
	d := ruleDocument(x.rule)
	if d == nil {
		return run.Troublef("--rule %s: there is no such rule; they are %s", x.rule, strings.Join(explain.RuleIDs(), ", "))
	}
	return f.writeDocuments(std, d)
}

// ruleDocument explains a rule, and says how to break it; nil if there is none of that ID.
func ruleDocument(id string) *explain.Document {
	d, k := explain.Rule(id), forge.Find(id)
	if d == nil || k == nil {
		return d
	}
	try := "wspeek build --break " + k.Break + " --explain"
	if k.Wire {
		try = "wspeek build --break " + k.Break + " -o FILE.pcap"
	}
	d.Parts = append(d.Parts, explain.Part{Name: "try", Title: "Try it", Text: []string{try + " (" + k.How + ")"}})
	return d
}

// writeDocuments writes documents in the format asked for.
func (f *flags) writeDocuments(std run.Streams, docs ...*explain.Document) error {
	text := explain.Text{Width: f.draw.width, Color: f.colored(std.Out), ASCII: f.draw.ascii}
	if text.Width == 0 {
		text.Width = run.Columns(std.Out)
	}
	var out []byte
	for i, doc := range docs {
		switch {
		case f.json || f.draw.format == "json":
			out = doc.JSON(out)
			continue
		case i > 0:
			out = append(out, '\n')
		}
		if f.draw.format == "markdown" {
			out = doc.Markdown(out, f.draw.ascii)
		} else {
			out = text.Append(out, doc)
		}
	}
	_, err := std.Out.Write(out)
	return err
}
