package diff

import "github.com/wspeek/wspeek/decode/ws"

const (
	// minSeries is how often a counter has to be seen to be one in the alignment, maxPaths how many integers of different
	// places are watched.
	minSeries = 4
	maxPaths  = 1 << 14
)

// series are the values of an integer at one place, in the messages of a direction.
type series struct {
	first, last int64
	// n counts the values, up those that are larger than the one before, shared those that the other side has too.
	n, up, shared int
	values        map[int64]bool
}

// rising reports whether nine of ten values are larger than the one before.
func (s *series) rising() bool { return s != nil && s.n > 1 && s.up*10 >= (s.n-1)*9 }

// seriesKey is the place of an integer: a direction, and a path in JSON.
type seriesKey struct {
	dir  ws.Dir
	path uint64
}

type allSeries map[seriesKey]*series

// gather collects the integers of all messages of a side.
func gather(side *Side, prints []fingerprint) allSeries {
	out := allSeries{}
	for i := range prints {
		for _, v := range prints[i].ints {
			k := seriesKey{side.Messages[i].Dir, v.path}
			s := out[k]
			if s == nil {
				if len(out) == maxPaths {
					continue
				}
				s = &series{first: v.v, values: map[int64]bool{}}
				out[k] = s
			} else if v.v > s.last {
				s.up++
			}
			s.n, s.last = s.n+1, v.v
			s.values[v.v] = true
		}
	}
	return out
}

// share counts the values that both sides have.
func (s allSeries) share(other allSeries) {
	for k, a := range s {
		b := other[k]
		if b == nil {
			continue
		}
		for v := range a.values {
			if b.values[v] {
				a.shared++
				b.shared++
			}
		}
	}
}

// isCounter reports whether the integer at k goes its own way on both sides: what has mostly the same values is compared as it is.
func isCounter(k seriesKey, a, b allSeries) bool {
	x, y := a[k], b[k]
	return x.rising() && y.rising() && min(x.n, y.n) >= minSeries && x.shared*2 < min(x.n, y.n)
}

// settle takes counters out of the loose fingerprints of a side: loose has them relative to their first value,
// loosest not at all.
func settle(side *Side, prints []fingerprint, own, other allSeries) {
	var buf []byte
	for i := range prints {
		f := &prints[i]
		for _, v := range f.ints {
			k := seriesKey{side.Messages[i].Dir, v.path}
			if !isCounter(k, own, other) {
				continue
			}
			buf = appendCanonical(buf[:0], v.v)
			h := hashBytes(v.path, buf)
			f.loose += mix(v.path, uint64(v.v-own[k].first)) - h
			f.loosest += v.path - h
		}
	}
}

// leads knows by how much the counters of B are ahead of those of A.
type leads struct {
	a, b allSeries
	// seen counts how often B was ahead by so much where both sides rise.
	seen map[int64]int
	// lost is how many messages of a direction have no partner, or moved: each can make the lead another.
	lost [2]int
}

// maxLost bounds how many other leads are looked at.
const maxLost = 16

// pair notes by how much the integers of B's message are ahead of those of A's.
func (l *leads) pair(dir ws.Dir, a, b []intAt) {
	for i, v := range a {
		w, ok := find(b, i, v.path)
		if k := (seriesKey{dir, v.path}); ok && w != v.v && l.a[k].rising() && l.b[k].rising() {
			l.seen[w-v.v]++
		}
	}
}

// known reports whether B may well be ahead by that much at this place: it is so elsewhere, too.
func (l *leads) known(dir ws.Dir, path uint64, lead int64) bool {
	k := seriesKey{dir, path}
	a, b := l.a[k], l.b[k]
	if a == nil || b == nil {
		return false
	}
	need := 3
	if a.rising() && b.rising() || a.n == 1 && b.n == 1 {
		need = 2
	}
	if l.seen[lead] >= need {
		return true
	}
	for d := int64(1); d <= int64(min(l.lost[dir], maxLost)); d++ {
		if l.seen[lead-d] >= need || l.seen[lead+d] >= need {
			return true
		}
	}
	return false
}

// find is the integer at path; as a rule it is at i.
func find(ints []intAt, i int, path uint64) (int64, bool) {
	if i < len(ints) && ints[i].path == path {
		return ints[i].v, true
	}
	for _, v := range ints {
		if v.path == path {
			return v.v, true
		}
	}
	return 0, false
}

// maxInts is how many integers of a message are looked at.
const maxInts = 256
