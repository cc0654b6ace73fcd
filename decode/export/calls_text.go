package export

import (
	"fmt"
	"strings"

	"github.com/wspeek/wspeek/decode/calls"
	"github.com/wspeek/wspeek/decode/show"
)

// maxCallName is how many cells of a name a table shows, maxCallID how many of an id.
const maxCallName, maxCallID = 40, 40

// Call appends the line of a call, and the text of a turn of a language model below it.
func (t *Text) Call(dst []byte, c *calls.Call) []byte {
	reply := "no reply"
	if c.Reply > 0 {
		reply = fmt.Sprintf("%d:%d", c.Session.N, c.Reply)
	}
	dst = t.arrow(dst, c.Dir)
	dst = fmt.Appendf(dst, " %-19s ", fmt.Sprintf("%d:%d, %s", c.Session.N, c.Request, reply))
	dst = t.paint(dst, quietColor, string(t.Clock.Append(nil, c.At)))
	dst = fmt.Appendf(dst, "  %9s  ", took(c))
	dst = t.paint(dst, strongColor, clipCells(orNone(c.Name), maxCallName))
	if c.ID != "" && c.Turn == nil {
		dst = t.paint(append(dst, ' ', ' '), quietColor, clipCells(c.ID, maxCallID))
	}
	if c.State != calls.Answered {
		dst = t.paint(append(dst, ' ', ' '), badColor, c.State.String())
	}
	if c.Items > 0 {
		dst = fmt.Appendf(dst, "  %s, first after %s", show.Count(int64(c.Items), "item"), show.Duration(c.First))
	}
	if c.Open {
		dst = append(dst, ", not ended"...)
	}
	if c.Turn != nil {
		return t.turn(dst, c.Turn)
	}
	return append(dst, '\n')
}

func (t *Text) turn(dst []byte, x *calls.Turn) []byte {
	for _, s := range []string{x.Model, x.Status, x.Reason} {
		if s != "" {
			dst = append(append(dst, ' ', ' '), clipCells(s, maxCallID)...)
		}
	}
	if x.Output >= 0 {
		dst = fmt.Appendf(dst, "  %s", show.Count(x.Output, "token"))
	}
	if x.Rate > 0 {
		dst = fmt.Appendf(dst, ", %.1f a second", x.Rate)
	}
	dst = append(dst, '\n')
	if len(x.Text) > 0 && !t.NoPayload {
		limit := t.Preview
		if limit == 0 {
			limit = 100
		}
		cut := x.Text
		if limit > 0 {
			cut = firstRunes(cut, limit)
		}
		dst = show.AppendInert(append(dst, "    "...), cut)
		if more := len(x.Text) - len(cut); more > 0 {
			dst = t.paint(dst, quietColor, fmt.Sprintf("... (%d more)", more))
		}
		dst = append(dst, '\n')
	}
	return dst
}

func took(c *calls.Call) string {
	if !c.HasTook {
		return "-"
	}
	return show.Duration(c.Took)
}

func orNone(name string) string {
	if name == "" {
		return "(no name)"
	}
	return name
}

// clipCells is the start of a text from the wire, made inert.
func clipCells(s string, n int) string {
	cut := string(firstRunes([]byte(s), n))
	if len(cut) < len(s) {
		cut = string(firstRunes([]byte(s), n-1)) + "…"
	}
	return show.Inert(cut)
}

// Calls appends a table of calls by name, with a histogram of each.
func (t *Text) Calls(dst []byte, all []*calls.Summary) []byte {
	if len(all) == 0 {
		return dst
	}
	wide := len("name")
	lo, hi := calls.Buckets, 0
	var hs [][calls.Buckets]int64
	for _, s := range all {
		wide = max(wide, len([]rune(clipCells(orNone(s.Name), maxCallName))))
		h := s.Took.Histogram()
		for i, n := range h {
			if n > 0 {
				lo, hi = min(lo, i), max(hi, i)
			}
		}
		hs = append(hs, h)
	}
	head := fmt.Sprintf("%-*s  %7s %6s %10s %8s %8s %8s %8s  ", wide, "name", "count", "errors", "unanswered", "p50", "p95", "p99", "max")
	if lo <= hi {
		head += calls.Range(lo, hi)
	}
	dst = append(t.paint(dst, strongColor, strings.TrimRight(head, " ")), '\n')
	for i, s := range all {
		name := clipCells(orNone(s.Name), maxCallName)
		dst = append(append(dst, name...), strings.Repeat(" ", wide-len([]rune(name)))...)
		dst = fmt.Appendf(dst, "  %7d ", s.Count)
		dst = t.bad(t.bad(dst, 6, s.Errors), 11, s.Unanswered)
		for _, p := range []int{50, 95, 99, 100} {
			dst = fmt.Appendf(dst, " %8s", percentile(&s.Took, p))
		}
		dst = append(append(dst, ' ', ' '), calls.Bars(&hs[i], lo, hi, false)...)
		dst = append(trimRight(dst), '\n')
		dst = t.streams(dst, s)
	}
	return dst
}

// bad appends a number that should be 0.
func (t *Text) bad(dst []byte, width int, n int64) []byte {
	s := fmt.Sprintf("%*d", width, n)
	if n > 0 {
		return t.paint(dst, badColor, s)
	}
	return append(dst, s...)
}

func percentile(t *calls.Times, p int) string {
	if t.Len() == 0 {
		return "-"
	}
	return show.Duration(t.Percentile(p))
}

// streams appends a line about replies of several messages, and turns of a language model.
func (t *Text) streams(dst []byte, s *calls.Summary) []byte {
	if s.First.Len() == 0 {
		return dst
	}
	what := "item"
	if s.Turns > 0 {
		what = "token"
	}
	dst = fmt.Appendf(dst, "  first %s: p50 %s, p95 %s, p99 %s, max %s; %s", what, percentile(&s.First, 50), percentile(&s.First, 95),
		percentile(&s.First, 99), percentile(&s.First, 100), show.Count(s.Items, "item"))
	if s.Turns > 0 {
		dst = fmt.Appendf(dst, ", %s of output, %d interrupted", show.Count(s.Tokens, "token"), s.Interrupted)
	}
	if s.Cancelled > 0 && s.Turns == 0 {
		dst = fmt.Appendf(dst, ", %d cancelled", s.Cancelled)
	}
	return append(dst, '\n')
}

// Notable appends the calls that are looked at first: the slowest, and the first errors and requests without a reply.
func (t *Text) Notable(dst []byte, n *calls.Notable) []byte {
	for _, part := range []struct {
		word string
		list []calls.Call
	}{{"slowest", n.Slowest}, {"error", n.Failed}, {"unanswered", n.Unanswered}} {
		for i := range part.list {
			dst = t.notable(dst, part.word, &part.list[i])
		}
	}
	if len(n.Slowest)+len(n.Failed)+len(n.Unanswered) > 0 {
		dst = append(dst, '\n')
	}
	return dst
}

func (t *Text) notable(dst []byte, word string, c *calls.Call) []byte {
	if c.State == calls.Answered {
		dst = fmt.Appendf(dst, "%-10s ", word)
	} else {
		dst = t.paint(dst, badColor, fmt.Sprintf("%-10s ", word))
	}
	return t.Call(dst, c)
}
