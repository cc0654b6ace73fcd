package draw

import (
	"strings"
	"time"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode/ws"
)

// timelineBins is how many bins of time a timeline has.
const timelineBins = 512

// Timeline counts messages over time. Its bins become wider as time goes on.
type Timeline struct {
	start, width capture.Time
	bins         [timelineBins][2]uint32
	used         int
}

// Add counts a message.
func (t *Timeline) Add(at capture.Time, d ws.Dir) {
	if t.width == 0 {
		t.start, t.width = at, capture.Time(time.Millisecond)
	}
	k := max(at-t.start, 0) / t.width
	for k >= timelineBins {
		t.halve()
		k = max(at-t.start, 0) / t.width
	}
	t.bins[k][d]++
	t.used = max(t.used, int(k)+1)
}

// halve makes the bins twice as wide.
func (t *Timeline) halve() {
	for i := range timelineBins / 2 {
		for d := range 2 {
			t.bins[i][d] = t.bins[2*i][d] + t.bins[2*i+1][d]
		}
	}
	clear(t.bins[timelineBins/2:])
	t.width *= 2
	t.used = (t.used + 1) / 2
}

// Span is how much time the timeline covers.
func (t *Timeline) Span() capture.Time { return capture.Time(t.used) * t.width }

// Columns are the counts of messages in n equal parts of Span.
func (t *Timeline) Columns(n int) []uint32 {
	out := make([]uint32, n)
	for i := range t.used {
		out[i*n/t.used] += t.bins[i][0] + t.bins[i][1]
	}
	return out
}

// sparks are the bars of Spark, the lowest first.
const sparks = "▁▂▃▄▅▆▇█"

// Spark draws counts as bars of one cell each: a blank for none, at least the lowest bar for any.
func Spark(counts []uint32) string {
	top := uint32(1)
	for _, c := range counts {
		top = max(top, c)
	}
	var b strings.Builder
	for _, c := range counts {
		b.WriteString(Bar(c, top))
	}
	return b.String()
}

// Bar is a bar of one cell for n of at most top: a blank for none.
func Bar(n, top uint32) string {
	if n == 0 {
		return " "
	}
	bars := []rune(sparks)
	return string(bars[uint64(min(n, top))*uint64(len(bars)-1)/uint64(max(top, 1))])
}

// Over are the counts in n equal parts of the time between from and to; what is outside counts to the first or last part.
func (t *Timeline) Over(from, to capture.Time, n int) []uint32 {
	out := make([]uint32, n)
	for i := range t.used {
		at := t.start + capture.Time(i)*t.width + t.width/2
		k := int(float64(at-from) * float64(n) / float64(max(to-from, 1)))
		out[max(0, min(k, n-1))] += t.bins[i][0] + t.bins[i][1]
	}
	return out
}
