package stack_test

import (
	"bytes"
	"slices"
	"time"

	"github.com/wspeek/wspeek/pcaps"
)

// fake is u as a forger would send it: other bytes, a right checksum.
func (g *gale) fake(u unit) unit {
	u.origin = forged
	u.seg.ID += 7777
	u.seg.Payload = bytes.Clone(u.seg.Payload)
	u.seg.Flags &^= pcaps.FIN
	for i := range u.seg.Payload {
		if g.IntN(4) == 0 || i == 0 {
			u.seg.Payload[i] ^= byte(1 + g.IntN(255))
		}
	}
	return u
}

// slice is a part of a forged unit.
func (u unit) slice(from, to int) unit {
	u.seg.Payload = u.seg.Payload[from:to]
	u.seg.Seq += uint32(from)
	u.lo, u.hi = u.lo+int64(from), u.lo+int64(to)
	return u
}

// beside puts u shortly before or after where it was.
func (g *gale) beside(u unit) {
	u.at = u.at.Add(time.Duration(1-2*g.IntN(2)) * time.Microsecond)
	g.units = append(g.units, u)
}

// forge puts a copy with other bytes beside the true one.
func (g *gale) forge() {
	i := g.some((*unit).plain)
	if i < 0 {
		return
	}
	u := g.fake(g.units[i])
	if n := len(u.seg.Payload); g.IntN(2) == 0 && n > 1 {
		from := g.IntN(n - 1)
		u = u.slice(from, from+1+g.IntN(n-from-1))
	}
	g.beside(u)
}

// forgeOver lies over the end of one segment and the start of the next.
func (g *gale) forgeOver() {
	i := g.some((*unit).plain)
	if i < 0 {
		return
	}
	a := g.units[i]
	k := slices.IndexFunc(g.units, func(b unit) bool { return b.plain() && b.conn == a.conn && b.dir == a.dir && b.lo == a.hi })
	if k < 0 {
		return
	}
	b := g.units[k]
	a.seg.Payload, a.hi = slices.Concat(a.seg.Payload, b.seg.Payload), b.hi
	u := g.fake(a)
	from := g.IntN(len(a.seg.Payload) - 1)
	if u.at = b.at; g.IntN(2) == 0 {
		u.at = g.units[i].at
	}
	g.beside(u.slice(from, from+1+g.IntN(len(a.seg.Payload)-from-1)))
}

// forgeByte looks like a keep-alive (RFC 9293 section 3.8.4) with another byte.
func (g *gale) forgeByte() {
	i := g.some((*unit).plain)
	if i < 0 {
		return
	}
	u := g.fake(g.units[i])
	n := len(u.seg.Payload)
	u.seg.Payload[n-1] ^= 1 | byte(g.IntN(256))
	g.beside(u.slice(n-1, n))
}

// forgeLater puts a forged copy up to a second later, maybe after the FIN.
func (g *gale) forgeLater() {
	if i := g.some((*unit).plain); i >= 0 {
		u := g.fake(g.units[i])
		u.at = u.at.Add(g.far())
		g.units = append(g.units, u)
	}
}

// corrupt puts damage with a right checksum (a box on the way recomputed it) before the copy that was sent again.
func (g *gale) corrupt() {
	if i := g.some((*unit).plain); i >= 0 {
		u := g.fake(g.units[i])
		u.at = u.at.Add(-time.Microsecond)
		g.units = append(g.units, u)
		if g.IntN(2) == 0 {
			g.shift(i, g.far())
		}
	}
}

// bare is a forged segment without data, like that of a random unit.
func (g *gale) bare(flags byte) unit {
	u := g.units[g.IntN(len(g.units))]
	u.origin, u.frag, u.snap, u.flips = forged, nil, 0, nil
	u.seg.Flags, u.seg.Payload = flags, nil
	u.seg.ID += 999
	if g.IntN(2) == 0 {
		u.lo = u.hi
		u.seg.Seq = g.scene.conns[u.conn].seq(u.dir, u.lo)
	}
	u.hi = u.lo
	return u
}

func (g *gale) move(u *unit, by int64) {
	u.lo, u.hi = u.lo+by, u.hi+by
	u.seg.Seq += uint32(by)
}

func (g *gale) forgeACK() {
	u := g.bare(pcaps.ACK)
	u.seg.Ack += uint32(1 + g.IntN(3000))
	g.beside(u)
}

func (g *gale) forgeSYN() {
	u := g.bare([]byte{pcaps.SYN, pcaps.SYN | pcaps.ACK}[g.IntN(2)])
	u.seg.Seq = g.Uint32()
	if g.IntN(2) == 0 {
		u.seg.Seq = g.scene.conns[u.conn].seq(u.dir, u.lo) - 1 - uint32(g.IntN(300))
	}
	if u.seg.Flags == pcaps.SYN {
		u.seg.Ack = 0
	}
	g.beside(u)
}

func (g *gale) forgeFIN() {
	u := g.bare(pcaps.FIN | pcaps.ACK)
	if g.IntN(2) == 0 {
		g.move(&u, int64(g.IntN(60)-20))
	}
	g.beside(u)
}

func (g *gale) forgeRST() {
	u := g.bare(pcaps.RST | pcaps.ACK)
	switch g.IntN(3) {
	case 0:
		g.move(&u, int64(g.IntN(6000)))
	case 1:
		u.seg.Seq = g.Uint32()
	}
	g.beside(u)
}

// fragmentOverlap lays a fragment with other bytes over a true one (RFC 5722).
func (g *gale) fragmentOverlap() {
	i := g.some((*unit).large)
	if i < 0 {
		return
	}
	at := g.cut(i, 40+8*g.IntN(6))
	u := g.units[at[len(at)-1-g.IntN(len(at)-1)]]
	f := *u.frag
	f.xor = byte(1 + g.IntN(255))
	u.frag, u.origin = &f, forged
	g.beside(u)
}
