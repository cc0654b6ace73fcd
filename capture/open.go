package capture

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"sync/atomic"
)

// Options are how a capture is read. The zero value works.
type Options struct {
	// Secrets, if not nil, is called with each Decryption Secrets Block (pcapng draft,
	// section 4.7) as it is read: typ is the secrets type (0x544c534b is a TLS key
	// log), data is valid during the call only. It is called inside Open or ReadBatch,
	// so before the packets that follow the block are returned.
	Secrets func(typ uint32, data []byte)
	// MaxRecord is the largest captured length of one packet in bytes; 0 means
	// 16 MiB. A longer one is Damage.
	MaxRecord int
	// BatchBytes is how much ReadBatch takes at once; 0 means 1 MiB.
	BatchBytes int
	// MaxUnfolded bounds how many bytes a compressed file may unfold to; 0 means 64 GiB.
	MaxUnfolded int64
	// MaxRatio bounds unfolded to compressed bytes, once a GiB is unfolded; 0
	// means 1100, a little more than gzip can reach.
	MaxRatio int64
}

const (
	defaultMaxRecord   = 16 << 20
	defaultBatchBytes  = 1 << 20
	defaultMaxUnfolded = 64 << 30
	defaultMaxRatio    = 1100
)

func (o Options) withDefaults() Options {
	if o.MaxRecord <= 0 || o.MaxRecord > 1<<30 {
		o.MaxRecord = defaultMaxRecord
	}
	if o.BatchBytes <= 0 {
		o.BatchBytes = defaultBatchBytes
	}
	if o.MaxUnfolded <= 0 {
		o.MaxUnfolded = defaultMaxUnfolded
	}
	if o.MaxRatio <= 0 {
		o.MaxRatio = defaultMaxRatio
	}
	return o
}

// Stats counts what a reader found. All count from the start of the file.
type Stats struct {
	// Packets is how many packet numbers were given out: packets and NotPackets
	// and Undeclared.
	Packets int
	// NotPackets are records that Wireshark numbers like packets but that hold
	// none: Custom Blocks, Systemd Journal Export Blocks, Sysdig events.
	NotPackets int
	// Undeclared are packets of an interface that the file does not describe. They
	// are skipped: their link type and clock are not known.
	Undeclared int
	// OverOrigLen are packets with more bytes captured than there were on the wire.
	// They are delivered, OrigLen raised to what was captured.
	OverOrigLen int
	// OverSnaplen are packets longer than the file's header allows. They are delivered.
	OverSnaplen int
	// ClockBack is how often a packet was earlier than the one before it.
	ClockBack int
	// BadOptions are pcapng blocks with an option that runs past their end. The
	// options before it are used.
	BadOptions int
	// Secrets are Decryption Secrets Blocks handed to Options.Secrets, or that
	// would have been; SecretsSkipped those that were longer than Options.MaxRecord.
	Secrets, SecretsSkipped int
	// DroppedBefore sums what packets say was lost before them (epb_dropcount),
	// DroppedAtEnd what the interfaces' statistics say (isb_ifdrop and isb_osdrop).
	// They may count the same packets.
	DroppedBefore, DroppedAtEnd uint64
}

// Dropped is how many packets the writer of the file says that it lost.
func (s Stats) Dropped() uint64 { return max(s.DroppedBefore, s.DroppedAtEnd) }

// Reader reads one capture, from a file or a stream. It is a Source. It keeps
// nothing of a batch that it has filled, so a batch may be used in one goroutine
// while the next is filled in another; the methods of a Reader themselves,
// except Offset, are for one goroutine at a time.
type Reader struct {
	name   string
	opt    Options
	src    io.Reader // the (unfolded) bytes of the capture
	whole  bool      // reading src never waits: fill batches completely
	format format
	tally  tally

	carry []byte // what was read beyond the last whole record
	taken int64  // bytes of src before carry
	read  error  // what src ended with
	end   error  // what ReadBatch says when the packets are used up

	size    int64
	offset  *atomic.Int64
	packing string // "", "gzip" or "zstd"
	closers []func() error
}

// Open opens a capture file; "-" is standard input. What is not a capture, or
// cannot be opened, is an *OpenError. On a pipe it waits for the file header.
func Open(name string, opt Options) (*Reader, error) {
	f, info, err := openFile(name)
	if err != nil {
		return nil, openError(name, err)
	}
	r := &Reader{name: name, opt: opt, size: -1, whole: info.Mode().IsRegular()}
	if r.whole {
		r.size = info.Size()
	}
	if f != os.Stdin {
		r.closers = append(r.closers, f.Close)
	}
	if err := r.begin(f); err != nil {
		_ = r.Close()
		return nil, err
	}
	return r, nil
}

// NewReader reads a capture from a stream; name is used in errors. Errors are as Open's.
func NewReader(src io.Reader, name string, opt Options) (*Reader, error) {
	r := &Reader{name: name, opt: opt, size: -1}
	if err := r.begin(src); err != nil {
		_ = r.Close()
		return nil, err
	}
	return r, nil
}

func openFile(name string) (*os.File, fs.FileInfo, error) {
	f := os.Stdin
	if name != "-" {
		var err error
		if f, err = os.Open(name); err != nil {
			return nil, nil, err
		}
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = errDirectory
	}
	if err != nil && f != os.Stdin {
		_ = f.Close()
	}
	return f, info, err
}

// openError takes the path out of an error of package os: it is said once.
func openError(name string, err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return &OpenError{Name: name, What: err.Error(), Err: err}
}

// Name is the file as the user named it.
func (r *Reader) Name() string { return r.name }

// Size is the size of the file in bytes as it is on disk, -1 if that is not known.
func (r *Reader) Size() int64 { return r.size }

// Offset is how many bytes were read of the file as it is on disk: packed
// bytes, if it is compressed. It may be called from any goroutine.
func (r *Reader) Offset() int64 { return r.offset.Load() }

// Stats returns the counts so far.
func (r *Reader) Stats() Stats { return r.tally.stats }

// Close closes the file, if Open opened it, and frees what unpacking needed.
// Standard input stays open.
func (r *Reader) Close() error {
	var errs []error
	for _, c := range r.closers {
		errs = append(errs, c())
	}
	r.closers = nil
	return errors.Join(errs...)
}
