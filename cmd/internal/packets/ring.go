package packets

import (
	"context"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/capture/keep"
	"github.com/wspeek/wspeek/capture/live"
)

// HoldRing returns the packets that a ring keeps, for a Saver. Stats are the counts of a live capture, nil for none.
func HoldRing(ring *keep.Ring, interfaces []capture.WriteInterface, stats func() live.Stats) func(context.Context) (*Held, error) {
	return func(ctx context.Context) (*Held, error) {
		if err := ring.CatchUp(ctx); err != nil {
			return nil, err
		}
		v := ring.View()
		return &Held{Read: v.Read, Release: v.Release, Oldest: v.Oldest(), Dropped: v.Counts.Dropped, Lost: v.Counts.Lost,
			Ended: v.Counts.Err, Interfaces: interfaces, Stats: stats}, nil
	}
}
