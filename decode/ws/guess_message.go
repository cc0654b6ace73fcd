package ws

import (
	"slices"

	"github.com/wspeek/wspeek/decode/flate"
)

// maxHoles is how many holes of a message are told apart.
const maxHoles = 512

// listen makes the engine tell the symbols of the next message, if there was a loss, and returns where its tokens start.
func (x *context) listen(p *Pool, j *job) int {
	g := x.guess
	if g == nil {
		return 0
	}
	p.engine.Blind, p.engine.Sink = true, g
	j.limit, j.checks = min(j.limit, mostGuessed), false
	return len(g.toks)
}

// pieced takes what a job after a loss put out: the tokens from one on.
func (h *half) pieced(a *assembly, j *job, from int) {
	x, s := &h.ctx, h.c.sh
	g := x.guess
	if g.shift < 0 && g.old != nil {
		g.gatherSeams(from)
		if n := len(g.seams); g.tried == 0 && n >= enoughSeams || g.tried == 1 && n == maxSeams {
			if s.pairs == nil {
				s.pairs = new(pairs)
			}
			g.find(s.pairs)
		}
		if g.shift >= 0 {
			g.settle()
		}
	}
	out := g.toks[from:]
	if slices.ContainsFunc(out, func(t token) bool { return t >= guessedByte }) {
		h.guessed(a, out)
	} else {
		j.check(a.checks, s.plain8(out))
		h.inflated(a, j, j.unstripped)
	}
	x.since = g.since
	g.trim()
	if x.whole = g.whole(); x.whole {
		x.unfollow(s)
	}
}

// plain8 are the bytes of plain tokens, in scratch memory.
func (p *Pool) plain8(out []token) []byte {
	b := p.piece(len(out))
	for i, t := range out {
		b[i] = byte(t)
	}
	return b
}

// check checks text that is known as a whole.
func (j *job) check(checks bool, text []byte) {
	if !checks {
		return
	}
	if i := j.utf.feed(text); i >= 0 {
		j.bad = int64(i)
	}
}

// guessed takes a message that is known in part, or only if the window moved as was found.
func (h *half) guessed(a *assembly, out []token) {
	m, known := &a.m, 0
	a.guessed = true
	m.Len = int64(len(out))
	for i := 0; i < len(out); {
		n := run(out[i:])
		switch {
		case out[i].known():
			known += n
		case len(m.Holes) == maxHoles-1:
			n = len(out) - i
			fallthrough
		default:
			m.Holes = append(m.Holes, Hole{int64(i), int64(n)})
			m.Missing += int64(n)
		}
		i += n
	}
	if most := h.c.cfg.KeepMost; !a.keeps || most > 0 && m.Len > most {
		return
	}
	m.Payload = h.c.sh.Arena.Bytes(known)
	at := 0
	for _, t := range out {
		if at < known && t.known() {
			m.Payload[at] = byte(t)
			at++
		}
	}
}

// run is how many tokens from the first on are known like it.
func run(out []token) int {
	for i, t := range out {
		if t.known() != out[0].known() {
			return i
		}
	}
	return len(out)
}

var _ flate.Sink = (*healing)(nil)
