package http2

import (
	"encoding/binary"
	"fmt"

	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/reassembly"
)

// Settings that matter here (RFC 9113 section 6.5.2, RFC 8441 section 3).
const (
	settingMaxFrameSize = 0x5
	settingConnect      = 0x8
)

// connectSetting is what the server said of extended CONNECT.
type connectSetting struct {
	// on says that the value was 1 at some time, since where the frame ends that said so first.
	on    bool
	since int64
	// lost says that frames of the server were not captured.
	lost bool
}

// settings takes a SETTINGS frame (RFC 9113 section 6.5).
func (c *Conn) settings(d reassembly.Dir, b []byte) {
	h := &c.half[d]
	if h.cut && d != c.client {
		c.connect.lost = true
	}
	if h.f.has(flagAck) {
		return
	}
	for ; len(b) >= 6; b = b[6:] {
		id, v := binary.BigEndian.Uint16(b), binary.BigEndian.Uint32(b[2:])
		switch {
		case id == settingMaxFrameSize && v >= minMaxFrame && v < 1<<24:
			o := &c.half[d.Other()]
			o.maxFrame = max(o.maxFrame, v)
		case id == settingConnect:
			c.setConnect(d, v)
		}
	}
}

// setConnect takes SETTINGS_ENABLE_CONNECT_PROTOCOL (RFC 8441 section 3). A client's has no effect.
func (c *Conn) setConnect(d reassembly.Dir, v uint32) {
	switch {
	case v > 1:
		c.find(rule.H2ConnectSettingValue, d, 0, fmt.Sprintf("the value is %d", v))
	case d == c.client:
	case v == 0 && c.connect.on:
		c.find(rule.H2ConnectSettingWithdrawn, d, 0, "")
	case v == 1 && !c.connect.on:
		c.connect.on, c.connect.since = true, c.half[d].off
	}
}

// enabled reports a request that uses :protocol though the server had not allowed it when the request was sent.
func (c *Conn) enabled(r *Request) {
	if _, ok := r.Get(":protocol"); !ok {
		return
	}
	switch {
	case !c.connect.on && !c.connect.lost:
		c.findIn(rule.H2ConnectSetting, &r.Head, "the server has not sent the setting")
	case c.connect.on && !c.connect.lost && r.ack >= 0 && r.ack < c.connect.since:
		c.findIn(rule.H2ConnectSetting, &r.Head, "the setting had not arrived yet")
	}
}

// ending is what RST_STREAM and GOAWAY have in common.
func (c *Conn) ending(d reassembly.Dir) *Ending {
	h := &c.half[d]
	return &Ending{Stream: h.f.stream, Dir: d, Offset: h.start.off, Packet: h.last.packet, Time: h.last.time}
}

// reset takes RST_STREAM (RFC 9113 section 6.4).
func (c *Conn) reset(d reassembly.Dir, b []byte) {
	h := &c.half[d]
	s := c.streams[h.f.stream]
	if s == nil || s.reset[d] {
		return
	}
	s.reset[d] = true
	e := c.ending(d)
	if e.HasCode = len(b) >= 4; e.HasCode {
		e.Code = ErrCode(binary.BigEndian.Uint32(b))
	}
	if s.req != nil && s.req.IsWebSocket() {
		if !s.answered {
			c.enabled(s.req)
		} else if e.HasCode && e.Code != ErrCodeCancel && e.Code != ErrCodeNone {
			c.find(rule.H2ResetCode, d, s.id, e.Code.String())
		}
	}
	c.sink.Ending(e)
	c.closeStream(s, d, reassembly.CloseRST)
	o := &c.half[d.Other()]
	if o.state == closed || h.last.ack >= 0 && h.last.ack <= o.off {
		c.closeStream(s, d.Other(), reassembly.ClosePeerRST)
		return
	}
	s.resetPacket = h.last.packet
	o.resets = append(o.resets, s)
}

// endResets closes the streams that the other side has reset, once d sends a packet that was captured after that.
func (c *Conn) endResets(d reassembly.Dir, packet int) {
	h := &c.half[d]
	if len(h.resets) == 0 {
		return
	}
	rest := h.resets[:0]
	for _, s := range h.resets {
		if packet <= s.resetPacket {
			rest = append(rest, s)
			continue
		}
		c.closeStream(s, d, reassembly.ClosePeerRST)
	}
	clear(h.resets[len(rest):])
	h.resets = rest
}

// goAway takes GOAWAY (RFC 9113 section 6.8). Requests beyond its last stream are never answered.
func (c *Conn) goAway(d reassembly.Dir, b []byte) {
	e := c.ending(d)
	e.Stream = 0
	if e.HasCode = len(b) >= 8; e.HasCode {
		e.Last, e.Code = binary.BigEndian.Uint32(b)&(1<<31-1), ErrCode(binary.BigEndian.Uint32(b[4:]))
		e.Debug = string(b[8:])
	}
	c.sink.Ending(e)
	if !e.HasCode || d == c.client {
		return
	}
	for _, id := range c.ids() {
		if s := c.streams[id]; id > e.Last && s.next == nil && s.req != nil {
			c.closeStream(s, d, reassembly.CloseRST)
		}
	}
}
