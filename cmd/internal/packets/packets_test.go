package packets

import (
	"errors"
	"os"
	"testing"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/reassembly"
)

// TestConnections_Tidy: only what has no packets any more is dropped.
func TestConnections_Tidy(t *testing.T) {
	t.Parallel()
	k := NewConnections()
	for n := 1; n <= tidyEvery; n++ {
		flow := reassembly.Flow{APort: uint16(n)}
		i := &decode.Session{N: n, First: 10 * n, Last: 10*n + 5}
		if n%2 == 0 {
			i.State = decode.Closed
		}
		k.session(&decode.Stream{N: n, First: 10 * n, Flow: flow}, i)
	}
	k.Tidy(5000)
	gone := []int{}
	for n := 1; n <= tidyEvery; n++ {
		if _, missing := k.Of([]int{n}); len(missing) > 0 {
			gone = append(gone, n)
		}
	}
	if len(gone) != 249 || gone[0] != 2 || gone[248] != 498 || k.Count() != tidyEvery {
		t.Errorf("%d dropped: %v", len(gone), gone)
	}
}

func TestSaved_Words(t *testing.T) {
	t.Parallel()
	held := &Held{Oldest: 5, Dropped: 4, Lost: 2, Ended: &os.PathError{Op: "write", Path: "/tmp/x", Err: errors.New("disk full")}}
	for want, s := range map[string]saved{
		"7 packets, 4 older not kept, 2 lost before they were kept (disk full),":                                                                       {all: 9},
		"7 packets of 1 session, nothing of 4 sessions kept, start of session 7 not kept, 2 lost before they were kept (disk full),":                   {sessions: []int{1, 2, 3, 4, 7}, gone: []int{1, 2, 3, 4}, cut: []int{7}},
		"7 packets of 2 sessions, start of sessions 1, 7 not kept, 1 session of the same connections along, 2 lost before they were kept (disk full),": {sessions: []int{1, 7}, cut: []int{7, 1}, along: 1},
	} {
		s.held, s.copied.N = held, 7
		if got := s.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
