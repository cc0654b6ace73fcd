package packets

import (
	"context"
	"errors"
	"io"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/reassembly"
)

// Reader calls each with packets in the order of their numbers, from the first to the last that there is. It can be
// called again. An error of each ends it and is returned.
type Reader func(ctx context.Context, each func(*capture.Packet) error) error

// Reread reads inputs again, up to packet last.
func Reread(last int, open func() (run.Inputs, error)) Reader {
	return func(ctx context.Context, each func(*capture.Packet) error) error {
		in, err := open()
		if err != nil {
			return err
		}
		defer in.Close()
		return readUpTo(ctx, in, last, each)
	}
}

func readUpTo(ctx context.Context, in run.Inputs, last int, each func(*capture.Packet) error) error {
	var b capture.Batch
	for ctx.Err() == nil {
		err := in.ReadBatch(&b)
		var damage *capture.Damage
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.As(err, &damage): // reported the first time
			continue
		case err != nil:
			return err
		}
		for i := range b.Packets {
			if b.Packets[i].Number > last {
				return nil
			}
			if err := each(&b.Packets[i]); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}

// Copy copies packets, and counts them.
type Copy struct {
	// N are the packets copied, Early those of them from before 1970.
	N, Early int64
}

// All copies all packets.
func (k *Copy) All(ctx context.Context, read Reader, w *capture.Writer) error {
	return read(ctx, func(p *capture.Packet) error { return k.one(p, w) })
}

// Chosen copies the packets of connections in two passes: they are marked, then copied.
func (k *Copy) Chosen(ctx context.Context, read Reader, conns []Connection, w *capture.Writer) error {
	m := newMarker(conns)
	if err := read(ctx, m.mark); err != nil {
		return err
	}
	return read(ctx, func(p *capture.Packet) error {
		if !m.marks.has(p.Number) {
			return nil
		}
		return k.one(p, w)
	})
}

func (k *Copy) one(p *capture.Packet, w *capture.Writer) error {
	if p.Time < 0 {
		k.Early++
	}
	k.N++
	return w.Write(p)
}

// Marked returns a function that reports whether a packet belongs to one of the connections.
func Marked(ctx context.Context, read Reader, conns []Connection) (func(number int) bool, error) {
	m := newMarker(conns)
	err := read(ctx, m.mark)
	return m.marks.has, err
}

// marker marks the packets of connections, and those that carried fragments of them.
type marker struct {
	conns     map[reassembly.Flow][]*Connection
	marks     packetSet
	dissector reassembly.Dissector
	seg       reassembly.Segment
}

func newMarker(conns []Connection) *marker {
	m := &marker{conns: map[reassembly.Flow][]*Connection{}}
	for i := range conns {
		c := &conns[i]
		m.conns[c.flow] = append(m.conns[c.flow], c)
	}
	return m
}

// mark looks at the next packet. Conns are counted up.
func (m *marker) mark(p *capture.Packet) error {
	switch m.dissector.Segment(p, &m.seg) {
	case reassembly.OK:
		for _, c := range m.conns[m.seg.Flow] {
			if c.has(p.Number) {
				c.kept++
				m.marks.add(p.Number)
				for _, n := range m.dissector.Parts() {
					m.marks.add(n)
				}
			}
		}
	case reassembly.FragmentDuplicate:
		for _, n := range m.dissector.Parts() {
			if m.marks.has(n) {
				m.marks.add(p.Number)
			}
		}
	}
	return nil
}

// packetSet is a set of packet numbers, a bit for each from the first added on, or a little before it.
type packetSet struct {
	bits []uint64
	// from is the number of the first bit, a multiple of 64.
	from int
}

func (s *packetSet) has(number int) bool {
	at := number - s.from
	return at >= 0 && at/64 < len(s.bits) && s.bits[at/64]>>(at%64)&1 != 0
}

func (s *packetSet) add(number int) {
	word := number / 64 * 64
	switch {
	case len(s.bits) == 0:
		s.from = word
	case word < s.from: // a fragment of the first packet
		s.bits = append(make([]uint64, (s.from-word)/64), s.bits...)
		s.from = word
	}
	at := number - s.from
	for len(s.bits) <= at/64 {
		s.bits = append(s.bits, 0)
	}
	s.bits[at/64] |= 1 << (at % 64)
}
