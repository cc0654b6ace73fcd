package tap

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync/atomic"
	"time"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/capture/keep"
	"github.com/wspeek/wspeek/capture/live"
	"github.com/wspeek/wspeek/cmd/internal/out"
	"github.com/wspeek/wspeek/cmd/internal/rights"
	"github.com/wspeek/wspeek/cmd/internal/run"
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
}

// KeepOptions say what a Keeper writes.
type KeepOptions struct {
	// Name is the file; Force replaces it if it exists.
	Name  string
	Force bool
	// Interfaces are those that packets come from, none for a pipe.
	Interfaces []capture.WriteInterface
	Ring       capture.WriteRing
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
	k := &Keeper{backlog: keep.NewBacklog(), opt: opt, done: make(chan struct{})}
	err := rights.With(opt.Owner, func() (err error) {
		k.w, err = capture.CreateWriter(opt.Name, capture.WriteOptions{
			Overwrite: opt.Force, Interfaces: opt.Interfaces, Program: run.ReadBuild().Program(), Made: rights.OwnedBy(opt.Owner),
			Ring: opt.Ring,
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
	k.failed(k.w.Close())
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
		return
	}
	_ = k.w.Close() // nothing was written
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
