package capture

import (
	"errors"
	"io"
	"slices"
	"sort"
	"sync"
)

// Files reads several captures as one: in order of their first packets, with
// packet numbers that go on from file to file. At most one file that can be
// opened twice is open at a time. It is a Source.
//
// Damage ends one file only: ReadBatch returns it, and the call after it goes on
// with the next file.
type Files struct {
	opt     Options
	inputs  []input
	open    *Reader
	current int // of inputs: the one that open reads, or that is next
	held    bool

	mu     sync.Mutex // guards what follows
	starts []int      // for each input begun, the packets before it
	done   Stats
	offset int64
	now    *Reader
}

// input is one of Files: its name and the time of its first packet.
type input struct {
	name  string
	first Time
	empty bool    // no packets: read last, to report its damage
	size  int64   // -1: not known
	once  *Reader // a stream, which can be opened once only
	ahead Batch   // what has been read of once
	err   error   // what reading that ended with
}

// OpenFiles opens captures; a name is as in Open. The first that cannot be
// opened, or is not a capture, is an *OpenError. To order several it reads the
// first packets of each, and waits for them if one is a pipe.
func OpenFiles(names []string, opt Options) (*Files, error) {
	f := &Files{opt: opt}
	if len(names) == 1 {
		r, err := Open(names[0], opt)
		if err != nil {
			return nil, err
		}
		f.inputs = []input{{name: names[0], size: r.Size(), once: r}}
		return f, nil
	}
	for _, name := range names {
		in, err := probe(name, opt)
		if err != nil {
			_ = f.Close()
			return nil, err
		}
		f.inputs = append(f.inputs, in)
	}
	slices.SortStableFunc(f.inputs, byFirstPacket)
	return f, nil
}

// probe reads the start of a capture to learn the time of its first packet.
func probe(name string, opt Options) (input, error) {
	twice := opt
	twice.Secrets, twice.BatchBytes = nil, 64<<10
	r, err := Open(name, twice)
	if err != nil {
		return input{}, err
	}
	in := input{name: name, size: r.Size()}
	if !r.whole || name == "-" {
		// What is read now is not seen again, so the secrets are passed on now.
		r.opt, in.once = opt.withDefaults(), r
	}
	in.err = r.ReadBatch(&in.ahead)
	if in.empty = len(in.ahead.Packets) == 0; !in.empty {
		in.first = in.ahead.Packets[0].Time
	}
	if in.once == nil {
		in.ahead, in.err = Batch{}, nil
		return in, r.Close()
	}
	return in, nil
}

func byFirstPacket(a, b input) int {
	switch {
	case a.empty != b.empty:
		if a.empty {
			return 1
		}
		return -1
	case a.first < b.first:
		return -1
	case a.first > b.first:
		return 1
	}
	return 0
}

// Names returns the files in the order in which they are read.
func (f *Files) Names() []string {
	names := make([]string, len(f.inputs))
	for i := range f.inputs {
		names[i] = f.inputs[i].name
	}
	return names
}

// ReadBatch implements Source. A batch has packets of one file only: b.File.
func (f *Files) ReadBatch(b *Batch) error {
	for {
		if f.open == nil {
			if err := f.next(); err != nil {
				b.Packets = b.Packets[:0]
				return err
			}
		}
		err := f.readOpen(b)
		if err == nil {
			b.File = f.current
			return nil
		}
		if err != io.EOF {
			return err
		}
		if err := f.finish(); err != nil {
			return err
		}
	}
}

// readOpen reads from the open file, or passes on what was read ahead of it.
func (f *Files) readOpen(b *Batch) error {
	in := &f.inputs[f.current]
	if !f.held {
		return f.open.ReadBatch(b)
	}
	f.held = false
	*b, in.ahead = in.ahead, Batch{}
	for i := range b.Packets {
		b.Packets[i].Number += f.open.tally.base
	}
	return in.err
}

// next opens the next file, or says io.EOF.
func (f *Files) next() error {
	if f.current == len(f.inputs) {
		return io.EOF
	}
	in := &f.inputs[f.current]
	r := in.once
	if r == nil {
		var err error
		if r, err = Open(in.name, f.opt); err != nil {
			f.current++
			return err
		}
	}
	in.once, f.open = nil, r
	f.held = len(in.ahead.Packets) > 0 || in.err != nil
	f.mu.Lock()
	defer f.mu.Unlock()
	r.tally.base = f.done.Packets
	for len(f.starts) <= f.current {
		f.starts = append(f.starts, f.done.Packets)
	}
	f.now = r
	return nil
}

// finish closes the open file.
func (f *Files) finish() error {
	r := f.open
	f.mu.Lock()
	f.done = f.done.plus(r.Stats())
	f.offset += r.Offset()
	f.now = nil
	f.mu.Unlock()
	f.open = nil
	f.current++
	return r.Close()
}

// File is the index in Names of the file that has the packet of that number,
// which must have been read. It may be called from any goroutine.
func (f *Files) File(number int) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return max(0, sort.SearchInts(f.starts, number)-1)
}

// Offset is how many bytes were read of all files, as they are on disk. It may
// be called from any goroutine.
func (f *Files) Offset() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.now != nil {
		return f.offset + f.now.Offset()
	}
	return f.offset
}

// Size is the size of all files in bytes as they are on disk, -1 if that is not known.
func (f *Files) Size() int64 {
	var sum int64
	for i := range f.inputs {
		if f.inputs[i].size < 0 {
			return -1
		}
		sum += f.inputs[i].size
	}
	return sum
}

// Stats sums the counts of all files so far. It is for the goroutine that reads.
func (f *Files) Stats() Stats {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.open != nil {
		return f.done.plus(f.open.Stats())
	}
	return f.done
}

// Close closes what is still open.
func (f *Files) Close() error {
	var errs []error
	if f.open != nil {
		errs = append(errs, f.open.Close())
	}
	for i := range f.inputs {
		if r := f.inputs[i].once; r != nil {
			errs = append(errs, r.Close())
		}
	}
	f.current, f.open = len(f.inputs), nil
	return errors.Join(errs...)
}

func (s Stats) plus(o Stats) Stats {
	s.Packets += o.Packets
	s.NotPackets += o.NotPackets
	s.Undeclared += o.Undeclared
	s.OverOrigLen += o.OverOrigLen
	s.OverSnaplen += o.OverSnaplen
	s.ClockBack += o.ClockBack
	s.BadOptions += o.BadOptions
	s.Secrets += o.Secrets
	s.SecretsSkipped += o.SecretsSkipped
	s.DroppedBefore += o.DroppedBefore
	s.DroppedAtEnd += o.DroppedAtEnd
	return s
}
