package ws

import (
	"bytes"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode/rule"
)

// mapStore is a WindowStore in memory. From its failAfter-th Put on it has no room, and with badReads no Get succeeds.
type mapStore struct {
	windows   map[int64][]byte
	puts      int64
	failAfter int64
	badReads  bool
}

func (s *mapStore) Put(window []byte) (int64, bool) {
	if s.puts++; s.failAfter > 0 && s.puts >= s.failAfter {
		return 0, false
	}
	s.windows[s.puts] = bytes.Clone(window)
	return s.puts, true
}

func (s *mapStore) Get(at int64, window []byte) bool {
	w := s.windows[at]
	delete(s.windows, at)
	return !s.badReads && len(w) == copy(window, w)
}

func (s *mapStore) Free(at int64, n int) {
	if len(s.windows[at]) != n {
		panic("not what was put")
	}
	delete(s.windows, at)
}

func TestWindowsGoToTheStoreAndComeBack(t *testing.T) {
	t.Parallel()
	const conns, rounds = 60, 6
	for _, c := range []struct {
		name           string
		store          mapStore
		windows        int64
		exact, limited bool
	}{
		{"all windows in memory", mapStore{}, 64 << 20, true, false},
		{"one window in memory", mapStore{}, 1, true, false},
		{"some windows in memory", mapStore{}, 200 << 10, true, false},
		{"a store that is full", mapStore{failAfter: 20}, 1, false, true},
		{"a store that cannot be read", mapStore{badReads: true}, 1, false, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.store.windows = map[int64][]byte{}
			p := NewPool()
			p.Store = &c.store
			rigs, packers, texts := make([]*rig, conns), make([]*packer, conns), make([]string, conns)
			for i := range rigs {
				rigs[i], packers[i] = newRig(t, Config{Keep: true, Deflate: &Deflate{}, Limits: Limits{Windows: c.windows}, Pool: p}), newPacker()
			}
			exact := 0
			for round := range rounds {
				for i, r := range rigs {
					texts[i] = strings.Repeat("the same words, and some others ", 1+i*i) + string(rune('A'+round))
					r.data(S2C, build(0xc1, packers[i].pack(texts[i]), ""))
					if m := r.rec.messages[round]; m.State == Exact {
						exact++
						if string(m.Payload) != texts[i] {
							t.Fatalf("connection %d, message %d: %q", i, round, m.Payload)
						}
					} else if m.Why != WindowEvicted {
						t.Fatalf("connection %d, message %d: %v", i, round, m.Why)
					}
				}
			}
			missed := sessionsWith(rigs, rule.Limit)
			if (exact == conns*rounds) != c.exact || (missed > 0) != c.limited || int64(missed) != p.Evicted() {
				t.Errorf("%d exact; %d sessions have a finding, %d are counted", exact, missed, p.Evicted())
			}
			for _, r := range rigs {
				r.close()
			}
			if len(c.store.windows) > 0 || p.held.n > 0 {
				t.Errorf("left %d in the store, %d in memory", len(c.store.windows), p.held.n)
			}
		})
	}
}

// sessionsWith is how many sessions broke r, each of them once.
func sessionsWith(rigs []*rig, r *rule.Rule) (n int) {
	for _, g := range rigs {
		have := 0
		for i := range g.rec.findings {
			if g.rec.findings[i].Rule == r {
				have++
			}
		}
		if have > 1 {
			g.t.Errorf("%d findings of %s in one session", have, r.ID)
		}
		n += have
	}
	return n
}
