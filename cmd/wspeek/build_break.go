package main

import (
	"bytes"

	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/pcaps"
)

// brokenRule is a way to break a rule.
type brokenRule struct {
	name string
	rule *ws.Rule
	// what is done, in a few words.
	what string
	// takes says that it works on frames of the user's, wire that it needs a capture to be seen.
	takes, wire bool
	apply       func(*plan)
}

// findBreak is the row of a name or of a rule's ID; nil where there is none.
func findBreak(name string) *brokenRule {
	for i := range breaks {
		if breaks[i].name == name || breaks[i].rule.ID == name {
			return &breaks[i]
		}
	}
	return nil
}

var hello = pcaps.Text("Hello")

// breaks has a row for each rule of ws.Rules, those of the frames first.
var breaks = append(frameBreaks, handshakeBreaks...)

var frameBreaks = []brokenRule{
	{"mask", ws.RuleMaskRequired, "the client does not mask", true, false, func(p *plan) {
		p.orSay(pcaps.C2S, hello)
		p.dir = pcaps.C2S
		for i := range p.frames {
			p.frames[i].dir, p.frames[i].frame.Mask = pcaps.C2S, nil
		}
	}},
	{"mask-server", ws.RuleMaskForbidden, "the server masks", true, false, func(p *plan) {
		p.orSay(pcaps.S2C, hello)
		p.dir = pcaps.S2C
		for i := range p.frames {
			p.frames[i].dir, p.frames[i].frame.Mask = pcaps.S2C, &clientKey
		}
	}},
	{"mask-zero", ws.RuleMaskZero, "the masking key is 0", true, false, func(p *plan) {
		p.orSay(pcaps.C2S, hello)
		p.dir = pcaps.C2S
		for i := range p.frames {
			p.frames[i].dir, p.frames[i].frame.Mask = pcaps.C2S, &[4]byte{}
		}
	}},
	{"rsv", ws.RuleRSV, "RSV2 is set", true, false, func(p *plan) {
		p.orSay(pcaps.S2C, hello)
		p.first().RSV |= pcaps.RSV2
		p.plain = !p.deflate
	}},
	{"opcode", ws.RuleOpcodeReserved, "opcode 3", true, false, func(p *plan) {
		p.orSay(pcaps.S2C, hello)
		p.first().Opcode = 3
	}},
	{"length", ws.RuleLengthMinimal, "the length in 16 bits where 7 are enough", true, false, func(p *plan) {
		p.orSay(pcaps.S2C, hello)
		f := p.first()
		if f.Form = pcaps.Length16; len(f.Payload) > 125 {
			f.Form = pcaps.Length64
		}
	}},
	{"length-msb", ws.RuleLengthMSB, "the top bit of the 64-bit length is set", true, false, func(p *plan) {
		p.orSay(pcaps.S2C, hello)
		f := p.first()
		*f = f.Declaring(1<<63 | uint64(len(f.Payload)))
		f.Form, p.ended = pcaps.Length64, true
	}},
	{"not-websocket", ws.RuleNotWebSocket, "HTTP goes on behind the 101", false, true, func(p *plan) {
		p.ended, p.end = true, func(c *pcaps.Conversation) {
			c.Send(pcaps.S2C, []byte("HTTP/1.1 500 Internal Server Error\r\n\r\n"))
			c.Close()
		}
	}},
	{"continuation", ws.RuleContinuationUnexpected, "a continuation of nothing", true, false, func(p *plan) {
		p.orSay(pcaps.S2C, hello)
		p.first().Opcode = pcaps.OpContinuation
	}},
	{"interleave", ws.RuleContinuationExpected, "a new message inside an unfinished one", false, false, func(p *plan) {
		p.say(pcaps.S2C, pcaps.Frame{Opcode: pcaps.OpText, Payload: []byte("Hel")}, pcaps.Text("World"))
	}},
	{"unfinished", ws.RuleUnfinished, "the last fragment never comes", false, false, func(p *plan) {
		p.say(pcaps.S2C, pcaps.Fragments(pcaps.OpText, "Hel", "lo", "!")[:2]...)
	}},
	{"control", ws.RuleControlLength, "a ping of 126 bytes", false, false, func(p *plan) {
		p.say(pcaps.S2C, pcaps.Ping(string(bytes.Repeat([]byte("x"), 126))))
	}},
	{"control-fragment", ws.RuleControlFragmented, "a ping without FIN", false, false, func(p *plan) {
		p.say(pcaps.S2C, pcaps.Frame{Opcode: pcaps.OpPing, Payload: []byte("Hello")})
	}},
	{"close-length", ws.RuleCloseLength, "a Close body of one byte", false, false, func(p *plan) {
		p.say(pcaps.S2C, pcaps.Frame{Fin: true, Opcode: pcaps.OpClose, Payload: []byte{3}})
	}},
	{"data-after-close", ws.RuleDataAfterClose, "text behind a Close", false, false, func(p *plan) {
		p.say(pcaps.S2C, pcaps.Close(1000, ""), hello)
	}},
	{"control-after-close", ws.RuleControlAfterClose, "a ping behind a Close", false, false, func(p *plan) {
		p.say(pcaps.S2C, pcaps.Close(1000, ""), pcaps.Ping(""))
	}},
	{"no-close", ws.RuleNoClose, "TCP resets without a Close frame", false, true, func(p *plan) {
		p.say(pcaps.S2C, hello)
		p.end = func(c *pcaps.Conversation) { c.Rst(pcaps.S2C) }
	}},
	{"close-code", ws.RuleCloseCodeReserved, "a Close with 1005", false, false, func(p *plan) { p.say(pcaps.S2C, pcaps.Close(1005, "")) }},
	{"close-range", ws.RuleCloseCodeRange, "a Close with 999", false, false, func(p *plan) { p.say(pcaps.S2C, pcaps.Close(999, "")) }},
	{"utf8", ws.RuleUTF8, "Latin-1 as text", false, false, func(p *plan) {
		p.say(pcaps.S2C, pcaps.Text("h\xe9llo"))
	}},
	{"rsv1", ws.RuleDeflateRSV1, "RSV1 on a continuation", false, false, func(p *plan) {
		var d pcaps.Deflater
		z := d.Compress([]byte("Hello"))
		p.deflate = true
		p.say(pcaps.S2C, pcaps.Frame{RSV: pcaps.RSV1, Opcode: pcaps.OpText, Payload: z[:3]}, pcaps.Frame{Fin: true, RSV: pcaps.RSV1, Payload: z[3:]})
	}},
	{"deflate-tail", ws.RuleDeflateTail, "00 00 FF FF is left in", false, false, func(p *plan) {
		var d pcaps.Deflater
		p.deflate = true
		p.say(pcaps.S2C, pcaps.Compressed(pcaps.OpText, append(d.Compress([]byte("Hello")), 0, 0, 0xff, 0xff)))
	}},
	{"deflate-data", ws.RuleDeflateData, "RSV1 on text that is not compressed", false, false, func(p *plan) {
		p.deflate = true
		p.say(pcaps.S2C, pcaps.Compressed(pcaps.OpText, []byte("Hello")))
	}},
	{"gap", ws.RuleGap, "bytes that the capture lacks", false, true, func(p *plan) {
		p.say(pcaps.S2C, hello)
		p.end = func(c *pcaps.Conversation) {
			c.Skip(pcaps.S2C, len(pcaps.Text("lost").Bytes()))
			c.SendFrames(pcaps.S2C, pcaps.Text("after"))
			c.Close()
		}
	}},
	{"conflict", ws.RuleConflict, "a retransmission with other bytes", false, true, func(p *plan) {
		p.end = func(c *pcaps.Conversation) {
			for _, text := range []string{"Hello", "Jello"} {
				s := c.Segment(pcaps.S2C)
				s.Flags, s.Payload = pcaps.PSH|pcaps.ACK, pcaps.Text(text).Bytes()
				c.Put(s)
			}
			c.Skip(pcaps.S2C, len(hello.Bytes()))
			c.Ack(pcaps.C2S)
			c.Close()
		}
	}},
	{"limit", ws.RuleLimit, "a compression bomb of 64 MiB", false, true, func(p *plan) {
		var d pcaps.Deflater
		p.deflate = true
		p.say(pcaps.S2C, pcaps.Compressed(pcaps.OpBinary, d.Compress(make([]byte, 64<<20))))
	}},
}
