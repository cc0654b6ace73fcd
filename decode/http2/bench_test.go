package http2

import (
	"strings"
	"testing"

	"github.com/wspeek/wspeek/reassembly"
)

// counter is a Sink and Handler that only counts.
type counter struct{ bytes int64 }

func (*counter) Request(*Request) bool                                 { return true }
func (n *counter) Response(*Request, *Response) reassembly.Handler     { return n }
func (n *counter) Pending(*Request) reassembly.Handler                 { return n }
func (n *counter) Midstream(uint32, reassembly.Dir) reassembly.Handler { return nil }
func (*counter) Ending(*Ending)                                        {}
func (*counter) Finding(*Finding)                                      {}
func (n *counter) Data(_ reassembly.Dir, ch reassembly.Chunk)          { n.bytes += int64(len(ch.Data)) }
func (*counter) Gap(reassembly.Dir, int64, int64)                      {}
func (*counter) Conflict(reassembly.Dir, int64, int64)                 {}
func (*counter) Close(reassembly.Dir, reassembly.CloseKind)            {}

// BenchmarkData is DATA of a followed stream: frames of 200 bytes in segments of 1,460.
func BenchmarkData(b *testing.B) {
	p := newPair()
	n, acct := new(counter), new(reassembly.Bytes)
	conn := New(Config{}, n, acct)
	var off [2]int64
	packet := 0
	send := func(d reassembly.Dir, data []byte) {
		packet++
		conn.Data(d, reassembly.Chunk{Off: off[d], Data: data, Packet: packet, Ack: off[d.Other()]})
		off[d] += int64(len(data))
	}
	for _, e := range p.session() {
		send(e.d, []byte(e.data))
	}
	frames := []byte(strings.Repeat(p.c.data(1, strings.Repeat("x", 200)), 1460))
	b.SetBytes(int64(len(frames)))
	b.ReportAllocs()
	for b.Loop() {
		for rest := frames; len(rest) > 0; rest = rest[min(1460, len(rest)):] {
			send(cli, rest[:min(1460, len(rest))])
		}
		send(srv, []byte{0, 0, 0, 4, 1, 0, 0, 0, 0})
	}
}

// BenchmarkRequests is ordinary requests, of which nothing is kept.
func BenchmarkRequests(b *testing.B) {
	p := newPair()
	conn := New(Config{}, newRecorder(), new(reassembly.Bytes))
	conn.sink = new(ignorant)
	off := int64(0)
	send := func(data string) {
		conn.Data(cli, reassembly.Chunk{Off: off, Data: []byte(data), Packet: 1, Ack: -1})
		off += int64(len(data))
	}
	send(Preface)
	id := uint32(1)
	b.ReportAllocs()
	for b.Loop() {
		send(p.c.headersFlags(id, true, ":method GET", ":scheme https", ":path /", ":authority example.com", "user-agent wspeek", "accept */*"))
		id += 2
	}
}

type ignorant struct{ counter }

func (*ignorant) Request(*Request) bool { return false }
