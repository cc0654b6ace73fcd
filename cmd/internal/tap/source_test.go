package tap

import (
	"testing"
	"time"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/cmd/internal/run"
)

func packetsAt(times ...capture.Time) []capture.Packet {
	list := make([]capture.Packet, len(times))
	for i, at := range times {
		list[i] = capture.Packet{Number: i + 1, Time: at, OrigLen: 3, Data: []byte{byte(i), 1, 2}}
	}
	return list
}

// TestHazard_V8_ClockSteps: time goes on from the newest packet by our own clock, however that one is set.
func TestHazard_V8_ClockSteps(t *testing.T) {
	t.Parallel()
	for _, start := range []capture.Time{1_000_000_000, 4_000_000_000_000_000_000} {
		s := New("test")
		s.ticked = time.Now()
		s.backlog.Put(packetsAt(start-5, start))
		var b capture.Batch
		if err := s.ReadBatch(&b); err != nil || len(b.Packets) != 2 {
			t.Fatalf("%d packets, %v", len(b.Packets), err)
		}
		err := s.ReadBatch(&b)
		late, ok := err.(run.Idle)
		if !ok || late.Now < start+capture.Time(tickEvery/2) || late.Now > start+capture.Time(time.Minute) {
			t.Errorf("after %d: got %v at %d", start, err, late.Now)
		}
		s.backlog.Put(packetsAt(start + 1))
		s.backlog.Put(packetsAt(start + 2))
		if now := s.now(); now != start {
			t.Errorf("with packets waiting it is %d, want that of the last one handed on, %d", now, start)
		}
	}
}
