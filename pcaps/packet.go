package pcaps

import (
	"slices"
	"time"
)

// Packet is one packet as a capture file holds it.
type Packet struct {
	// Time is when it was captured.
	Time time.Time
	// Link is the link type's number.
	Link uint16
	// Data begins with the link-layer header.
	Data []byte
	// OrigLen is the length on the wire; 0 means len(Data).
	OrigLen int
	// Interface is the number of the interface in a pcapng section.
	Interface int
	// Options are those of its Enhanced Packet Block.
	Options []Option
}

// length is OrigLen, or that of the data where it is 0.
func (p Packet) length() int {
	if p.OrigLen == 0 {
		return len(p.Data)
	}
	return p.OrigLen
}

// Drop is ps without the packets at the given indexes (from 0), as a capture that lost them.
func Drop(ps []Packet, at ...int) []Packet {
	var out []Packet
	for i, p := range ps {
		if !slices.Contains(at, i) {
			out = append(out, p)
		}
	}
	return out
}

// Move is ps with the packet at index from captured at index to instead. The times stay
// where they are, so that they go on rising.
func Move(ps []Packet, from, to int) []Packet {
	out := slices.Delete(slices.Clone(ps), from, from+1)
	out = slices.Insert(out, to, ps[from])
	for i := range out {
		out[i].Time = ps[i].Time
	}
	return out
}

// Duplicate is ps with a second copy of the packet at index i behind it.
func Duplicate(ps []Packet, i int) []Packet {
	return slices.Insert(slices.Clone(ps), i+1, ps[i])
}

// Cut is ps as a capture with that snaplen has it: at most n bytes of each packet.
func Cut(ps []Packet, n int) []Packet {
	out := slices.Clone(ps)
	for i, p := range out {
		out[i].OrigLen = p.length()
		out[i].Data = p.Data[:min(n, len(p.Data))]
	}
	return out
}

// Merge is several captures as one, in order of time.
func Merge(captures ...[]Packet) []Packet {
	out := slices.Concat(captures...)
	slices.SortStableFunc(out, func(a, b Packet) int { return a.Time.Compare(b.Time) })
	return out
}
