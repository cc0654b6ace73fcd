package packets

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
	"github.com/wspeek/wspeek/cmd/internal/out"
	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/tui"
)

// Saver is tui.Packets: it writes packets that can still be read to capture files.
type Saver struct {
	conns *Connections
	// hold returns the packets; they are released afterwards.
	hold func(context.Context) (*Held, error)
	// seen is the number of the newest packet whose events conns knows.
	seen func() int
	// Embed writes the secrets of the TLS connections that are written into the file; conns must have noted them.
	Embed bool
	// InUse are files that must not be replaced because they are read or written.
	InUse func() []string
	// Advice is added to the error of a file that may not be made.
	Advice string

	mu      sync.Mutex // held while a file is written
	closing chan struct{}
}

// Held are packets that can be read until they are released.
type Held struct {
	Read    Reader
	Release func()
	// Oldest is the number of the first that is there.
	Oldest int
	// Dropped counts older packets that are not kept, Lost those that could not be.
	Dropped, Lost int64
	// Ended is why no more are kept, nil while they are.
	Ended      error
	Interfaces []capture.WriteInterface
	// Stats are the counts of a live capture, nil for none.
	Stats func() live.Stats
}

// NewSaver saves packets that hold returns; conns has noted the events up to packet number seen.
func NewSaver(conns *Connections, hold func(context.Context) (*Held, error), seen func() int) *Saver {
	return &Saver{conns: conns, hold: hold, seen: seen, InUse: func() []string { return nil }, closing: make(chan struct{})}
}

// Close cancels what is being written, and waits until nothing of it is left.
func (s *Saver) Close() {
	close(s.closing)
	s.mu.Lock()
	defer s.mu.Unlock()
}

// Save is tui.Packets.
func (s *Saver) Save(ctx context.Context, what tui.Saving) (string, error) {
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
		return "", errors.New("cancelled; nothing was written")
	case errors.Is(err, fs.ErrPermission) && s.Advice != "":
		return "", fmt.Errorf("%w; %s", out.WithoutOp(err), s.Advice)
	case err != nil:
		return "", out.WithoutOp(err)
	}
	return text, nil
}

func (s *Saver) save(ctx context.Context, what tui.Saving) (said string, err error) {
	out := out.File{Name: what.Name, Force: what.Over, Blame: blameSave}
	if err := s.free(what.Name); err != nil {
		return "", err
	}
	if err := out.Check(); err != nil {
		return "", err
	}
	if n := s.conns.Count(); len(what.Sessions) > 0 && slices.Max(what.Sessions) > n {
		return "", fmt.Errorf("there is no session %d: there are %d so far; nothing was written", slices.Max(what.Sessions), n)
	}
	held, err := s.hold(ctx)
	if err != nil {
		return "", err
	}
	defer held.Release()
	defer out.Discard()
	defer func() { err = underName(err, &out) }()
	done := saved{held: held, sessions: what.Sessions, all: s.conns.Count()}
	if err := s.write(ctx, &out, &done); err != nil {
		return "", err
	}
	if err := out.Commit(); err != nil {
		return "", err
	}
	return done.String() + " written to " + what.Name, nil
}

// underName words trouble with the file by the name that it was to have.
func underName(err error, out *out.File) error {
	var p *fs.PathError
	if errors.As(err, &p) && p.Path == out.Made() {
		return &fs.PathError{Op: p.Op, Path: out.Name, Err: p.Err}
	}
	return err
}

// blameSave words what is in the way of :w.
func blameSave(err error) error {
	if errors.Is(err, out.ErrExists) {
		return fmt.Errorf("%w; choose another name, or :w! to replace it", err)
	}
	return err
}

// free refuses a file that is read or written now.
func (s *Saver) free(name string) error {
	info, err := os.Stat(name)
	if err != nil {
		return nil
	}
	for _, used := range s.InUse() {
		if other, err := os.Stat(used); err == nil && os.SameFile(info, other) {
			return fmt.Errorf("%s is in use here; choose another name", name)
		}
	}
	return nil
}

// write writes what was asked for, and notes what that was.
func (s *Saver) write(ctx context.Context, out *out.File, done *saved) error {
	held := done.held
	w, err := capture.NewWriter(out, capture.WriteOptions{Program: run.ReadBuild().Program(), Interfaces: held.Interfaces})
	if err != nil {
		return err
	}
	if len(done.sessions) > 0 {
		err = s.chosen(ctx, w, done)
	} else {
		err = s.everything(ctx, w, done)
	}
	if closed := w.Close(); err == nil {
		err = closed
	}
	if err == nil && done.copied.N == 0 {
		return done.nothing()
	}
	return err
}

// everything writes all packets.
func (s *Saver) everything(ctx context.Context, w *capture.Writer, done *saved) (err error) {
	if s.Embed {
		done.embedded, err = s.conns.EmbedAllKeys(w, done.held.Oldest)
	}
	if err == nil {
		err = done.copied.All(ctx, done.held.Read, w)
	}
	if err == nil && done.held.Stats != nil {
		err = w.Statistics(done.held.Stats().Interfaces)
	}
	return err
}

// chosen writes the packets of sessions.
func (s *Saver) chosen(ctx context.Context, w *capture.Writer, done *saved) (err error) {
	last := s.seen()
	conns, gone := s.conns.Of(done.sessions)
	for i := range conns {
		if c := &conns[i]; c.next == 0 || c.next > last {
			c.next = last + 1 // which connection has its ports after that is not known yet
		}
	}
	if s.Embed {
		if done.embedded, err = s.conns.EmbedKeys(w, conns); err != nil {
			return err
		}
	}
	if err = done.copied.Chosen(ctx, done.held.Read, conns, w); err != nil {
		return err
	}
	done.gone = gone
	for i := range conns {
		done.found(&conns[i])
	}
	done.along = s.conns.Along(done.sessions)
	return nil
}
