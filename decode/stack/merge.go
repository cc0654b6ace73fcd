package stack

import (
	"math"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
)

// atEnd is Event.Packet of what the end of the capture causes.
const atEnd = math.MaxInt

// Merger puts the events of several Decoders into one order (packet, then connection, then as told)
// and numbers streams and sessions in it. The zero value is ready.
type Merger struct {
	// Streams and Sessions are how many have been numbered.
	Streams, Sessions int
	// Zero is when the first packet of the run was captured, to be set before Merge is called.
	Zero  capture.Time
	heads []int
}

// Merge visits the events of batches, which the Decoders filled from the same run of packets. An error of
// visit ends it and is returned.
func (m *Merger) Merge(batches []*decode.Batch, visit func(*decode.Batch, *decode.Event) error) error {
	m.heads = append(m.heads[:0], make([]int, len(batches))...)
	for {
		pick := -1
		var best *decode.Event
		for i, b := range batches {
			if h := m.heads[i]; h < len(b.Events) {
				if e := &b.Events[h]; best == nil || before(e, best) {
					pick, best = i, e
				}
			}
		}
		if pick < 0 {
			return nil
		}
		if err := m.run(batches[pick], &m.heads[pick], visit); err != nil {
			return err
		}
	}
}

// run visits the events of b from head up to the first that is not of the same packet and stream.
func (m *Merger) run(b *decode.Batch, head *int, visit func(*decode.Batch, *decode.Event) error) error {
	first := &b.Events[*head]
	for *head < len(b.Events) {
		e := &b.Events[*head]
		if e.Packet != first.Packet || e.Stream != first.Stream {
			return nil
		}
		*head++
		m.number(b, e)
		if err := visit(b, e); err != nil {
			return err
		}
	}
	return nil
}

func before(a, b *decode.Event) bool {
	if a.Packet != b.Packet {
		return a.Packet < b.Packet
	}
	return a.Stream.First < b.Stream.First
}

func (m *Merger) number(b *decode.Batch, e *decode.Event) {
	switch e.Kind {
	case decode.KindStream:
		e.Stream.N = m.Streams
		m.Streams++
	case decode.KindSession:
		if e.Session.N == 0 {
			m.Sessions++
			e.Session.N = m.Sessions
		}
		s := b.Session(e)
		s.N, s.Stream, s.Zero = e.Session.N, e.Stream.N, m.Zero
	}
}
