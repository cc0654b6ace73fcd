package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/capture/keep"
	"github.com/wspeek/wspeek/capture/live"
	"github.com/wspeek/wspeek/cmd/internal/run"
)

// keeper writes packets to a file (-w) in a goroutine of its own.
type keeper struct {
	w       *capture.Writer
	backlog *keep.Backlog
	// stats are the counts to write from time to time; nil where there are none (a pipe).
	stats func() live.Stats
	// limit is -a filesize, 0 for none; full is called when it is reached.
	limit int64
	full  func()
	// err is the first error of writing, for when run has ended; tell says it at once.
	err  error
	tell func(string)
	// given is how many packets were to be written; unwritten how many could not be because of err.
	given     int64
	unwritten atomic.Int64
	done      chan struct{}
}

// statsEvery is how often the counts of the interfaces are written.
const statsEvery = time.Second

// createKeeper makes the file, with the rights that owner has to files.
func createKeeper(f *flags, ifaces []capture.WriteInterface, owner identity) (*keeper, error) {
	l := &f.live
	k := &keeper{backlog: keep.NewBacklog(), limit: l.stop.bytes, done: make(chan struct{})}
	err := withRightsOf(owner, func() (err error) {
		k.w, err = capture.CreateWriter(l.write, capture.WriteOptions{
			Overwrite: l.force, Interfaces: ifaces, Program: "wspeek " + version(), Made: ownedBy(owner),
			Ring: capture.WriteRing{FileBytes: l.ring.bytes, Duration: l.ring.after, Files: l.ring.files},
		})
		return err
	})
	if errors.Is(err, fs.ErrExist) {
		return nil, run.Troublef("-w %s exists: --force replaces it", l.write)
	}
	if errors.Is(err, fs.ErrPermission) && os.Geteuid() == 0 {
		return nil, run.Troublef("-w: %w for %s, who would own it: choose another folder, or -Z USER", plain(err), owner.name)
	}
	if err != nil {
		return nil, run.Troublef("-w: %w", plain(err))
	}
	return k, nil
}

// plain says what is in the way of a file in the order of all other errors: the name first.
func plain(err error) error {
	p, ok := err.(*fs.PathError)
	switch {
	case !ok:
		return err
	case errors.Is(err, syscall.ELOOP):
		return fmt.Errorf("%s is a symbolic link, which is not followed", p.Path)
	case errors.Is(err, syscall.ENXIO):
		return fmt.Errorf("%s is not a regular file", p.Path)
	}
	return fmt.Errorf("%s: %w", p.Path, p.Err)
}

// run writes until the backlog has ended.
func (k *keeper) run() {
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
func (k *keeper) write(packets []capture.Packet) {
	for i := range packets {
		switch {
		case k.err != nil:
			k.unwritten.Add(int64(len(packets) - i))
			return
		case k.limit > 0 && k.w.Size() >= k.limit:
			k.full()
			return
		}
		k.given++
		k.failed(k.w.Write(&packets[i]))
	}
}

func (k *keeper) count() {
	if k.stats != nil && k.err == nil {
		k.failed(k.w.Statistics(k.stats().Interfaces))
	}
}

// failed notes the first error.
func (k *keeper) failed(err error) {
	if err != nil && k.err == nil {
		k.err = plain(err)
		k.unwritten.Add(k.given - k.w.Written())
		k.tell("-w: " + k.err.Error() + ": no more packets are written")
	}
}

// finish waits until all is written, where run was begun.
func (k *keeper) finish(begun bool) {
	if begun {
		<-k.done
		return
	}
	k.w.Close()
}

// where says what was written, once it is finished.
func (k *keeper) where() string {
	files, written := k.w.Files(), k.w.Written()
	if len(files) == 1 {
		return fmt.Sprintf("%d packets written to %s", written, files[0])
	}
	if len(files) == 0 {
		return ""
	}
	return fmt.Sprintf("%d packets written, the newest in %d files from %s to %s", written, len(files), files[0], files[len(files)-1])
}
