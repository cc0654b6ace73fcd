package forge

import (
	"bytes"
	"slices"
	"time"

	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/pcaps"
)

// Breaker is a way to break a rule.
type Breaker struct {
	*rule.Rule
	// Takes says that it works on frames of the user's, Wire that it needs a capture to be seen.
	Takes, Wire bool
	// Apply changes a plan so that it breaks the rule.
	Apply func(*Plan)
}

// Find is the row of a name or of a rule's ID; nil if there is none.
func Find(name string) *Breaker {
	for i := range Breakers {
		if Breakers[i].Break == name || Breakers[i].ID == name {
			return &Breakers[i]
		}
	}
	return nil
}

var hello = pcaps.Text("Hello")

// Breakers has a row for each rule that has a Break, those of the frames first.
var Breakers = slices.Concat(frameBreaks, measuredBreaks, appBreaks, handshakeBreaks, http2Breaks)

var frameBreaks = []Breaker{
	{rule.MaskRequired, true, false, func(p *Plan) {
		p.orSay(pcaps.C2S, hello)
		p.Dir = pcaps.C2S
		for i := range p.Frames {
			p.Frames[i].Dir, p.Frames[i].Frame.Mask = pcaps.C2S, nil
		}
	}},
	{rule.MaskForbidden, true, false, func(p *Plan) {
		p.orSay(pcaps.S2C, hello)
		p.Dir = pcaps.S2C
		for i := range p.Frames {
			p.Frames[i].Dir, p.Frames[i].Frame.Mask = pcaps.S2C, &clientKey
		}
	}},
	{rule.MaskZero, true, false, func(p *Plan) {
		p.orSay(pcaps.C2S, hello)
		p.Dir = pcaps.C2S
		for i := range p.Frames {
			p.Frames[i].Dir, p.Frames[i].Frame.Mask = pcaps.C2S, &[4]byte{}
		}
	}},
	{rule.RSV, true, false, func(p *Plan) {
		p.orSay(pcaps.S2C, hello)
		p.first().RSV |= pcaps.RSV2
		p.Plain = !p.Deflate
	}},
	{rule.OpcodeReserved, true, false, func(p *Plan) {
		p.orSay(pcaps.S2C, hello)
		p.first().Opcode = 3
	}},
	{rule.LengthMinimal, true, false, func(p *Plan) {
		p.orSay(pcaps.S2C, hello)
		f := p.first()
		if f.Form = pcaps.Length16; len(f.Payload) > 125 {
			f.Form = pcaps.Length64
		}
	}},
	{rule.LengthMSB, true, false, func(p *Plan) {
		p.orSay(pcaps.S2C, hello)
		f := p.first()
		*f = f.Declaring(1<<63 | uint64(len(f.Payload)))
		f.Form, p.ended = pcaps.Length64, true
	}},
	{rule.NotWebSocket, false, true, func(p *Plan) {
		p.ended, p.end = true, func(c *pcaps.Conversation) {
			c.Send(pcaps.S2C, []byte("HTTP/1.1 500 Internal Server Error\r\n\r\n"))
			c.Close()
		}
	}},
	{rule.ContinuationUnexpected, true, false, func(p *Plan) {
		p.orSay(pcaps.S2C, hello)
		p.first().Opcode = pcaps.OpContinuation
	}},
	{rule.ContinuationExpected, false, false, func(p *Plan) {
		p.say(pcaps.S2C, pcaps.Frame{Opcode: pcaps.OpText, Payload: []byte("Hel")}, pcaps.Text("World"))
	}},
	{rule.Unfinished, false, false, func(p *Plan) {
		p.say(pcaps.S2C, pcaps.Fragments(pcaps.OpText, "Hel", "lo", "!")[:2]...)
	}},
	{rule.ControlLength, false, false, func(p *Plan) {
		p.say(pcaps.S2C, pcaps.Ping(string(bytes.Repeat([]byte("x"), 126))))
	}},
	{rule.ControlFragmented, false, false, func(p *Plan) {
		p.say(pcaps.S2C, pcaps.Frame{Opcode: pcaps.OpPing, Payload: []byte("Hello")})
	}},
	{rule.CloseLength, false, false, func(p *Plan) {
		p.say(pcaps.S2C, pcaps.Frame{Fin: true, Opcode: pcaps.OpClose, Payload: []byte{3}})
	}},
	{rule.DataAfterClose, false, false, func(p *Plan) {
		p.say(pcaps.S2C, pcaps.Close(1000, ""), hello)
	}},
	{rule.ControlAfterClose, false, false, func(p *Plan) {
		p.say(pcaps.S2C, pcaps.Close(1000, ""), pcaps.Ping(""))
	}},
	{rule.NoClose, false, true, func(p *Plan) {
		p.say(pcaps.S2C, hello)
		p.end = func(c *pcaps.Conversation) { c.Rst(pcaps.S2C) }
	}},
	{rule.TCPKeptOpen, false, true, func(p *Plan) {
		p.end = func(c *pcaps.Conversation) {
			c.SendFrames(pcaps.C2S, pcaps.Close(1000, "").Masked(clientKey))
			c.SendFrames(pcaps.S2C, pcaps.Close(1000, ""))
			c.Wait(10 * time.Second)
			c.Fin(pcaps.C2S)
			c.Fin(pcaps.S2C)
		}
	}},
	{rule.CloseCodeReserved, false, false, func(p *Plan) { p.say(pcaps.S2C, pcaps.Close(1005, "")) }},
	{rule.CloseCodeRange, false, false, func(p *Plan) { p.say(pcaps.S2C, pcaps.Close(999, "")) }},
	{rule.UTF8, false, false, func(p *Plan) {
		p.say(pcaps.S2C, pcaps.Text("h\xe9llo"))
	}},
	{rule.DeflateRSV1, false, false, func(p *Plan) {
		var d pcaps.Deflater
		z := d.Compress([]byte("Hello"))
		p.Deflate = true
		p.say(pcaps.S2C, pcaps.Frame{RSV: pcaps.RSV1, Opcode: pcaps.OpText, Payload: z[:3]}, pcaps.Frame{Fin: true, RSV: pcaps.RSV1, Payload: z[3:]})
	}},
	{rule.DeflateTail, false, false, func(p *Plan) {
		var d pcaps.Deflater
		p.Deflate = true
		p.say(pcaps.S2C, pcaps.Compressed(pcaps.OpText, append(d.Compress([]byte("Hello")), 0, 0, 0xff, 0xff)))
	}},
	{rule.DeflateData, false, false, func(p *Plan) {
		p.Deflate = true
		p.say(pcaps.S2C, pcaps.Compressed(pcaps.OpText, []byte("Hello")))
	}},
	{rule.Gap, false, true, func(p *Plan) {
		p.say(pcaps.S2C, hello)
		p.end = func(c *pcaps.Conversation) {
			c.Skip(pcaps.S2C, len(pcaps.Text("lost").Bytes()))
			c.SendFrames(pcaps.S2C, pcaps.Text("after"))
			c.Close()
		}
	}},
	{rule.Conflict, false, true, func(p *Plan) {
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
	{rule.Limit, false, true, func(p *Plan) {
		var d pcaps.Deflater
		p.Deflate = true
		p.say(pcaps.S2C, pcaps.Compressed(pcaps.OpBinary, d.Compress(make([]byte, 64<<20))))
	}},
}
