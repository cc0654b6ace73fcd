package poll_test

import (
	"sync/atomic"
	"testing"

	"github.com/wspeek/wspeek/pcaps/poll"
)

func TestUntil(t *testing.T) {
	t.Parallel()
	var n atomic.Int32
	go func() {
		for range 3 {
			n.Add(1)
		}
	}()
	poll.Until(t, "three", func() bool { return n.Load() == 3 })
	looks := 0
	if !poll.For(func() bool { looks++; return looks == 4 }) || looks != 4 {
		t.Errorf("%d looks, want 4", looks)
	}
}
