package keep

import (
	"bytes"
	"sync"
	"time"

	"github.com/wspeek/wspeek/capture"
)

const (
	// chunkBytes and chunkPackets are how much a chunk holds; a packet that is larger has a chunk for itself.
	chunkBytes   = 1 << 20
	chunkPackets = 8192
	// backlogChunks is how many chunks may wait: about 64 MiB.
	backlogChunks = 64
	// spareChunks is how many used chunks are kept for their memory.
	spareChunks = 4
)

// PacketChunk is a run of packets with the memory that holds their bytes.
type PacketChunk struct {
	// Packets are in the order in which they were put; there is at least one.
	Packets []capture.Packet
	buf     []byte
}

// fits reports whether there is room for p.
func (c *PacketChunk) fits(p *capture.Packet) bool {
	return len(c.Packets) < chunkPackets && len(p.Data) <= cap(c.buf)-len(c.buf)
}

func (c *PacketChunk) add(p *capture.Packet) {
	at := len(c.buf)
	c.buf = append(c.buf, p.Data...)
	q := *p
	q.Data, q.Comment = c.buf[at:len(c.buf):len(c.buf)], bytes.Clone(p.Comment)
	c.Packets = append(c.Packets, q)
}

// Backlog is a bounded queue of packets between a goroutine that captures, which never waits, and one that works
// on the packets. It copies them, and joins small runs of packets into chunks. All methods may be called from any
// goroutine; Take from one at a time.
type Backlog struct {
	mu    sync.Mutex
	queue []*PacketChunk
	spare []*PacketChunk
	// accepted counts the packets for which there was room, lost the others.
	accepted, lost int64
	// end is what Take returns when the queue is empty; nil as long as packets may come.
	end error
	// put and taken have one element after each Put and each Take.
	put, taken chan struct{}
	// wake has an element after each Wake.
	wake chan struct{}
}

// NewBacklog returns an empty Backlog.
func NewBacklog() *Backlog {
	return &Backlog{put: make(chan struct{}, 1), taken: make(chan struct{}, 1), wake: make(chan struct{}, 1)}
}

func signalTo(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Put copies packets while there is room, and returns those for which there was none.
func (b *Backlog) Put(packets []capture.Packet) (rest []capture.Packet) {
	b.mu.Lock()
	defer b.mu.Unlock()
	defer signalTo(b.put)
	for i := range packets {
		c := b.tail(&packets[i])
		if c == nil {
			return packets[i:]
		}
		c.add(&packets[i])
		b.accepted++
	}
	return nil
}

// Lose counts n packets that were dropped because there was no room.
func (b *Backlog) Lose(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lost += int64(n)
}

// tail is the chunk that p goes into, nil if all are full.
func (b *Backlog) tail(p *capture.Packet) *PacketChunk {
	if n := len(b.queue); n > 0 && b.queue[n-1].fits(p) {
		return b.queue[n-1]
	}
	if len(b.queue) >= backlogChunks {
		return nil
	}
	c := &PacketChunk{}
	if n := len(b.spare); n > 0 {
		c, b.spare = b.spare[n-1], b.spare[:n-1]
	}
	if need := max(chunkBytes, len(p.Data)); cap(c.buf) < need {
		c.buf = make([]byte, 0, need)
	}
	b.queue = append(b.queue, c)
	return c
}

// PutAll is Put for sources that can wait: it returns when there was room for all packets, or stop is closed.
func (b *Backlog) PutAll(packets []capture.Packet, stop <-chan struct{}) {
	for rest := b.Put(packets); len(rest) > 0; rest = b.Put(rest) {
		select {
		case <-b.taken:
		case <-stop:
			return
		}
	}
}

// Close sets the error that Take returns after the last packet. Only the first call counts.
func (b *Backlog) Close(end error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.end == nil {
		b.end = end
	}
	signalTo(b.put)
}

// Wake lets Take return if it waits, else the next one that would wait.
func (b *Backlog) Wake() { signalTo(b.wake) }

// Take returns the next chunk. It waits for at most d; if nothing comes by then it returns nil and no error. After
// the last chunk it returns the error of Close. done is the chunk that it returned last, whose memory is used again,
// or nil.
func (b *Backlog) Take(done *PacketChunk, d time.Duration) (*PacketChunk, error) {
	b.recycle(done)
	timeout := time.NewTimer(d)
	defer timeout.Stop()
	for {
		if c, err := b.next(); c != nil || err != nil {
			return c, err
		}
		select {
		case <-b.put:
		case <-b.wake:
			return nil, nil
		case <-timeout.C:
			return nil, nil
		}
	}
}

func (b *Backlog) recycle(c *PacketChunk) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if c != nil && len(b.spare) < spareChunks {
		clear(c.Packets)
		c.Packets, c.buf = c.Packets[:0], c.buf[:0]
		b.spare = append(b.spare, c)
	}
}

func (b *Backlog) next() (*PacketChunk, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.queue) == 0 {
		return nil, b.end
	}
	c := b.queue[0]
	b.queue = append(b.queue[:0], b.queue[1:]...)
	signalTo(b.taken)
	return c, nil
}

// Waiting reports whether there are packets to take.
func (b *Backlog) Waiting() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.queue) > 0
}

// WaitFirst waits until Take would return at once; it returns false if stop is closed before that.
func (b *Backlog) WaitFirst(stop <-chan struct{}) bool {
	for {
		b.mu.Lock()
		ready := len(b.queue) > 0 || b.end != nil
		b.mu.Unlock()
		if ready {
			signalTo(b.put)
			return true
		}
		select {
		case <-b.put:
		case <-stop:
			return false
		}
	}
}

// Ended returns the error of Close once all packets have been taken, nil before that.
func (b *Backlog) Ended() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.queue) > 0 {
		return nil
	}
	return b.end
}

// Lost is how many packets Lose has counted.
func (b *Backlog) Lost() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.lost
}

// Accepted is how many packets have been put so far.
func (b *Backlog) Accepted() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.accepted
}
