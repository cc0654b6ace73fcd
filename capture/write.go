package capture

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// WriteOptions are how packets are written. The zero value works.
type WriteOptions struct {
	// Overwrite takes a file that exists, if it is a regular one: what it held is
	// lost, and its mode becomes 0600. Else an existing name is an error
	// (fs.ErrExist). A symbolic link is never followed.
	Overwrite bool
	// Interfaces are declared at the start of each file, in the order of
	// Packet.Interface. Packets of others are declared when they come, without a name.
	Interfaces []WriteInterface
	// Ring makes several files.
	Ring WriteRing
	// Program is what wrote the packets ("wspeek 1.0"), "" is "wspeek".
	Program string
	// Secrets, if not nil, returns a TLS key log that each file of the ring after the first is to start with: the secrets of
	// connections that go on.
	Secrets func() []byte
	// Made, if not nil, is handed each file that was created or is to be overwritten before anything
	// of it is changed: to refuse it, which removes a new one, or to give it to another user.
	Made func(f *os.File) error
}

// WriteInterface describes an interface in the file.
type WriteInterface struct {
	Name string
	Link LinkType
	// Snaplen is how many bytes of a packet were kept; 0 means no limit.
	Snaplen int
	// Filter is the capture filter, "" if there was none.
	Filter string
}

// WriteRing says when the next file is started. The files are named NAME_00001_20261120103000.pcapng
// for NAME.pcapng: a number from 1, and the local time when the file was started.
type WriteRing struct {
	// FileBytes starts the next file when one has this many bytes; 0 means no limit. A file is at
	// most one packet longer.
	FileBytes int64
	// Duration starts the next file when one was started this long ago; 0 means no limit. It
	// happens with the next packet.
	Duration time.Duration
	// Files is how many files are kept; the oldest of this Writer's are removed. 0 keeps all.
	Files int
}

func (r WriteRing) on() bool { return r.FileBytes > 0 || r.Duration > 0 }

const (
	// flushBytes and flushAfter bound what is lost when the program is killed.
	flushBytes = 64 << 10
	flushAfter = time.Second
)

// Writer writes packets as pcapng (draft-ietf-opsawg-pcapng). Whole blocks are handed to the
// system when 64 KiB of them wait, and at most a second after the first of them came. Its methods
// may be called from several goroutines.
type Writer struct {
	mu      sync.Mutex
	opt     WriteOptions
	name    string
	dst     io.Writer
	file    *os.File // nil: dst is not ours
	made    []string // the files that were made and not removed
	number  int      // of the file in the ring
	began   time.Time
	size    int64 // of the file, with what waits
	flushed int64 // of it, in the file
	waiting []byte
	written int64 // packets that were handed to the system
	timer   *time.Timer
	ids     map[ifaceKey]uint32
	err     error // the first of writing; nothing is written after it
	closed  bool
}

// ifaceKey is what an interface of a file is known by: a file's interfaces have one link type each.
type ifaceKey struct {
	number uint16
	link   LinkType
}

// CreateWriter makes a file with mode 0600 and writes its header.
func CreateWriter(name string, opt WriteOptions) (*Writer, error) {
	w := &Writer{name: name, opt: opt}
	if err := w.open(); err != nil {
		if w.file != nil {
			_ = w.file.Close()
		}
		return nil, err
	}
	if err := w.Flush(); err != nil {
		_ = w.Close()
		return nil, err
	}
	return w, nil
}

// NewWriter writes to dst, which stays open; opt.Ring and opt.Overwrite have no meaning.
func NewWriter(dst io.Writer, opt WriteOptions) (*Writer, error) {
	opt.Ring = WriteRing{}
	w := &Writer{opt: opt, dst: dst}
	w.begin()
	return w, w.Flush()
}

// open makes the next file.
func (w *Writer) open() error {
	w.began = time.Now()
	name := w.name
	if w.opt.Ring.on() {
		w.number++
		ext := filepath.Ext(name)
		name = fmt.Sprintf("%s_%05d_%s%s", name[:len(name)-len(ext)], w.number, w.began.Format("20060102150405"), ext)
	}
	f, fresh, err := createFile(name, &w.opt)
	if err != nil {
		return err
	}
	w.file, w.dst = f, f
	w.made = append(w.made, name)
	w.begin()
	// The header first: whoever is killed here leaves no empty file.
	if w.flush(); w.err != nil || fresh {
		return w.err
	}
	return f.Truncate(w.size)
}

// createFile makes a file that only its owner can read, and follows no symbolic link. One that is not fresh
// still has what it held.
func createFile(name string, opt *WriteOptions) (f *os.File, fresh bool, err error) {
	const flags = os.O_WRONLY | os.O_CREATE | openNoFollow
	f, err = os.OpenFile(name, flags|os.O_EXCL, 0o600)
	fresh = err == nil
	if opt.Overwrite && errors.Is(err, fs.ErrExist) {
		f, err = os.OpenFile(name, flags|openNonblock, 0o600)
	}
	if err != nil {
		return nil, false, err
	}
	if err := prepare(f, fresh, opt); err != nil {
		_ = f.Close()
		if fresh {
			_ = os.Remove(name)
		}
		return nil, false, err
	}
	return f, fresh, nil
}

// prepare asks whether f may be taken, and makes it its owner's alone.
func prepare(f *os.File, fresh bool, opt *WriteOptions) error {
	if !fresh {
		info, err := f.Stat()
		if err != nil {
			return err
		}
		if !info.Mode().IsRegular() {
			return &fs.PathError{Op: "overwrite", Path: f.Name(), Err: errNotRegular}
		}
	}
	if opt.Made != nil {
		if err := opt.Made(f); err != nil {
			return err
		}
	}
	if fresh {
		return nil
	}
	return f.Chmod(0o600)
}

type writeError string

func (e writeError) Error() string { return string(e) }

const (
	errNotRegular = writeError("not a regular file")
	errClosed     = writeError("capture: the writer is closed")
)

// begin puts the header of a file and its interfaces into the buffer.
func (w *Writer) begin() {
	w.size, w.flushed, w.ids = 0, 0, map[ifaceKey]uint32{}
	w.add(appendSection(w.waiting, w.opt.Program))
	for i, iface := range w.opt.Interfaces {
		w.declare(ifaceKey{uint16(i), iface.Link}, iface)
	}
}

// add takes the buffer with a block more at its end.
func (w *Writer) add(longer []byte) {
	w.size += int64(len(longer) - len(w.waiting))
	w.waiting = longer
}

func (w *Writer) declare(key ifaceKey, iface WriteInterface) uint32 {
	id := uint32(len(w.ids))
	w.ids[key] = id
	w.add(appendInterface(w.waiting, iface))
	return id
}

// id is the number in the file of a packet's interface.
func (w *Writer) id(key ifaceKey) uint32 {
	id, ok := w.ids[key]
	if !ok {
		id = w.declare(key, WriteInterface{Link: key.link})
	}
	return id
}

// Write writes a packet. It may return an error of writing what came before.
func (w *Writer) Write(p *Packet) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.packet(p)
	return w.settleUp()
}

// WriteBatch writes all packets of a batch.
func (w *Writer) WriteBatch(b *Batch) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range b.Packets {
		w.packet(&b.Packets[i])
		if len(w.waiting) >= flushBytes {
			w.flush()
		}
	}
	return w.settleUp()
}

func (w *Writer) packet(p *Packet) {
	if w.err != nil || w.closed {
		return
	}
	if w.full() {
		w.next()
	}
	id := w.id(ifaceKey{p.Interface, p.LinkType})
	w.add(appendPacket(w.waiting, id, p))
}

// SecretsTLS is the type of secrets that are a TLS key log ("TLSK").
const SecretsTLS = 0x544c534b

// Secrets writes a Decryption Secrets Block (pcapng draft, section 4.7) for packets that are written after it.
func (w *Writer) Secrets(typ uint32, data []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil && !w.closed {
		w.add(appendSecrets(w.waiting, typ, data))
	}
	return w.settleUp()
}

// InterfaceStats are the counts of one interface that packets were captured on.
type InterfaceStats struct {
	// Name and Link are the interface and the link type of its packets.
	Name string
	Link LinkType
	// Received are packets that were captured, Dropped those that the system lost because its buffer was full, Missed
	// those that the interface lost before the system saw them.
	Received, Dropped, Missed uint64
}

// Statistics writes what each interface has received and lost so far, in the order of WriteOptions.Interfaces. A file
// may have several of these; the last one counts.
func (w *Writer) Statistics(s []InterfaceStats) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil && !w.closed {
		for i := range s {
			id := w.id(ifaceKey{uint16(i), s[i].Link})
			w.add(appendStatistics(w.waiting, id, Time(time.Now().UnixNano()), &s[i]))
		}
	}
	return w.settleUp()
}

// settleUp writes what waits if it is much, else within a second.
func (w *Writer) settleUp() error {
	switch {
	case w.closed && w.err == nil:
		return errClosed
	case len(w.waiting) >= flushBytes:
		w.flush()
	case len(w.waiting) > 0 && w.timer == nil:
		w.timer = time.AfterFunc(flushAfter, func() { _ = w.Flush() }) // the error is kept for Close
	}
	return w.err
}

// Flush writes what waits.
func (w *Writer) Flush() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.flush()
	return w.err
}

func (w *Writer) flush() {
	if w.timer != nil {
		w.timer.Stop()
		w.timer = nil
	}
	if len(w.waiting) > 0 && w.err == nil {
		n, err := w.dst.Write(w.waiting)
		whole, packets := wholeBlocks(w.waiting[:max(n, 0)])
		w.flushed, w.written, w.err = w.flushed+int64(whole), w.written+int64(packets), err
		if err != nil && n > whole && w.file != nil { // half a block makes others take the file for a damaged one
			_ = w.file.Truncate(w.flushed)
		}
	}
	w.waiting = w.waiting[:0]
}

// full reports whether the next file of the ring is due.
func (w *Writer) full() bool {
	r := w.opt.Ring
	return r.FileBytes > 0 && w.size >= r.FileBytes || r.Duration > 0 && time.Since(w.began) >= r.Duration
}

// next starts the next file, and removes the oldest.
func (w *Writer) next() {
	w.flush()
	if err := w.file.Close(); w.err == nil {
		w.err = err
	}
	if w.err == nil {
		w.err = w.open()
	}
	if w.err == nil && w.opt.Secrets != nil {
		if lines := w.opt.Secrets(); len(lines) > 0 {
			w.add(appendSecrets(w.waiting, SecretsTLS, lines))
		}
	}
	if keep := w.opt.Ring.Files; keep > 0 && len(w.made) > keep && w.err == nil {
		if err := os.Remove(w.made[0]); !errors.Is(err, fs.ErrNotExist) { // it may have been removed already
			w.err = err
		}
		w.made = w.made[1:]
	}
}

// Files are the files that were written and are still there, the oldest first.
func (w *Writer) Files() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), w.made...)
}

// Written is how many packets were handed to the system so far.
func (w *Writer) Written() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.written
}

// Size is how many bytes the newest file has, with those that wait.
func (w *Writer) Size() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.size
}

// Close writes what waits and closes the file. It returns the first error of all.
func (w *Writer) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return w.err
	}
	w.flush()
	w.closed = true
	if w.file != nil {
		if err := w.file.Close(); w.err == nil {
			w.err = err
		}
	}
	return w.err
}
