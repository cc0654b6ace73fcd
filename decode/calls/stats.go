package calls

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/wspeek/wspeek/capture"
)

// maxKept is of how many calls the times are kept for exact percentiles, over all names.
const maxKept = 1 << 25

// Stats adds up calls by name.
type Stats struct {
	names map[statKey]*Summary
	kept  int
	// Dropped counts calls that percentiles leave out, because more than maxKept were measured.
	Dropped int64
	// Calls, Errors and so on count the calls of all names.
	Calls, Errors, Unanswered, Cancelled int64
}

type statKey struct{ protocol, name string }

// Summary is what was measured of the calls of one name.
type Summary struct {
	Protocol, Name                       string
	Pair                                 *Pair
	Count, Errors, Unanswered, Cancelled int64
	// Items counts the parts of replies; Tokens the tokens of output and Interrupted the turns cut short, if Turns is not 0.
	Items, Tokens, Turns, Interrupted int64
	// Took are the times of calls with a reply, First those to the first item.
	Took, First Times
}

// Times are lengths of time.
type Times struct {
	list   []capture.Time
	sorted bool
}

// Add takes in a call.
func (s *Stats) Add(c *Call) {
	key := statKey{c.Protocol, c.Name}
	x := s.names[key]
	if x == nil {
		if s.names == nil {
			s.names = map[statKey]*Summary{}
		}
		x = &Summary{Protocol: c.Protocol, Name: c.Name, Pair: c.Pair}
		s.names[key] = x
	}
	switch s.Calls++; c.State {
	case Failed:
		s.Errors++
	case Unanswered:
		s.Unanswered++
	case Cancelled:
		s.Cancelled++
	}
	if s.kept >= maxKept {
		s.Dropped++
		x.count(c)
		return
	}
	s.kept++
	x.Add(c)
}

// Add takes in a call, whatever its name.
func (s *Summary) Add(c *Call) {
	s.count(c)
	if c.Items > 0 {
		s.First.add(c.First)
	}
	if c.HasTook {
		s.Took.add(c.Took)
	}
}

// count takes in a call without its times.
func (s *Summary) count(c *Call) {
	switch s.Count++; c.State {
	case Failed:
		s.Errors++
	case Unanswered:
		s.Unanswered++
	case Cancelled:
		s.Cancelled++
	}
	s.Items += int64(c.Items)
	if t := c.Turn; t != nil {
		s.Turns++
		s.Tokens += max(t.Output, 0)
		if c.State == Cancelled {
			s.Interrupted++
		}
	}
}

func (t *Times) add(d capture.Time) { t.list, t.sorted = append(t.list, d), false }

// Summaries are the names, the slowest 95th percentile first; names without a reply come last.
func (s *Stats) Summaries() []*Summary {
	var out []*Summary
	for _, x := range s.names {
		out = append(out, x)
	}
	SlowestFirst(out)
	return out
}

// SlowestFirst orders names by their 95th percentiles; those without a reply come last.
func SlowestFirst(list []*Summary) {
	slices.SortFunc(list, func(a, b *Summary) int {
		return cmp.Or(cmp.Compare(b.order(), a.order()), cmp.Compare(b.Count, a.Count), strings.Compare(a.Name, b.Name),
			strings.Compare(a.Protocol, b.Protocol))
	})
}

func (s *Summary) order() capture.Time {
	if s.Took.Len() == 0 {
		return -1
	}
	return s.Took.Percentile(95)
}

// Len is how many there are.
func (t *Times) Len() int { return len(t.list) }

// Percentile is the smallest of the times that at least p in a hundred are not longer than (the nearest rank); 0 if there is none.
func (t *Times) Percentile(p int) capture.Time {
	if len(t.list) == 0 {
		return 0
	}
	if !t.sorted {
		slices.Sort(t.list)
		t.sorted = true
	}
	rank := (p*len(t.list) + 99) / 100
	return t.list[max(rank, 1)-1]
}

// Max is the longest; 0 if there is none.
func (t *Times) Max() capture.Time { return t.Percentile(100) }

// Bound is the upper end of bucket i of a histogram: 1, 2, 5, 10, ... microseconds. The last bucket has none.
func Bound(i int) capture.Time {
	return [...]capture.Time{1000, 2000, 5000}[i%3] * capture.Time(math.Pow10(i/3))
}

// Buckets is how many buckets a histogram has: the last but one ends at 1000 s.
const Buckets = 29

// Bucket is the bucket of a time: the first whose bound is not below it.
func Bucket(d capture.Time) int {
	for i := range Buckets - 1 {
		if d <= Bound(i) {
			return i
		}
	}
	return Buckets - 1
}

// Histogram counts the times by bucket.
func (t *Times) Histogram() (h [Buckets]int64) {
	t.Percentile(100) // sorts
	i := 0
	for _, d := range t.list {
		for i < Buckets-1 && d > Bound(i) {
			i++
		}
		h[i]++
	}
	return h
}
