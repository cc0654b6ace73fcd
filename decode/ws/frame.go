package ws

import (
	"encoding/binary"
	"strconv"

	"github.com/wspeek/wspeek/decode/rule"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

const (
	bitFin  = 0x80
	bitMask = 0x80
	rsv1    = 4
)

// headerLen is the length of the frame header that p begins with, 0 if p is too
// short to say (RFC 6455 section 5.2).
func headerLen(p []byte) int {
	if len(p) < 2 {
		return 0
	}
	n := 2
	switch p[1] &^ bitMask {
	case 126:
		n = 4
	case 127:
		n = 10
	}
	if p[1]&bitMask != 0 {
		n += 4
	}
	return n
}

// parse fills in what the header p says; p is whole.
func (f *Frame) parse(p []byte) {
	f.Fin = p[0]&bitFin != 0
	f.RSV = p[0] >> 4 & 7
	f.Opcode = Opcode(p[0] & 0xf)
	f.Masked = p[1]&bitMask != 0
	f.HeaderLen = len(p)
	switch n := p[1] &^ bitMask; n {
	case 126:
		f.Len = int64(binary.BigEndian.Uint16(p[2:]))
	case 127:
		f.Len = int64(binary.BigEndian.Uint64(p[2:]))
	default:
		f.Len = int64(n)
	}
	f.MaskKey = [4]byte{}
	if f.Masked {
		f.MaskKey = [4]byte(p[len(p)-4:])
	}
}

// minimal reports whether the length stands in its shortest form; header lengths are 2, 4 or 10 without the key.
func (f *Frame) minimal() bool {
	switch f.fixedLen() {
	case 4:
		return f.Len > 125
	case 10:
		return f.Len > 65535 || f.Len < 0
	}
	return true
}

// fixedLen is the length of the header without the masking key.
func (f *Frame) fixedLen() int {
	if f.Masked {
		return f.HeaderLen - 4
	}
	return f.HeaderLen
}

// header takes header bytes from p; it returns what follows the header.
func (h *half) header(p []byte) []byte {
	if h.nhdr == 0 {
		f := &h.f
		f.First, f.Last, h.top = h.now, h.now, h.now
		f.Min, f.Max = h.now.Packet, h.now.Packet
		if n := headerLen(p); n != 0 && n <= len(p) {
			h.off += int64(n)
			h.begin(p[:n])
			return p[n:]
		}
	}
	return h.gather(p)
}

// gather takes bytes of a header that comes in pieces.
func (h *half) gather(p []byte) []byte {
	for len(p) > 0 {
		want := max(2, headerLen(h.hdr[:h.nhdr]))
		n := copy(h.hdr[h.nhdr:want], p)
		h.touch()
		h.nhdr += n
		h.off += int64(n)
		p = p[n:]
		if h.nhdr == want && headerLen(h.hdr[:want]) == want {
			h.nhdr = 0
			h.begin(h.hdr[:want])
			return p
		}
	}
	return p
}

// begin begins the frame whose header is p; the stream comes after it.
func (h *half) begin(p []byte) {
	f := &h.f
	f.parse(p)
	f.Offset = h.off - int64(len(p))
	f.Seen, f.State, f.Findings = 0, Exact, nil
	if !h.clean && !h.plausible() {
		h.notWebSocket()
		return
	}
	h.c.acct.FrameHeaders += int64(len(p))
	if len(h.ahead) > 0 && h.contested(f.framing()) {
		h.taint = true
	}
	var broken *rule.Rule
	h.cur, broken = h.route()
	h.c.frames++
	f.N, f.Message = h.c.frames, h.cur.m.N
	h.counts.Frames++
	if broken != nil {
		h.find(broken, f.Offset, "opcode "+f.Opcode.String())
	}
	h.check()
	h.join()
	h.need, h.mode = f.Len, inPayload
	switch {
	case f.Len < 0:
		h.unknowable()
	case f.Len == 0:
		h.endFrame()
	}
}

// notWebSocket stops decoding at a header that is none.
func (h *half) notWebSocket() {
	f := &h.f
	f.N = 0
	h.c.acct.Undecoded += int64(f.HeaderLen)
	h.remark(rule.NotWebSocket, f.Offset, "not WebSocket from byte "+itoa(f.Offset))
	h.abandon()
	h.mode = dead
}

// unknowable ends a frame with an impossible length, and with it the direction.
func (h *half) unknowable() {
	a := h.cur
	a.why, a.lenUnknown, a.cut = BadLength, true, true
	h.need = 0
	h.f.State = Undecodable
	h.endFrame()
	h.mode = dead
}

// FillsSegment reports whether b is one frame, or several, and nothing else: as side d sends them, without reserved bits or opcodes.
func FillsSegment(b []byte, d Dir) bool {
	if len(b) == 0 {
		return false
	}
	for len(b) > 0 {
		var f Frame
		size := headerLen(b)
		if size == 0 || size > len(b) {
			return false
		}
		f.parse(b[:size])
		if f.RSV != 0 || f.Opcode.Reserved() || f.Masked != (d == C2S) || f.Len < 0 || f.Len > int64(len(b)-size) {
			return false
		}
		b = b[int64(size)+f.Len:]
	}
	return true
}

// endFrame tells a frame that has ended, and the message that it completes.
func (h *half) endFrame() {
	f, a := &h.f, h.cur
	h.mode = atHeader
	if m := h.c.cfg.Masks; m != nil && f.Masked && f.Dir == C2S && h.masks < len(m) {
		m[h.masks] = f.MaskKey
		h.masks++
	}
	h.label(f, a)
	done := a.single || f.Fin || a.cut
	a.part(f, h.top, h.off)
	if a.cut && !a.single && !f.Fin {
		a.unfinished = true // nobody knows how many fragments were to come
	}
	if done {
		h.conclude(a)
	}
	if h.c.cfg.Frames {
		f.MaxTime = h.top.Time
		h.c.sink.Frame(f)
	}
	h.spans.push(h, f, a)
	h.cur = nil
	if done {
		h.tell(a)
	}
}

// label sets the state of a frame, and lets its message have the conflicts.
func (h *half) label(f *Frame, a *assembly) {
	st := f.State.Worse(h.floor)
	if len(h.ahead) > 0 && h.contested(Range{f.Offset, h.off}) {
		a.conflict = true
	}
	if h.taint || a.conflict {
		a.conflict = true
		st = st.Worse(Conflict)
	}
	if f.Seen < f.Len {
		st = st.Worse(Partial)
	}
	f.State = st
}
