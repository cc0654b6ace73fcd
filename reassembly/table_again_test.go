package reassembly

import "testing"

// Copies of what was acknowledged are compared by their sums, or counted where they cannot be: cut otherwise, or too late.
func TestHazard_T3_CopiesAfterTheACK(t *testing.T) {
	t.Parallel()
	sent := []seg{a(0, "hello", 0), a(5, "world", 0), bb(0, "", 10)}
	tests := map[string]struct {
		copies    []seg
		conflicts int
		unchecked int64
	}{
		"the same":                 {[]seg{a(0, "hello", 0)}, 0, 0},
		"two as one":               {[]seg{a(0, "helloworld", 0)}, 0, 0},
		"two as one, one differs":  {[]seg{a(0, "helloWorld", 0)}, 1, 0},
		"cut otherwise":            {[]seg{a(3, "loWO", 0)}, 0, 4},
		"one whole, one in part":   {[]seg{a(0, "hellowo", 0)}, 0, 2},
		"a second later":           {[]seg{a(0, "hello", 0).later(sec)}, 0, 5},
		"partly beyond what there": {[]seg{a(5, "worldly", 0)}, 0, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, batch := range []bool{false, true} {
				b := opened(t).send(sent...)
				if batch {
					b.batch()
				}
				b.send(tt.copies...).finish()
				wantStat(t, "conflicts", len(b.conns[0].differ[Fwd]), tt.conflicts)
				wantStat(t, "Unchecked", b.doubts(0, Fwd).Unchecked, tt.unchecked)
			}
		})
	}
}

// What is captured after both FINs were acknowledged is still compared, for a second: what differs has no place, and what could not be
// compared is counted.
func TestHazard_T20_CopiesAfterBothFINs(t *testing.T) {
	t.Parallel()
	end := []seg{a(0, "hello", 0), bb(0, "", 5), a(5, "", 0).with(FIN), bb(0, "", 6).with(FIN), a(6, "", 1)}
	tests := map[string]struct {
		copy              seg
		noPlace, unlooked int64
	}{
		"the same":       {a(0, "hello", 0), 0, 0},
		"other bytes":    {a(0, "jelly", 0), 5, 0},
		"cut otherwise":  {a(1, "ELL", 0), 0, 3},
		"a second later": {a(0, "jelly", 0).later(sec), 0, 5},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, batch := range []bool{false, true} {
				b := opened(t).send(end...)
				if batch {
					b.batch()
				}
				b.send(tt.copy)
				wantStat(t, "AfterEnd", b.table.AfterEnd(), tt.noPlace)
				wantStat(t, "Unlooked", b.table.Unlooked(), tt.unlooked)
				b.finish().wantLog(0, `0 data 0 "hello"`, "0 close 1", "1 close 1")
			}
		})
	}
	// Of two directions one has ended.
	b := opened(t).send(a(0, "hello", 0), a(5, "", 0).with(FIN), bb(0, "", 6), bb(0, "x", 6).later(2*sec), a(0, "jelly", 1))
	wantStat(t, "Unchecked", b.doubts(0, Fwd).Unchecked, 5)
	b.finish()
}
