package diff

import (
	"github.com/wspeek/wspeek/decode/jsontext"
	"github.com/wspeek/wspeek/decode/payload"
	"github.com/wspeek/wspeek/decode/ws"
)

// fingerprint is what messages are aligned by.
type fingerprint struct {
	// exact is of what is to be compared as it is, loose of the same without values that change from run to run,
	// with counters from their first value on; loosest without counters at all.
	exact, loose, loosest uint64
	// ints are the first integers of a JSON message.
	ints []intAt
}

// intAt is an integer in a JSON message.
type intAt struct {
	path uint64
	v    int64
}

// printer makes fingerprints.
type printer struct {
	scrubber
	doc   jsontext.Document
	steps []step
	buf   []byte
	out   *fingerprint
	// ids are those of the message's packets, which are left out of all but exact.
	ids []string
}

// splitJSON parses the JSON that a text consists of, and returns what a protocol writes before it.
func splitJSON(d *jsontext.Document, p []byte) (prefix []byte, ok bool) {
	if d.Parse(p) {
		return nil, true
	}
	n := payload.Prefix(p)
	if n == 0 || !d.Parse(p[n:]) {
		return nil, false
	}
	return p[:n], true
}

// whole reports whether all bytes of a message are there to be compared.
func whole(m *ws.Message) bool {
	return !m.Torn() && (m.Len < 0 || int64(len(m.Reason())) == m.Len)
}

// print makes the fingerprint of a message, which says said.
func (p *printer) print(m *ws.Message, said []payload.App) fingerprint {
	var f fingerprint
	p.out, p.ids = &f, nil
	if !p.opt.Strict {
		p.ids = idsOf(said)
	}
	salt := uint64(m.Opcode) + 1
	switch {
	case !whole(m):
		salt += 100 + uint64(m.State)<<8
		for _, h := range m.Holes {
			salt = mix(mix(salt, uint64(h.At)), uint64(h.N))
		}
		f.exact = hashBytes(mix(salt, uint64(m.Len)), m.Payload)
		f.loose = f.exact
	case m.Opcode == ws.OpPing || m.Opcode == ws.OpPong:
		f.exact = hashBytes(salt, m.Payload)
		if f.loose = salt; p.opt.Strict {
			f.loose = f.exact
		}
	case !m.ValidUTF8 || m.Opcode == ws.OpClose:
		f.exact = hashBytes(salt, m.Payload)
		f.loose = f.exact
		if h, ok := saidHash(said); ok && len(p.ids) > 0 {
			f.loose = mix(h, salt)
		}
	default:
		p.text(m.Payload, salt)
	}
	f.loosest = f.loose
	return f
}

func (p *printer) text(text []byte, salt uint64) {
	prefix, ok := splitJSON(&p.doc, text)
	if !ok {
		p.add(salt, text)
		return
	}
	p.add(salt, withoutID(prefix, p.ids))
	p.steps = p.steps[:0]
	p.walk(0, fnvOffset)
}

// add puts a text at a path into the fingerprint.
func (p *printer) add(path uint64, s []byte) {
	exact := s
	if spans := p.rules(s); len(spans) > 0 {
		p.buf = scrubbed(p.buf[:0], s, spans)
		exact = p.buf
	}
	h := hashBytes(path, exact)
	p.out.exact += h
	if isID(p.ids, s) {
		p.out.loose += path
		return
	}
	if spans := p.find(s); len(spans) > 0 {
		p.buf = scrubbed(p.buf[:0], s, spans)
		h = hashBytes(path, p.buf)
	}
	p.out.loose += h
}

// walk adds a value of the document. A sum does not depend on the order of keys.
func (p *printer) walk(at int32, path uint64) {
	n := &p.doc.Nodes[at]
	if p.opt.Ignore.path(p.steps) >= 0 {
		return
	}
	path = mix(path, uint64(n.Kind))
	switch n.Kind {
	case jsontext.Object, jsontext.Array:
		p.out.exact += path
		p.out.loose += path
		i := 0
		for c := n.First; c != 0; c = p.doc.Nodes[c].Next {
			child := &p.doc.Nodes[c]
			p.push(n, child, i)
			p.walk(c, mix(path, childHash(n, child, i)))
			p.pop()
			i++
		}
	case jsontext.Number:
		p.number(n.Text, path)
	default:
		p.add(path, n.Text)
	}
}

// push notes the step to a child, which only rules need.
func (p *printer) push(parent, child *jsontext.Node, i int) {
	if len(p.opt.Ignore.paths) > 0 {
		p.steps = append(p.steps, childStep(parent, child, i))
	}
}

func (p *printer) pop() { p.steps = p.steps[:max(len(p.steps)-1, 0)] }

// childStep is the step from a container to its i-th child.
func childStep(parent, child *jsontext.Node, i int) step {
	if parent.Kind == jsontext.Array {
		return step{index: i}
	}
	return step{key: string(child.Key), index: -1}
}

// childHash is what the path to the i-th child is mixed with.
func childHash(parent, child *jsontext.Node, i int) uint64 {
	if parent.Kind == jsontext.Array {
		return uint64(i) + 1
	}
	return hashBytes(fnvOffset, child.Key)
}

func (p *printer) number(s []byte, path uint64) {
	if p.opt.Strict || len(p.rules(s)) > 0 {
		p.add(path, s)
		return
	}
	p.buf = canonical(p.buf[:0], s)
	h := hashBytes(path, p.buf)
	p.out.exact += h
	v, isInt := integer(s)
	switch {
	case isID(p.ids, s):
		p.out.loose += path
	case epoch(s, p.when) == len(s):
		p.out.loose += path
	case isInt && len(p.out.ints) < maxInts:
		p.out.ints = append(p.out.ints, intAt{path: path, v: v})
		p.out.loose += h // settle takes it away again where it is a counter's
	default:
		p.out.loose += h
	}
}

// path is the index of the rule that leaves out the value at these steps, -1 where none does.
func (r *Rules) path(at []step) int {
	for i := range r.paths {
		if matchPath(r.paths[i].path, at) {
			return i
		}
	}
	return -1
}
