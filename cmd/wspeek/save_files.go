package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/tui"
)

// cannotSave is tui.Packets where packets cannot be read again; it says why.
type cannotSave string

// Save is tui.Packets.
func (c cannotSave) Save(context.Context, tui.Saving) (string, error) {
	return "", errors.New(string(c))
}

// fileSaver saves the packets of run.Inputs, which are read again for that. seen is how far they have been read.
func fileSaver(conns *connections, seen func() int, open func() (run.Inputs, error)) *saver {
	hold := func(context.Context) (*heldPackets, error) {
		return &heldPackets{read: again(seen(), open), release: func() {}}, nil
	}
	return newSaver(conns, hold, seen)
}

// again is rereader for inputs that may have changed: packet last must still be there.
func again(last int, open func() (run.Inputs, error)) packetReader {
	read := rereader(last, open)
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

// savesFiles is tui.Packets for capture files.
func savesFiles(names []string) func(*connections, func() int) tui.Packets {
	if slices.ContainsFunc(names, isStream) {
		return func(*connections, func() int) tui.Packets {
			return cannotSave("what came through a pipe cannot be read again: wspeek live -r - keeps packets for :w")
		}
	}
	return func(conns *connections, seen func() int) tui.Packets {
		s := fileSaver(conns, seen, func() (run.Inputs, error) { return capture.OpenFiles(names, capture.Options{}) })
		s.inUse = func() []string { return names }
		return s
	}
}

// savesDemo is tui.Packets for the embedded samples.
func savesDemo(conns *connections, seen func() int) tui.Packets {
	return fileSaver(conns, seen, func() (run.Inputs, error) { return openDemo() })
}
