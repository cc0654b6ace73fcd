package diff

import "github.com/wspeek/wspeek/decode/ws"

const (
	// minSeries is how often a counter has to be seen, maxStep how far it may go up at a time, maxPaths how many
	// integers of different places are watched.
	minSeries = 4
	maxStep   = 1 << 20
	maxPaths  = 1 << 14
)

// series are the values of an integer in the messages of a direction.
type series struct {
	values []int64
	// step is what it goes up by as a rule; 0 where it is no counter.
	step int64
	// seen is how many values settle has passed.
	seen int
}

// seriesKey is the place of an integer: a direction, and a path in JSON.
type seriesKey struct {
	dir  ws.Dir
	path uint64
}

// gather collects the integers of all messages of a side.
func gather(side *Side, prints []fingerprint) map[seriesKey]*series {
	out := map[seriesKey]*series{}
	for i := range prints {
		for _, v := range prints[i].ints {
			k := seriesKey{side.Messages[i].Dir, v.path}
			s := out[k]
			if s == nil && len(out) < maxPaths {
				s = &series{}
				out[k] = s
			}
			if s != nil {
				s.values = append(s.values, v.v)
			}
		}
	}
	for _, s := range out {
		s.step = s.judge()
	}
	return out
}

// judge is the step of a counter: three of four steps are the same, and upwards.
func (s *series) judge() int64 {
	if len(s.values) < minSeries {
		return 0
	}
	var candidate int64
	votes, same := 0, 0
	for i := 1; i < len(s.values); i++ { // the majority is what is left when unequal pairs are taken out
		switch d := s.values[i] - s.values[i-1]; {
		case votes == 0:
			candidate, votes = d, 1
		case d == candidate:
			votes++
		default:
			votes--
		}
	}
	for i := 1; i < len(s.values); i++ {
		if s.values[i]-s.values[i-1] == candidate {
			same++
		}
	}
	if candidate < 1 || candidate > maxStep || same*4 < (len(s.values)-1)*3 {
		return 0
	}
	return candidate
}

// settle takes counters out of the loose fingerprints of a side: loose has them relative to their first value, loosest not at
// all. A counter is one on both sides.
func settle(side *Side, prints []fingerprint, own, other map[seriesKey]*series, buf []byte) {
	for i := range prints {
		f := &prints[i]
		kept := f.ints[:0]
		for _, v := range f.ints {
			k := seriesKey{side.Messages[i].Dir, v.path}
			s, o := own[k], other[k]
			if s == nil || s.step == 0 || o == nil || o.step == 0 {
				continue
			}
			n := s.seen
			s.seen++
			v.fits = n > 0 && s.values[n-1]+s.step == v.v || n+1 < len(s.values) && v.v+s.step == s.values[n+1]
			buf = appendCanonical(buf[:0], v.v)
			h := hashBytes(v.path, buf)
			f.loose += mix(v.path, uint64(v.v-s.values[0])) - h
			f.loosest += v.path - h
			kept = append(kept, v)
		}
		f.ints = kept[:len(kept):len(kept)]
	}
}
