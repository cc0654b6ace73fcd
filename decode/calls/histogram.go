package calls

import (
	"math"
	"strings"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode/show"
)

// Range says what the first and the last column of a histogram stand for.
func Range(lo, hi int) string {
	from := capture.Time(0)
	if lo > 0 {
		from = Bound(lo - 1)
	}
	if hi == Buckets-1 {
		return "from " + show.Duration(from)
	}
	return show.Duration(from) + " to " + show.Duration(Bound(hi))
}

// Bars draws columns lo to hi of a histogram, a character each, the height by the logarithm of the count; empty ones are blanks.
func Bars(counts *[Buckets]int64, lo, hi int, ascii bool) string {
	blocks := []rune("▁▂▃▄▅▆▇█")
	if ascii {
		blocks = []rune(".:-=+*#@")
	}
	most := int64(0)
	for _, n := range counts {
		most = max(most, n)
	}
	var b strings.Builder
	for i := lo; i <= hi; i++ {
		if counts[i] == 0 {
			b.WriteByte(' ')
			continue
		}
		h := 0
		if most > 1 {
			h = int(math.Round(math.Log(float64(counts[i])) / math.Log(float64(most)) * float64(len(blocks)-1)))
		}
		b.WriteRune(blocks[h])
	}
	return b.String()
}
