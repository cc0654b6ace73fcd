package reassembly_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/reassembly"
	"github.com/wspeek/wspeek/reassembly/handlertest"
)

// checked is an Acceptor whose Handlers check the contract of Handler.
type checked struct {
	t     testing.TB
	name  string
	conns []*handlertest.Checker
	// keep records what the Handlers are called with.
	keep bool
}

func (a *checked) Accept(*reassembly.Conn) reassembly.Handler {
	k := &handlertest.Checker{T: a.t, Name: fmt.Sprintf("%s, connection %d", a.name, len(a.conns)), AckBeyond: true, Unrecorded: !a.keep}
	a.conns = append(a.conns, k)
	return k
}

func (a *checked) done() {
	a.t.Helper()
	for _, k := range a.conns {
		k.Done()
	}
}

// wireFlow is from 10.0.0.1:1000 to 10.0.0.2:80.
func wireFlow() reassembly.Flow {
	f := reassembly.Flow{APort: 1000, BPort: 80}
	f.A = netip.AddrFrom4([4]byte{10, 0, 0, 1}).As16()
	f.B = netip.AddrFrom4([4]byte{10, 0, 0, 2}).As16()
	return f
}

// TestTableKeepsTheContract sends random segments, most of them near each other, through a Table.
func TestTableKeepsTheContract(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 6))
	payload := make([]byte, 200)
	for round := range 2000 {
		var sum reassembly.Bytes
		a := &checked{t: t, name: fmt.Sprint("round ", round)}
		table := reassembly.NewTable(a, reassembly.Limits{Waiting: 4 << 10, Unacked: 2 << 10}, &sum)
		now := capture.Time(1e18)
		for i := range rng.IntN(60) {
			now += capture.Time(rng.IntN(3) * rng.IntN(700_000_000))
			s := reassembly.Segment{Packet: i + 1, Time: now, Flow: wireFlow(), FromB: rng.IntN(2) == 0, Window: 60000, Scale: 2}
			s.Flags = []reassembly.Flags{reassembly.ACK, reassembly.ACK, reassembly.ACK, reassembly.ACK | reassembly.FIN,
				reassembly.SYN, reassembly.SYN | reassembly.ACK, reassembly.RST}[rng.IntN(7)]
			s.Seq, s.Ack = uint32(1000+rng.IntN(600)), uint32(1000+rng.IntN(600))
			if s.Flags&reassembly.SYN == 0 {
				s.Payload = payload[:rng.IntN(len(payload))]
			}
			table.Segment(&s)
			if rng.IntN(8) == 0 {
				table.EndBatch()
			}
		}
		table.Finish()
		a.done()
		var told int64
		for _, k := range a.conns {
			told += k.End(reassembly.Fwd) + k.End(reassembly.Rev)
		}
		if sum.Stream != told {
			t.Errorf("round %d: Bytes.Stream is %d, want %d", round, sum.Stream, told)
		}
		if t.Failed() {
			t.FailNow()
		}
	}
}

// TestAnyCutGivesTheSameCalls: however a stream is cut into segments, the same bytes are passed on, closed alike.
func TestAnyCutGivesTheSameCalls(t *testing.T) {
	t.Parallel()
	stream := []byte("GET / HTTP/1.1\r\nHost: h\r\n\r\nand whatever follows it, up to the FIN")
	for size := 1; size <= len(stream); size++ {
		a := &checked{t: t, name: fmt.Sprint("segments of ", size), keep: true}
		table := reassembly.NewTable(a, reassembly.Limits{}, new(reassembly.Bytes))
		packet := 0
		send := func(fromB bool, f reassembly.Flags, seq, ack uint32, data []byte) {
			packet++
			table.Segment(&reassembly.Segment{Packet: packet, Time: capture.Time(packet), Flow: wireFlow(), FromB: fromB,
				Flags: f, Seq: seq, Ack: ack, Window: 60000, Scale: -1, Payload: data})
		}
		send(false, reassembly.SYN, 999, 0, nil)
		send(true, reassembly.SYN|reassembly.ACK, 4999, 1000, nil)
		for at := 0; at < len(stream); at += size {
			end := min(at+size, len(stream))
			send(false, reassembly.ACK, uint32(1000+at), 5000, stream[at:end])
			send(true, reassembly.ACK, 5000, uint32(1000+end), nil)
			table.EndBatch()
		}
		send(false, reassembly.ACK|reassembly.FIN, uint32(1000+len(stream)), 5000, nil)
		send(true, reassembly.ACK|reassembly.FIN, 5000, uint32(1001+len(stream)), nil)
		send(false, reassembly.ACK, uint32(1001+len(stream)), 5001, nil)
		table.Finish()
		a.done()
		k := a.conns[0]
		if got := k.Bytes(reassembly.Fwd, '?'); !bytes.Equal(got, stream) || k.Closed(reassembly.Fwd) != reassembly.CloseFIN || k.Closed(reassembly.Rev) != reassembly.CloseFIN {
			t.Errorf("segments of %d: passed on %q, closed %d and %d; want %q, closed by FINs", size, got, k.Closed(0), k.Closed(1), stream)
		}
	}
}
