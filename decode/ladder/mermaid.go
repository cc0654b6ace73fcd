package ladder

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
)

// Mermaid writes rows as a sequence diagram of Mermaid, which many wikis and trackers draw. First is the time that rows are counted
// from.
type Mermaid struct{ First capture.Time }

// mermaidPreview is how many cells of a payload an arrow shows.
const mermaidPreview = 60

// Head appends what is before the rows.
func (m *Mermaid) Head(dst []byte, s *decode.Session) []byte {
	host := s.Host
	if host == "" {
		host = "?"
	}
	return fmt.Appendf(dst, "sequenceDiagram\n  participant C as client %s\n  participant S as server %s\n  Note over C,S: session %d %s\n",
		mermaidText(s.Client.String()), mermaidText(s.Server.String()), s.N, mermaidText(s.Scheme+"://"+host+s.Path))
}

// Row appends a row.
func (m *Mermaid) Row(dst []byte, r *Row) []byte {
	text := mermaidText(r.Text)
	if r.Preview != "" {
		text += " " + mermaidText(ansi.Truncate(r.Preview, mermaidPreview, "…"))
	}
	if r.Kind == Gap || r.Kind == Remark {
		return fmt.Appendf(dst, "  Note over C,S: %s\n", text)
	}
	from, to := "C", "S"
	if r.Dir == ws.S2C {
		from, to = to, from
	}
	arrow := "->>"
	switch {
	case r.Bad:
		arrow = "-x"
	case r.Kind == Control || r.Kind == TCP:
		arrow = "-->>"
	}
	number := ""
	switch {
	case r.Frame > 0:
		number = fmt.Sprintf("%d.%d ", r.Message, r.Frame)
	case r.Message > 0:
		number = fmt.Sprintf("%d ", r.Message)
	}
	return fmt.Appendf(dst, "  %s%s%s: %s%s (%s)\n", from, arrow, to, number, text, mermaidText(show.Duration(r.At.Time-m.First)))
}

// mermaidText is text in which nothing is syntax of Mermaid or HTML: all but letters, digits and a few signs is written as its number.
func mermaidText(s string) string {
	var b strings.Builder
	for _, r := range show.Inert(s) {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune(" .,/_=?!'()+*@", r), r > 0x7e:
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, "#%d;", r)
		}
	}
	return b.String()
}
