package ws

import (
	"cmp"
	"slices"

	"github.com/wspeek/wspeek/reassembly"
)

// midChunk is a chunk that a search kept, whose it is, and the largest packet of its direction up to it: that was when the
// direction had come so far.
type midChunk struct {
	h  *half
	k  reassembly.Chunk
	at int
}

// NewMid decodes a session that m has accepted, with what m was fed from the boundaries on; s is reported of that
// before NewMid returns. A direction without a boundary yet goes on being searched. Of what
// m was fed, everything but gaps is added to cfg.Bytes. m must not be used afterwards.
func NewMid(cfg Config, s Sink, m *Midstream) *Conn {
	cfg.Client, cfg.Assumed, cfg.Confidence = m.Client(), true, m.Confidence()
	c := New(cfg, s)
	var kept []midChunk
	var gaps []func()
	for d := range c.halves {
		h := &c.halves[d]
		h.search, h.mode = m.Search(cfg.Client^reassembly.Dir(d)), searching
		h.ctx.lose(c.sh, WindowLost)
		off, confidence, ok := h.search.Result()
		if !ok {
			continue
		}
		sought := h.found(off, confidence)
		at := 0
		sought.Replay(
			func(k reassembly.Chunk) {
				at = max(at, k.Packet)
				kept = append(kept, midChunk{h, k, at})
			},
			func(off, n int64) { gaps = append(gaps, func() { h.gap(off, n) }) })
	}
	slices.SortStableFunc(kept, func(a, b midChunk) int { return cmp.Compare(a.at, b.at) })
	for _, k := range kept {
		k.h.data(k.k)
	}
	for _, gap := range gaps {
		gap()
	}
	return c
}
