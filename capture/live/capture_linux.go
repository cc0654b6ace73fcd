//go:build !libpcap

package live

import (
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/wspeek/wspeek/capture"
)

// Capture captures from interfaces through packet sockets with a ring of memory that
// is shared with the kernel (AF_PACKET, TPACKET_V3). It is a Source.
//
// Open does everything that needs permission. Stats and Stop may be called from any
// goroutine at any time, ReadBatch from one at a time.
type Capture struct {
	rings   []*ring
	wake    int // eventfd: written to by Stop and Close
	poll    []unix.PollFd
	reading sync.Mutex // held by ReadBatch, and by Close to wait for its end
	stopped atomic.Bool
	closed  atomic.Bool
	drained time.Time // when, after Stop, the last block has been closed; zero before
	packets int
}

// Open opens a socket on each interface, with its ring, and starts to capture.
// Nothing that is called later needs permission. Errors are *PermissionError,
// *InterfaceError, or the filter's own.
func Open(opt Options) (*Capture, error) {
	if err := opt.check(); err != nil {
		return nil, err
	}
	wake, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return nil, &InterfaceError{Name: opt.Interfaces[0], What: "eventfd", Err: err}
	}
	l := &Capture{wake: wake, poll: []unix.PollFd{{Fd: int32(wake), Events: unix.POLLIN}}}
	opt = opt.withDefaults()
	for i, name := range opt.Interfaces {
		r, err := openRing(name, opt)
		if err != nil {
			_ = l.Close()
			return nil, err
		}
		r.number = uint16(i)
		l.rings = append(l.rings, r)
		l.poll = append(l.poll, unix.PollFd{Fd: int32(r.fd), Events: unix.POLLIN})
	}
	return l, nil
}

// ReadBatch implements Source. Packets are ordered by time within a batch, and
// numbered from 1. An interface that goes away is reported once, as *InterfaceError, after
// its last packet; reading the others goes on. io.EOF comes after Stop, when what the
// kernel had taken by then has been returned, or when no interface is left.
func (l *Capture) ReadBatch(b *capture.Batch) error {
	l.reading.Lock()
	defer l.reading.Unlock()
	b.Packets, b.File = b.Packets[:0], 0
	if cap(b.Memory) < batchBytes {
		b.Memory = make([]byte, 0, batchBytes)
	}
	b.Memory = b.Memory[:0]
	for !l.closed.Load() {
		for _, r := range l.rings {
			r.take(b)
		}
		if len(b.Packets) > 0 {
			l.order(b.Packets)
			return nil
		}
		if err := l.idle(); err != nil {
			return err
		}
	}
	return io.EOF
}

// order sorts packets of several interfaces by time, and numbers them.
func (l *Capture) order(packets []capture.Packet) {
	if len(l.rings) > 1 {
		slices.SortStableFunc(packets, func(a, b capture.Packet) int {
			switch {
			case a.Time < b.Time:
				return -1
			case a.Time > b.Time:
				return 1
			}
			return 0
		})
	}
	for i := range packets {
		l.packets++
		packets[i].Number = l.packets
	}
}

// settle is how long the kernel may keep packets in a block that is not full: twice
// the time-out of blocks, rounded up to its clock's ticks.
const settle = 60 * time.Millisecond

// idle is called when no block is ready: it waits for one, or says why none comes.
func (l *Capture) idle() error {
	timeout := -1
	if l.stopped.Load() {
		if l.drained.IsZero() {
			l.shut()
		}
		if !time.Now().Before(l.drained) {
			return io.EOF
		}
		timeout = 5
	}
	left := false
	for _, r := range l.rings {
		err, wait := r.loss()
		if err != nil {
			return err
		}
		if wait >= 0 && (timeout < 0 || wait < timeout) {
			timeout = wait
		}
		left = left || !r.gone
	}
	if !left {
		return io.EOF
	}
	return l.wait(timeout)
}

// shut lets no more packets into the rings.
func (l *Capture) shut() {
	for _, r := range l.rings {
		_ = r.attach(rejectAll)
	}
	l.drained = time.Now().Add(settle)
}

// wait waits for a block, a lost interface, Stop or Close, at most timeout milliseconds.
func (l *Capture) wait(timeout int) error {
	for i, r := range l.rings {
		if r.gone { // its error stays: it is not to be waited on
			l.poll[i+1].Fd = -1
		}
	}
	if l.stopped.Load() {
		l.poll[0].Fd = -1 // it has woken us already
	}
	if _, err := unix.Poll(l.poll, timeout); err != nil && err != unix.EINTR {
		return &InterfaceError{Name: l.rings[0].name, What: "poll", Err: err}
	}
	for i, r := range l.rings {
		if l.poll[i+1].Revents&(unix.POLLERR|unix.POLLHUP|unix.POLLNVAL) != 0 {
			r.trouble()
		}
	}
	return nil
}

// Stop ends the capture: packets that come later are not taken, those that the kernel has
// are still returned by ReadBatch, and then io.EOF. A ReadBatch that waits is woken.
func (l *Capture) Stop() {
	if !l.stopped.Swap(true) {
		l.rouse()
	}
}

func (l *Capture) rouse() {
	one := [8]byte{1, 1, 1, 1, 1, 1, 1, 1}
	_, _ = unix.Write(l.wake, one[:]) // it fails only where l is closed
}

// Stats returns the counts so far, in part from the kernel. After Close they are the last ones.
func (l *Capture) Stats() Stats {
	var s Stats
	for _, r := range l.rings {
		s.Interfaces = append(s.Interfaces, r.statistics())
	}
	s.sum()
	return s
}

// Close ends the capture at once, waits for ReadBatch to return, and frees the rings. It may be
// called twice.
func (l *Capture) Close() error {
	if l.closed.Swap(true) {
		return nil
	}
	l.rouse()
	l.reading.Lock()
	defer l.reading.Unlock()
	for _, r := range l.rings {
		r.close()
	}
	return unix.Close(l.wake)
}
