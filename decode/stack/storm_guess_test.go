package stack_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/ws"
)

// guesses count guessed messages by confidence: those that are true, and all.
type guesses map[string]*[len(confidences)][2]int

// confidences are the lower bounds of the columns of the table.
var confidences = [...]float32{0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99}

// guessKind says what led to a guess.
func guessKind(s *decode.Session) string {
	switch {
	case s.HandshakeSeen:
		return "after a gap"
	case s.Status == 101:
		return "handshake not whole"
	case s.Path != "":
		return "answer missing"
	}
	return "mid-stream"
}

// count takes the guessed messages of a result.
func (g guesses) count(e *evidence, r *result) (wrong []string) {
	for _, m := range r.messages {
		if m.State != ws.Guessed || m.Conflict {
			continue
		}
		s := r.sessions[m.ref.N-1]
		kind := guessKind(s)
		if g[kind] == nil {
			g[kind] = new([len(confidences)][2]int)
		}
		col := 0
		for i, c := range confidences {
			if m.Confidence >= c {
				col = i
			}
		}
		cell := &g[kind][col]
		cell[1]++
		if e.sent(s, m) {
			cell[0]++
		} else {
			wrong = append(wrong, fmt.Sprintf("%s, %.3f: %v %.50q", kind, m.Confidence, m, m.Payload))
		}
	}
	return wrong
}

// sent says that a message was sent in a connection that its session may be.
func (e *evidence) sent(s *decode.Session, t *told) bool {
	return slices.ContainsFunc(e.conns, func(c *sceneConn) bool {
		return c.ends[0] == s.Client && slices.ContainsFunc(c.messages[t.Dir], func(m sceneMessage) bool {
			return m.is(t) || len(t.Holes) > 0 && t.Len == int64(len(m.data)) && m.fits(t)
		})
	})
}

// String is a table.
func (g guesses) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-20s", "confidence from")
	for _, c := range confidences {
		fmt.Fprintf(&b, " %16.2f", c)
	}
	var kinds []string
	for kind := range g {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	for _, kind := range kinds {
		fmt.Fprintf(&b, "\n%-20s", kind)
		for _, cell := range g[kind] {
			if cell[1] == 0 {
				fmt.Fprintf(&b, " %16s", "-")
			} else {
				fmt.Fprintf(&b, " %16s", fmt.Sprintf("%d/%d", cell[0], cell[1]))
			}
		}
	}
	return b.String()
}
