package forge

import (
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/pcaps"
)

// measuredBreaks are those of rules that show only over a session, or in the packets.
var measuredBreaks = []Breaker{
	{rule.PingUnanswered, false, true, func(p *Plan) {
		p.say(pcaps.S2C, pcaps.Ping("there?"))
		p.end = func(c *pcaps.Conversation) {
			c.Wait(10 * time.Second)
			c.SendFrames(pcaps.S2C, hello)
			p.goodbye(c)
		}
	}},
	{rule.Grew, false, true, func(p *Plan) {
		p.compressed(&pcaps.Deflater{NoTakeover: true}, "a", "b", "c", "d", "e")
	}},
	{rule.TakeoverUnused, false, true, func(p *Plan) {
		var texts []string
		for i := range 12 {
			texts = append(texts, noise(uint64(i), 40))
		}
		p.compressed(&pcaps.Deflater{NoTakeover: true}, texts...)
	}},
	{rule.DeflateWindow, false, true, func(p *Plan) {
		p.request.Headers = append(p.request.Headers, pcaps.Extension("permessage-deflate"))
		p.response.Headers = append(p.response.Headers, pcaps.Extension("permessage-deflate; server_max_window_bits=9"))
		far := noise(1, 1000)
		p.say(pcaps.S2C, new(pcaps.Deflater).Text(far+far))
	}},
	{rule.Tiny, false, true, func(p *Plan) {
		p.say(pcaps.S2C, pcaps.Fragments(pcaps.OpText, "H", "e", "l", "l", "o")...)
	}},
	{rule.Slow, false, true, func(p *Plan) {
		p.end = func(c *pcaps.Conversation) {
			b := hello.Bytes()
			c.Push(pcaps.S2C, b[:3])
			c.Wait(2 * time.Second)
			c.Push(pcaps.S2C, b[3:])
			p.goodbye(c)
		}
	}},
	{rule.Damaged, false, true, func(p *Plan) {
		p.say(pcaps.S2C, hello)
		p.end = func(c *pcaps.Conversation) {
			s := c.Segment(pcaps.S2C)
			s.Flags, s.Payload, s.BadChecksum = pcaps.PSH|pcaps.ACK, pcaps.Text("Jello").Bytes(), true
			c.Put(s)
			c.SendFrames(pcaps.S2C, hello)
			p.goodbye(c)
		}
	}},
	{rule.Outside, false, true, func(p *Plan) {
		p.say(pcaps.S2C, hello)
		p.end = func(c *pcaps.Conversation) {
			s := c.Segment(pcaps.S2C)
			s.Flags, s.Payload = pcaps.PSH|pcaps.ACK, pcaps.Text("from elsewhere").Bytes()
			s.Seq += 1 << 30
			c.Put(s)
			c.SendFrames(pcaps.S2C, hello)
			p.goodbye(c)
		}
	}},
	{rule.Unchecked, false, true, func(p *Plan) {
		p.end = func(c *pcaps.Conversation) {
			big := pcaps.Frame{Fin: true, Opcode: pcaps.OpBinary, Payload: make([]byte, 300<<10)}.Bytes()
			again := c.Segment(pcaps.S2C)
			again.Flags, again.Payload = pcaps.PSH|pcaps.ACK, big[:1000]
			c.Push(pcaps.S2C, big)
			c.Put(again)
			c.Ack(pcaps.C2S)
			p.goodbye(c)
		}
	}},
}

// compressed adds compressed messages of the server.
func (p *Plan) compressed(d *pcaps.Deflater, texts ...string) {
	p.Deflate = true
	for _, s := range texts {
		p.say(pcaps.S2C, d.Text(s))
	}
}

// goodbye is the closing handshake and the end of TCP.
func (p *Plan) goodbye(c *pcaps.Conversation) {
	c.SendFrames(pcaps.C2S, pcaps.Close(1000, "").Masked(clientKey))
	c.SendFrames(pcaps.S2C, pcaps.Close(1000, ""))
	c.Close()
}

// noise is text of n digits without anything that comes twice by design.
func noise(seed uint64, n int) string {
	r := rand.New(rand.NewPCG(seed, 0))
	var b []byte
	for len(b) < n {
		b = strconv.AppendUint(b, r.Uint64(), 36)
	}
	return string(b[:n])
}
