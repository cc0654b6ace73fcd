package tls_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/wspeek/wspeek/decode/tls"
	"github.com/wspeek/wspeek/reassembly"
)

// recorder is the next Handler. It checks the order of its calls and keeps what it is given.
type recorder struct {
	bytes  *reassembly.Bytes
	data   [2][]byte
	end    [2]int64
	gaps   [2][]span
	closed [2]reassembly.CloseKind
	passed int64
	// calls are all calls but those of Data, which merge.
	calls   []string
	broken  []string
	packets [2][]int
	// next is the gap of which the length is said to be inferred, and inferred counts those.
	next     *span
	inferred int
	acks     [2][]int64
}

// span is a gap at off of the plaintext.
type span struct {
	off, n int64
	// exact means that the length is proven, else least to most are possible.
	exact       bool
	least, most int64
}

func (r *recorder) at(d reassembly.Dir, off, n int64, what string) {
	if off != r.end[d] || n <= 0 || r.closed[d] != 0 {
		r.broken = append(r.broken, fmt.Sprintf("%s of direction %d: %d bytes at %d, want them at %d (closed %d)", what, d, n, off, r.end[d], r.closed[d]))
	}
	r.end[d] = off + n
}

func (r *recorder) Data(d reassembly.Dir, k reassembly.Chunk) {
	r.at(d, k.Off, int64(len(k.Data)), "data")
	r.data[d] = append(r.data[d], k.Data...)
	r.passed += int64(len(k.Data))
	r.packets[d] = append(r.packets[d], k.Packet)
	r.acks[d] = append(r.acks[d], k.Ack)
	if k.Ack > r.end[d.Other()] {
		r.broken = append(r.broken, fmt.Sprintf("acknowledged %d of %d", k.Ack, r.end[d.Other()]))
	}
	r.calls = append(r.calls, fmt.Sprintf("data %d: %d bytes at %d, packet %d, ack %d", d, len(k.Data), k.Off, k.Packet, k.Ack))
}

func (r *recorder) Inferred(d reassembly.Dir, off, n, least, most int64) {
	if least > n || most < n || off != r.end[d] {
		r.broken = append(r.broken, fmt.Sprintf("inferred %d at %d, from %d to %d", n, off, least, most))
	}
	r.next = &span{off: off, n: n, least: least, most: most}
	r.inferred++
}

func (r *recorder) Gap(d reassembly.Dir, off, n int64) {
	r.at(d, off, n, "gap")
	r.passed += n
	r.bytes.Missing += n
	s := span{off: off, n: n, exact: true, least: n, most: n}
	if r.next != nil {
		s = *r.next
		r.next = nil
		if s.off != off || s.n != n {
			r.broken = append(r.broken, "another gap than the one that was inferred")
		}
	}
	r.gaps[d] = append(r.gaps[d], s)
	r.calls = append(r.calls, fmt.Sprintf("gap %d: %+v", d, s))
}

func (r *recorder) Conflict(reassembly.Dir, int64, int64) { r.broken = append(r.broken, "conflict") }

func (r *recorder) Close(d reassembly.Dir, k reassembly.CloseKind) {
	if r.closed[d] != 0 {
		r.broken = append(r.broken, "closed twice")
	}
	r.closed[d] = k
	r.calls = append(r.calls, fmt.Sprintf("close %d: %d", d, k))
}

// player plays bytes into a Conn.
type player struct {
	t     testing.TB
	keys  *tls.Keys
	conn  *tls.Conn
	r     *recorder
	bytes reassembly.Bytes
	// fed counts bytes and gaps given, off are the offsets, cut is the length of chunks (0: as they come).
	fed     int64
	off     [2]int64
	cut     int
	packet  int
	started int
}

func newPlayer(t testing.TB, l tls.Limits) *player { return newPlayerWith(t, tls.NewKeys(l)) }

func newPlayerWith(t testing.TB, k *tls.Keys) *player {
	p := &player{t: t, keys: k}
	p.r = &recorder{bytes: &p.bytes}
	p.conn = tls.New(k, tls.Options{}, &p.bytes, func(*tls.Conn) reassembly.Handler {
		p.started++
		return p.r
	})
	return p
}

func (p *player) log(text string) {
	l := p.keys.Log(tls.FromKeyLog)
	if _, err := l.Write([]byte(text)); err != nil {
		p.t.Error(err)
	}
	l.End()
}

// data feeds bytes as one packet, in chunks of p.cut. What is kept must have been copied.
func (p *player) data(d reassembly.Dir, b []byte) {
	p.packet++
	p.fed += int64(len(b))
	ack := p.off[d.Other()]
	for b = bytes.Clone(b); len(b) > 0; {
		n := len(b)
		if p.cut > 0 {
			n = min(p.cut, n)
		}
		p.conn.Data(d, reassembly.Chunk{Off: p.off[d], Data: b[:n:n], Packet: p.packet, Ack: ack})
		for i := range b[:n] {
			b[i] = 0xee
		}
		p.off[d] += int64(n)
		b = b[n:]
	}
}

func (p *player) gap(d reassembly.Dir, n int64) {
	p.packet++
	p.fed += n
	p.conn.Gap(d, p.off[d], n)
	p.off[d] += n
}

// close ends both directions and all waiting, and checks order and account.
func (p *player) close() {
	p.t.Helper()
	p.conn.Close(reassembly.Fwd, reassembly.CloseFIN)
	p.conn.Close(reassembly.Rev, reassembly.CloseFIN)
	p.finish()
}

func (p *player) finish() {
	p.t.Helper()
	p.keys.NoMore()
	b := p.bytes
	var data int64
	for _, d := range p.r.data {
		data += int64(len(d))
	}
	if sum := b.TLS + b.Undecoded + b.Missing + data; sum != p.fed {
		p.t.Errorf("account: %+v and %d bytes of data sum up to %d, want %d", b, data, sum, p.fed)
	}
	if len(p.r.broken) > 0 {
		p.t.Errorf("next handler: %q", p.r.broken)
	}
	if p.started > 1 {
		p.t.Errorf("%d handlers were made", p.started)
	}
	if p.started == 1 && slices.Contains(p.r.closed[:], 0) {
		p.t.Errorf("closed %v", p.r.closed)
	}
}
