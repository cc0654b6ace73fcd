package main

import (
	"context"

	"github.com/wspeek/wspeek/tui"
)

const (
	// defaultPackets is how many megabytes of packets are kept for :w.
	defaultPackets = 256
	// mostPackets is the largest --packets: a terabyte.
	mostPackets = 1_000_000
)

// keepPackets lets s keep the newest packets for :w, and gives what saves them. It is called when the rights
// have been given up: the files are those of whom wspeek has become.
func (s *liveSource) keepPackets(f *flags, feed *liveFeed) tui.Packets {
	if f.live.packets == 0 {
		return cannotSave("--packets 0: no packets are kept to be saved")
	}
	s.ring = newPacketRing(int64(f.live.packets)*megabyte, s.tell)
	feed.conns = newConnections()
	v := newSaver(feed.conns, s.holdPackets, func() int { return int(feed.pump.visited.Load()) })
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
	if err := s.ring.caughtUp(ctx); err != nil {
		return nil, err
	}
	v := s.ring.view()
	h := &heldPackets{read: v.read, release: v.release, oldest: v.oldest(), dropped: v.counts.dropped, lost: v.counts.lost,
		ended: v.counts.err, interfaces: s.interfaces}
	if s.live != nil {
		h.stats = s.live.Stats
	}
	return h, nil
}

// tidyPackets forgets what need not be known of connections without packets.
func (l *liveFeed) tidyPackets() {
	if l.source.ring != nil && l.conns != nil {
		l.conns.tidy(l.source.ring.oldest())
	}
}

// endPackets ends what saves packets, and what keeps them; the source is closed.
func (s *liveSource) endPackets(tell func(string), quiet bool) {
	if s.ring == nil {
		return
	}
	if text := s.ring.counts().said(); text != "" && !quiet {
		tell(text)
	}
	s.ring.close()
}
