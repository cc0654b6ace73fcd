package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/decode/explain"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/pcaps"
)

// buildFlags are the flags of build.
type buildFlags struct {
	text, binary, ping, pong, mask, brk, out string
	close, fragment                          int
	deflate, force, explain                  bool
	drawFlags
}

const buildLong = `build makes WebSocket frames: right ones, or with --break ones that break a rule. It
prints them in hex, one line a frame, or writes a capture with the opening and closing handshake
(-o), or explains them (--explain).

  wspeek build --text Hello --mask 37fa213d
  wspeek build --text Hello --fragment 3 --explain
  wspeek build --close 1000 bye -o bye.pcap
  wspeek build --break utf8 --explain
  wspeek build --break list                 what can be broken

Frames with --mask are the client's, others the server's.`

func buildCommand(std run.Streams, f *flags) *cobra.Command {
	b := &buildFlags{}
	c := &cobra.Command{
		Use: "build", Short: "make frames, right or broken: as hex, as a capture, or explained", Long: buildLong, Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if b.brk == "list" {
				return listBreaks(std)
			}
			p, err := b.plan(cmd, args)
			if err != nil {
				return err
			}
			return b.give(std, f, p)
		},
	}
	s := c.Flags()
	s.StringVar(&b.text, "text", "", "a text message")
	s.StringVar(&b.binary, "binary", "", "a binary message, in `HEX`")
	s.StringVar(&b.ping, "ping", "", "a ping with a payload that may be empty (--ping=TEXT)")
	s.StringVar(&b.pong, "pong", "", "a pong (--pong=TEXT)")
	s.Lookup("ping").NoOptDefVal, s.Lookup("pong").NoOptDefVal = emptyPayload, emptyPayload
	s.IntVar(&b.close, "close", 0, "a Close frame with `CODE` (0 for none), and a reason behind it")
	s.StringVar(&b.mask, "mask", "", "masking key, 8 hex digits: the frames are a client's")
	s.IntVar(&b.fragment, "fragment", 1, "cut the message into `N` frames")
	s.BoolVar(&b.deflate, "deflate", false, "compress the message (permessage-deflate)")
	s.StringVar(&b.brk, "break", "", "break the rule `WHAT`; list lists them")
	s.StringVarP(&b.out, "output", "o", "", "write a capture `FILE` (pcap) with the handshake; - is standard output")
	s.BoolVar(&b.force, "force", false, "with -o: replace the file if it exists")
	s.BoolVar(&b.explain, "explain", false, "explain the frames")
	b.drawFlags.register(c)
	_ = c.RegisterFlagCompletionFunc("break", cobra.FixedCompletions(breakNames(), cobra.ShellCompDirectiveNoFileComp))
	return c
}

// emptyPayload stands for --ping and --pong without a value.
const emptyPayload = "\x00"

// plan makes what is to be built of the flags.
func (b *buildFlags) plan(cmd *cobra.Command, args []string) (*plan, error) {
	key, err := b.check(cmd, args)
	if err != nil {
		return nil, err
	}
	p := &plan{deflate: b.deflate}
	if key != nil {
		p.dir = pcaps.C2S
	} else {
		p.dir = pcaps.S2C
	}
	frames, err := b.frames(cmd, args)
	if err != nil {
		return nil, err
	}
	for _, f := range frames {
		f.Mask = key
		p.frames = append(p.frames, sided{p.dir, f})
	}
	if b.brk == "" {
		return p, nil
	}
	return p, b.breakIt(p)
}

// breakIt applies --break; without frames of the user's own it brings some.
func (b *buildFlags) breakIt(p *plan) error {
	k := findBreak(b.brk)
	if k == nil {
		return run.Troublef("--break %s: there is no such rule to break; --break list lists them", b.brk)
	}
	if len(p.frames) > 0 && !k.takes {
		return run.Troublef("--break %s brings its own frames: leave out --text and the like", b.brk)
	}
	if k.wire && b.out == "" {
		return run.Troublef("--break %s is not seen in frames alone: give -o FILE", b.brk)
	}
	k.apply(p)
	return nil
}

// check refuses what does not fit together, and reads the masking key.
func (b *buildFlags) check(cmd *cobra.Command, args []string) (*[4]byte, error) {
	n := 0
	for _, name := range []string{"text", "binary", "ping", "pong", "close"} {
		if cmd.Flags().Changed(name) {
			n++
		}
	}
	data := cmd.Flags().Changed("text") || cmd.Flags().Changed("binary")
	switch {
	case n > 1:
		return nil, run.Troublef("one of --text, --binary, --ping, --pong and --close at a time")
	case n == 0 && b.brk == "":
		return nil, run.Troublef("build what? --text, --binary, --ping, --pong, --close or --break")
	case n == 0 && cmd.Flags().Changed("mask"):
		return nil, run.Troublef("--mask goes with --text, --binary, --ping, --pong or --close: alone --break brings its own frames")
	case len(args) > 0 && !cmd.Flags().Changed("close"):
		return nil, run.Troublef("%q: only --close takes words behind it", args[0])
	case (b.fragment != 1 || b.deflate) && !data:
		return nil, run.Troublef("--fragment and --deflate go with --text or --binary: control frames are neither fragmented nor compressed")
	case b.fragment < 1 || b.fragment > 10000:
		return nil, run.Troublef("--fragment %d: want 1 to 10000", b.fragment)
	case b.force && b.out == "":
		return nil, run.Troublef("--force goes with -o")
	case !b.explain && (cmd.Flags().Changed("json") || cmd.Flags().Changed("format") || cmd.Flags().Changed("width") || b.ascii):
		return nil, run.Troublef("--json, --format, --width and --ascii go with --explain")
	case b.explain && b.out != "":
		return nil, run.Troublef("--explain and -o exclude each other; explain the file with wspeek explain")
	case cmd.Flags().Changed("close") && (b.close < 0 || b.close > 65535):
		return nil, run.Troublef("--close %d: a close code has 16 bits, 0 to 65535", b.close)
	}
	if err := refuse(cmd, "build", append([]string{"read", "decode-as", "keylog", "hex"}, unusedByExplain...)); err != nil {
		return nil, err
	}
	if err := b.drawFlags.check(cmd); err != nil {
		return nil, err
	}
	return b.key(cmd)
}

func (b *buildFlags) key(cmd *cobra.Command) (*[4]byte, error) {
	if !cmd.Flags().Changed("mask") {
		return nil, nil
	}
	k, err := parseHex(b.mask)
	if err != nil || len(k) != 4 {
		return nil, run.Troublef("--mask %s: want 4 bytes in hex, as 37fa213d", b.mask)
	}
	return (*[4]byte)(k), nil
}

// frames are the frames that the flags ask for, unmasked.
func (b *buildFlags) frames(cmd *cobra.Command, args []string) ([]pcaps.Frame, error) {
	changed := cmd.Flags().Changed
	switch {
	case changed("text"):
		return b.message(pcaps.OpText, []byte(b.text)), nil
	case changed("binary"):
		p, err := parseHex(b.binary)
		if err != nil && b.binary != "" {
			return nil, run.Troublef("--binary: %w", err)
		}
		return b.message(pcaps.OpBinary, p), nil
	case changed("ping"):
		return []pcaps.Frame{pcaps.Ping(payload(b.ping))}, nil
	case changed("pong"):
		return []pcaps.Frame{pcaps.Pong(payload(b.pong))}, nil
	case changed("close"):
		if b.close == 0 && len(args) > 0 {
			return nil, run.Troublef("a Close frame without a code has no reason")
		}
		return []pcaps.Frame{pcaps.Close(uint16(b.close), strings.Join(args, " "))}, nil
	}
	return nil, nil
}

func payload(s string) string {
	if s == emptyPayload {
		return ""
	}
	return s
}

// message is a data message, compressed and cut as asked for.
func (b *buildFlags) message(op byte, p []byte) []pcaps.Frame {
	var rsv byte
	if b.deflate {
		var d pcaps.Deflater
		p, rsv = d.Compress(p), pcaps.RSV1
	}
	frames := make([]pcaps.Frame, b.fragment)
	for i := range frames {
		frames[i].Payload = p[len(p)*i/b.fragment : len(p)*(i+1)/b.fragment]
	}
	frames[0].Opcode, frames[0].RSV = op, rsv
	frames[len(frames)-1].Fin = true
	return frames
}

// give hands out what was built: as hex, as a capture, or explained.
func (b *buildFlags) give(std run.Streams, f *flags, p *plan) error {
	switch {
	case b.out != "":
		return b.write(std, f, p)
	case b.explain:
		return b.explainBytes(std, f, "--explain", p.stream(), explain.Hand{Known: p.oneSided(), Dir: ws.Dir(p.dir), Plain: p.plain})
	}
	var out []byte
	for _, x := range p.frames {
		out = append(hex.AppendEncode(out, x.frame.Bytes()), '\n')
	}
	_, err := std.Out.Write(out)
	return err
}

// write writes a capture, for its owner alone, and never over another file unless forced; - is standard output.
func (b *buildFlags) write(std run.Streams, f *flags, p *plan) error {
	out := outFile{name: b.out, force: b.force, std: std.Out}
	defer out.discard()
	c := p.conversation()
	if _, err := out.Write(c.File()); err != nil {
		return outTrouble(err)
	}
	if err := out.commit(); err != nil {
		return outTrouble(err)
	}
	if !f.quiet && b.out != "-" {
		fmt.Fprintf(std.Err, "%s: %d packets, %d frames\n", show.Inert(b.out), len(c.Packets), len(p.frames))
	}
	return nil
}

// outTrouble is an error of writing; a closed pipe stays what it is.
func outTrouble(err error) error {
	var x *run.Error
	if errors.As(err, &x) || errors.Is(err, syscall.EPIPE) {
		return err
	}
	return run.AsTrouble(err)
}

// listBreaks lists what --break can break.
func listBreaks(std run.Streams) error {
	for _, k := range breaks {
		where := ""
		if k.wire {
			where = " (with -o)"
		}
		if _, err := fmt.Fprintf(std.Out, "%-20s %-27s %s%s\n", k.Break, k.ID, k.How, where); err != nil {
			return err
		}
	}
	return nil
}

func breakNames() []string {
	names := []string{"list"}
	for _, k := range breaks {
		names = append(names, k.Break)
	}
	return names
}
