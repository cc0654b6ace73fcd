package keep

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/wspeek/wspeek/capture"
)

// View is what a Ring held at one moment. Its files stay until Release, so that a ring may use twice its size on disk
// while a view is open.
type View struct {
	// Counts are those of that moment.
	Counts RingCounts
	files  []fileView
}

// fileView is the start of a file, which does not change.
type fileView struct {
	*ringFile
	size int64
}

// View returns what is kept now. It copies nothing.
func (r *Ring) View() *View {
	r.mu.Lock()
	defer r.mu.Unlock()
	v := &View{Counts: r.counts()}
	for _, f := range r.files {
		v.files = append(v.files, f.hold())
	}
	return v
}

// Release lets the files go. It may be called again.
func (v *View) Release() {
	for _, f := range v.files {
		f.release()
	}
	v.files = nil
}

// Oldest is the number of the first packet, 0 if there is none.
func (v *View) Oldest() int {
	if len(v.files) == 0 {
		return 0
	}
	return v.files[0].first
}

// Read calls each for every packet, in the order of their numbers. A packet is valid during the call only. An error of
// each ends it and is returned. It can be called again.
func (v *View) Read(ctx context.Context, each func(*capture.Packet) error) error {
	for _, f := range v.files {
		if err := f.read(ctx, each); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// readAhead is how much of a file is read at a time.
const readAhead = 1 << 20

// read calls each for the packets of one file.
func (f fileView) read(ctx context.Context, each func(*capture.Packet) error) error {
	r := bufio.NewReaderSize(io.NewSectionReader(f.file, 0, f.size), readAhead)
	var p capture.Packet
	var buf []byte
	for ctx.Err() == nil {
		var err error
		buf, err = readRecord(r, &p, buf)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("read kept packets: %w", err)
		}
		if err := each(&p); err != nil {
			return err
		}
	}
	return ctx.Err()
}
