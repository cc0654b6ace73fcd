package convert

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"time"

	"github.com/wspeek/wspeek/cmd/internal/run"
)

// spooled replaces inputs that can be read only once with temporary files, which cleanup removes.
func (e *exporter) spooled(ctx context.Context) (cleanup func(), err error) {
	var made []string
	cleanup = func() {
		for _, name := range made {
			os.Remove(name)
		}
	}
	files := slices.Clone(e.files)
	for i, name := range files {
		if info, err := os.Stat(name); name != "-" && (err != nil || info.Mode().IsRegular()) {
			continue
		}
		f, err := os.CreateTemp("", "wspeek-*.capture") // mode 0600
		if err != nil {
			return cleanup, run.Troublef("keep %s to read it again: %w", name, err)
		}
		made = append(made, f.Name())
		if err := e.copyTo(ctx, f, name); err != nil {
			return cleanup, err
		}
		files[i] = f.Name()
	}
	e.files = files
	return cleanup, nil
}

func (e *exporter) copyTo(ctx context.Context, f *os.File, name string) error {
	src := e.std.In
	if name != "-" {
		var err error
		if src, err = os.Open(name); err != nil {
			return run.AsTrouble(err)
		}
		defer src.Close()
	}
	done := make(chan error, 1)
	go func() {
		_, err := io.Copy(f, src)
		done <- err
	}()
	if err := errors.Join(waited(ctx, done), f.Close()); err != nil {
		return run.Troublef("keep %s to read it again: %w; nothing was written", name, err)
	}
	return nil
}

// waited is what done receives. After an interrupt, the program that writes into our pipe has a moment to end well; what
// has come by then is used.
func waited(ctx context.Context, done <-chan error) error {
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-done:
		return err
	case <-time.After(afterInterrupt):
		return nil
	}
}

// afterInterrupt is how long an input may still write after an interrupt.
const afterInterrupt = 500 * time.Millisecond
