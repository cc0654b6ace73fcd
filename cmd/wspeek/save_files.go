package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/tui"
)

// cannotSave is tui.Packets where packets cannot be read again; it says why.
type cannotSave string

// Save is tui.Packets.
func (c cannotSave) Save(context.Context, tui.Saving) (string, error) {
	return "", errors.New(string(c))
}

// fileSaver saves the packets of inputs, which are read again for that. seen is how far they have been read.
func fileSaver(conns *connections, seen *atomic.Int64, open func() (inputs, error)) *saver {
	last := func() int { return int(seen.Load()) }
	hold := func(context.Context) (*heldPackets, error) {
		return &heldPackets{read: again(last(), open), release: func() {}}, nil
	}
	return newSaver(conns, hold, last)
}

// again is rereader for inputs that may have changed: packet last must still be there.
func again(last int, open func() (inputs, error)) packetReader {
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
func savesFiles(names []string) func(*connections, *atomic.Int64) tui.Packets {
	if slices.ContainsFunc(names, isStream) {
		return func(*connections, *atomic.Int64) tui.Packets {
			return cannotSave("what came through a pipe cannot be read again: wspeek live -r - keeps packets for :w")
		}
	}
	return func(conns *connections, seen *atomic.Int64) tui.Packets {
		s := fileSaver(conns, seen, func() (inputs, error) { return capture.OpenFiles(names, capture.Options{}) })
		s.inUse = func() []string { return names }
		return s
	}
}

// savesDemo is tui.Packets for the embedded samples.
func savesDemo(conns *connections, seen *atomic.Int64) tui.Packets {
	return fileSaver(conns, seen, func() (inputs, error) { return openDemo() })
}
