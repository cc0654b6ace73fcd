package main

import (
	"fmt"

	"github.com/wspeek/wspeek/capture/keep"
	"github.com/wspeek/wspeek/cmd/internal/out"
	"github.com/wspeek/wspeek/cmd/internal/packets"
	"github.com/wspeek/wspeek/cmd/internal/tap"
	"github.com/wspeek/wspeek/tui"
)

// ringPackets lets the source keep the newest packets for :w, and returns what saves them. It is called when root's
// privileges have been dropped: the files belong to the user that wspeek has become.
func (l *liveFeed) ringPackets(f *flags) tui.Packets {
	if f.live.packets == 0 {
		return packets.CannotSave("--packets 0: no packets are kept to be saved")
	}
	s := l.source
	s.Ring = keep.NewRing(keep.RingOptions{Bytes: int64(f.live.packets) * megabyte, Failed: func(err error) {
		s.Report("packets are no longer saved for :w: " + out.WithoutOp(err).Error())
	}})
	l.conns = packets.NewConnections()
	v := packets.NewSaver(l.conns, packets.HoldRing(s.Ring, s.Interfaces, s.Live()), l.run.Visited)
	v.Advice, v.Embed = s.Advice, f.embedKeys
	v.InUse = func() []string {
		if s.Keep == nil {
			return f.read
		}
		return append(s.Keep.Files(), f.read...)
	}
	return v
}

// tidyPackets drops what is known of connections without packets.
func (l *liveFeed) tidyPackets() error {
	if l.source.Ring != nil && l.conns != nil {
		l.conns.Tidy(l.source.Ring.Oldest())
	}
	return nil
}

// endPackets ends what keeps packets, when the source is closed.
func endPackets(s *tap.Source, report func(string), quiet bool) {
	if s.Ring == nil {
		return
	}
	if text := ringSummary(s.Ring.Counts()); text != "" && !quiet {
		report(text)
	}
	s.Ring.Close()
}

// ringSummary is what to report at the end, "" if every packet was kept.
func ringSummary(c keep.RingCounts) string {
	if c.Dropped == 0 && c.Lost == 0 {
		return ""
	}
	if c.Err != nil {
		return fmt.Sprintf("for :w %d packets were kept, and %d after these could not be: %v", c.Kept, c.Lost, out.WithoutOp(c.Err))
	}
	return fmt.Sprintf("for :w the newest %d packets were kept; %d older ones were dropped, %d were lost on the way", c.Kept, c.Dropped, c.Lost)
}
