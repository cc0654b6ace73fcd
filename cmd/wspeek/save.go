package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"sync"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/capture/live"
	"github.com/wspeek/wspeek/tui"
)

// saver is tui.Packets: it writes packets that can still be read to capture files.
type saver struct {
	conns *connections
	// hold gives the packets; what it returns is released.
	hold func(context.Context) (*heldPackets, error)
	// seen is the number of the newest packet whose events conns knows.
	seen func() int
	// inUse are files that are not to be replaced, since they are read or written.
	inUse func() []string
	// advice is what is said where a file may not be made.
	advice string

	mu      sync.Mutex // held while a file is written
	closing chan struct{}
}

// heldPackets are packets that can be read until they are released.
type heldPackets struct {
	read    packetReader
	release func()
	// oldest is the number of the first that is there.
	oldest int
	// dropped are older packets that are not kept, lost those that could not be.
	dropped, lost int64
	// ended is why no more are kept, nil where they are.
	ended      error
	interfaces []capture.WriteInterface
	// stats are the counts of a live capture, nil for none.
	stats func() live.Stats
}

func newSaver(conns *connections, hold func(context.Context) (*heldPackets, error), seen func() int) *saver {
	return &saver{conns: conns, hold: hold, seen: seen, inUse: func() []string { return nil }, closing: make(chan struct{})}
}

// close gives up what is being written, and waits until nothing of it is left.
func (s *saver) close() {
	close(s.closing)
	s.mu.Lock()
	defer s.mu.Unlock()
}

// Save is tui.Packets.
func (s *saver) Save(ctx context.Context, what tui.Saving) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		select {
		case <-s.closing:
			stop()
		case <-ctx.Done():
		}
	}()
	text, err := s.save(ctx, what)
	switch {
	case errors.Is(err, context.Canceled):
		return "", errors.New("given up; nothing was written")
	case errors.Is(err, fs.ErrPermission) && s.advice != "":
		return "", fmt.Errorf("%w; %s", plain(err), s.advice)
	case err != nil:
		return "", plain(err)
	}
	return text, nil
}

func (s *saver) save(ctx context.Context, what tui.Saving) (said string, err error) {
	out := outFile{name: what.Name, force: what.Over, blame: blameSave}
	if err := s.free(what.Name); err != nil {
		return "", err
	}
	if err := out.check(); err != nil {
		return "", err
	}
	if n := s.conns.count(); len(what.Sessions) > 0 && slices.Max(what.Sessions) > n {
		return "", fmt.Errorf("there is no session %d: there are %d so far; nothing was written", slices.Max(what.Sessions), n)
	}
	held, err := s.hold(ctx)
	if err != nil {
		return "", err
	}
	defer held.release()
	defer out.discard()
	defer func() { err = underName(err, &out) }()
	done := saved{held: held, sessions: what.Sessions, all: s.conns.count()}
	if err := s.write(ctx, &out, &done); err != nil {
		return "", err
	}
	if err := out.commit(); err != nil {
		return "", err
	}
	return done.String() + " written to " + what.Name, nil
}

// underName tells of trouble with the file by the name that it was to have.
func underName(err error, out *outFile) error {
	var p *fs.PathError
	if errors.As(err, &p) && p.Path == out.made {
		return &fs.PathError{Op: p.Op, Path: out.name, Err: p.Err}
	}
	return err
}

// blameSave is what is in the way of :w.
func blameSave(err error) error {
	if errors.Is(err, errExists) {
		return fmt.Errorf("%w: give another name, or :w! to replace it", err)
	}
	return err
}

// free refuses a file that is read or written now.
func (s *saver) free(name string) error {
	info, err := os.Stat(name)
	if err != nil {
		return nil
	}
	for _, used := range s.inUse() {
		if other, err := os.Stat(used); err == nil && os.SameFile(info, other) {
			return fmt.Errorf("%s is in use here: give another name", name)
		}
	}
	return nil
}

// write writes what was asked for, and notes what that was.
func (s *saver) write(ctx context.Context, out *outFile, done *saved) error {
	held := done.held
	w, err := capture.NewWriter(out, capture.WriteOptions{Program: "wspeek " + version(), Interfaces: held.interfaces})
	if err != nil {
		return err
	}
	if len(done.sessions) > 0 {
		err = s.chosen(ctx, w, done)
	} else if err = done.copied.all(ctx, held.read, w); err == nil && held.stats != nil {
		err = w.Statistics(held.stats().Interfaces)
	}
	if closed := w.Close(); err == nil {
		err = closed
	}
	if err == nil && done.copied.n == 0 {
		return done.nothing()
	}
	return err
}

// chosen writes the packets of sessions.
func (s *saver) chosen(ctx context.Context, w *capture.Writer, done *saved) error {
	last := s.seen()
	conns, gone := s.conns.of(done.sessions)
	for i := range conns {
		if c := &conns[i]; c.next == 0 || c.next > last {
			c.next = last + 1 // who has its ports after that is not known yet
		}
	}
	if err := done.copied.chosen(ctx, done.held.read, conns, w); err != nil {
		return err
	}
	done.gone = gone
	for i := range conns {
		done.found(&conns[i])
	}
	done.along = s.conns.along(done.sessions)
	return nil
}
