package stack_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/pcaps"
	"github.com/wspeek/wspeek/reassembly"
)

// seg is one TCP segment of a capture that is being mutated.
type seg struct {
	pcaps.Segment
	at time.Time
}

func (s *seg) end() uint32 { return s.Seq + uint32(len(s.Payload)) }

// sameSide says that both were sent by the same side of the same connection.
func (s *seg) sameSide(o *seg) bool { return s.Src == o.Src && s.Dst == o.Dst }

// opposite says that they were sent by the two sides of a connection.
func (s *seg) opposite(o *seg) bool { return s.Src == o.Dst && s.Dst == o.Src }

// readPackets are the packets of a capture file.
func readPackets(t testing.TB, file []byte) (out []pcaps.Packet) {
	t.Helper()
	in, err := capture.NewReader(bytes.NewReader(file), "test", capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	for b := (capture.Batch{}); err == nil; {
		if err = in.ReadBatch(&b); err == nil {
			for _, p := range b.Packets {
				out = append(out, pcaps.Packet{Time: p.Time.Std(), Link: uint16(p.LinkType), Data: bytes.Clone(p.Data), OrigLen: p.OrigLen})
			}
		}
	}
	if !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	return out
}

// segments takes links and tunnels off. What snaplen cut off is gone.
func segments(ps []pcaps.Packet) (out []seg) {
	var d reassembly.Dissector
	for i, p := range ps {
		var s reassembly.Segment
		q := capture.Packet{Number: i + 1, Time: capture.Time(p.Time.UnixNano()), LinkType: capture.LinkType(p.Link), Data: p.Data, OrigLen: max(p.OrigLen, len(p.Data))}
		if d.Segment(&q, &s) != reassembly.OK {
			continue
		}
		x := seg{at: p.Time, Segment: pcaps.Segment{Src: s.Src(), Dst: s.Dst(), Seq: s.Seq, Ack: s.Ack,
			Flags: byte(s.Flags), Window: s.Window, ID: s.IPID, Payload: bytes.Clone(s.Payload)}}
		if s.Scale >= 0 {
			x.Options = []byte{3, 3, byte(s.Scale)}
		}
		out = append(out, x)
	}
	return out
}

var linkRaw = pcaps.Link{}

// packets puts segments back into packets, without a link layer. IPv6 and IPv4 may be mixed.
func packets(segs []seg) []pcaps.Packet {
	out := make([]pcaps.Packet, len(segs))
	for i := range segs {
		out[i] = pcaps.Packet{Time: segs[i].at, Link: linkRaw.Number(), Data: linkRaw.Wrap(segs[i].Bytes())}
	}
	return out
}

func writeFile(ps []pcaps.Packet) []byte { return pcaps.Pcap{Magic: pcaps.MagicNano}.Bytes(ps) }

// mutant is a capture on its way to ruin.
type mutant struct {
	*rand.Rand
	segs []seg
	// done says what was done, for people.
	done []string
	// forged says that a forgery was put in.
	forged bool
}

func (m *mutant) note(format string, args ...any) {
	m.done = append(m.done, fmt.Sprintf(format, args...))
}

// pick is a random index, and whether there is any.
func (m *mutant) pick() (int, bool) {
	if len(m.segs) == 0 {
		return 0, false
	}
	return m.IntN(len(m.segs)), true
}

// pickData is the index of a random segment with bytes.
func (m *mutant) pickData() (int, bool) {
	for range 50 {
		if i, ok := m.pick(); ok && len(m.segs[i].Payload) > 0 {
			return i, true
		}
	}
	return 0, false
}

// remove takes the segments away that drop says, by their index.
func (m *mutant) remove(drop func(i int) bool) {
	var out []seg
	for i, s := range m.segs {
		if !drop(i) {
			out = append(out, s)
		}
	}
	m.segs = out
}

// insert puts a segment before index i, at the same time as its neighbour.
func (m *mutant) insert(i int, s seg) {
	if i < len(m.segs) {
		s.at = m.segs[i].at
	} else if i > 0 {
		s.at = m.segs[i-1].at
	}
	m.segs = slices.Insert(m.segs, i, s)
}

// mutations are what can happen to a capture, each to be called with a mutant that has segments.
var mutations = []func(*mutant){
	(*mutant).deleteSome, (*mutant).deleteRun, (*mutant).deleteOneData, (*mutant).duplicate, (*mutant).reorder,
	(*mutant).split, (*mutant).split, (*mutant).dropDirection, (*mutant).dropSYNs, (*mutant).dropHandshake, (*mutant).dropBegin,
	(*mutant).dropEnd, (*mutant).wait, (*mutant).strayRST, (*mutant).anyRST, (*mutant).anyFIN, (*mutant).anySYN,
	(*mutant).anyACK, (*mutant).keepAlive, (*mutant).dropACKs, (*mutant).join,
}

func (m *mutant) deleteSome() {
	p := []float64{0.01, 0.05, 0.2, 0.5}[m.IntN(4)]
	m.remove(func(int) bool { return m.Float64() < p })
	m.note("delete %g of all", p)
}

func (m *mutant) deleteRun() {
	i, _ := m.pick()
	n := 1 + m.IntN(6)
	m.remove(func(k int) bool { return k >= i && k < i+n })
	m.note("delete %d from %d", n, i)
}

func (m *mutant) deleteOneData() {
	if i, ok := m.pickData(); ok {
		m.remove(func(k int) bool { return k == i })
		m.note("delete %d", i)
	}
}

func (m *mutant) duplicate() {
	for range 1 + m.IntN(5) {
		i, _ := m.pick()
		to := min(i+m.IntN(30), len(m.segs))
		m.insert(to, m.segs[i])
		m.note("copy %d to %d", i, to)
	}
}

func (m *mutant) reorder() {
	for range 1 + m.IntN(8) {
		i, _ := m.pick()
		to := max(0, min(i+m.IntN(21)-10, len(m.segs)-1))
		s := m.segs[i]
		m.segs = slices.Delete(m.segs, i, i+1)
		m.insert(to, s)
		m.note("move %d to %d", i, to)
	}
}

func (m *mutant) split() {
	n := 1 + m.IntN(10)
	for range n {
		if i, ok := m.pickData(); ok && m.segs[i].Flags&(pcaps.SYN|pcaps.RST) == 0 && len(m.segs[i].Payload) > 1 {
			m.splitAt(i, 1+m.IntN(len(m.segs[i].Payload)-1))
		}
	}
	m.note("%d splits", n)
}

func (m *mutant) splitAt(i, n int) {
	a, b := m.segs[i], m.segs[i]
	a.Payload, b.Payload = a.Payload[:n:n], b.Payload[n:]
	a.Flags &^= pcaps.FIN | pcaps.PSH
	b.Seq += uint32(n)
	m.segs[i] = a
	m.segs = slices.Insert(m.segs, i+1, b)
}

// join makes one segment of two that follow each other.
func (m *mutant) join() {
	for i := 0; i+1 < len(m.segs); i++ {
		a, b := &m.segs[i], &m.segs[i+1]
		plain := (a.Flags|b.Flags)&(pcaps.SYN|pcaps.RST|pcaps.FIN) == 0
		if plain && a.sameSide(b) && a.end() == b.Seq && len(a.Payload) > 0 && len(b.Payload) > 0 && m.IntN(2) == 0 {
			b.Payload, b.Seq = slices.Concat(a.Payload, b.Payload), a.Seq
			m.segs = slices.Delete(m.segs, i, i+1)
			m.note("join %d", i)
		}
	}
}

func (m *mutant) dropDirection() {
	i, _ := m.pick()
	s := m.segs[i]
	from := 0
	if m.IntN(3) == 0 {
		from = m.IntN(len(m.segs))
	}
	m.remove(func(k int) bool { return k >= from && m.segs[k].sameSide(&s) })
	m.note("drop %v to %v from %d", s.Src, s.Dst, from)
}

func (m *mutant) dropSYNs() {
	both := m.IntN(2) == 0
	m.remove(func(k int) bool {
		f := m.segs[k].Flags
		return f&pcaps.SYN != 0 && (both || f&pcaps.ACK == 0)
	})
	m.note("drop SYNs, SYN/ACKs too: %v", both)
}

// dropHandshake takes away what begins with words of the opening handshake.
func (m *mutant) dropHandshake() {
	words := [][]byte{[]byte("GET "), []byte("HTTP/1.1 "), []byte("CONNECT "), {5}}
	if i := m.IntN(len(words) + 1); i < len(words) {
		words = words[i : i+1]
	}
	m.remove(func(k int) bool {
		return slices.ContainsFunc(words, func(w []byte) bool { return bytes.HasPrefix(m.segs[k].Payload, w) })
	})
	m.note("drop what begins with %q", words)
}

func (m *mutant) dropBegin() {
	n := m.IntN(12)
	m.remove(func(k int) bool { return k < n })
	m.note("drop the first %d", n)
}

func (m *mutant) dropEnd() {
	n := m.IntN(len(m.segs))
	m.segs = m.segs[:n:n]
	m.note("drop all from %d", n)
}

func (m *mutant) dropACKs() {
	m.remove(func(k int) bool { return len(m.segs[k].Payload) == 0 && m.segs[k].Flags == pcaps.ACK && m.IntN(3) > 0 })
	m.note("drop empty ACKs")
}

func (m *mutant) wait() {
	i, _ := m.pick()
	d := time.Duration(m.Int64N(int64(3 * time.Second)))
	for k := i; k < len(m.segs); k++ {
		m.segs[k].at = m.segs[k].at.Add(d)
	}
	m.note("wait %v at %d", d, i)
}

// ruin does a few random things to a mutant, forgeries last: they must stand beside what they forge.
func (m *mutant) ruin() {
	for range 1 + m.IntN(4) {
		if len(m.segs) > 0 {
			mutations[m.IntN(len(mutations))](m)
		}
	}
	if m.IntN(2) == 0 {
		for range 1 + m.IntN(3) {
			m.forge()
		}
	}
}
