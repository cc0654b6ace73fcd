package main

import (
	"github.com/wspeek/wspeek/pcaps"
)

// sided is a frame with who sends it.
type sided struct {
	dir   pcaps.Dir
	frame pcaps.Frame
}

// plan is what build makes.
type plan struct {
	// dir is who sends the frames of the user.
	dir    pcaps.Dir
	frames []sided
	// deflate negotiates permessage-deflate; plain says that explain must not take it for negotiated.
	deflate, plain bool
	request        pcaps.Request
	response       pcaps.Response
	// before are client bytes sent before the response.
	before []byte
	// unanswered says that the server sends no response.
	unanswered bool
	// refused says that no frames can follow the response.
	refused bool
	// ended says that no closing handshake is to be added.
	ended bool
	// end writes what comes last instead of the closing handshake and FIN.
	end func(*pcaps.Conversation)
}

// clientKey masks the client's frames that the user did not choose.
var clientKey = [4]byte{0x37, 0xfa, 0x21, 0x3d}

// say adds frames of one side, masked as that side must.
func (p *plan) say(d pcaps.Dir, frames ...pcaps.Frame) {
	p.dir = d
	for _, f := range frames {
		if d == pcaps.C2S {
			f = f.Masked(clientKey)
		}
		p.frames = append(p.frames, sided{d, f})
	}
}

// raw adds frames as they are.
func (p *plan) raw(d pcaps.Dir, frames ...pcaps.Frame) {
	p.dir = d
	for _, f := range frames {
		p.frames = append(p.frames, sided{d, f})
	}
}

// orSay adds a frame if the user gave none.
func (p *plan) orSay(d pcaps.Dir, frames ...pcaps.Frame) {
	if len(p.frames) == 0 {
		p.say(d, frames...)
	}
}

// first is the first frame, to be broken.
func (p *plan) first() *pcaps.Frame { return &p.frames[0].frame }

// stream is the bytes of all frames.
func (p *plan) stream() (out []byte) {
	for _, x := range p.frames {
		out = append(out, x.frame.Bytes()...)
	}
	return out
}

// oneSided says whether all frames are of one side.
func (p *plan) oneSided() bool {
	for _, x := range p.frames {
		if x.dir != p.dir {
			return false
		}
	}
	return true
}

// conversation writes the packets.
func (p *plan) conversation() *pcaps.Conversation {
	c := &pcaps.Conversation{}
	if p.deflate {
		p.request.Headers = append(p.request.Headers, pcaps.Extension("permessage-deflate"))
		p.response.Headers = append(p.response.Headers, pcaps.Extension("permessage-deflate"))
	}
	c.Open()
	c.Send(pcaps.C2S, p.request.Bytes())
	if p.before != nil {
		c.Push(pcaps.C2S, p.before)
	}
	if !p.unanswered {
		c.Send(pcaps.S2C, p.response.Bytes())
	}
	closed := p.ended || p.refused
	for _, x := range p.frames {
		c.SendFrames(x.dir, x.frame)
		closed = closed || x.frame.Opcode == pcaps.OpClose
	}
	switch {
	case p.end != nil:
		p.end(c)
		return c
	case !closed:
		c.SendFrames(pcaps.C2S, pcaps.Close(1000, "").Masked(clientKey))
		c.SendFrames(pcaps.S2C, pcaps.Close(1000, ""))
	case p.answers():
		p.answer(c)
	}
	c.Close()
	return c
}

// answers says whether a Close frame of the user still wants its answer.
func (p *plan) answers() bool {
	return !p.ended && !p.refused && len(p.frames) > 0 && p.frames[len(p.frames)-1].frame.Opcode == pcaps.OpClose && p.oneSided()
}

func (p *plan) answer(c *pcaps.Conversation) {
	f := pcaps.Frame{Fin: true, Opcode: pcaps.OpClose, Payload: p.frames[len(p.frames)-1].frame.Payload}
	if len(f.Payload) > 2 {
		f.Payload = f.Payload[:2]
	}
	if p.dir == pcaps.S2C {
		f = f.Masked(clientKey)
	}
	c.SendFrames(p.dir.Other(), f)
}
