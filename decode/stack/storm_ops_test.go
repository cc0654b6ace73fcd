package stack_test

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/wspeek/wspeek/pcaps"
)

// gale is a scene on its way to ruin.
type gale struct {
	*rand.Rand
	scene *scene
	units []unit
	// done are the names of what was done.
	done []string
	// datagrams numbers fragmented packets.
	datagrams int
	// ids makes identifications of IP packets that no other has.
	ids uint16
}

// galeOp is one thing that can happen to a capture. It is skipped if there is nothing that it can be done to.
type galeOp struct {
	name string
	do   func(*gale)
}

// lossless operations take nothing away, and add nothing that was not sent.
var lossless = []galeOp{
	{"delay_one", (*gale).delayOne}, {"delay_last", (*gale).delayLast}, {"reorder", (*gale).reorder}, {"double", (*gale).double}, {"split", (*gale).split},
	{"join", (*gale).join}, {"vlan", (*gale).vlan}, {"any", (*gale).anyInterface}, {"fragment", (*gale).fragment},
}

// losses take packets away.
var losses = []galeOp{
	{"drop_some", (*gale).dropSome}, {"drop_burst", (*gale).dropBurst}, {"drop_one", (*gale).dropOne}, {"drop_syn", (*gale).dropSYN},
	{"drop_request", (*gale).dropRequest}, {"drop_response", (*gale).dropResponse}, {"cut_start", (*gale).cutStart}, {"cut_end", (*gale).cutEnd},
	{"snaplen", (*gale).snaplen}, {"drop_direction", (*gale).dropDirection}, {"drop_acks", (*gale).dropACKs}, {"fragment_lost", (*gale).fragmentLost},
	{"fragment_wrap", (*gale).fragmentWrap}, {"damage", (*gale).damage}, {"damage_copy", (*gale).damageCopy},
}

// forgeries put in what nobody sent, with right checksums.
var forgeries = []galeOp{
	{"forge", (*gale).forge}, {"forge_over", (*gale).forgeOver}, {"forge_byte", (*gale).forgeByte}, {"forge_later", (*gale).forgeLater},
	{"forge_ack", (*gale).forgeACK}, {"forge_syn", (*gale).forgeSYN}, {"forge_fin", (*gale).forgeFIN}, {"forge_rst", (*gale).forgeRST},
	{"fragment_overlap", (*gale).fragmentOverlap}, {"corrupt", (*gale).corrupt},
}

// newGale does a few random things to a scene: a third of them takes nothing away, a third loses, a third forges too.
func newGale(s *scene, seed uint64) *gale {
	g := &gale{Rand: rand.New(rand.NewPCG(seed, 10)), scene: s, units: slices.Clone(s.units)}
	kinds := [][]galeOp{lossless}
	switch g.IntN(3) {
	case 1:
		kinds = append(kinds, losses, losses)
	case 2:
		kinds = append(kinds, losses, forgeries, forgeries)
	}
	for range 1 + g.IntN(4) {
		ops := kinds[g.IntN(len(kinds))]
		op := ops[g.IntN(len(ops))]
		if len(g.units) == 0 {
			break
		}
		op.do(g)
		g.done = append(g.done, op.name)
		sortUnits(g.units)
	}
	return g
}

// some is a random unit that fits, -1 if none was found.
func (g *gale) some(fits func(*unit) bool) int {
	for range 60 {
		if i := g.IntN(len(g.units)); fits(&g.units[i]) {
			return i
		}
	}
	return -1
}

// plain says that a unit is a whole genuine segment with data.
func (u *unit) plain() bool {
	return u.origin == genuine && u.frag == nil && u.snap == 0 && len(u.seg.Payload) > 0 && !u.has(pcaps.SYN|pcaps.RST)
}

func (u *unit) any() bool { return true }

func (g *gale) remove(drop func(i int) bool) {
	var out []unit
	for i := range g.units {
		if !drop(i) {
			out = append(out, g.units[i])
		}
	}
	g.units = out
}

// far is a random time, mostly short, of less than a second.
func (g *gale) far() time.Duration {
	return time.Duration(g.Int64N(int64([]time.Duration{3, 20, 200, 900}[g.IntN(4)] * time.Millisecond)))
}

// inTime says that of two units captured so far from when they were sent, no one comes more than a second too late.
func (u *unit) inTime(at time.Time) bool {
	d := at.Sub(u.sent)
	return d > -300*time.Millisecond && d < 600*time.Millisecond
}

// shift captures a unit earlier or later, if it stays in time.
func (g *gale) shift(i int, d time.Duration) {
	if u := &g.units[i]; u.inTime(u.at.Add(d)) {
		u.at = u.at.Add(d)
	}
}

func (g *gale) delayOne() {
	if i := g.some((*unit).plain); i >= 0 {
		g.shift(i, g.far())
	}
}

// delayLast captures the last packets of a direction after its FIN or RST, or these before the data.
func (g *gale) delayLast() {
	i := g.some((*unit).any)
	c, d, n := g.units[i].conn, g.units[i].dir, 1+g.IntN(4)
	for k := len(g.units) - 1; k >= 0 && n > 0; k-- {
		if u := &g.units[k]; u.conn == c && u.dir == d {
			n--
			g.shift(k, g.far()*time.Duration(1-2*g.IntN(2)))
		}
	}
}

func (g *gale) reorder() {
	d := g.far()
	for i := range g.units {
		g.shift(i, time.Duration(g.Int64N(int64(d)+1)))
	}
}

func (g *gale) double() {
	for range 1 + g.IntN(6) {
		u := g.units[g.some((*unit).any)]
		if u.at = u.at.Add(g.far()); u.inTime(u.at) {
			g.units = append(g.units, u)
		}
	}
}

// cutAt makes two units of one.
func (g *gale) cutAt(i, n int) {
	a := g.units[i]
	b := a
	a.seg.Payload, b.seg.Payload = a.seg.Payload[:n:n], b.seg.Payload[n:]
	a.hi, b.lo = a.lo+int64(n), b.lo+int64(n)
	a.seg.Flags &^= pcaps.FIN | pcaps.PSH
	b.seg.Seq += uint32(n)
	g.ids++
	b.seg.ID += 20000 + g.ids
	b.at = b.at.Add(time.Microsecond)
	g.units[i] = a
	g.units = append(g.units, b)
}

func (g *gale) split() {
	for range 1 + g.IntN(12) {
		i := g.some(func(u *unit) bool { return u.plain() && len(u.seg.Payload) > 1 })
		if i < 0 {
			return
		}
		n := 1 + g.IntN(len(g.units[i].seg.Payload)-1)
		if g.IntN(3) == 0 {
			n = len(g.units[i].seg.Payload) - 1
		}
		g.cutAt(i, n)
	}
}

// join makes one of segments that follow each other, as network cards do.
func (g *gale) join() {
	for i := 0; i < len(g.units); i++ {
		a := &g.units[i]
		for k := i + 1; k < min(i+4, len(g.units)) && a.plain(); k++ {
			b := &g.units[k]
			if b.plain() && b.conn == a.conn && b.dir == a.dir && b.lo == a.hi && g.IntN(2) == 0 && a.seg.Ack == b.seg.Ack && b.at.Sub(a.at) < 5*time.Millisecond {
				a.seg.Payload, a.hi = slices.Concat(a.seg.Payload, b.seg.Payload), b.hi
				a.seg.Flags |= b.seg.Flags
				g.units = slices.Delete(g.units, k, k+1)
			}
		}
	}
}

func (g *gale) vlan() {
	tag, one := uint16(1+g.IntN(4000)), g.IntN(2) == 0
	for i := range g.units {
		if !one || g.units[i].dir == pcaps.C2S {
			g.units[i].vlan = tag
		}
	}
}

// anyInterface captures every packet twice, the second time as the any interface shows it.
func (g *gale) anyInterface() {
	for _, u := range slices.Clone(g.units) {
		u.cooked = true
		u.at = u.at.Add(time.Duration(g.IntN(60)) * time.Microsecond)
		g.units = append(g.units, u)
	}
}

// cut makes fragments of a unit.
func (g *gale) cut(i, size int) []int {
	u := g.units[i]
	n := len(pcaps.Fragment(u.seg.Bytes(), size))
	g.datagrams++
	var at []int
	for k := range n {
		f := u
		f.frag = &fragmentOf{g.datagrams, k, n, size, 0}
		f.at = f.at.Add(time.Duration(k) * time.Microsecond)
		if k == 0 {
			g.units[i] = f
			at = append(at, i)
			continue
		}
		at = append(at, len(g.units))
		g.units = append(g.units, f)
	}
	return at
}

// single says that no other segment has the identification of unit i: of one packet that was captured split and joined, a network
// cannot have made fragments after that.
func (g *gale) single(i int) bool {
	a := &g.units[i]
	return !slices.ContainsFunc(g.units, func(b unit) bool {
		return b.conn == a.conn && b.dir == a.dir && b.seg.ID == a.seg.ID && (b.lo != a.lo || b.hi != a.hi)
	})
}

// large says that a unit can be cut into fragments of which none has the header alone.
func (u *unit) large() bool { return u.plain() && len(u.seg.Payload) > 80 && !u.mute }

func (g *gale) fragment() {
	for range 1 + g.IntN(5) {
		i := g.some(func(u *unit) bool { return u.plain() && len(u.seg.Payload) > 40 })
		if i < 0 || !g.single(i) {
			return
		}
		for _, k := range g.cut(i, 40+8*g.IntN(8)) {
			g.shift(k, g.far()/4)
		}
	}
}

func (g *gale) dropSome() {
	p := []float64{0.01, 0.05, 0.2, 0.5}[g.IntN(4)]
	g.remove(func(int) bool { return g.Float64() < p })
}

func (g *gale) dropBurst() {
	i, n, d := g.IntN(len(g.units)), 1+g.IntN(8), pcaps.Dir(g.IntN(2))
	both := g.IntN(2) == 0
	g.remove(func(k int) bool { return k >= i && k < i+n && (both || g.units[k].dir == d) })
}

func (g *gale) dropOne() {
	if i := g.some((*unit).plain); i >= 0 {
		g.remove(func(k int) bool { return k == i })
	}
}

func (g *gale) dropSYN() {
	both, d := g.IntN(2) == 0, pcaps.Dir(g.IntN(2))
	g.remove(func(k int) bool { u := &g.units[k]; return u.has(pcaps.SYN) && (both || u.dir == d) })
}

// dropHead loses what carries a part of the request or response.
func (g *gale) dropHead(d pcaps.Dir) {
	some := g.IntN(3) == 0
	g.remove(func(k int) bool {
		u := &g.units[k]
		return u.dir == d && len(u.seg.Payload) > 0 && u.lo < g.scene.conns[u.conn].handshake[d] && (!some || g.IntN(2) == 0)
	})
}

func (g *gale) dropRequest()  { g.dropHead(pcaps.C2S) }
func (g *gale) dropResponse() { g.dropHead(pcaps.S2C) }

func (g *gale) cutStart() {
	n := g.IntN(len(g.units)/2 + 1)
	g.units = g.units[n:]
}

func (g *gale) cutEnd() {
	n := len(g.units)/4 + g.IntN(len(g.units))
	g.units = g.units[:min(n, len(g.units))]
}

func (g *gale) snaplen() {
	n, all := 40+g.IntN(300), g.IntN(2) == 0
	for i := range g.units {
		if u := &g.units[i]; u.frag == nil && u.origin != damaged && u.header()+len(u.seg.Payload) > n && (all || g.IntN(8) == 0) {
			u.snap = max(n, u.header())
		}
	}
}

func (g *gale) dropDirection() {
	u := g.units[g.IntN(len(g.units))]
	from := 0
	if g.IntN(2) == 0 {
		from = g.IntN(len(g.units))
	}
	g.remove(func(k int) bool { return k >= from && g.units[k].dir == u.dir && g.units[k].conn == u.conn })
}

func (g *gale) dropACKs() {
	g.remove(func(k int) bool {
		u := &g.units[k]
		return len(u.seg.Payload) == 0 && u.seg.Flags == pcaps.ACK && g.IntN(3) > 0
	})
}

func (g *gale) fragmentLost() {
	if i := g.some((*unit).large); i >= 0 {
		at := g.cut(i, 40+8*g.IntN(6))
		lost := at[g.IntN(len(at))]
		g.remove(func(k int) bool { return k == lost })
	}
}

// fragmentWrap gives datagrams of one direction the same identification, and loses a fragment of each.
func (g *gale) fragmentWrap() {
	i := g.some((*unit).large)
	k := g.some(func(u *unit) bool { return i >= 0 && u.large() && u.dir == g.units[i].dir && u.lo != g.units[i].lo })
	if i < 0 || k < 0 || i == k {
		return
	}
	g.units[k].seg.ID = g.units[i].seg.ID
	size := 40 + 8*g.IntN(6)
	a, b := g.cut(i, size), g.cut(k, size)
	lost := []int{a[len(a)-1], b[0]}
	if g.IntN(2) == 0 {
		lost = []int{a[0], b[len(b)-1]}
	}
	if g.IntN(3) == 0 {
		lost = lost[:1]
	}
	g.remove(func(k int) bool { return slices.Contains(lost, k) })
}

// flipped is u with bytes changed after its checksum was made. A change of one byte never keeps a sum.
func (g *gale) flipped(u unit) unit {
	u.origin = damaged
	u.flips = []flip{{u.header() + g.IntN(len(u.seg.Payload)), byte(1 + g.IntN(255))}}
	u.seg.Payload = bytes.Clone(u.seg.Payload)
	return u
}

// damageable says that the checksum of a unit can show damage: of a longer one it may be that of its first part.
func (u *unit) damageable() bool { return u.plain() && !u.mute && len(u.seg.Payload) <= 1460 }

func (g *gale) damage() {
	if i := g.some((*unit).damageable); i >= 0 {
		g.units[i] = g.flipped(g.units[i])
	}
}

func (g *gale) damageCopy() {
	if i := g.some((*unit).damageable); i >= 0 {
		u := g.flipped(g.units[i])
		u.at = u.at.Add(g.far() * time.Duration(1-2*g.IntN(2)))
		g.units = append(g.units, u)
	}
}
