package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/wspeek/wspeek/cmd/internal/forge"
	"github.com/wspeek/wspeek/cmd/internal/out"
	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/decode/explain"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/pcaps"
)

// buildFlags are the flags of build.
type buildFlags struct {
	text, binary, ping, pong, brk, out string
	key                                *[4]byte
	close, fragment                    int
	deflate, force, explain            bool
}

const buildLong = `build makes WebSocket frames: correct ones or, with --break, ones that break a rule. It prints
them in hex, one line per frame, writes a capture with the opening and closing handshake (-o),
or explains them (--explain).

  wspeek build --text Hello --mask 37fa213d
  wspeek build --text Hello --fragment 3 --explain
  wspeek build --close 1000 bye -o bye.pcap
  wspeek build --break utf8 --explain
  wspeek build --break list                 what can be broken

Frames with --mask are the client's, others are the server's.`

func buildCommand(std run.Streams, f *flags) *cobra.Command {
	b := &f.build
	return &cobra.Command{
		Use: "build", Short: "make frames, right or broken: as hex, as a capture, or explained", Long: buildLong,
		RunE: func(cmd *cobra.Command, args []string) error {
			if b.brk == "list" {
				return listBreaks(std)
			}
			if err := f.checkBuild(cmd.Flags(), args); err != nil {
				return err
			}
			p, err := b.plan(cmd.Flags(), args)
			if err != nil {
				return err
			}
			return b.give(std, f, p)
		},
	}
}

// plan makes what is to be built of the flags.
func (b *buildFlags) plan(set *pflag.FlagSet, args []string) (*forge.Plan, error) {
	p := &forge.Plan{Deflate: b.deflate, Dir: pcaps.S2C}
	if b.key != nil {
		p.Dir = pcaps.C2S
	}
	frames, err := b.frames(set, args)
	if err != nil {
		return nil, err
	}
	for _, f := range frames {
		f.Mask = b.key
		p.Add(p.Dir, f)
	}
	if b.brk == "" {
		return p, nil
	}
	return p, b.breakIt(p)
}

// breakIt applies --break; without frames of the user's own it brings some.
func (b *buildFlags) breakIt(p *forge.Plan) error {
	k := forge.Find(b.brk)
	if k == nil {
		return run.Troublef("--break %s: there is no such rule to break; --break list lists them", b.brk)
	}
	if len(p.Frames) > 0 && !k.Takes {
		return run.Troublef("--break %s brings its own frames: leave out --text and the like", b.brk)
	}
	if k.Wire && b.out == "" {
		return run.Troublef("--break %s cannot be seen in frames only: give -o FILE", b.brk)
	}
	k.Apply(p)
	return nil
}

// checkBuild refuses what does not fit together.
func (f *flags) checkBuild(set *pflag.FlagSet, args []string) error {
	b := &f.build
	own := slices.ContainsFunc([]string{"text", "binary", "ping", "pong", "close"}, set.Changed)
	data := set.Changed("text") || set.Changed("binary")
	switch {
	case !own && b.brk == "":
		return run.Troublef("build what? --text, --binary, --ping, --pong, --close or --break")
	case !own && set.Changed("mask"):
		return run.Troublef("--mask goes with --text, --binary, --ping, --pong or --close: without these --break brings its own frames")
	case len(args) > 0 && !set.Changed("close"):
		return run.Troublef("%q: only --close takes words after it", args[0])
	case len(args) > 1:
		return run.Troublef("%q: a reason of several words goes in quotes", args[1])
	case b.force && b.out == "-":
		return run.Troublef("--force replaces a file, and standard output is not one")
	case (b.fragment != 1 || b.deflate) && !data:
		return run.Troublef("--fragment and --deflate go with --text or --binary: control frames are neither fragmented nor compressed")
	}
	return f.checkDraw(set)
}

// frames are the frames that the flags ask for, unmasked.
func (b *buildFlags) frames(set *pflag.FlagSet, args []string) ([]pcaps.Frame, error) {
	changed := set.Changed
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
		return []pcaps.Frame{pcaps.Ping(b.ping)}, nil
	case changed("pong"):
		return []pcaps.Frame{pcaps.Pong(b.pong)}, nil
	case changed("close"):
		if b.close == 0 && len(args) > 0 {
			return nil, run.Troublef("a Close frame without a code has no reason")
		}
		return []pcaps.Frame{pcaps.Close(uint16(b.close), strings.Join(args, " "))}, nil
	}
	return nil, nil
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

// give writes what was built: as hex, as a capture, or explained.
func (b *buildFlags) give(std run.Streams, f *flags, p *forge.Plan) error {
	switch {
	case b.out != "":
		return b.write(std, f, p)
	case b.explain:
		return f.explainBytes(std, "--explain", p.Bytes(), explain.Hand{Known: p.OneSided(), Dir: ws.Dir(p.Dir), Plain: p.Plain})
	}
	var out []byte
	for _, x := range p.Frames {
		out = append(hex.AppendEncode(out, x.Frame.Bytes()), '\n')
	}
	_, err := std.Out.Write(out)
	return err
}

// write writes a capture that only its owner can read, and replaces a file only with --force; - is standard output.
func (b *buildFlags) write(std run.Streams, f *flags, p *forge.Plan) error {
	out := out.File{Name: b.out, Force: b.force, Std: std.Out}
	defer out.Discard()
	c := p.Conversation()
	if _, err := out.Write(c.File()); err != nil {
		return outTrouble(err)
	}
	if err := out.Commit(); err != nil {
		return outTrouble(err)
	}
	if !f.quiet && b.out != "-" {
		fmt.Fprintf(std.Err, "%s: %d packets, %d frames\n", show.Inert(b.out), len(c.Packets), len(p.Frames))
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
	for _, k := range forge.Breakers {
		where := ""
		if k.Wire {
			where = " (with -o)"
		}
		if _, err := fmt.Fprintf(std.Out, "%-20s %-27s %s%s\n", k.Break, k.ID, k.How, where); err != nil {
			return err
		}
	}
	return nil
}

func breakNames(string) []string {
	names := []string{"list"}
	for _, k := range forge.Breakers {
		names = append(names, k.Break)
	}
	return names
}
