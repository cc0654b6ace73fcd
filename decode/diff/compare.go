package diff

import (
	"fmt"
	"slices"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode/ws"
)

// work is what a comparison is made with.
type work struct {
	opt            *Options
	a, b           *Side
	printA, printB *printer
	fa, fb         []fingerprint
	// with is, for each message of A, its partner in B; back the other way round; -1 if there is none.
	with, back []int
	// moved marks messages of A that stand elsewhere in B.
	moved []bool
	leads leads
	out   *Comparison
	cmp   comparer
}

// Compare compares two sessions.
func Compare(a, b *Side, opt *Options) *Comparison {
	if a.Unrecorded == "" && b.Unrecorded == "" {
		return compareAll(a, b, opt)
	}
	c := compareAll(a.withoutMessages(), b.withoutMessages(), opt)
	c.A, c.B, c.Unrecorded = a, b, true
	for _, s := range []*Side{a, b} {
		if s.Unrecorded != "" {
			c.Notes = append(c.Notes, fmt.Sprintf("%s: %s: messages are not compared", s.Name, s.Unrecorded))
		}
	}
	return c
}

func compareAll(a, b *Side, opt *Options) *Comparison {
	w := &work{opt: opt, a: a, b: b, out: &Comparison{A: a, B: b}}
	w.printA, w.printB = newPrinter(a, opt), newPrinter(b, opt)
	w.fa, w.fb = w.printA.side(a), w.printB.side(b)
	w.leads = leads{a: gather(a, w.fa), b: gather(b, w.fb), seen: map[int64]int{}}
	w.leads.a.share(w.leads.b)
	settle(a, w.fa, w.leads.a, w.leads.b)
	settle(b, w.fb, w.leads.b, w.leads.a)
	w.with, w.back, w.moved = unmatched(len(a.Messages)), unmatched(len(b.Messages)), make([]bool, len(a.Messages))
	for _, d := range []ws.Dir{ws.C2S, ws.S2C} {
		for _, of := range w.lists() {
			w.direction(d, of)
		}
	}
	w.learn()
	w.cmp = newComparer(w)
	w.handshake()
	w.rows(w.order())
	w.ending()
	w.remarks()
	w.out.Ignored = w.cmp.uses.list()
	return w.out
}

func newPrinter(s *Side, opt *Options) *printer {
	return &printer{scrubber: scrubber{opt: opt, when: nearSpan(s.span())}}
}

func (p *printer) side(s *Side) []fingerprint {
	out := make([]fingerprint, len(s.Messages))
	for i := range s.Messages {
		out[i] = p.print(&s.Messages[i], s.saidOf(i))
	}
	return out
}

func unmatched(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = -1
	}
	return out
}

// compared reports whether messages of this opcode are compared: control frames only where both sides can show them.
func (w *work) compared(op ws.Opcode) bool {
	if _, ignored := w.opt.Ignore.kinds[op]; ignored {
		return false
	}
	return !op.Control() || w.a.Control && w.b.Control
}

// compares reports whether message i of a side is compared.
func (w *work) compares(s *Side, i int) bool {
	return w.compared(s.Messages[i].Opcode) && (w.opt.Ignore.beats == "" || !s.beat(i))
}

// lists are the opcodes whose messages have one order. In a HAR a ping between fragments comes before their message, which a
// capture numbers by its start.
func (w *work) lists() []func(ws.Opcode) bool {
	if !w.a.Bare && !w.b.Bare {
		return []func(ws.Opcode) bool{func(ws.Opcode) bool { return true }}
	}
	return []func(ws.Opcode) bool{ws.Opcode.Control, func(op ws.Opcode) bool { return !op.Control() }}
}

func (w *work) indices(s *Side, d ws.Dir, of func(ws.Opcode) bool) (out []int) {
	for i := range s.Messages {
		if m := &s.Messages[i]; m.Dir == d && of(m.Opcode) && w.compares(s, i) {
			out = append(out, i)
		}
	}
	return out
}

// direction finds the partners of the messages of one direction that are of these opcodes.
func (w *work) direction(d ws.Dir, of func(ws.Opcode) bool) {
	ia, ib := w.indices(w.a, d, of), w.indices(w.b, d, of)
	hashes := func(list []int, prints []fingerprint, of func(*fingerprint) uint64) []uint64 {
		out := make([]uint64, len(list))
		for k, i := range list {
			out[k] = of(&prints[i])
		}
		return out
	}
	exact := func(f *fingerprint) uint64 { return f.exact }
	loose := func(f *fingerprint) uint64 { return f.loose }
	loosest := func(f *fingerprint) uint64 { return f.loosest }
	la, lb := hashes(ia, w.fa, loose), hashes(ib, w.fb, loose)
	match := align(hashes(ia, w.fa, exact), hashes(ib, w.fb, exact), true, maxEdits)
	within(match, len(ib), (&aligner{a: la, b: lb, match: match, edits: maxEdits}).whole)
	// What is equal as it is may have moved: then those around it are better witnesses.
	if other := align(la, lb, false, maxEdits); matches(other) > matches(match) {
		match = other
	}
	lo := aligner{a: hashes(ia, w.fa, loosest), b: hashes(ib, w.fb, loosest), match: match, edits: maxEdits}
	within(match, len(ib), lo.whole)
	w.keep(ia, ib, match)
	w.strays(ia, ib)
	t := &matcher{a: sketcher{printer: w.printA, side: w.a, done: map[int]sketch{}}, b: sketcher{printer: w.printB, side: w.b, done: map[int]sketch{}}}
	w.similar(t, ia, ib)
}

// whole is run without a run around it.
func (l *aligner) whole(a0, a1, b0, b1 int) { l.run(a0, a1, b0, b1, 0) }

func matches(match []int32) (n int) {
	for _, j := range match {
		if j >= 0 {
			n++
		}
	}
	return n
}

// within calls each for the unmatched runs between matches; m is how many there are in b.
func within(match []int32, m int, each func(a0, a1, b0, b1 int)) {
	known := slices.Clone(match)
	a0, b0 := 0, 0
	for i, j := range known {
		if j >= 0 {
			if i > a0 && int(j) > b0 {
				each(a0, i, b0, int(j))
			}
			a0, b0 = i+1, int(j)+1
		}
	}
	if len(known) > a0 && m > b0 {
		each(a0, len(known), b0, m)
	}
}

// keep notes matches of a direction's lists for the messages themselves.
func (w *work) keep(ia, ib []int, match []int32) {
	for i, j := range match {
		if j >= 0 {
			w.with[ia[i]], w.back[ib[j]] = ib[j], ia[i]
		}
	}
}

// strays pairs what is left over on both sides and equal: it has moved. Without its counters a message is only taken for
// another if there is no second one like it.
func (w *work) strays(ia, ib []int) {
	w.stray(ia, ib, false, func(f *fingerprint) uint64 { return f.loose })
	w.stray(ia, ib, true, func(f *fingerprint) uint64 { return f.loosest })
}

func (w *work) stray(ia, ib []int, alone bool, of func(*fingerprint) uint64) {
	left, copies := map[uint64][]int{}, map[uint64]int{}
	for _, j := range ib {
		if w.back[j] < 0 {
			left[of(&w.fb[j])] = append(left[of(&w.fb[j])], j)
		}
	}
	for _, i := range ia {
		if w.with[i] < 0 {
			copies[of(&w.fa[i])]++
		}
	}
	for _, i := range ia {
		h := of(&w.fa[i])
		at := left[h]
		if w.with[i] >= 0 || len(at) == 0 || alone && (len(at) > 1 || copies[h] > 1) {
			continue
		}
		w.with[i], w.back[at[0]], w.moved[i] = at[0], i, true
		left[h] = at[1:]
	}
}

// similar pairs what is left and similar, between the neighbours that have partners.
func (w *work) similar(t *matcher, ia, ib []int) {
	t.ia = slices.DeleteFunc(slices.Clone(ia), func(i int) bool { return w.moved[i] })
	t.ib = slices.DeleteFunc(slices.Clone(ib), func(j int) bool { return w.back[j] >= 0 && w.moved[w.back[j]] })
	place := make(map[int]int32, len(t.ib))
	for k, j := range t.ib {
		place[j] = int32(k)
	}
	t.match = make([]int32, len(t.ia))
	for k, i := range t.ia {
		t.match[k] = -1
		if w.with[i] >= 0 {
			t.match[k] = place[w.with[i]]
		}
	}
	within(t.match, len(t.ib), t.run)
	w.keep(t.ia, t.ib, t.match)
	w.wanderers(t)
}

// wanderers pairs what is left and very similar wherever it stands, where there is not much left: it has moved.
func (w *work) wanderers(t *matcher) {
	left := func(list []int, with []int) (out []int) {
		for k, i := range list {
			if with[i] < 0 {
				out = append(out, k)
			}
		}
		return out
	}
	ka, kb := left(t.ia, w.with), left(t.ib, w.back)
	if len(ka)*len(kb) > maxWander {
		return
	}
	for _, k := range ka {
		best, top := -1, float32(alikeEnough)
		for _, l := range kb {
			if s := t.similarity(k, l); s > top && w.back[t.ib[l]] < 0 {
				best, top = l, s
			}
		}
		if best >= 0 {
			i, j := t.ia[k], t.ib[best]
			w.with[i], w.back[j], w.moved[i] = j, i, true
		}
	}
}

// learn finds by how much B's counters are ahead.
func (w *work) learn() {
	for i, j := range w.with {
		if d := w.a.Messages[i].Dir; j >= 0 {
			w.leads.pair(d, w.fa[i].ints, w.fb[j].ints)
		}
		if d := w.a.Messages[i].Dir; j < 0 || w.moved[i] {
			w.leads.lost[d]++
		}
	}
	for j, i := range w.back {
		if i < 0 {
			w.leads.lost[w.b.Messages[j].Dir]++
		}
	}
}

// order says which pairs keep their place among the messages of both directions.
func (w *work) order() (kept []bool) {
	kept = make([]bool, len(w.with))
	var pairs [][2]int32
	for i, j := range w.with {
		if j >= 0 && !w.moved[i] {
			pairs = append(pairs, [2]int32{int32(i), int32(j)})
		}
	}
	steady := ascending(pairs)
	for _, p := range steady {
		kept[p[0]] = true
	}
	if w.a.Bare || w.b.Bare {
		return kept // the order at the page, or at a proxy, is not that on the wire
	}
	at := 0
	for _, p := range pairs {
		for at < len(steady) && steady[at][0] < p[0] {
			at++
		}
		if !kept[p[0]] {
			w.moved[p[0]] = w.crossed(p, steady, at)
		}
	}
	return kept
}

// maxCrossed is how many messages are looked at to decide whether one passed another.
const maxCrossed = 1000

// crossed reports whether the pair p, which would stand at steady[at], passed another by more than a race. When a ping or pong
// is sent is for the library to decide (RFC 6455 section 5.5.3): passing one does not count.
func (w *work) crossed(p [2]int32, steady [][2]int32, at int) bool {
	beat := func(i int32) bool {
		op := w.a.Messages[i].Opcode
		return op == ws.OpPing || op == ws.OpPong
	}
	if beat(p[0]) {
		return false
	}
	far := func(q [2]int32) bool {
		return !beat(q[0]) && distance(&w.a.Messages[p[0]], &w.a.Messages[q[0]]) > w.opt.race() &&
			distance(&w.b.Messages[p[1]], &w.b.Messages[q[1]]) > w.opt.race()
	}
	for k := at - 1; k >= max(0, at-maxCrossed) && steady[k][1] > p[1]; k-- {
		if far(steady[k]) {
			return true
		}
	}
	for k := at; k < min(len(steady), at+maxCrossed) && steady[k][1] < p[1]; k++ {
		if far(steady[k]) {
			return true
		}
	}
	return false
}

func distance(a, b *ws.Message) capture.Time {
	return max(a.Last.Time-b.Last.Time, b.Last.Time-a.Last.Time)
}

// rows makes the rows: in the order of A, what is only in B before the pair that follows it in B.
func (w *work) rows(kept []bool) {
	next := 0
	onlyB := func(end int) {
		for ; next < end; next++ {
			if m := &w.b.Messages[next]; w.back[next] < 0 && w.compares(w.b, next) {
				w.row(Pair{A: -1, B: next, Dir: m.Dir, State: OnlyB})
			}
		}
	}
	for i := range w.a.Messages {
		m := &w.a.Messages[i]
		switch j := w.with[i]; {
		case !w.compares(w.a, i):
		case j < 0:
			w.row(Pair{A: i, B: -1, Dir: m.Dir, State: OnlyA})
		default:
			if kept[i] {
				onlyB(j)
			}
			p := Pair{A: i, B: j, Dir: m.Dir, Moved: w.moved[i]}
			w.cmp.pair(&p, kept[i])
			w.row(p)
		}
	}
	onlyB(len(w.b.Messages))
}

func (w *work) row(p Pair) {
	w.out.Counts[p.State]++
	if p.Doubt != "" {
		w.out.Doubts++
	}
	w.out.Pairs = append(w.out.Pairs, p)
}
