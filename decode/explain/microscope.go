package explain

import (
	"fmt"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/microscope"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
)

// Microscope looks into the compressed messages of a session up to one that is explained. A nil Microscope sees nothing.
type Microscope struct {
	scope microscope.Session
	seen  microscope.Measure
	done  bool
}

// Message takes the next message of session s, whose Wire is kept; want is the number of the one that is explained.
func (x *Microscope) Message(s *decode.Session, m *ws.Message, want int) {
	if x == nil || x.done {
		return
	}
	if s != nil && s.Agreed != nil {
		x.scope.Deflate = s.Agreed.Deflate
	}
	seen := x.scope.Message(m)
	if x.done = m.N == want; x.done && seen != nil {
		x.seen.Add(seen)
	}
}

// Seen is for Exchange.Deflated.
func (x *Microscope) Seen() *microscope.Measure {
	if x == nil {
		return nil
	}
	return &x.seen
}

// mostFields is how many fields are listed.
const mostFields = 8

// microscope shows what the DEFLATE data is made of, where that was asked for.
func (t *Exchange) microscope(d *Document) {
	m := t.Deflated
	switch {
	case m == nil:
		return
	case !t.Message.Compressed:
		d.words("symbols", "What the data is made of", "The message is not compressed.")
		return
	case m.Messages == 0:
		d.words("symbols", "What the data is made of", "Bytes of it are missing, or of what it refers to, so this is not known.")
		return
	}
	d.add(Part{Name: "symbols", Title: "What the data is made of", Data: symbolTable(m), After: []string{literalsSaid(m)}})
	d.add(reachPart(m))
	if list := m.NeverCompress(mostFields); len(list) > 0 {
		d.add(fieldPart(list))
	}
}

func symbolTable(m *microscope.Measure) *Table {
	all := 8 * m.Wire
	t := &Table{Columns: []string{"what", "how many", "bytes", "bits", "of the data"}}
	row := func(name string, n, bytes, bits int64) {
		t.Rows = append(t.Rows, []any{name, n, bytes, bits, share(bits, all)})
	}
	row("literals", m.Literals, m.Literals, m.LiteralBits)
	row("copies", m.Copies, m.Copied, m.CopyBits)
	if m.Stored > 0 {
		row("stored", m.Stored, m.Stored, 8*m.Stored)
	}
	t.Rows = append(t.Rows, []any{"headers, codes, ends", "", "", m.OtherBits(), share(m.OtherBits(), all)})
	return t
}

func share(n, all int64) string {
	if all == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(n)/float64(all))
}

// literalsSaid says in words how much is copied.
func literalsSaid(m *microscope.Measure) string {
	s := share(m.Copied, m.Len) + " of the bytes are copied, " + share(m.Earlier.Bytes, m.Len) + " from earlier messages"
	if m.Literals > 0 {
		s += fmt.Sprintf("; a literal takes %.1f bits", m.LiteralSize())
	}
	if m.Copies > 0 {
		s += fmt.Sprintf(", a copy %.1f bits for %.1f bytes", float64(m.CopyBits)/float64(m.Copies), float64(m.Copied)/float64(m.Copies))
	}
	return s + "."
}

// reachPart lists how far back copies reach, and what a smaller window would have cost.
func reachPart(m *microscope.Measure) Part {
	t := &Table{Columns: []string{"window bits", "up to bytes back", "copies", "bytes copied", "this window costs at most"}}
	for i, r := range m.Within {
		bits := i + 8
		t.Rows = append(t.Rows, []any{int64(bits), int64(1) << bits, r.Copies, r.Bytes, extraCost(m.WithWindow(bits), m.Wire)})
		if m.Farthest <= 1<<bits {
			break
		}
	}
	p := Part{Name: "reach", Title: "How far back copies reach (RFC 7692 section 7.1.2)", Data: t}
	p.Text = []string{"The farthest is " + show.CountGrouped(int64(m.Farthest), "byte") + " back. Each row has the copies that need its window and no smaller one."}
	p.After = []string{"Without context takeover: " + extraCost(m.WithoutTakeover(), m.Wire) +
		". Costs are upper bounds: what cannot be copied is counted as literals, but a sender would find something nearer for some of it."}
	return p
}

func extraCost(n, all int64) string {
	if n == 0 {
		return "nothing"
	}
	return show.CountGrouped(n, "byte") + " more (" + share(n, all) + ")"
}

func fieldPart(list []microscope.Field) Part {
	t := &Table{Columns: []string{"field", "values", "bytes", "literals", "bits a byte"}}
	for _, f := range list {
		t.Rows = append(t.Rows, []any{show.Inert(f.Path), int64(f.Values), f.Bytes, share(f.Literals, f.Bytes), fmt.Sprintf("%.1f", float64(f.Bits())/float64(f.Bytes))})
	}
	return Part{Name: "fields", Title: "The fields that never compress", Data: t,
		Text: []string{"They take half of their size or more, as what is new in each message does: ids, tokens, signatures."}}
}
