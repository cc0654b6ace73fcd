package packets

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/tui"
)

// CannotSave is tui.Packets if packets cannot be read again; it says why.
type CannotSave string

// Save is tui.Packets.
func (c CannotSave) Save(context.Context, tui.Saving) (string, error) {
	return "", errors.New(string(c))
}

// ForFiles saves the packets of inputs, which are read again for that; seen is the number of the newest packet whose
// events conns has noted.
func ForFiles(conns *Connections, seen func() int, open func() (run.Inputs, error)) *Saver {
	hold := func(context.Context) (*Held, error) {
		return &Held{Read: rereadChecked(seen(), open), Release: func() {}}, nil
	}
	return NewSaver(conns, hold, seen)
}

// rereadChecked is Reread for inputs that may have changed: packet last must still be there.
func rereadChecked(last int, open func() (run.Inputs, error)) Reader {
	read := Reread(last, open)
	return func(ctx context.Context, each func(*capture.Packet) error) error {
		at := 0
		err := read(ctx, func(p *capture.Packet) error {
			at = p.Number
			return each(p)
		})
		if err == nil && at < last {
			return fmt.Errorf("the capture has changed since it was read: packet %d is not there; nothing was written", last)
		}
		return err
	}
}

// OfFiles makes tui.Packets for capture files.
func OfFiles(names []string) func(*Connections, func() int) tui.Packets {
	if slices.ContainsFunc(names, run.IsStream) {
		return func(*Connections, func() int) tui.Packets {
			return CannotSave("what came through a pipe cannot be read again: wspeek live -r - keeps packets for :w")
		}
	}
	return func(conns *Connections, seen func() int) tui.Packets {
		s := ForFiles(conns, seen, func() (run.Inputs, error) { return capture.OpenFiles(names, capture.Options{}) })
		s.InUse = func() []string { return names }
		return s
	}
}
