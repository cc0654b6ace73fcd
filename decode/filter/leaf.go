package filter

import (
	"bytes"
	"encoding/json"

	"github.com/wspeek/wspeek/decode/payload"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/ws"
)

// Needs says what a Filter looks at besides what every row has.
type Needs struct {
	// Payload, Frames and Gap are the fields of Row. JSON says that payloads are read as JSON, App that Row.Apps is asked.
	Payload, Frames, Gap, JSON, App bool
}

func (n Needs) or(o Needs) Needs {
	return Needs{n.Payload || o.Payload, n.Frames || o.Frames, n.Gap || o.Gap, n.JSON || o.JSON, n.App || o.App}
}

// leaf is one question to a row.
type leaf struct {
	field    *field
	pos, end int
	needs    Needs
	// word marks a search for a text without a field.
	word bool
	// test answers for a row. It is nil where frame is set.
	test func(*Row) bool
	// frame reports whether a frame has the field, and how it answers. All says that every frame must answer yes.
	frame func(*ws.Frame) (has, yes bool)
	all   bool
	// bit is the leaf's in Row.yes and Row.no.
	bit uint64
	// find finds what a payload matched by; nil where it is not a search.
	find func([]byte) (at, n int)
}

// ask answers for a row, whatever the leaf is about.
func (l *leaf) ask() func(*Row) bool {
	if l.frame == nil {
		return l.test
	}
	return l.askFrames
}

func (l *leaf) askFrames(r *Row) bool {
	switch {
	case r.Frame != nil:
		_, yes := l.frame(r.Frame)
		return yes
	case r.Message == nil || !r.counted && r.Frames == nil:
		return false
	}
	if !r.counted {
		r.countLeaf(l)
	}
	return r.yes&l.bit != 0 && (!l.all || r.no&l.bit == 0)
}

// countLeaf asks the frames of a message.
func (r *Row) countLeaf(l *leaf) {
	r.yes &^= l.bit
	r.no &^= l.bit
	frames := r.frames()
	for i := range frames {
		l.count(&frames[i], &r.yes, &r.no)
	}
}

func (l *leaf) count(f *ws.Frame, yes, no *uint64) {
	switch has, is := l.frame(f); {
	case is:
		*yes |= l.bit
	case has:
		*no |= l.bit
	}
}

// presence makes the question whether a row has a field. Our own yes-or-no fields are asked for yes.
func (p *parser) presence(f *field, at token) (*leaf, *Error) { //nolint:funlen,gocyclo // a flat switch over the types of fields
	l := &leaf{field: f, needs: f.needs}
	switch {
	case f.present != nil:
		l.test = f.present
		if f.bytes != nil { // the payload is not looked at
			l.needs = Needs{}
		}
	case f.said != nil:
		l.test = askSaid(f.said, false, anyText)
	case f.saidNum != nil:
		l.test = askSaidNum(f.saidNum, false, func(v int64) bool { return !f.bareIsTrue || v != 0 })
	case f.bareIsTrue:
		l.test = func(r *Row) bool { v, ok := f.num(r); return ok && v != 0 }
	case f.frame != nil:
		l.frame = func(fr *ws.Frame) (bool, bool) { _, ok := f.frame(fr); return ok, ok }
	case f.frameBytes != nil:
		l.frame = func(fr *ws.Frame) (bool, bool) { _, ok := f.frameBytes(fr); return ok, ok }
	case f.num != nil:
		l.test = func(r *Row) bool { _, ok := f.num(r); return ok }
	case f.nums != nil:
		l.test = func(r *Row) bool { _, n := f.nums(r); return n > 0 }
	case f.float != nil:
		l.test = func(r *Row) bool { _, ok := f.float(r); return ok }
	case f.str != nil:
		l.test = func(r *Row) bool { _, ok := f.str(r); return ok }
	case f.addr != nil:
		l.test = func(r *Row) bool { _, n := f.addr(r); return n > 0 }
	case f.rule != nil:
		l.test = func(r *Row) bool { return r.anyRule(func(*rule.Rule) bool { return true }) }
	case f.bytes != nil:
		l.test = func(r *Row) bool { _, ok := f.bytes(r); return ok }
	case f.header != "":
		l.test = func(r *Row) bool { return r.header(f.header, false, anyText) }
	case f.args:
		l.test = askArgs(f.path, false, func(*Row, []byte) bool { return true })
	case f.json:
		l.test = presentJSON(f.path)
	}
	if l.frame != nil {
		l.needs.Frames = true
	}
	if l.test == nil && l.frame == nil {
		return nil, p.fail(at, "%s needs an operator and a value", f.Name)
	}
	return l, nil
}

func anyText(string) bool { return true }

func presentJSON(path []step) func(*Row) bool {
	if len(path) == 0 {
		return func(r *Row) bool {
			p, ok := r.decoded()
			return ok && r.whole() && len(p) > 0 && json.Valid(bytes.TrimSuffix(p, []byte{payload.RecordEnd}))
		}
	}
	return askJSON(path, false, func(*Row, []byte) bool { return true })
}
