package forge

import (
	"github.com/wspeek/wspeek/pcaps"
)

// Sided is a frame and the side that sends it.
type Sided struct {
	Dir   pcaps.Dir
	Frame pcaps.Frame
}

// Plan is a conversation to be written.
type Plan struct {
	// Dir is the side that sends the frames of the user.
	Dir    pcaps.Dir
	Frames []Sided
	// Deflate negotiates permessage-deflate; Plain says that explain must not assume that it was negotiated.
	Deflate, Plain bool
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
	// http2, if not nil, is the session over HTTP/2 that is written instead.
	http2 *http2Plan
	// end writes what comes last instead of the closing handshake and FIN.
	end func(*pcaps.Conversation)
}

// clientKey masks the client's frames that the user did not choose.
var clientKey = [4]byte{0x37, 0xfa, 0x21, 0x3d}

// say adds frames of one side, masked as that side must.
func (p *Plan) say(d pcaps.Dir, frames ...pcaps.Frame) {
	p.Dir = d
	for _, f := range frames {
		if d == pcaps.C2S {
			f = f.Masked(clientKey)
		}
		p.Frames = append(p.Frames, Sided{d, f})
	}
}

// Add adds frames as they are.
func (p *Plan) Add(d pcaps.Dir, frames ...pcaps.Frame) {
	p.Dir = d
	for _, f := range frames {
		p.Frames = append(p.Frames, Sided{d, f})
	}
}

// orSay adds a frame if the user gave none.
func (p *Plan) orSay(d pcaps.Dir, frames ...pcaps.Frame) {
	if len(p.Frames) == 0 {
		p.say(d, frames...)
	}
}

// first is the first frame, to be broken.
func (p *Plan) first() *pcaps.Frame { return &p.Frames[0].Frame }

// Bytes are the bytes of all frames.
func (p *Plan) Bytes() (out []byte) {
	for _, x := range p.Frames {
		out = append(out, x.Frame.Bytes()...)
	}
	return out
}

// OneSided reports whether all frames are of one side.
func (p *Plan) OneSided() bool {
	for _, x := range p.Frames {
		if x.Dir != p.Dir {
			return false
		}
	}
	return true
}

// Conversation makes the packets.
func (p *Plan) Conversation() *pcaps.Conversation {
	c := &pcaps.Conversation{}
	if p.http2 != nil {
		p.http2.write(c)
		return c
	}
	if p.Deflate {
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
	for _, x := range p.Frames {
		c.SendFrames(x.Dir, x.Frame)
		closed = closed || x.Frame.Opcode == pcaps.OpClose
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

// answers reports whether a Close frame of the user still needs its answer.
func (p *Plan) answers() bool {
	return !p.ended && !p.refused && len(p.Frames) > 0 && p.Frames[len(p.Frames)-1].Frame.Opcode == pcaps.OpClose && p.OneSided()
}

func (p *Plan) answer(c *pcaps.Conversation) {
	f := pcaps.Frame{Fin: true, Opcode: pcaps.OpClose, Payload: p.Frames[len(p.Frames)-1].Frame.Payload}
	if len(f.Payload) > 2 {
		f.Payload = f.Payload[:2]
	}
	if p.Dir == pcaps.S2C {
		f = f.Masked(clientKey)
	}
	c.SendFrames(p.Dir.Other(), f)
}
