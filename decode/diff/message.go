package diff

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode/jsontext"
	"github.com/wspeek/wspeek/decode/ws"
)

// maxChanges is how many changes of a pair are kept.
const maxChanges = 100

// comparer compares the messages of pairs, in the order of rows.
type comparer struct {
	w            *work
	row          *Pair
	dir          ws.Dir
	docA, docB   jsontext.Document
	steps        []step
	bufA, bufB   []byte
	lastA, lastB capture.Time
	timed        bool
	// words is how many words were aligned so far.
	words int
	uses  uses
	// idsA and idsB are the ids of the messages that are compared, as their protocol has them.
	idsA, idsB []string
}

func newComparer(w *work) comparer {
	return comparer{w: w, uses: uses{opt: w.opt}}
}

// pair compares the messages of p and sets its State. Only what keeps its place is timed.
func (c *comparer) pair(p *Pair, kept bool) {
	a, b := &c.w.a.Messages[p.A], &c.w.b.Messages[p.B]
	c.row, c.dir = p, p.Dir
	p.Doubt = doubts(a, b)
	if p.Why = unclear(a, b); p.Why == "" {
		saidA, saidB := c.w.a.saidOf(p.A), c.w.b.saidOf(p.B)
		c.idsA, c.idsB = idsOf(saidA), idsOf(saidB)
		switch binary := a.Opcode == ws.OpBinary && b.Opcode == ws.OpBinary && !bytes.Equal(a.Payload, b.Payload); {
		case a.Opcode == b.Opcode && !c.w.opt.Strict && equalButIDs(saidA, saidB):
			c.uses.class(classID)
		case !binary || !c.spoken(saidA, saidB):
			c.message(a, b)
		}
	} else {
		p.Doubt = ""
	}
	if len(p.Changes) > 0 && (c.w.a.Redacted[p.A] || c.w.b.Redacted[p.B]) {
		p.Why, p.Changes, p.More = "secrets were replaced in the HAR", nil, 0
	}
	if c.w.opt.Wire {
		c.wire(p, a, b)
	}
	if c.w.opt.Timing && kept {
		c.timing(a, b)
	}
	switch {
	case len(p.Changes) > 0:
		p.State = Changed
	case p.Why != "":
		p.State = Unclear
	case p.Moved:
		p.State = Moved
	}
}

// change adds a change.
func (c *comparer) change(x Change) {
	if len(c.row.Changes) == maxChanges {
		c.row.More++
		return
	}
	c.row.Changes = append(c.row.Changes, x)
}

func both(path, a, b string) Change { return Change{Path: path, A: a, B: b, InA: true, InB: true} }

// unclear says why two messages cannot be compared, "" where they can.
func unclear(a, b *ws.Message) string {
	return joinSides(notWhole(a), notWhole(b))
}

func notWhole(m *ws.Message) string {
	switch {
	case whole(m):
		return ""
	case m.State == ws.Partial:
		return fmt.Sprintf("partial, %d bytes missing", m.Missing)
	case m.State == ws.Undecodable:
		return "undecodable: " + m.Why.String()
	case len(m.Holes) > 0:
		return fmt.Sprintf("%d bytes not known", m.Missing)
	}
	return "kept in part"
}

func doubts(a, b *ws.Message) string { return joinSides(doubt(a), doubt(b)) }

func doubt(m *ws.Message) string {
	switch m.State {
	case ws.Conflict:
		return "in conflict (retransmitted with other bytes)"
	case ws.Guessed:
		return "guessed"
	}
	return ""
}

func joinSides(a, b string) string {
	switch {
	case a == "" && b == "":
		return ""
	case b == "":
		return "A is " + a
	case a == "":
		return "B is " + b
	case a == b:
		return "both are " + a
	}
	return "A is " + a + ", B is " + b
}

// message compares the content of two whole messages.
func (c *comparer) message(a, b *ws.Message) {
	if a.Opcode != b.Opcode {
		c.change(both("kind", a.Opcode.String(), b.Opcode.String()))
	}
	switch {
	case a.Opcode == ws.OpClose && b.Opcode == ws.OpClose:
		c.closing(a, b)
	case bytes.Equal(a.Payload, b.Payload):
	case a.Opcode.Control() && !c.w.opt.Strict && (a.Opcode == ws.OpPing || a.Opcode == ws.OpPong):
		c.uses.class(classPing)
	case a.ValidUTF8 && b.ValidUTF8:
		c.content(a.Payload, b.Payload)
	default:
		c.binary(a.Payload, b.Payload)
	}
}

func (c *comparer) closing(a, b *ws.Message) {
	if a.CloseCode != b.CloseCode {
		c.change(both("close code", closeCode(a.CloseCode), closeCode(b.CloseCode)))
	}
	if ra, rb := a.Reason(), b.Reason(); !bytes.Equal(ra, rb) && !c.covered(ra, rb) {
		c.change(both("close reason", strconv.Quote(string(ra)), strconv.Quote(string(rb))))
	}
}

func closeCode(code int) string {
	if code < 0 {
		return "none"
	}
	return fmt.Sprintf("%d %s", code, ws.CloseName(code))
}

// content compares text: JSON by structure, all else by words.
func (c *comparer) content(a, b []byte) {
	pa, okA := splitJSON(&c.docA, a)
	pb, okB := splitJSON(&c.docB, b)
	if !okA || !okB {
		c.text(a, b)
		return
	}
	if !bytes.Equal(pa, pb) && !c.samePrefix(pa, pb) && !c.covered(pa, pb) {
		c.change(both("prefix", string(pa), string(pb)))
	}
	c.steps = c.steps[:0]
	c.value(0, 0, fnvOffset)
}

// covered reports whether two texts differ only in what rules and detectors cover, and counts that.
func (c *comparer) covered(a, b []byte) bool {
	sa, sb := c.w.printA.find(a), c.w.printB.find(b)
	if len(sa) != len(sb) || len(sa) == 0 {
		return false
	}
	c.bufA, c.bufB = scrubbed(c.bufA[:0], a, sa), scrubbed(c.bufB[:0], b, sb)
	if !bytes.Equal(c.bufA, c.bufB) {
		return false
	}
	for i := range sa {
		if !bytes.Equal(a[sa[i].from:sa[i].to], b[sb[i].from:sb[i].to]) {
			c.uses.span(sa[i])
		}
	}
	return true
}

// maxBytes is how many bytes of a change of binary data are shown.
const maxBytes = 32

// binary compares byte by byte; where the lengths differ, what is between the same start and the same end is one change.
func (c *comparer) binary(a, b []byte) {
	if len(a) != len(b) {
		from := common(a, b)
		end := commonEnd(a[from:], b[from:])
		c.change(bytesChange(from, a[from:len(a)-end], b[from:len(b)-end]))
		c.change(both("length", strconv.Itoa(len(a)), strconv.Itoa(len(b))))
		return
	}
	for i := 0; i < len(a); {
		i += common(a[i:], b[i:])
		if i == len(a) {
			return
		}
		n := 1
		for i+n < len(a) && (a[i+n] != b[i+n] || i+n+1 < len(a) && a[i+n+1] != b[i+n+1]) {
			n++
		}
		c.change(bytesChange(i, a[i:i+n], b[i:i+n]))
		i += n
	}
}

func common(a, b []byte) (n int) {
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

func commonEnd(a, b []byte) (n int) {
	for n < len(a) && n < len(b) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	return n
}

func bytesChange(at int, a, b []byte) Change {
	path := fmt.Sprintf("bytes %d-%d", at, at+max(len(a), len(b))-1)
	if max(len(a), len(b)) == 1 {
		path = fmt.Sprintf("byte %d", at)
	}
	return Change{Path: path, A: hexBytes(a), B: hexBytes(b), InA: len(a) > 0, InB: len(b) > 0}
}

func hexBytes(p []byte) string {
	var out []byte
	for i, c := range p[:min(len(p), maxBytes)] {
		if i > 0 {
			out = append(out, ' ')
		}
		out = hex.AppendEncode(out, []byte{c})
	}
	if more := len(p) - maxBytes; more > 0 {
		out = fmt.Appendf(out, " ... (%d more)", more)
	}
	return string(out)
}

// timing compares the time since the last row that kept its place.
func (c *comparer) timing(a, b *ws.Message) {
	da, db := a.Last.Time-c.lastA, b.Last.Time-c.lastB
	if tol := c.w.opt.Tolerance; c.timed && max(da-db, db-da) > tol {
		c.change(both("time", since(da), since(db)))
	}
	c.lastA, c.lastB, c.timed = a.Last.Time, b.Last.Time, true
}

func since(d capture.Time) string {
	s := time.Duration(d).String()
	if d >= 0 {
		s = "+" + s
	}
	return s
}

// wire compares how the messages were sent.
func (c *comparer) wire(p *Pair, a, b *ws.Message) {
	if c.w.a.Bare || c.w.b.Bare {
		return
	}
	for _, f := range []struct{ name, a, b string }{
		{"frames", strconv.Itoa(a.Frames), strconv.Itoa(b.Frames)},
		{"compressed", strconv.FormatBool(a.Compressed), strconv.FormatBool(b.Compressed)},
		{"wire length", strconv.FormatInt(a.WireLen, 10), strconv.FormatInt(b.WireLen, 10)},
	} {
		if f.a != f.b {
			c.change(both(f.name, f.a, f.b))
		}
	}
	if c.w.a.Frames == nil || c.w.b.Frames == nil {
		return
	}
	fa, fb := c.w.a.Frames(p.A), c.w.b.Frames(p.B)
	for i := range min(len(fa), len(fb)) {
		c.frame(i+1, &fa[i], &fb[i])
	}
}

func (c *comparer) frame(n int, a, b *ws.Frame) {
	for _, f := range []struct{ name, a, b string }{
		{"masking key", maskKey(a), maskKey(b)},
		{"length", strconv.FormatInt(a.Len, 10), strconv.FormatInt(b.Len, 10)},
		{"header length", strconv.Itoa(a.HeaderLen), strconv.Itoa(b.HeaderLen)},
		{"RSV", strconv.Itoa(int(a.RSV)), strconv.Itoa(int(b.RSV))},
	} {
		if f.a != f.b {
			c.change(both(fmt.Sprintf("frame %d %s", n, f.name), f.a, f.b))
		}
	}
}

func maskKey(f *ws.Frame) string {
	if !f.Masked {
		return "none"
	}
	return hex.EncodeToString(f.MaskKey[:])
}

// uses counts what did not count.
type uses struct {
	opt     *Options
	classes [classes]int
	rules   map[string]int
}

func (u *uses) class(c class) { u.classes[c]++ }

func (u *uses) rule(name string) {
	if u.rules == nil {
		u.rules = map[string]int{}
	}
	u.rules[name]++
}

func (u *uses) span(p span) {
	if p.by >= 0 {
		u.class(class(p.by))
	} else {
		u.rule("re:" + u.opt.Ignore.regexps[-1-p.by].String())
	}
}

// list is what was used: detectors first, then rules by name.
func (u *uses) list() (out []Use) {
	for c, n := range u.classes {
		if n > 0 {
			out = append(out, Use{classRows[c].name, classRows[c].text, n})
		}
	}
	var names []string
	for name := range u.rules {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		out = append(out, Use{Name: name, Count: u.rules[name]})
	}
	return out
}
