package handlertest

import (
	"fmt"
	"strings"

	"github.com/wspeek/wspeek/reassembly"
)

// Kind says which method of Handler a Call is of.
type Kind uint8

// The methods of reassembly.Handler.
const (
	Data Kind = iota
	Gap
	Conflict
	Close
)

// Call is one call of a Handler.
type Call struct {
	Kind Kind
	Dir  reassembly.Dir
	// Chunk is what Data is called with.
	Chunk reassembly.Chunk
	// Off and N are the range of Gap and Conflict.
	Off, N int64
	// Close is what Close is called with.
	Close reassembly.CloseKind
}

// Play makes the call on h.
func (c *Call) Play(h reassembly.Handler) {
	switch c.Kind {
	case Data:
		h.Data(c.Dir, c.Chunk)
	case Gap:
		h.Gap(c.Dir, c.Off, c.N)
	case Conflict:
		h.Conflict(c.Dir, c.Off, c.N)
	case Close:
		h.Close(c.Dir, c.Close)
	}
}

// String is the call in one line.
func (c *Call) String() string {
	switch c.Kind {
	case Data:
		return fmt.Sprintf("data %d %q of packet %d, ack %d", c.Chunk.Off, c.Chunk.Data, c.Chunk.Packet, c.Chunk.Ack)
	case Gap:
		return fmt.Sprintf("gap %d+%d", c.Off, c.N)
	case Conflict:
		return fmt.Sprintf("conflict %d+%d", c.Off, c.N)
	}
	return fmt.Sprintf("close %d", c.Close)
}

// Script builds calls in the order of packets. Offsets and acknowledgements follow from what was added before:
// every chunk acknowledges all that the opposite direction has sent so far. Its zero value is an empty script.
type Script struct {
	Calls  []Call
	off    [2]int64
	packet int
}

// Send adds a packet with these bytes.
func (s *Script) Send(d reassembly.Dir, data string) *Script {
	s.packet++
	s.Calls = append(s.Calls, Call{Kind: Data, Dir: d, Chunk: reassembly.Chunk{
		Off: s.off[d], Data: []byte(data), Packet: s.packet, Ack: s.off[d.Other()]}})
	s.off[d] += int64(len(data))
	return s
}

// Lose adds n bytes that were not captured.
func (s *Script) Lose(d reassembly.Dir, n int64) *Script {
	s.Calls = append(s.Calls, Call{Kind: Gap, Dir: d, Off: s.off[d], N: n})
	s.off[d] += n
	return s
}

// Differ adds a conflict over the last back bytes of a direction, to its end.
func (s *Script) Differ(d reassembly.Dir, back int64) *Script {
	s.Calls = append(s.Calls, Call{Kind: Conflict, Dir: d, Off: s.off[d] - back, N: back})
	return s
}

// End closes both directions, d first.
func (s *Script) End(d reassembly.Dir, k reassembly.CloseKind) *Script {
	s.Calls = append(s.Calls, Call{Kind: Close, Dir: d, Close: k}, Call{Kind: Close, Dir: d.Other(), Close: k})
	return s
}

// cut plays calls with their data in pieces of at most size bytes, which are overwritten after each call:
// a Handler must copy what it keeps.
func cut(calls []Call, size int, h reassembly.Handler) {
	for i := range calls {
		c := calls[i]
		if c.Kind != Data {
			c.Play(h)
			continue
		}
		for data := c.Chunk.Data; len(data) > 0; {
			n := min(size, len(data))
			piece := c.Chunk
			piece.Data = append([]byte(nil), data[:n]...)
			h.Data(c.Dir, piece)
			for k := range piece.Data {
				piece.Data[k] = '#'
			}
			c.Chunk.Off += int64(n)
			data = data[n:]
		}
	}
}

// record adds a call; what goes on in the same packet is joined, so that cuts do not show.
func (s *stream) record(c Call) {
	if n := len(s.calls); n > 0 {
		last := &s.calls[n-1]
		switch {
		case last.Kind == Data && c.Kind == Data && last.Chunk.Packet == c.Chunk.Packet && last.Chunk.Ack == c.Chunk.Ack &&
			last.Chunk.Time == c.Chunk.Time:
			last.Chunk.Data = append(last.Chunk.Data, c.Chunk.Data...)
			return
		case last.Kind == Gap && c.Kind == Gap:
			last.N += c.N
			return
		}
	}
	s.calls = append(s.calls, c)
}

// Calls are the recorded calls as text, by direction, in a form in which neither cuts nor the order between the
// directions show.
func (k *Checker) Calls() string {
	var b strings.Builder
	for d := range k.streams {
		s := &k.streams[d]
		fmt.Fprintf(&b, "direction %d\n", d)
		for i := range s.calls {
			fmt.Fprintln(&b, " ", s.calls[i].String())
		}
		for i := range s.conflicts {
			fmt.Fprintln(&b, " ", s.conflicts[i].String())
		}
		if s.close != 0 {
			fmt.Fprintf(&b, "  close %d\n", s.close)
		}
	}
	return b.String()
}
