package main

import (
	"context"
	"fmt"

	"github.com/wspeek/wspeek/capture/keep"
	"github.com/wspeek/wspeek/tui"
)

// keepPackets lets s keep the newest packets for :w, and gives what saves them. It is called when the rights
// have been given up: the files are those of whom wspeek has become.
func (s *liveSource) keepPackets(f *flags, feed *liveFeed) tui.Packets {
	if f.live.packets == 0 {
		return cannotSave("--packets 0: no packets are kept to be saved")
	}
	s.ring = keep.NewRing(keep.RingOptions{Bytes: int64(f.live.packets) * megabyte, Failed: func(err error) {
		s.tell("packets are no longer saved for :w: " + plain(err).Error())
	}})
	feed.conns = newConnections()
	v := newSaver(feed.conns, s.holdPackets, feed.run.Visited)
	v.advice = s.advice
	v.inUse = func() []string {
		if s.keep == nil {
			return f.read
		}
		return append(s.keep.w.Files(), f.read...)
	}
	return v
}

// holdPackets is what a saver reads.
func (s *liveSource) holdPackets(ctx context.Context) (*heldPackets, error) {
	if err := s.ring.CatchUp(ctx); err != nil {
		return nil, err
	}
	v := s.ring.View()
	h := &heldPackets{read: v.Read, release: v.Release, oldest: v.Oldest(), dropped: v.Counts.Dropped, lost: v.Counts.Lost,
		ended: v.Counts.Err, interfaces: s.interfaces}
	if s.live != nil {
		h.stats = s.live.Stats
	}
	return h, nil
}

// tidyPackets forgets what need not be known of connections without packets.
func (l *liveFeed) tidyPackets() error {
	if l.source.ring != nil && l.conns != nil {
		l.conns.tidy(l.source.ring.Oldest())
	}
	return nil
}

// endPackets ends what saves packets, and what keeps them; the source is closed.
func (s *liveSource) endPackets(tell func(string), quiet bool) {
	if s.ring == nil {
		return
	}
	if text := ringSummary(s.ring.Counts()); text != "" && !quiet {
		tell(text)
	}
	s.ring.Close()
}

// ringSummary is what to report at the end, "" if every packet was kept.
func ringSummary(c keep.RingCounts) string {
	if c.Dropped == 0 && c.Lost == 0 {
		return ""
	}
	if c.Err != nil {
		return fmt.Sprintf("for :w %d packets were kept, and %d after these could not be: %v", c.Kept, c.Lost, plain(c.Err))
	}
	return fmt.Sprintf("for :w the newest %d packets were kept; %d older ones were dropped, %d were lost on the way", c.Kept, c.Dropped, c.Lost)
}
