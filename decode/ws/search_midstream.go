package ws

import (
	"math"

	"github.com/wspeek/wspeek/reassembly"
)

// Verdict is what a Midstream has come to.
type Verdict uint8

const (
	// Undecided means: more bytes are needed.
	Undecided Verdict = iota
	// Accepted means: both directions together look like WebSocket and nothing else.
	Accepted
	// Rejected means: what was seen, or all that may be looked at, is not enough.
	Rejected
)

// MidstreamOptions bounds a Midstream; zero fields mean the defaults.
type MidstreamOptions struct {
	// Keep bounds the bytes kept of each direction (default 1 MiB).
	Keep int64
	// Give is after how many bytes of both directions it drops (default 4 MiB).
	Give int64
}

const (
	defaultMidKeep = 1 << 20
	defaultGive    = 4 << 20
	// midBits is the evidence of both directions needed to take a connection without a handshake for WebSocket,
	// midEndBits the same where both directions have ended and their chains with them.
	midBits, midEndBits = 44, 32
	// oneSideBits is what is needed on top where the client's direction, or the other, says nothing.
	oneSideBits = 16
	// tagBits and packedBits are the most that unmasked binary and unmasked compressed frames count.
	tagBits, packedBits = 24, 60
	// midFrames is how many frames there must be.
	midFrames = 3
	// commitBits is what a direction needs to begin at the boundary found, once the other has shown what this is.
	commitBits = 10
	// silent is how many segments a direction may send before it must show a frame.
	silent = 3
)

// Midstream decides whether a connection whose opening handshake was not captured is a WebSocket session, and
// which side is the client. RSV1 is taken as permessage-deflate. It is fed both directions; after each call, Verdict
// tells. What it accepts is always a guess, with Confidence.
type Midstream struct {
	dirs       [2]*Search
	segments   [2]int
	closed     [2]bool
	give       int64
	verdict    Verdict
	client     reassembly.Dir
	confidence float32
}

// NewMidstream begins with nothing known.
func NewMidstream(opt MidstreamOptions) *Midstream {
	if opt.Keep <= 0 {
		opt.Keep = defaultMidKeep
	}
	if opt.Give <= 0 {
		opt.Give = defaultGive
	}
	m := &Midstream{give: opt.Give}
	for d := range m.dirs {
		m.dirs[d] = NewSearch(SearchOptions{Deflate: true, Keep: opt.Keep, Threshold: math.MaxFloat32})
	}
	return m
}

// Feed adds the next bytes of a direction; it copies what it keeps.
func (m *Midstream) Feed(d reassembly.Dir, c reassembly.Chunk) {
	if m.verdict != Undecided || m.closed[d] || len(c.Data) == 0 {
		return
	}
	m.segments[d]++
	m.dirs[d].Feed(c)
	m.decide(midBits)
	if m.verdict == Undecided && m.dirs[0].fed+m.dirs[1].fed > m.give {
		m.verdict = Rejected
	}
}

// Gap says that the n bytes from off are missing.
func (m *Midstream) Gap(d reassembly.Dir, off, n int64) {
	if m.verdict == Undecided && !m.closed[d] {
		m.dirs[d].Gap(off, n)
	}
}

// Close ends a direction; when both have ended there is a Verdict.
func (m *Midstream) Close(d reassembly.Dir) {
	if m.verdict != Undecided || m.closed[d] {
		return
	}
	m.closed[d] = true
	m.dirs[d].Close()
	if !m.closed[d.Other()] {
		return
	}
	if m.decide(midEndBits); m.verdict == Undecided {
		m.verdict = Rejected
	}
}

// Verdict is what it has come to; it changes once.
func (m *Midstream) Verdict() Verdict { return m.verdict }

// Client is the direction that the client sends in, once Accepted.
func (m *Midstream) Client() reassembly.Dir { return m.client }

// Confidence is 1 less the chance that this is no WebSocket session, 0.99 at most; 0 unless Accepted.
func (m *Midstream) Confidence() float32 { return m.confidence }

// Search is the search of a direction. Once Accepted it has a Result and can Replay, or, where the direction
// has not shown a boundary yet, goes on: feed it as after a gap.
func (m *Midstream) Search(d reassembly.Dir) *Search { return m.dirs[d] }

// decide accepts the better assignment of sides if it has so many bits.
func (m *Midstream) decide(need float32) {
	fwd, rev := m.weigh(reassembly.Fwd), m.weigh(reassembly.Rev)
	client, v := reassembly.Fwd, fwd
	if rev > fwd {
		client, v = reassembly.Rev, rev
	}
	if v < need || max(0, min(fwd, rev)) > v-need/2 {
		return
	}
	m.verdict, m.client, m.confidence = Accepted, client, sureness(v, 1)
	m.dirs[client].commit(MaskSet)
	m.dirs[client.Other()].commit(MaskClear)
}

// weigh is the evidence, in bits, for a session whose client sends in this direction; negative where something speaks
// against it.
func (m *Midstream) weigh(client reassembly.Dir) float32 {
	masked, clear := m.dirs[client].best(MaskSet), m.dirs[client.Other()].best(MaskClear)
	frames, bits := 0, float32(0)
	for i, c := range [2]*chain{masked, clear} {
		d := client
		if i == 1 {
			d = client.Other()
		}
		if c == nil {
			if m.segments[d] > silent {
				return -1
			}
			bits -= oneSideBits
			continue
		}
		frames += c.frames
		bits += c.sober(m.dirs[d].head)
	}
	if frames < midFrames {
		return 0
	}
	return bits
}

// sober is the score of c with what other protocols can look like counted up to a bound.
func (c *chain) sober(head int64) float32 {
	v := c.weight + min(c.tags, tagBits) + min(c.packed, packedBits)
	if c.next == head && c.kind != byNothing {
		v += alignBits
	}
	if !c.atSegment {
		v -= segmentBits
	}
	return v
}

// commit takes the best chain with this masking for the boundary; if there is none, the search goes on as an ordinary one.
func (s *Search) commit(m Masking) {
	s.opt.Masked, s.opt.Threshold = m, defaultThreshold
	n := 0
	for _, c := range s.live {
		if c.mask == m || c.frames == 0 {
			c.mask = m
			s.live[n] = c
			n++
		}
	}
	s.live = s.live[:n]
	if c := s.best(m); c != nil && c.start < s.head && c.score(s.head) >= commitBits {
		s.found, s.ok = *c, true
	}
}
