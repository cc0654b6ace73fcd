package keep

import (
	"context"
	"errors"
	"sync"
	"syscall"
	"time"

	"github.com/wspeek/wspeek/capture"
)

const (
	// ringFiles is how many files a full ring has, or one more.
	ringFiles = 16
	// ringWait is how long Run waits before it checks whether the backlog has ended.
	ringWait = time.Second
)

// RingOptions say how much a Ring keeps and where.
type RingOptions struct {
	// Bytes is how many bytes all files may have together; 0 means 256 MB.
	Bytes int64
	// Dir is the directory of the files, "" the system's directory for temporary files.
	Dir string
	// Failed, if not nil, is called once with the error after which no more packets are kept.
	Failed func(error)
}

const defaultBytes = 256_000_000

// Ring keeps the newest packets in temporary files without names. When the files are full the oldest one is
// removed. Run writes in a goroutine of its own; what is kept can be read meanwhile.
type Ring struct {
	backlog *Backlog
	// limit is how many bytes all files have together, fileBytes how many one has; a larger packet has a file for itself.
	limit, fileBytes int64
	dir              string
	report           func(error)
	done             chan struct{}
	buf              []byte

	mu    sync.Mutex  // guards what follows
	files []*ringFile // the oldest first
	size  int64       // of all files
	// taken are the packets that came out of the backlog: kept, dropped with their file, or lost (not written after err).
	taken, dropped, lost int64
	err                  error
}

// NewRing returns a ring that keeps nothing yet. Run starts it, Close frees its files.
func NewRing(opt RingOptions) *Ring {
	if opt.Bytes <= 0 {
		opt.Bytes = defaultBytes
	}
	if opt.Failed == nil {
		opt.Failed = func(error) {}
	}
	return &Ring{backlog: NewBacklog(), limit: opt.Bytes, fileBytes: opt.Bytes / ringFiles, dir: opt.Dir,
		report: opt.Failed, done: make(chan struct{})}
}

// Backlog is where packets are put that the ring is to keep.
func (r *Ring) Backlog() *Backlog { return r.backlog }

// Run keeps packets until the backlog has ended.
func (r *Ring) Run() {
	defer close(r.done)
	var c *PacketChunk
	for {
		var err error
		if c, err = r.backlog.Take(c, ringWait); err != nil {
			return
		}
		if c != nil {
			r.keep(c.Packets)
		}
	}
}

// Done is closed when Run has returned.
func (r *Ring) Done() <-chan struct{} { return r.done }

// keep writes packets, as many at a time as fit into one file.
func (r *Ring) keep(packets []capture.Packet) {
	for len(packets) > 0 {
		n := r.fill(packets)
		err := r.write(packets[0].Number, n)
		for errors.Is(err, syscall.ENOSPC) && r.shrink() {
			err = r.write(packets[0].Number, n)
		}
		if err != nil {
			r.failed(err, len(packets))
			return
		}
		packets = packets[n:]
	}
}

// fill puts as many packets into the buffer as one file holds: at least one.
func (r *Ring) fill(packets []capture.Packet) (n int) {
	r.buf = r.buf[:0]
	for i := range packets {
		p := &packets[i]
		if n > 0 && int64(len(r.buf)+recordHeader+len(p.Data)) > r.fileBytes {
			break
		}
		r.buf = appendRecord(r.buf, p)
		n++
	}
	return n
}

// write writes the buffer, which holds n packets. Files are created and written without the lock: only Run does that.
func (r *Ring) write(first, n int) error {
	if r.err != nil {
		return r.err
	}
	f, err := r.room(int64(len(r.buf)), first)
	if err != nil {
		return err
	}
	if _, err := f.file.WriteAt(r.buf, f.size); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	f.size += int64(len(r.buf))
	f.packets += int64(n)
	r.size += int64(len(r.buf))
	r.taken += int64(n)
	return nil
}

// room is the file that the next size bytes go into; first is the number of their first packet. The oldest files are
// removed to make room.
func (r *Ring) room(size int64, first int) (*ringFile, error) {
	r.mu.Lock()
	for len(r.files) > 0 && r.size+size > r.limit {
		r.drop()
	}
	if n := len(r.files); n > 0 && r.files[n-1].size+size <= r.fileBytes {
		defer r.mu.Unlock()
		return r.files[n-1], nil
	}
	r.mu.Unlock()
	f, err := newRingFile(r.dir, first)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.files = append(r.files, f)
	return f, nil
}

// shrink removes the oldest file because the disk is full, and reports whether there was one. From then on the ring
// stays as small as what the disk had room for.
func (r *Ring) shrink() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.size == 0 {
		return false
	}
	if r.limit = min(r.limit, r.size); r.fileBytes > r.limit/2 {
		r.fileBytes = max(r.limit/ringFiles, 1)
	}
	r.drop()
	return true
}

// drop removes the oldest file.
func (r *Ring) drop() {
	f := r.files[0]
	r.files = r.files[1:]
	r.size -= f.size
	r.dropped += f.packets
	f.release()
}

// failed notes that n packets, and all later ones, are not kept. Those that are kept stay.
func (r *Ring) failed(err error, n int) {
	r.mu.Lock()
	first := r.err == nil
	r.err = err
	r.lost += int64(n)
	r.taken += int64(n)
	r.mu.Unlock()
	if first {
		r.report(err)
	}
}

// pollEvery is how often CatchUp looks.
const pollEvery = 2 * time.Millisecond

// CatchUp waits until all packets are kept that are in the backlog now. The error is that of ctx.
func (r *Ring) CatchUp(ctx context.Context) error {
	target := r.backlog.Accepted()
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
		case <-time.After(pollEvery):
		}
	}
}

// RingCounts say what became of the packets that were put.
type RingCounts struct {
	// Kept can be read. Dropped were older, and were removed with their file. Lost are those that could not be
	// written, and those for which the backlog had no room.
	Kept, Dropped, Lost int64
	// Err is why no more packets are kept, nil if they are.
	Err error
}

// Counts returns the counts so far.
func (r *Ring) Counts() RingCounts {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.counts()
}

// counts needs the lock.
func (r *Ring) counts() RingCounts {
	return RingCounts{r.taken - r.dropped - r.lost, r.dropped, r.lost + r.backlog.Lost(), r.err}
}

// Oldest is the number of the oldest packet that is kept, 0 if there is none.
func (r *Ring) Oldest() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.files) == 0 {
		return 0
	}
	return r.files[0].first
}

// Close frees the files. Run must have returned before.
func (r *Ring) Close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, f := range r.files {
		f.release()
	}
	r.files = nil
}
