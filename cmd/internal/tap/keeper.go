package tap

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/capture/keep"
	"github.com/wspeek/wspeek/capture/live"
	"github.com/wspeek/wspeek/cmd/internal/out"
	"github.com/wspeek/wspeek/cmd/internal/rights"
	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/decode"
)

// Keeper writes packets to a file (-w) in a goroutine of its own.
type Keeper struct {
	w       *capture.Writer
	backlog *keep.Backlog
	opt     KeepOptions
	// err is the first error of writing, for when run has ended.
	err error
	// given is how many packets were to be written; unwritten how many could not be because of err.
	given     int64
	unwritten atomic.Int64
	done      chan struct{}

	mu sync.Mutex // guards what follows
	// open are the secrets of TLS connections that have not ended, as key logs, if they are to be written.
	open map[*decode.Stream][]byte
}

// KeepOptions say what a Keeper writes.
type KeepOptions struct {
	// Name is the file; Force replaces it if it exists.
	Name  string
	Force bool
	// Interfaces are those that packets come from, none for a pipe.
	Interfaces []capture.WriteInterface
	Ring       capture.WriteRing
	// EmbedKeys writes the secrets of the TLS connections too, as Note learns of them.
	EmbedKeys bool
	// Owner is the user who makes and owns the file.
	Owner rights.Identity
	// Limit is the size in bytes at which Full is called, 0 for none.
	Limit int64
	Full  func()
	// Stats are the counts to write from time to time; nil if there are none (a pipe).
	Stats func() live.Stats
	// Report reports the first error of writing to the user.
	Report func(string)
}

// statsEvery is how often the counts of the interfaces are written.
const statsEvery = time.Second

// NewKeeper makes the file, with the owner's permissions.
func NewKeeper(opt KeepOptions) (*Keeper, error) {
	k := &Keeper{backlog: keep.NewBacklog(), opt: opt, done: make(chan struct{}), open: map[*decode.Stream][]byte{}}
	err := rights.With(opt.Owner, func() (err error) {
		k.w, err = capture.CreateWriter(opt.Name, capture.WriteOptions{
			Overwrite: opt.Force, Interfaces: opt.Interfaces, Program: run.ReadBuild().Program(), Made: rights.OwnedBy(opt.Owner),
			Ring: opt.Ring, Secrets: k.secrets,
		})
		return err
	})
	switch {
	case err == nil:
		return k, nil
	case errors.Is(err, fs.ErrExist):
		return nil, run.Troublef("-w %s exists: --force replaces it", opt.Name)
	case errors.Is(err, fs.ErrPermission) && os.Geteuid() == 0:
		return nil, run.Troublef("-w: %w for %s, who would own it: choose another folder, or -Z USER", out.WithoutOp(err), opt.Owner.Name)
	}
	return nil, run.Troublef("-w: %w", out.WithoutOp(err))
}

// run writes until the backlog has ended.
func (k *Keeper) run() {
	defer close(k.done)
	var c *keep.PacketChunk
	var err error
	for counted := time.Now(); err == nil; {
		if c, err = k.backlog.Take(c, statsEvery); c != nil {
			k.write(c.Packets)
		}
		if time.Since(counted) >= statsEvery || err != nil {
			counted = time.Now()
			k.count()
		}
	}
}

// write writes packets, up to the limit.
func (k *Keeper) write(packets []capture.Packet) {
	for i := range packets {
		switch {
		case k.err != nil:
			k.unwritten.Add(int64(len(packets) - i))
			return
		case k.opt.Limit > 0 && k.w.Size() >= k.opt.Limit:
			k.opt.Full()
			return
		}
		k.given++
		k.failed(k.w.Write(&packets[i]))
	}
}

func (k *Keeper) count() {
	if k.opt.Stats != nil && k.err == nil {
		k.failed(k.w.Statistics(k.opt.Stats().Interfaces))
	}
}

// failed records the first error.
func (k *Keeper) failed(err error) {
	if err != nil && k.err == nil {
		k.err = out.WithoutOp(err)
		k.unwritten.Add(k.given - k.w.Written())
		k.opt.Report("-w: " + k.err.Error() + ": no more packets are written")
	}
}

// finish waits until everything is written, if run was started.
func (k *Keeper) finish(started bool) {
	if started {
		<-k.done
		k.failed(k.w.Close())
		return
	}
	_ = k.w.Close() // nothing was written
}

// noting returns a visit that writes secrets as they come into use, before it calls visit.
func (k *Keeper) noting(visit run.Visit) run.Visit {
	return func(b *decode.Batch, e *decode.Event) error {
		switch e.Kind {
		case decode.KindKeys:
			k.note(e.Stream, b.Keys(e))
		case decode.KindTLS:
			k.mu.Lock()
			delete(k.open, e.Stream)
			k.mu.Unlock()
		}
		return visit(b, e)
	}
}

func (k *Keeper) note(c *decode.Stream, lines []byte) {
	k.mu.Lock()
	k.open[c] = append(k.open[c], lines...)
	k.mu.Unlock()
	_ = k.w.Secrets(capture.SecretsTLS, lines) // the writer keeps its error for the next packet, and for Close
}

// secrets are those of the connections that have not ended.
func (k *Keeper) secrets() (lines []byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, l := range k.open {
		lines = append(lines, l...)
	}
	return lines
}

// Where says what was written, once the source is closed; empty if nothing was.
func (k *Keeper) Where() string {
	files, written := k.w.Files(), k.w.Written()
	if len(files) == 1 {
		return fmt.Sprintf("%d packets written to %s", written, files[0])
	}
	if len(files) == 0 {
		return ""
	}
	return fmt.Sprintf("%d packets written, the newest in %d files from %s to %s", written, len(files), files[0], files[len(files)-1])
}

// Files are the names of the files that are written.
func (k *Keeper) Files() []string { return k.w.Files() }
