package tui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/wspeek/wspeek/decode/calls"
	"github.com/wspeek/wspeek/decode/show"
)

// maxTurnRows is how many rows the text of a turn has at most below the calls.
const maxTurnRows = 8

// turnWords says how fast a turn of a language model was, in a few words.
func turnWords(r *calls.Row) string {
	var parts []string
	if r.Items > 0 {
		parts = append(parts, "first "+strings.TrimSpace(callTime(int64(r.First))))
	}
	if r.Turn.Rate > 0 {
		parts = append(parts, fmt.Sprintf("%.1f tokens/s", r.Turn.Rate))
	}
	if r.State == calls.Cancelled {
		parts = append(parts, "interrupted")
	}
	return strings.Join(parts, ", ")
}

// turnRows draw the turn that the cursor is at in at most tall rows: its numbers, and the text of its deltas. There are none for other
// calls.
func (p *callsPane) turnRows(w, tall int) []string {
	r := p.current()
	if p.onNames || r == nil || r.Turn == nil || tall < 3 {
		return nil
	}
	t := r.Turn
	l := p.th.Line(w)
	l.Put(p.th.Title, " turn ").Put(p.th.Plain, " ").Wire(p.th.Plain, []byte(t.Model)).Put(p.th.Plain, " "+turnDetail(r))
	if t.Reason != "" {
		l.Put(p.th.Bad, " (").Wire(p.th.Bad, []byte(t.Reason)).Put(p.th.Bad, ")")
	}
	rows := []string{l.String()}
	text := show.Inert(string(t.Text[:min(len(t.Text), maxTurnRows*4*w)]))
	if len(t.Text) == 0 {
		text = "no text"
		if t.TextCut {
			text = "the text is not kept"
		}
	}
	lines := strings.Split(ansi.Wrap(text, max(w-2, 10), ""), "\n")
	most := min(tall-1, maxTurnRows)
	for i, s := range lines[:min(len(lines), most)] {
		if i == most-1 && len(lines) > most {
			s = "..."
		}
		rows = append(rows, p.th.Line(w).Put(p.th.Plain, "  "+s).String())
	}
	return rows
}

// turnDetail is all that is known of a turn's time and tokens.
func turnDetail(r *calls.Row) string {
	t := r.Turn
	var parts []string
	if r.Items > 0 {
		parts = append(parts, "first token after "+strings.TrimSpace(callTime(int64(r.First))))
	}
	if r.HasTook {
		parts = append(parts, "ended after "+strings.TrimSpace(callTime(int64(r.Took))))
	}
	if t.Output >= 0 {
		parts = append(parts, show.Count(t.Output, "token"))
	}
	if t.Rate > 0 {
		parts = append(parts, fmt.Sprintf("%.1f a second", t.Rate))
	}
	if r.State == calls.Cancelled {
		parts = append(parts, "interrupted")
	}
	return strings.Join(parts, ", ")
}
