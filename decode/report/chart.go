package report

import (
	"fmt"
	"math"
	"strings"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode/calls"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
)

// Charts are paths of SVG: digits and letters that are made here, and nothing of the wire.

// lane is a session on the axis of time, laneWidth wide: From and Width its life, Up and Down its messages.
type lane struct {
	From, Width string
	Up, Down    string
}

const laneWidth, laneHeight = 600.0, 20.0

func (s *session) draw(end capture.Time) lane {
	scale := laneWidth / float64(end)
	from, to := s.span()
	l := lane{From: number(float64(from) * scale), Width: number(max(float64(to-from)*scale, 1))}
	l.Up = s.lane.path(ws.C2S, scale, laneHeight/2-1, -1, laneHeight/2-2, 0)
	l.Down = s.lane.path(ws.S2C, scale, laneHeight/2+1, 1, laneHeight/2-2, 0)
	return l
}

// path draws the bars of a direction from a base line up (-1) or down (1), height by the logarithm; most is what the highest stands
// for, 0 for the highest of these.
func (t *timeline) path(d ws.Dir, scale, base float64, sign int, height float64, most uint32) string {
	if most == 0 {
		most = t.most()
	}
	var b strings.Builder
	for i, n := range t.bars[d] {
		if n == 0 {
			continue
		}
		h := height
		if most > 1 {
			h = height * (0.25 + 0.75*math.Log(float64(n))/math.Log(float64(most)))
		}
		x := (float64(i) + 0.5) * float64(t.step) * scale
		fmt.Fprintf(&b, "M%s %sv%s", number(x), number(base), number(h*float64(sign)))
	}
	return b.String()
}

func (t *timeline) most() (most uint32) {
	for d := range t.bars {
		for _, n := range t.bars[d] {
			most = max(most, n)
		}
	}
	return most
}

// number is a coordinate with one decimal.
func number(v float64) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0") }

// rates is the chart of messages over time.
type rates struct {
	Up, Down, Stroke string
	End, Step        string
	Most             uint32
}

const rateHeight = 60.0

func (r *Report) drawRates(end capture.Time) rates {
	t := &r.rates
	scale := laneWidth / float64(end)
	most := t.most()
	return rates{Up: t.path(ws.C2S, scale, rateHeight, -1, rateHeight-2, most), Down: t.path(ws.S2C, scale, rateHeight, 1, rateHeight-2, most),
		Stroke: number(max(float64(t.step)*scale*0.8, 1)), End: show.Duration(end), Step: show.Duration(t.step), Most: most}
}

// sizeRow is how many messages had a length.
type sizeRow struct {
	Range    string
	Up, Down int64
	// UpWidth and DownWidth are those of the bars, of 100.
	UpWidth, DownWidth string
}

func (r *Report) drawSizes() (out []sizeRow) {
	most := int64(1)
	lo, hi := sizeSteps, 0
	for d := range r.sizes {
		for i, n := range r.sizes[d] {
			if most = max(most, n); n > 0 {
				lo, hi = min(lo, i), max(hi, i)
			}
		}
	}
	for i := lo; i <= hi; i++ {
		up, down := r.sizes[ws.C2S][i], r.sizes[ws.S2C][i]
		out = append(out, sizeRow{sizeRange(i), up, down, number(100 * float64(up) / float64(most)), number(100 * float64(down) / float64(most))})
	}
	return out
}

func sizeRange(step int) string {
	switch step {
	case 0:
		return "0 bytes"
	case 1:
		return "1 byte"
	}
	return show.Thousands(1<<(step-1)) + " to " + show.Thousands(1<<step-1)
}

// callRow is what was measured of the calls of one name.
type callRow struct {
	Name, Protocol            string
	Count, Errors, Unanswered int64
	P50, P95, P99, Max        string
	// Bars is the histogram, Range says what its ends stand for.
	Bars, Range string
}

// maxCalls is how many names of calls the page has.
const maxCalls = 100

func (r *Report) drawCalls() (out []callRow, more int) {
	list := r.stats.Summaries()
	if len(list) > maxCalls {
		more = len(list) - maxCalls
		list = list[:maxCalls]
	}
	for _, s := range list {
		row := callRow{Name: r.words(s.Name), Protocol: s.Protocol, Count: s.Count, Errors: s.Errors, Unanswered: s.Unanswered}
		if s.Took.Len() > 0 {
			row.P50, row.P95 = show.Duration(s.Took.Percentile(50)), show.Duration(s.Took.Percentile(95))
			row.P99, row.Max = show.Duration(s.Took.Percentile(99)), show.Duration(s.Took.Max())
			row.Bars, row.Range = histogram(s.Took.Histogram())
		}
		out = append(out, row)
	}
	return out, more
}

// histogram draws the steps from the first to the last that is not empty, 10 wide each.
func histogram(h [calls.Buckets]int64) (path, words string) {
	lo, hi, most := -1, 0, int64(1)
	for i, n := range h {
		if n > 0 {
			if hi, most = i, max(most, n); lo < 0 {
				lo = i
			}
		}
	}
	var b strings.Builder
	for i, n := range h {
		if n > 0 {
			height := laneHeight
			if most > 1 {
				height *= 0.2 + 0.8*math.Log(float64(n))/math.Log(float64(most))
			}
			fmt.Fprintf(&b, "M%d %sv-%s", i*10+5, number(laneHeight), number(height))
		}
	}
	return b.String(), calls.Range(lo, hi)
}
