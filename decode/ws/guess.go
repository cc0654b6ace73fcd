package ws

import "github.com/wspeek/wspeek/decode/flate"

// After a loss the window of a direction is what it was, moved back by what the lost messages put out, whose length nobody
// knows. healing follows such a direction: it knows of each byte whether it was spelled out since the loss, or where before
// the loss it was copied from. How far the window moved is then found by trying all lengths: with the right one the pieces fit together.
//
//	| old: what was known at the loss | shift unknown bytes | since the loss |
//	          ^ a copy from here                                ^ a literal
type healing struct {
	// old is the window at the loss, toks the output since then, both a token for each byte; of toks only what can be referred to is kept.
	old, toks []token
	// since is how long the output since the loss is, tainted where its last byte is that is not plain, counted from 1.
	since, tainted int64
	// shift is how far the window moved; -1 while it is not known.
	shift int
	// seams are places where the output was pieced together, tried how often the shift was looked for in them.
	seams [][2]token
	tried int
	// x is the direction's.
	x *context
}

// token is a byte of the output: a byte that is plain (it was spelled out), a byte that was guessed, a reference to before the loss, or unknown.
type token uint16

const (
	// guessedByte plus a byte is a byte that depends on the shift, reference plus n the byte n+1 before the loss.
	guessedByte token = 256
	reference   token = 512
	unknownByte token = 1<<16 - 1
)

// known says that t is a byte, plain or guessed.
func (t token) known() bool { return t < reference }

// refers says that t refers to before the loss.
func (t token) refers() bool { return t >= reference && t != unknownByte }

const (
	// minOld is how many known bytes a window must have to be worth it: fewer tell too little about the text.
	minOld = 2 << 10
	// maxHealing is how many directions of a worker are followed at a time: each takes up to 140 KB.
	maxHealing = 128
	// mostGuessed is the longest output of a message that is guessed.
	mostGuessed = 1 << 20
	// guessConfidence is how far a message is trusted some of whose bytes are guessed, or not known.
	guessConfidence = 0.97
)

// loseSome takes note that messages of the direction were lost: what is known of the window may still serve.
func (x *context) loseSome(p *Pool) {
	if !x.takeover || !x.heals {
		x.lose(p, WindowLost)
		return
	}
	g := x.guess
	if g != nil && g.since == 0 {
		return // the same loss
	}
	var old []token
	if g != nil {
		old = g.window()
	} else {
		old = tokensOf(x.windowNow(p))
	}
	x.lose(p, WindowLost)
	known := 0
	for _, t := range old {
		if t.known() {
			known++
		}
	}
	if known < minOld || known < len(old)/2 {
		old = nil // lengths can be told all the same, and what is spelled out
	}
	x.guess = &healing{old: old, shift: -1, x: x}
	p.follow(x.guess)
}

// windowNow is the window, which may be in the store.
func (x *context) windowNow(p *Pool) []byte {
	if x.stored > 0 {
		p.fetch(x, 0)
	}
	return x.win.Window()
}

func tokensOf(b []byte) []token {
	list := make([]token, len(b))
	for i, c := range b {
		list[i] = token(c)
	}
	return list
}

// follow adds g to the list, and drops the oldest of too many.
func (p *Pool) follow(g *healing) {
	p.healed = append(p.healed, g)
	if len(p.healed) <= maxHealing {
		return
	}
	first := p.healed[0]
	p.healed = append(p.healed[:0], p.healed[1:]...)
	first.x.guess = nil
	first.x.lose(p, WindowLost)
}

// unfollow drops what x knows of a loss.
func (x *context) unfollow(p *Pool) {
	for i, g := range p.healed {
		if g == x.guess {
			p.healed = append(p.healed[:i], p.healed[i+1:]...)
			break
		}
	}
	x.guess = nil
}

// window is the window as it is now: what is not known of it is marked.
func (g *healing) window() []token {
	var list []token
	if n := flate.HistoryMax - len(g.toks); n > 0 && g.shift >= 0 {
		for i := range g.shift {
			if i >= n {
				break
			}
			list = append(list, unknownByte)
		}
		if n -= g.shift; n > 0 {
			list = append(g.old[max(0, len(g.old)-n):len(g.old):len(g.old)], list...)
		}
	}
	list = append(list, g.toks[max(0, len(g.toks)-flate.HistoryMax):]...)
	for i, t := range list {
		if t.refers() {
			list[i] = unknownByte
		}
	}
	return list
}

// before is the token for the byte n before the loss, n from 1.
func (g *healing) before(n int) token {
	if g.shift < 0 {
		return reference + token(n-1)
	}
	return g.moved(n, g.shift)
}

// moved is the byte n before the loss if the window moved by shift.
func (g *healing) moved(n, shift int) token {
	i := len(g.old) - (n - shift)
	if n <= shift || i < 0 {
		return unknownByte
	}
	t := g.old[i]
	if t < guessedByte {
		t += guessedByte
	}
	return t
}

// Block is flate.Sink.
func (g *healing) Block(flate.Block) {}

// Codes is flate.Sink.
func (g *healing) Codes(int, int, int64) {}

// EndBlock is flate.Sink.
func (g *healing) EndBlock(int64) {}

// Symbol is flate.Sink.
func (g *healing) Symbol(s flate.Symbol) {
	n := len(g.toks)
	if s.Distance == 0 {
		for _, c := range s.Out {
			g.toks = append(g.toks, token(c))
		}
	}
	for i := 0; s.Distance > 0 && i < s.Length; i++ {
		if at := n + i - s.Distance; at >= 0 {
			g.toks = append(g.toks, g.toks[at])
		} else {
			g.toks = append(g.toks, g.before(-at))
		}
	}
	for i := n; i < len(g.toks); i++ {
		if g.toks[i] >= guessedByte {
			g.tainted = g.since + int64(i-n) + 1
		}
	}
	g.since += int64(s.Length)
}

// gatherSeams notes where the output from token n on was pieced together.
func (g *healing) gatherSeams(n int) {
	for i := max(n, 1); i < len(g.toks) && len(g.seams) < maxSeams; i++ {
		a, b := g.toks[i-1], g.toks[i]
		if a.refers() && b != a-1 && b != unknownByte || b.refers() && !a.refers() && a != unknownByte {
			g.seams = append(g.seams, [2]token{a, b})
		}
	}
}

// settle resolves what refers to before the loss, now that the shift is known.
func (g *healing) settle() {
	for i, t := range g.toks {
		if t.refers() {
			g.toks[i] = g.before(int(t-reference) + 1)
		}
	}
	g.seams = nil
}

// trim drops what cannot be referred to any more.
func (g *healing) trim() {
	if n := len(g.toks) - flate.HistoryMax; n > flate.HistoryMax/2 {
		g.toks = g.toks[:copy(g.toks, g.toks[n:])]
	}
	if g.since >= flate.HistoryMax {
		g.old = nil
		g.seams = nil
	}
}

// whole says that all that can be referred to is plain.
func (g *healing) whole() bool {
	return g.since >= flate.HistoryMax && g.since-g.tainted >= flate.HistoryMax
}
