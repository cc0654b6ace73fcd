package tui

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/tui/draw"
)

// watchEvery is how often losses are looked for, also where no event comes: they are on the screen within a second.
const watchEvery = 500 * time.Millisecond

// watch calls notify when there is progress that no event brings, until ctx is done: packets may be lost while none is decoded.
func watch(ctx context.Context, f Feed, notify func()) {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for known := f.Progress(); ; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if p := f.Progress(); p != known {
			known = p
			notify()
		}
	}
}

// lossDetail is how much of the losses is said: less where there is less room.
type lossDetail uint8

const (
	lossCounts lossDetail = iota // how many packets were lost at each place
	lossPlaces                   // where, the most first
	lossShort                    // the same, with bytes in a short form
	lossSum                      // not where
)

// losses are what was never captured, or not written, as parts of the account line: with as much detail as fits into room.
func losses(th *draw.Theme, p *Progress, a *decode.Account, live bool, room int) []draw.Seg {
	var parts []draw.Seg
	for d := lossCounts; d <= lossSum; d++ {
		parts = lossParts(th, p, a, live, d)
		w := 0
		for _, s := range parts {
			w += draw.Width(" · ") + draw.Width(s.Text)
		}
		if w <= room {
			break
		}
	}
	return parts
}

func lossParts(th *draw.Theme, p *Progress, a *decode.Account, live bool, d lossDetail) []draw.Seg {
	dropped, unseen := max(p.Dropped, a.Dropped), max(p.Unseen, a.Bytes.Missing)
	var parts []draw.Seg
	if dropped > 0 || live {
		parts = append(parts, draw.Pick(dropped > 0, th.Bad, th.Dim).Of(show.Thousands(dropped)+" dropped"+p.Lost.text(d)))
	}
	if unseen > 0 {
		text := show.CountGrouped(unseen, "byte")
		if d >= lossShort {
			text = show.Short(unseen) + "B"
		}
		parts = append(parts, th.Bad.Of(text+" unseen"))
	}
	if p.Unwritten > 0 {
		parts = append(parts, th.Bad.Of(show.Thousands(p.Unwritten)+" not written"))
	}
	return parts
}

// coveredLoss says how many packets were dropped where a note or a prompt is in the place of the account line; else it is empty.
func (m *model) coveredLoss() string {
	n := max(m.progress.Dropped, m.count.Account.Dropped)
	if n == 0 || m.noteText == "" && m.prompt == nil {
		return ""
	}
	return show.Thousands(n) + " dropped"
}

// text is where packets were lost, in parentheses; empty if that is not known.
func (l Lost) text(d lossDetail) string {
	type place struct {
		n    int64
		name string
	}
	places := []place{{l.Kernel, "kernel"}, {l.Interface, "interface"}, {l.Slow, "too slow"}}
	slices.SortStableFunc(places, func(a, b place) int { return cmp.Compare(b.n, a.n) })
	var words []string
	for _, p := range places {
		switch {
		case p.n == 0 || d == lossSum:
		case d == lossCounts:
			words = append(words, p.name+" "+show.Thousands(p.n))
		default:
			words = append(words, p.name)
		}
	}
	if len(words) == 0 {
		return ""
	}
	return " (" + strings.Join(words, ", ") + ")"
}
