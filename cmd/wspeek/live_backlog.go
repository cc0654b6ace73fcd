package main

import (
	"sync"
	"time"

	"github.com/wspeek/wspeek/capture"
)

const (
	// chunkBytes and chunkPackets are what a chunk holds; a packet is never larger than a chunk.
	chunkBytes   = 1 << 20
	chunkPackets = 8192
	// backlogChunks is how many chunks may wait: about 64 MiB.
	backlogChunks = 64
	// spareChunks is how many used ones are kept.
	spareChunks = 4
)

// chunk is a run of packets with their memory.
type chunk struct {
	packets []capture.Packet
	buf     []byte
}

// fits says whether p has room.
func (c *chunk) fits(p *capture.Packet) bool {
	return len(c.packets) < chunkPackets && len(p.Data) <= cap(c.buf)-len(c.buf)
}

func (c *chunk) add(p *capture.Packet) {
	at := len(c.buf)
	c.buf = append(c.buf, p.Data...)
	q := *p
	q.Data = c.buf[at:len(c.buf):len(c.buf)]
	c.packets = append(c.packets, q)
}

// backlog is a bounded queue of packets between who captures, who never waits, and one who works on
// them. It copies what is put, and joins small puts to chunks.
type backlog struct {
	mu    sync.Mutex
	queue []*chunk
	spare []*chunk
	// taken counts the packets that were given a place, lost those for which there was no room.
	taken, lost int64
	// end is what take says when the queue is empty; nil as long as packets may come.
	end error
	// came and went have one element after each put and each take.
	came, went chan struct{}
}

func newBacklog() *backlog {
	return &backlog{came: make(chan struct{}, 1), went: make(chan struct{}, 1)}
}

func signalTo(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// put adds packets as far as there is room, and returns those that remain.
func (b *backlog) put(packets []capture.Packet) (rest []capture.Packet) {
	b.mu.Lock()
	defer b.mu.Unlock()
	defer signalTo(b.came)
	for i := range packets {
		c := b.tail(&packets[i])
		if c == nil {
			return packets[i:]
		}
		c.add(&packets[i])
		b.taken++
	}
	return nil
}

// lose counts packets that were given up.
func (b *backlog) lose(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lost += int64(n)
}

// tail is the chunk that takes p, nil where all are full. Another is begun while there is one to work on.
func (b *backlog) tail(p *capture.Packet) *chunk {
	if n := len(b.queue); n > 0 && b.queue[n-1].fits(p) {
		return b.queue[n-1]
	}
	if len(b.queue) >= backlogChunks {
		return nil
	}
	c := &chunk{}
	if n := len(b.spare); n > 0 {
		c, b.spare = b.spare[n-1], b.spare[:n-1]
	}
	if need := max(chunkBytes, len(p.Data)); cap(c.buf) < need {
		c.buf = make([]byte, 0, need)
	}
	b.queue = append(b.queue, c)
	return c
}

// wait is put for sources that can wait: it returns when all packets have their place, or stop is closed.
func (b *backlog) wait(packets []capture.Packet, stop <-chan struct{}) {
	for rest := b.put(packets); len(rest) > 0; rest = b.put(rest) {
		select {
		case <-b.went:
		case <-stop:
			return
		}
	}
}

// close says what take returns after the last packet.
func (b *backlog) close(end error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.end == nil {
		b.end = end
	}
	signalTo(b.came)
}

// take waits for the next chunk, at most for d; nil without an error is a time-out. It is given the chunk
// that it returned last, whose memory is used again; the error is that of close.
func (b *backlog) take(done *chunk, d time.Duration) (*chunk, error) {
	b.giveBack(done)
	timeout := time.NewTimer(d)
	defer timeout.Stop()
	for {
		if c, err := b.next(); c != nil || err != nil {
			return c, err
		}
		select {
		case <-b.came:
		case <-timeout.C:
			return nil, nil
		}
	}
}

func (b *backlog) giveBack(c *chunk) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if c != nil && len(b.spare) < spareChunks {
		clear(c.packets)
		c.packets, c.buf = c.packets[:0], c.buf[:0]
		b.spare = append(b.spare, c)
	}
}

func (b *backlog) next() (*chunk, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.queue) == 0 {
		return nil, b.end
	}
	c := b.queue[0]
	b.queue = append(b.queue[:0], b.queue[1:]...)
	signalTo(b.went)
	return c, nil
}

// behind says whether packets wait.
func (b *backlog) behind() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.queue) > 0
}

// waitFirst waits until there is something to take; it returns false where stop is closed before.
func (b *backlog) waitFirst(stop <-chan struct{}) bool {
	for {
		b.mu.Lock()
		ready := len(b.queue) > 0 || b.end != nil
		b.mu.Unlock()
		if ready {
			signalTo(b.came)
			return true
		}
		select {
		case <-b.came:
		case <-stop:
			return false
		}
	}
}

// ended is what take says at the end, nil before all has been taken.
func (b *backlog) ended() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.queue) > 0 {
		return nil
	}
	return b.end
}

func (b *backlog) lostSoFar() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.lost
}

// accepted is how many packets have come in so far.
func (b *backlog) accepted() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.taken
}
