package decode_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/http1"
)

// leg is a session whose handshake took from one time to another.
func leg(n, stream int, key string, from, to capture.Time) *decode.Session {
	return &decode.Session{N: n, Stream: stream, Started: from, Opened: to, HasStarted: true, HasOpened: to > 0,
		RequestHeaders: []http1.Header{{Name: "Host", Value: "a"}, {Name: "sec-websocket-key", Value: key}}}
}

// masked is a leg without a key whose first frames have masking keys from a number on.
func masked(n, stream int, mask byte, from, to capture.Time) *decode.Session {
	s := leg(n, stream, "", from, to)
	for i := range s.Masks {
		s.Masks[i] = [4]byte{mask, byte(i)}
	}
	return s
}

// fixed is a leg whose client has one masking key.
func fixed(n, stream int, from, to capture.Time) *decode.Session {
	s := masked(n, stream, 1, from, to)
	s.Masks = [4][4]byte{{1}, {1}, {1}, {1}}
	return s
}

func TestPeers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		legs []*decode.Session
		want map[int]int
	}{
		"through a proxy":                   {[]*decode.Session{leg(1, 0, "k", 10, 40), leg(2, 1, "k", 20, 30)}, map[int]int{1: 2, 2: 1}},
		"inner leg numbered first":          {[]*decode.Session{leg(1, 0, "k", 20, 30), leg(2, 1, "k", 10, 40)}, map[int]int{1: 2, 2: 1}},
		"other keys":                        {[]*decode.Session{leg(1, 0, "k", 10, 40), leg(2, 1, "j", 20, 30)}, nil},
		"no keys":                           {[]*decode.Session{leg(1, 0, "", 10, 40), leg(2, 1, "", 20, 30)}, nil},
		"one after the other":               {[]*decode.Session{leg(1, 0, "k", 10, 20), leg(2, 1, "k", 30, 40)}, nil},
		"overlapping":                       {[]*decode.Session{leg(1, 0, "k", 10, 30), leg(2, 1, "k", 20, 40)}, nil},
		"one connection":                    {[]*decode.Session{leg(1, 3, "k", 10, 40), leg(2, 3, "k", 20, 30)}, nil},
		"not answered":                      {[]*decode.Session{leg(1, 0, "k", 10, 0), leg(2, 1, "k", 20, 30)}, nil},
		"a key that is always the same":     {[]*decode.Session{leg(1, 0, "k", 10, 40), leg(2, 1, "k", 20, 30), leg(3, 2, "k", 50, 60)}, nil},
		"the same masking keys":             {[]*decode.Session{masked(1, 0, 1, 10, 40), masked(2, 1, 1, 20, 30)}, map[int]int{1: 2, 2: 1}},
		"other masking keys":                {[]*decode.Session{masked(1, 0, 1, 10, 40), masked(2, 1, 2, 20, 30)}, nil},
		"one masking key for all":           {[]*decode.Session{fixed(1, 0, 10, 40), fixed(2, 1, 20, 30)}, nil},
		"masking keys, one after the other": {[]*decode.Session{masked(1, 0, 1, 10, 20), masked(2, 1, 1, 30, 40)}, nil},
		"two conversations": {[]*decode.Session{leg(1, 0, "k", 10, 40), leg(2, 1, "j", 11, 41), leg(3, 2, "j", 20, 30), leg(4, 3, "k", 21, 31)},
			map[int]int{1: 4, 4: 1, 2: 3, 3: 2}},
	} {
		all := map[int]*decode.Session{}
		for _, s := range test.legs {
			all[s.N] = s
		}
		if got := decode.Peers(all); !maps.Equal(got, test.want) {
			t.Errorf("%s: got %v, want %v", name, got, test.want)
		}
		var l decode.Linker
		for range 2 { // each is reported more than once
			for _, s := range test.legs {
				l.Add(s)
			}
		}
		for n := range all {
			if got := l.Peer(n); got != test.want[n] {
				t.Errorf("%s: while they are reported: session %d has peer %d, want %d", name, n, got, test.want[n])
			}
		}
	}
}

// TestLinker: what changes is reported, and what was forgotten links nothing.
func TestLinker(t *testing.T) {
	t.Parallel()
	var l decode.Linker
	a, b, c := leg(1, 0, "k", 10, 40), leg(2, 1, "k", 20, 30), leg(3, 2, "k", 22, 28)
	for _, step := range []struct {
		s    *decode.Session
		want []int
		peer int
	}{{a, nil, 0}, {b, []int{1, 2}, 1}, {b, nil, 1}, {c, []int{1, 2}, 0}} {
		if got := l.Add(step.s); !slices.Equal(got, step.want) || l.Peer(step.s.N) != step.peer {
			t.Errorf("session %d: changed %v, peer %d; want %v, %d", step.s.N, got, l.Peer(step.s.N), step.want, step.peer)
		}
	}
	for _, s := range []*decode.Session{a, b, c} {
		l.Forget(s)
	}
	if got := l.Add(b); got != nil {
		t.Errorf("linked with what was forgotten: %v", got)
	}
}
