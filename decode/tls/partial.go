package tls

import (
	"slices"

	"github.com/wspeek/wspeek/capture"
)

// partial is a client random of TLS 1.3 some of whose secrets have come while a key log grows: programs write a line for each,
// one after the other.
type partial struct {
	random [randomLen]byte
	// since is when the first of them came.
	since capture.Time
}

const (
	// partialGrace is how long the other secrets of a connection are waited for. A program writes them in one handshake.
	partialGrace = capture.Time(500e6)
	// maxPartial is how many client randoms may be waited for at a time.
	maxPartial = 1024
)

// Tick says what time it is, in a live capture. Without it, the secrets of a connection are taken to come all at once.
func (k *Keys) Tick(now capture.Time) {
	k.now = now
	before := len(k.partial)
	k.partial = slices.DeleteFunc(k.partial, func(p partial) bool { return now-p.since >= partialGrace || now < p.since })
	if len(k.partial) != before {
		k.version++
	}
}

// expect notes whether more secrets of a client random are to come.
func (k *Keys) expect(random [randomLen]byte, set *secretSet) {
	i := slices.IndexFunc(k.partial, func(p partial) bool { return p.random == random })
	switch {
	case i >= 0 && set.whole():
		k.partial = slices.Delete(k.partial, i, i+1)
	case i < 0 && !set.whole() && k.now != 0 && len(k.partial) < maxPartial:
		k.partial = append(k.partial, partial{random, k.now})
	}
}

// expects reports whether secrets of a client random are still to come, as far as is known.
func (k *Keys) expects(random [randomLen]byte) bool {
	return len(k.partial) > 0 && !k.final && slices.ContainsFunc(k.partial, func(p partial) bool { return p.random == random })
}

// whole reports whether the set has what both directions of a connection need.
func (s *secretSet) whole() bool {
	if len(s.by[labelMaster]) > 0 {
		return true
	}
	for _, l := range [...]label{labelClientHandshake, labelServerHandshake, labelClientApp, labelServerApp} {
		if len(s.by[l]) == 0 {
			return false
		}
	}
	return true
}
