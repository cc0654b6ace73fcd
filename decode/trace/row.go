package trace

import (
	"math"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode/ws"
)

const (
	rowCompressed = 1 << iota
	rowUTF8
	rowReply // ws.S2C
	rowCode  // a close code is there
	rowOdd   // see Trace.odd
	rowConflict
)

// row is a message, packed. Most messages fit.
type row struct {
	start, last           capture.Time
	offset, ref           int64
	startPacket, min, max uint32
	len, wire, size       uint32
	span                  uint32
	session, n            uint32
	frames, code          uint16
	opcode, state, flags  uint8
	why                   uint8
}

// fit32 reports whether all values fit into 32 bits.
func fit32(vs ...int64) bool {
	for _, v := range vs {
		if v < 0 || v > math.MaxUint32 {
			return false
		}
	}
	return true
}

// pack sets what r holds of m, and reports whether that is all.
func (r *row) pack(m *ws.Message) bool {
	r.start, r.last, r.offset = m.Start.Time, m.Last.Time, m.Stream.Start
	r.startPacket, r.min, r.max = uint32(m.Start.Packet), uint32(m.Min), uint32(m.Max)
	r.len, r.wire, r.span = uint32(m.Len), uint32(m.WireLen), uint32(m.Stream.End-m.Stream.Start)
	r.n, r.frames, r.code = uint32(m.N), uint16(m.Frames), uint16(max(m.CloseCode, 0))
	r.opcode, r.state, r.why = uint8(m.Opcode), uint8(m.State), uint8(m.Why)
	for _, f := range []struct {
		on  bool
		bit uint8
	}{{m.Compressed, rowCompressed}, {m.ValidUTF8, rowUTF8}, {m.Dir == ws.S2C, rowReply}, {m.CloseCode >= 0, rowCode}, {m.Conflict, rowConflict}} {
		if f.on {
			r.flags |= f.bit
		}
	}
	return m.Last.Packet == m.Max && len(m.Findings) == 0 && len(m.Holes) == 0 && m.Confidence == 0 &&
		m.Missing == 0 && m.Frames <= math.MaxUint16 && m.CloseCode <= math.MaxUint16 && m.CloseCode >= -1 &&
		fit32(int64(m.Start.Packet), int64(m.Min), int64(m.Max), m.Len, m.WireLen, m.Stream.End-m.Stream.Start, int64(m.N))
}

func (r *row) unpack(m *ws.Message) {
	*m = ws.Message{
		N: int(r.n), Dir: ws.Dir(r.flags & rowReply / rowReply), Opcode: ws.Opcode(r.opcode),
		Start: ws.Stamp{Packet: int(r.startPacket), Time: r.start}, Last: ws.Stamp{Packet: int(r.max), Time: r.last},
		Min: int(r.min), Max: int(r.max), Len: int64(r.len), WireLen: int64(r.wire), Frames: int(r.frames),
		Stream:     ws.Range{Start: r.offset, End: r.offset + int64(r.span)},
		Compressed: r.flags&rowCompressed != 0, State: ws.State(r.state), Why: ws.Why(r.why),
		ValidUTF8: r.flags&rowUTF8 != 0, Conflict: r.flags&rowConflict != 0, CloseCode: -1,
	}
	if r.flags&rowCode != 0 {
		m.CloseCode = int(r.code)
	}
}

const (
	frameFin = 1 << iota
	frameMasked
	frameReply
	frameOdd // see Trace.oddFrames
)

// frameRow is a frame, packed. Most frames fit.
type frameRow struct {
	first, last              capture.Time
	offset                   int64
	firstPacket, lastPacket  uint32
	len                      uint32
	session, n, message      uint32
	key                      [4]byte
	flags, rsv, opcode, head uint8
	state                    uint8
}

// pack sets what r holds of f, and reports whether that is all.
func (r *frameRow) pack(f *ws.Frame) bool {
	r.first, r.last, r.offset = f.First.Time, f.Last.Time, f.Offset
	r.firstPacket, r.lastPacket, r.len = uint32(f.First.Packet), uint32(f.Last.Packet), uint32(f.Len)
	r.n, r.message, r.key = uint32(f.N), uint32(f.Message), f.MaskKey
	r.rsv, r.opcode, r.head, r.state = f.RSV, uint8(f.Opcode), uint8(f.HeaderLen), uint8(f.State)
	for _, b := range []struct {
		on  bool
		bit uint8
	}{{f.Fin, frameFin}, {f.Masked, frameMasked}, {f.Dir == ws.S2C, frameReply}} {
		if b.on {
			r.flags |= b.bit
		}
	}
	return f.Seen == f.Len && f.Min == f.First.Packet && f.Max == f.Last.Packet && f.MaxTime == f.Last.Time && len(f.Findings) == 0 &&
		fit32(int64(f.First.Packet), int64(f.Last.Packet), f.Len, int64(f.N), int64(f.Message))
}

func (r *frameRow) unpack(f *ws.Frame) {
	*f = ws.Frame{
		N: int(r.n), Message: int(r.message), Dir: ws.Dir(r.flags & frameReply / frameReply), Fin: r.flags&frameFin != 0,
		RSV: r.rsv, Opcode: ws.Opcode(r.opcode), Masked: r.flags&frameMasked != 0, MaskKey: r.key, HeaderLen: int(r.head),
		Len: int64(r.len), Seen: int64(r.len), Offset: r.offset, Min: int(r.firstPacket), Max: int(r.lastPacket), MaxTime: r.last,
		First: ws.Stamp{Packet: int(r.firstPacket), Time: r.first}, Last: ws.Stamp{Packet: int(r.lastPacket), Time: r.last},
		State: ws.State(r.state),
	}
}
