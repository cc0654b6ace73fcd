package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
	"time"

	"github.com/wspeek/wspeek/pcaps"
)

// profiles are the kinds of traffic by name; connections take the kinds of a profile in turn.
var profiles = map[string][]kind{
	"json":    {kindJSON},
	"deflate": {kindDeflate},
	"bulk":    {kindBulk},
	"small":   {kindSmall},
	"mixed":   {kindJSON, kindDeflate, kindBulk, kindSmall, kindJSON, kindDeflate, kindSmall, kindDeflate},
}

// generator writes a capture.
type generator struct {
	opt options
	rng *rand.Rand
	// truth and tls are nil if they were not asked for.
	truth *truth
	tls   *tlsConfig

	conns []*conn
	// capture receives the file; record is the buffer of one packet in it.
	capture io.Writer
	record  []byte
	written int64
	err     error
	now     time.Time
	ipID    uint16
}

func newGenerator(o options, capture io.Writer) (*generator, error) {
	kinds := profiles[o.profile]
	switch {
	case kinds == nil:
		return nil, fmt.Errorf("unknown profile %q", o.profile)
	case o.conns < 1 || o.mss < 1:
		return nil, fmt.Errorf("-conns %d -mss %d: want positive numbers", o.conns, o.mss)
	}
	g := &generator{opt: o, rng: rand.New(rand.NewPCG(o.seed, 7)), capture: capture, now: time.Unix(1_700_000_000, 0)}
	for i := range o.conns {
		g.conns = append(g.conns, g.newConn(i, kinds[i%len(kinds)]))
	}
	return g, nil
}

// newConn returns connection number i, which has its own client address.
func (g *generator) newConn(i int, k kind) *conn {
	port := uint16(80)
	if g.opt.tls != "" {
		port = 443
	}
	c := &conn{g: g, id: i, kind: k}
	c.addrs[pcaps.C2S] = netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 1, byte(i >> 8), byte(i)}), uint16(20000+i%40000))
	c.addrs[pcaps.S2C] = netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 2, 0, 1}), port)
	c.seq = [2]uint32{g.rng.Uint32(), g.rng.Uint32()}
	return c
}

// run writes messages of connections chosen at random until the capture has its size, then closes the connections.
func (g *generator) run() error {
	g.write(pcaps.Pcap{}.Bytes(nil))
	for g.written < g.opt.size && g.err == nil {
		c := g.conns[g.rng.IntN(len(g.conns))]
		if !c.opened {
			c.open()
		}
		for range 1 + g.rng.IntN(4) {
			c.message()
		}
		c.flush()
	}
	for _, c := range g.conns {
		if c.opened {
			c.close()
		}
	}
	if g.truth != nil && g.err == nil {
		return g.truth.err
	}
	return g.err
}

// emit writes a segment as the next packet.
func (g *generator) emit(s pcaps.Segment) {
	g.now = g.now.Add(time.Duration(1+g.rng.IntN(40)) * time.Microsecond)
	g.ipID++
	s.ID, s.Window = g.ipID, 64240
	g.record = pcaps.Pcap{}.AppendRecord(g.record[:0], pcaps.Packet{Time: g.now, Data: pcaps.Ethernet.Wrap(s.Bytes())})
	g.write(g.record)
}

func (g *generator) write(b []byte) {
	n, err := g.capture.Write(b)
	g.written += int64(n)
	if g.err == nil {
		g.err = err
	}
}
