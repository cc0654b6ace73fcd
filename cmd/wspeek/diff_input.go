package main

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

// diffInput is one of the two things that are compared.
type diffInput struct {
	name string // as given
	file string
	// session is the one that is wanted, 0 for all.
	session int
	sides   []*diff.Side
	// empty says that it is the null device, which git gives for a file that is not there.
	empty bool

	account decode.Account
	counted bool // account is that of packets
	all     map[int]*decode.Session
	kept    keptPayloads
}

// newDiffInput takes FILE#N apart. A file that has such a name is taken whole.
func newDiffInput(name string, f *flags) (*diffInput, error) {
	d := &diffInput{name: name, file: name, session: f.session, all: map[int]*decode.Session{}}
	i := strings.LastIndexByte(name, '#')
	if _, err := os.Stat(name); err == nil || i < 0 {
		return d, nil
	}
	n, err := strconv.ParseUint(name[i+1:], 10, 31)
	if err != nil || n == 0 {
		return nil, run.Troublef("%s: want FILE#N: sessions are numbered from 1", name)
	}
	d.file, d.session = name[:i], int(n)
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

// loadOrStop is load, given up when ctx is done: standard input may never come.
func (d *diffInput) loadOrStop(ctx context.Context, std run.Streams, f *flags, frames bool) error {
	done := make(chan error, 1)
	go func() { done <- d.load(ctx, std, f, frames) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return run.Exit(run.Interrupted)
	}
}

// load reads the sessions of the input.
func (d *diffInput) load(ctx context.Context, std run.Streams, f *flags, frames bool) error {
	if d.file == os.DevNull {
		d.empty = true
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
	r, err := capture.NewReader(src, d.file, capture.Options{})
	if err != nil {
		return run.AsTrouble(err)
	}
	return d.loadCapture(ctx, f, capture.Join(capture.Options{}, r), frames)
}

// open opens the file, or standard input.
func (d *diffInput) open(std run.Streams) (*bufio.Reader, func(), error) {
	if d.file == "-" {
		return bufio.NewReaderSize(std.In, 1<<16), func() {}, nil
	}
	file, err := os.Open(d.file)
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
		return nil, nil, run.Troublef("%s: %w", d.file, err)
	}
	return bufio.NewReaderSize(file, 1<<16), func() { file.Close() }, nil
}

func (d *diffInput) loadHAR(src io.Reader) error {
	data, err := io.ReadAll(io.LimitReader(src, maxHAR+1))
	switch {
	case err != nil:
		return run.Troublef("%s: %w", d.file, err)
	case len(data) > maxHAR:
		return run.Troublef("%s: a HAR of more than 1 GiB", d.file)
	}
	h, err := har.Parse(data)
	if err != nil {
		return run.Troublef("%s: %w", d.file, err)
	}
	if h.Damage != nil {
		d.account.Incomplete(h.Damage.Error())
	}
	for i := range h.Sessions {
		s := &h.Sessions[i]
		d.all[s.Info.N] = s.Info
		if d.session == 0 || d.session == s.Info.N {
			d.sides = append(d.sides, diff.FromHAR(d.file, s))
		}
	}
	if len(h.Sessions) == 0 {
		return run.Troublef("%s: a HAR without WebSocket sessions: none of its entries (%d) has _webSocketMessages", d.file, h.Entries)
	}
	return d.found()
}

// found refuses a session that is not there.
func (d *diffInput) found() error {
	if d.session > 0 && d.all[d.session] == nil {
		return run.Troublef("%s: there is no session %d: %d were found", d.file, d.session, len(d.all))
	}
	return nil
}

func (d *diffInput) loadCapture(ctx context.Context, f *flags, in *capture.Files, frames bool) error {
	r := run.Over(in, run.Options{Decode: decode.Options{Keep: true, Frames: frames, Ports: f.ports}})
	defer r.Close()
	trace := trace.New(&d.kept)
	r.Each(ctx, func(b *decode.Batch, e *decode.Event) error { return d.visit(trace, b, e) })
	if ctx.Err() != nil || r.Err() != nil {
		return r.Status(ctx)
	}
	d.account, d.counted = *r.Account(), true
	return d.collect(trace)
}

func (d *diffInput) visit(t *trace.Trace, b *decode.Batch, e *decode.Event) error {
	if e.Kind == decode.KindSession {
		d.all[e.Session.N] = b.Session(e)
	}
	if e.Session == nil || d.session > 0 && e.Session.N != d.session {
		return nil
	}
	return t.Apply(b, e)
}

// collect makes the sides of what was read.
func (d *diffInput) collect(t *trace.Trace) error {
	if err := d.found(); err != nil {
		return err
	}
	if len(d.all) == 0 {
		return run.Troublef("%s: no WebSocket session in it%s", d.file, encrypted(&d.account))
	}
	for n := 1; n <= t.Sessions(); n++ {
		if d.all[n] == nil || d.session > 0 && n != d.session {
			continue
		}
		s, err := diff.FromTrace(d.file, t, n)
		if err != nil {
			return run.Troublef("%s: %w", d.file, err)
		}
		d.sides = append(d.sides, s)
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

// why says what makes the input incomplete.
func (d *diffInput) why() []string {
	var out []string
	for _, w := range d.account.Why {
		out = append(out, d.file+": "+w)
	}
	return out
}
