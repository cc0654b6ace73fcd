package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/wspeek/wspeek/capture"
)

const (
	// ringSegments is how many files a ring has when it is full, or one more.
	ringSegments = 16
	// ringWait is how long the goroutine of a ring waits before it looks whether all has ended.
	ringWait = time.Second
)

// packetRing keeps the newest packets of a live screen in temporary files without names, the oldest of which is
// given up when all together are full. It is written in a goroutine of its own (run), and may be read meanwhile.
type packetRing struct {
	backlog *backlog
	// limit is how many bytes the files have together, segment how many one has; a larger packet has one for itself.
	limit, segment int64
	// tell is told once why nothing more can be kept.
	tell func(string)
	// dir is where the files are made, "" is the system's place for temporary files.
	dir  string
	done chan struct{}
	buf  []byte

	mu       sync.Mutex // guards what follows
	segments []*segment // the oldest first
	size     int64      // of all segments
	// taken are the packets that came out of the backlog: kept, given up with their segment (dropped), or not
	// written after err (lost).
	taken, dropped, lost int64
	err                  error
}

func newPacketRing(limit int64, tell func(string)) *packetRing {
	return &packetRing{backlog: newBacklog(), limit: limit, segment: limit / ringSegments, tell: tell,
		done: make(chan struct{})}
}

// run keeps packets until the backlog has ended.
func (r *packetRing) run() {
	defer close(r.done)
	var c *chunk
	for {
		var err error
		if c, err = r.backlog.take(c, ringWait); err != nil {
			return
		}
		if c != nil {
			r.keep(c.packets)
		}
	}
}

// keep writes packets, as many at a time as fit into a segment.
func (r *packetRing) keep(packets []capture.Packet) {
	for len(packets) > 0 {
		n := r.fill(packets)
		err := r.write(packets[0].Number, n)
		for errors.Is(err, syscall.ENOSPC) && r.giveUp() {
			err = r.write(packets[0].Number, n)
		}
		if err != nil {
			r.failed(err, len(packets))
			return
		}
		packets = packets[n:]
	}
}

// fill puts as many packets into the buffer as a segment takes: one at least.
func (r *packetRing) fill(packets []capture.Packet) (n int) {
	r.buf = r.buf[:0]
	for i := range packets {
		p := &packets[i]
		if n > 0 && int64(len(r.buf)+recordHeader+len(p.Data)) > r.segment {
			break
		}
		r.buf = appendRecord(r.buf, p)
		n++
	}
	return n
}

// write writes the buffer, which holds n packets. Files are made and written outside the lock: only run does that.
func (r *packetRing) write(first, n int) error {
	if r.err != nil {
		return r.err
	}
	s, err := r.room(int64(len(r.buf)), first)
	if err != nil {
		return err
	}
	if _, err := s.file.WriteAt(r.buf, s.size); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	s.size += int64(len(r.buf))
	s.packets += int64(n)
	r.size += int64(len(r.buf))
	r.taken += int64(n)
	return nil
}

// room is the segment that takes size bytes more, where first is the number of the first packet of them. The oldest
// are given up for it.
func (r *packetRing) room(size int64, first int) (*segment, error) {
	r.mu.Lock()
	for len(r.segments) > 0 && r.size+size > r.limit {
		r.drop()
	}
	if n := len(r.segments); n > 0 && r.segments[n-1].size+size <= r.segment {
		defer r.mu.Unlock()
		return r.segments[n-1], nil
	}
	r.mu.Unlock()
	s, err := newSegment(r.dir, first)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.segments = append(r.segments, s)
	return s, nil
}

// giveUp gives the oldest segment up where the disk has no room, and says whether there was one. The ring does not grow
// beyond what there is room for then.
func (r *packetRing) giveUp() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.size == 0 {
		return false
	}
	if r.limit = min(r.limit, r.size); r.segment > r.limit/2 {
		r.segment = max(r.limit/ringSegments, 1)
	}
	r.drop()
	return true
}

// drop gives the oldest segment up.
func (r *packetRing) drop() {
	s := r.segments[0]
	r.segments = r.segments[1:]
	r.size -= s.size
	r.dropped += s.packets
	s.release()
}

// failed notes that n packets, and all that come, are not kept. Those that are kept stay.
func (r *packetRing) failed(err error, n int) {
	r.mu.Lock()
	first := r.err == nil
	r.err = err
	r.lost += int64(n)
	r.taken += int64(n)
	r.mu.Unlock()
	if first {
		r.tell("packets are kept for :w no longer: " + plain(err).Error())
	}
}

// caughtUp waits until all packets are kept that wait now.
func (r *packetRing) caughtUp(ctx context.Context) error {
	target := r.backlog.accepted()
	for {
		r.mu.Lock()
		taken := r.taken
		r.mu.Unlock()
		if taken >= target {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(2 * time.Millisecond):
		}
	}
}

// ringCounts say what became of the packets that were to be kept.
type ringCounts struct {
	kept, dropped, lost int64
	// err is why no more are kept, nil where they are.
	err error
}

func (r *packetRing) counts() ringCounts {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.count()
}

// count is counts where the lock is held.
func (r *packetRing) count() ringCounts {
	return ringCounts{r.taken - r.dropped - r.lost, r.dropped, r.lost + r.backlog.lostSoFar(), r.err}
}

// said is what is to be told at the end, "" where every packet was kept.
func (c ringCounts) said() string {
	if c.dropped == 0 && c.lost == 0 {
		return ""
	}
	if c.err != nil {
		return fmt.Sprintf("for :w %d packets were kept, and %d after these could not be: %v", c.kept, c.lost, plain(c.err))
	}
	return fmt.Sprintf("for :w the newest %d packets were kept; %d older ones were given up, %d were lost on the way", c.kept, c.dropped, c.lost)
}

// oldest is the number of the oldest packet that is kept, 0 where there is none.
func (r *packetRing) oldest() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.segments) == 0 {
		return 0
	}
	return r.segments[0].first
}

// close ends the ring once run has ended.
func (r *packetRing) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.segments {
		s.release()
	}
	r.segments = nil
}

// ringView is what a ring held at one moment. Its files stay until it is released, so that for that time there may be
// as much again on disk.
type ringView struct {
	segments []segmentView
	counts   ringCounts
}

// view holds what there is fast.
func (r *packetRing) view() *ringView {
	r.mu.Lock()
	defer r.mu.Unlock()
	v := &ringView{counts: r.count()}
	for _, s := range r.segments {
		v.segments = append(v.segments, s.hold())
	}
	return v
}

func (v *ringView) release() {
	for _, s := range v.segments {
		s.segment.release()
	}
	v.segments = nil
}

// oldest is the number of the first packet, 0 for none.
func (v *ringView) oldest() int {
	if len(v.segments) == 0 {
		return 0
	}
	return v.segments[0].segment.first
}

// read is a packetReader.
func (v *ringView) read(ctx context.Context, each func(*capture.Packet) error) error {
	for i := range v.segments {
		if err := v.segments[i].read(ctx, each); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// newSegment makes a file that has no name, where the system allows that.
func newSegment(dir string, first int) (*segment, error) {
	f, err := os.CreateTemp(dir, "wspeek-*.packets") // mode 0600
	if err != nil {
		return nil, err
	}
	os.Remove(f.Name())
	s := &segment{file: f, first: first}
	s.holders.Store(1)
	return s, nil
}
