package compare

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/diff"
	"github.com/wspeek/wspeek/decode/har"
	"github.com/wspeek/wspeek/decode/trace"
)

// Options say how inputs are read.
type Options struct {
	// Session is the one that is wanted of each input that does not name one itself, 0 for all.
	Session int
	// Frames keeps the frames of messages, to compare these too.
	Frames bool
	// Ports are TCP ports that are WebSocket.
	Ports []uint16
	// Keys are the secrets of TLS connections.
	Keys run.Keys
}

// Input is one of the two things that are compared.
type Input struct {
	// Name is as it was given, File without the number of a session.
	Name, File string
	// Session is the one that is wanted, 0 for all.
	Session int
	// Sides are the sessions to compare, after Load.
	Sides []*diff.Side
	// Empty says that it is the null device, which git gives for a file that is not there.
	Empty bool
	// Account is that of the packets, if Counted; else only what makes the input incomplete.
	Account decode.Account
	Counted bool

	opt Options

	all  map[int]*decode.Session
	kept keptPayloads
}

// New takes FILE#N apart. A file that has such a name is used as a whole.
func New(name string, opt Options) (*Input, error) {
	d := &Input{Name: name, File: name, Session: opt.Session, opt: opt, all: map[int]*decode.Session{}}
	i := strings.LastIndexByte(name, '#')
	if _, err := os.Stat(name); err == nil || i < 0 {
		return d, nil
	}
	n, err := strconv.ParseUint(name[i+1:], 10, 31)
	if err != nil || n == 0 {
		return nil, run.Troublef("%s: want FILE#N: sessions are numbered from 1", name)
	}
	d.File, d.Session = name[:i], int(n)
	return d, nil
}

const (
	// maxHAR and maxKept bound what is kept in memory: of a HAR file, and of the payloads of a capture.
	maxHAR  = 1 << 30
	maxKept = 1 << 30
)

// keptPayloads is trace.Memory up to maxKept bytes.
type keptPayloads struct {
	trace.Memory
	size int64
}

var errKept = errors.New("more than 1 GiB of payloads to compare: choose a session with FILE#N")

// Put is trace.Payloads.
func (k *keptPayloads) Put(p []byte) (int64, error) {
	if k.size += int64(len(p)); k.size > maxKept {
		return 0, errKept
	}
	return k.Memory.Put(p)
}

// Load reads the sessions of the input. It is cancelled when ctx is done: standard input may never come.
func (d *Input) Load(ctx context.Context, std run.Streams) error {
	done := make(chan error, 1)
	go func() { done <- d.load(ctx, std) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return run.Exit(run.Interrupted)
	}
}

// load reads the sessions of the input.
func (d *Input) load(ctx context.Context, std run.Streams) error {
	if d.File == os.DevNull {
		d.Empty = true
		return nil
	}
	src, closer, err := d.open(std)
	if err != nil {
		return err
	}
	defer closer()
	begin, _ := src.Peek(512)
	if har.Sniff(begin) {
		return d.loadHAR(src)
	}
	r, err := capture.NewReader(src, d.File, capture.Options{})
	if err != nil {
		return run.AsTrouble(err)
	}
	return d.loadCapture(ctx, capture.Join(capture.Options{}, r))
}

// open opens the file, or standard input.
func (d *Input) open(std run.Streams) (*bufio.Reader, func(), error) {
	if d.File == "-" {
		return bufio.NewReaderSize(std.In, 1<<16), func() {}, nil
	}
	file, err := os.Open(d.File)
	if err == nil {
		var info os.FileInfo
		if info, err = file.Stat(); err == nil && info.IsDir() {
			err = errors.New("is a directory")
		}
	}
	if err != nil {
		if file != nil {
			file.Close()
		}
		var path *os.PathError
		if errors.As(err, &path) {
			err = path.Err
		}
		return nil, nil, run.Troublef("%s: %w", d.File, err)
	}
	return bufio.NewReaderSize(file, 1<<16), func() { file.Close() }, nil
}

func (d *Input) loadHAR(src io.Reader) error {
	data, err := io.ReadAll(io.LimitReader(src, maxHAR+1))
	switch {
	case err != nil:
		return run.Troublef("%s: %w", d.File, err)
	case len(data) > maxHAR:
		return run.Troublef("%s: a HAR of more than 1 GiB", d.File)
	}
	h, err := har.Parse(data)
	if err != nil {
		return run.Troublef("%s: %w", d.File, err)
	}
	if h.Damage != nil {
		d.Account.Incomplete(h.Damage.Error())
	}
	for i := range h.Sessions {
		s := &h.Sessions[i]
		d.all[s.Info.N] = s.Info
		if d.Session == 0 || d.Session == s.Info.N {
			d.Sides = append(d.Sides, diff.FromHAR(d.File, s))
		}
	}
	if len(h.Sessions) == 0 {
		return run.Troublef("%s: a HAR without WebSocket sessions: none of its entries (%d) has _webSocketMessages", d.File, h.Entries)
	}
	if err := d.found(); err != nil {
		return err
	}
	return d.recorded()
}

// recorded refuses a HAR in which no session that is wanted has messages.
func (d *Input) recorded() error {
	for _, s := range d.Sides {
		if s.Unrecorded == "" {
			return nil
		}
	}
	return run.Troublef("%s: %s", d.File, d.Sides[0].Unrecorded)
}

// found refuses a session that is not there.
func (d *Input) found() error {
	if d.Session > 0 && d.all[d.Session] == nil {
		return run.Troublef("%s: there is no session %d: %d were found", d.File, d.Session, len(d.all))
	}
	return nil
}

func (d *Input) loadCapture(ctx context.Context, in *capture.Files) error {
	r := run.Over(in, run.Options{Keys: d.opt.Keys, Decode: decode.Options{Keep: true, Frames: d.opt.Frames, Ports: d.opt.Ports}})
	defer r.Close()
	trace := trace.New(&d.kept)
	r.Each(ctx, func(b *decode.Batch, e *decode.Event) error { return d.visit(trace, b, e) })
	if ctx.Err() != nil || r.Err() != nil {
		return r.Status(ctx)
	}
	d.Account, d.Counted = *r.Account(), true
	return d.collect(trace)
}

func (d *Input) visit(t *trace.Trace, b *decode.Batch, e *decode.Event) error {
	if e.Kind == decode.KindSession {
		d.all[e.Session.N] = b.Session(e)
	}
	if e.Session == nil || d.Session > 0 && e.Session.N != d.Session {
		return nil
	}
	return t.Apply(b, e)
}

// collect makes the sides of what was read.
func (d *Input) collect(t *trace.Trace) error {
	if err := d.found(); err != nil {
		return err
	}
	if len(d.all) == 0 {
		return run.Troublef("%s: no WebSocket session in it%s", d.File, encrypted(&d.Account))
	}
	for n := 1; n <= t.Sessions(); n++ {
		if d.all[n] == nil || d.Session > 0 && n != d.Session {
			continue
		}
		s, err := diff.FromTrace(d.File, t, n)
		if err != nil {
			return run.Troublef("%s: %w", d.File, err)
		}
		d.Sides = append(d.Sides, s)
	}
	return nil
}

func encrypted(a *decode.Account) string {
	n := 0
	for _, c := range a.Encrypted {
		n += c
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("; TLS connections, which are not decoded: %d", n)
}

// Why says what makes the input incomplete.
func (d *Input) Why() []string {
	var out []string
	for _, w := range d.Account.Why {
		out = append(out, d.File+": "+w)
	}
	return out
}
