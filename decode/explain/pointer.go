package explain

import (
	"fmt"
	"slices"

	"github.com/wspeek/wspeek/decode/ws"
)

// pointers adds the rules that frame i breaks; all of the message's where i is less than 0.
func (t *Exchange) pointers(d *Document, i int) {
	p := &Pointers{}
	seen := map[string]bool{}
	for k := range t.Findings {
		x := &t.Findings[k]
		n := t.frameOf(x)
		if !t.concerns(x, i, n) {
			continue
		}
		q := t.pointer(x, n)
		if key := fmt.Sprint(q.Rule, q.Byte, n); !seen[key] {
			seen[key] = true
			p.List = append(p.List, q)
		}
	}
	if len(p.List) == 0 {
		return
	}
	d.add(Part{Name: "findings", Title: "What is wrong with it", Data: p})
}

// frameOf is the index of the frame that a finding is about, -1 where none of Frames is.
func (t *Exchange) frameOf(x *ws.Finding) int {
	for i := range t.Frames {
		if x.Frame > 0 && t.Frames[i].N == x.Frame {
			return i
		}
	}
	return -1
}

func (t *Exchange) concerns(x *ws.Finding, i, n int) bool {
	if i >= 0 && n >= 0 {
		return i == n
	}
	return x.Message > 0 && len(t.Frames) > 0 && x.Message == t.Frames[0].Message
}

// pointer is a finding as it is shown; n is the index of its frame.
func (t *Exchange) pointer(x *ws.Finding, n int) Pointer {
	q := Pointer{Rule: x.Rule.ID, Level: x.Rule.Level.String(), RFC: x.Rule.RFC, Section: x.Rule.Section, Text: x.Rule.Text,
		Detail: inert(x.Detail), Byte: -1, Offset: x.Offset}
	if n < 0 {
		return q
	}
	f := &t.Frames[n]
	q.Frame, q.wire, q.several = f.N, t.wireBytes(n), len(t.Frames) > 1
	fields := t.Fields(n)
	for k := range fields {
		if slices.Contains(fields[k].Broken, x.Rule) {
			q.Field, q.Byte = fields[k].Name, fields[k].FirstByte()
			break
		}
	}
	if at := x.Offset - f.Offset; at >= int64(f.HeaderLen) && at < int64(f.HeaderLen)+f.Len {
		q.Byte = at
	}
	if q.Byte >= 0 {
		q.Offset = f.Offset + q.Byte
	}
	return q
}

// wireBytes are the first bytes of frame i as on the wire.
func (t *Exchange) wireBytes(i int) []byte {
	const most = 4096
	f := &t.Frames[i]
	return append(HeaderBytes(f), mask(f, t.sent().run(t.start(i), min(max(f.Len, 0), most)))...)
}
