package calls_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode/calls"
)

// nearest is the percentile as textbooks define it: the value at the rank of p hundredths of n, rounded up.
func nearest(list []capture.Time, p float64) capture.Time {
	s := slices.Sorted(slices.Values(list))
	return s[int(math.Ceil(p/100*float64(len(s))))-1]
}

func TestTimes_Percentiles(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(1, 2))
	for n := 1; n < 400; n++ {
		var s calls.Stats
		var list []capture.Time
		for range n {
			d := capture.Time(rnd.ExpFloat64() * 1e6)
			list = append(list, d)
			s.Add(&calls.Call{Name: "x", Took: d, HasTook: true})
		}
		x := s.Summaries()[0]
		for _, p := range []int{50, 95, 99, 100} {
			if got, want := x.Took.Percentile(p), nearest(list, float64(p)); got != want {
				t.Fatalf("%d values, p%d: got %d, want %d", n, p, got, want)
			}
		}
		if x.Took.Max() != slices.Max(list) {
			t.Fatalf("%d values: max %d", n, x.Took.Max())
		}
	}
}

func TestTimes_Histogram(t *testing.T) {
	t.Parallel()
	var s calls.Stats
	for _, d := range []capture.Time{0, 1000, 1001, 2000, 4999, 5000, 5001, 1e9, 1e12, 1e12 + 1, 9e12} {
		s.Add(&calls.Call{Took: d, HasTook: true})
	}
	h := s.Summaries()[0].Took.Histogram()
	for i, want := range map[int]int64{0: 2, 1: 2, 2: 2, 3: 1, 18: 1, 27: 1, 28: 2} {
		if h[i] != want {
			t.Errorf("bucket %d (to %d): got %d, want %d", i, calls.Bound(i), h[i], want)
		}
	}
	for _, d := range []capture.Time{0, 1000, 1001, 5e6, 2e12} {
		if i := calls.Bucket(d); i < calls.Buckets-1 && d > calls.Bound(i) || i > 0 && d <= calls.Bound(i-1) {
			t.Errorf("%d is in bucket %d, to %d", d, i, calls.Bound(i))
		}
	}
}

func TestStats_SlowestFirst(t *testing.T) {
	t.Parallel()
	var s calls.Stats
	for name, d := range map[string]capture.Time{"a": 5, "b": 900, "c": 70} {
		s.Add(&calls.Call{Name: name, Took: d, HasTook: true})
	}
	s.Add(&calls.Call{Name: "never", State: calls.Unanswered})
	s.Add(&calls.Call{Name: "b", State: calls.Cancelled})
	var got string
	for _, x := range s.Summaries() {
		got += x.Name + " "
	}
	if got != "b c a never " || s.Unanswered != 1 || s.Cancelled != 1 {
		t.Errorf("got %s, %+v", got, s)
	}
}

func TestNotable(t *testing.T) {
	t.Parallel()
	var n calls.Notable
	for i := range 100 {
		n.Add(&calls.Call{Request: i, Took: capture.Time(i * 7919 % 101), HasTook: true})
		n.Add(&calls.Call{Request: i, State: calls.Failed})
		n.Add(&calls.Call{Request: i, State: calls.Unanswered})
	}
	if len(n.Slowest) != 3 || n.Slowest[0].Took != 100 || n.Slowest[1].Took != 99 || n.Slowest[2].Took != 98 {
		t.Errorf("slowest: %+v", n.Slowest)
	}
	if len(n.Failed) != 3 || n.Failed[2].Request != 2 || len(n.Unanswered) != 3 || n.Unanswered[0].Request != 0 {
		t.Errorf("failed %+v, unanswered %+v", n.Failed, n.Unanswered)
	}
}

func TestBars(t *testing.T) {
	t.Parallel()
	counts := &[calls.Buckets]int64{9, 0, 1, 10, 1000}
	if got := calls.Bars(counts, 1, 4, false); got != " ▁▃█" {
		t.Errorf("got %q", got)
	}
	if got := calls.Bars(counts, 2, 4, true); got != ".-@" {
		t.Errorf("got %q", got)
	}
	if got := calls.Bars(&[calls.Buckets]int64{0, 1, 1}, 0, 2, false); got != " ▁▁" {
		t.Errorf("got %q", got)
	}
	for want, r := range map[string][2]int{"0 ns to 1.00 µs": {0, 0}, "1.00 µs to 10.0 µs": {1, 3}, "from 8 min 20 s": {27, 28}} {
		if got := calls.Range(r[0], r[1]); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
