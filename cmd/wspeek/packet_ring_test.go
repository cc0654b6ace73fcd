package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/wspeek/wspeek/capture"
)

// made is a packet all of whose fields follow from its number.
func made(number int) capture.Packet {
	data := bytes.Repeat([]byte{byte(number), byte(number >> 8)}, 10+number%700)
	return capture.Packet{Number: number, Time: capture.Time(number) * 1_000_003, LinkType: capture.LinkType(number % 300),
		Interface: uint16(number % 5), OrigLen: len(data) + number%3, Data: data}
}

func madeFrom(from, to int) (list []capture.Packet) {
	for n := from; n <= to; n++ {
		list = append(list, made(n))
	}
	return list
}

// ringOf is a ring of limit bytes, in a directory of its own; told are the lines that it told.
func ringOf(t *testing.T, limit int64) (r *packetRing, told *notes) {
	t.Helper()
	told = &notes{}
	r = newPacketRing(limit, told.add)
	r.dir = t.TempDir()
	t.Cleanup(r.close)
	return r, told
}

// numbersIn reads a view, and checks that packets are whole and follow each other.
func numbersIn(t *testing.T, v *ringView) (first, last int) {
	t.Helper()
	err := v.read(t.Context(), func(p *capture.Packet) error {
		want := made(p.Number)
		if p.Time != want.Time || p.LinkType != want.LinkType || p.Interface != want.Interface || p.OrigLen != want.OrigLen || !bytes.Equal(p.Data, want.Data) {
			t.Fatalf("packet %d: got %+v, want %+v", p.Number, p, want)
		}
		if first == 0 {
			first = p.Number
		} else if p.Number != last+1 {
			t.Fatalf("packet %d after %d", p.Number, last)
		}
		last = p.Number
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return first, last
}

// sizes is how long the files are together.
func (r *packetRing) sizes(t *testing.T) (n int64) {
	t.Helper()
	for _, s := range r.segments {
		info, err := s.file.Stat()
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("mode %v", info.Mode())
		}
		n += info.Size()
	}
	return n
}

// The newest packets are kept, in files that together are never longer than the limit, and that have no names.
func TestPacketRing_KeepsTheNewest(t *testing.T) {
	t.Parallel()
	const limit = 200_000
	r, _ := ringOf(t, limit)
	for from := 1; from < 3000; from += 37 {
		r.keep(madeFrom(from, from+36))
		if n := r.sizes(t); n > limit {
			t.Fatalf("%d bytes on disk after packet %d, want at most %d", n, from+36, limit)
		}
	}
	v := r.view()
	defer v.release()
	first, last := numbersIn(t, v)
	if last != 3034-3034%37 || first != v.oldest() || first != r.oldest() {
		t.Errorf("packets %d to %d, the oldest %d", first, last, v.oldest())
	}
	c := v.counts
	if c.dropped != int64(first-1) || c.kept != int64(last-first+1) || c.lost != 0 {
		t.Errorf("packets %d to %d, counts %+v", first, last, c)
	}
	if n := r.sizes(t); n < limit*3/4 {
		t.Errorf("%d bytes on disk of %d", n, limit)
	}
	if names, err := os.ReadDir(r.dir); err != nil || len(names) > 0 {
		t.Errorf("%v, %v; want no names", names, err)
	}
}

// A packet that is longer than a segment has one for itself.
func TestPacketRing_LargePackets(t *testing.T) {
	t.Parallel()
	r, _ := ringOf(t, 27_100) // segments of about 1,700 bytes
	large := func(n int) capture.Packet {
		return capture.Packet{Number: n, OrigLen: 9000, Data: make([]byte, 9000)}
	}
	r.keep([]capture.Packet{large(1), made(2), large(3), large(4), large(5)})
	v := r.view()
	defer v.release()
	var got []int
	err := v.read(t.Context(), func(p *capture.Packet) error { got = append(got, p.Number); return nil })
	if err != nil || len(got) != 3 || got[0] != 3 || v.counts.dropped != 2 || r.sizes(t) > 27_100 {
		t.Errorf("got %v, %v, %+v", got, err, v.counts)
	}
}

// What is held does not change while packets go on coming, and its files are closed when nobody holds them.
func TestPacketRing_ReadWhileWritten(t *testing.T) {
	t.Parallel()
	r, _ := ringOf(t, 100_000)
	go r.run()
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for n := 1; ; n += 20 {
			select {
			case <-stop:
				r.backlog.close(io.EOF)
				return
			default:
				r.backlog.wait(madeFrom(n, n+19), stop)
			}
		}
	}()
	last := 0
	for end := time.Now().Add(300 * time.Millisecond); time.Now().Before(end); {
		if err := r.caughtUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		v := r.view()
		if len(v.segments) == 0 {
			continue
		}
		file := v.segments[0].segment.file
		_, newest := numbersIn(t, v)
		if newest < last {
			t.Fatalf("packet %d is the newest, before it was %d", newest, last)
		}
		time.Sleep(10 * time.Millisecond)
		if first, again := numbersIn(t, v); again != newest || first != v.oldest() {
			t.Fatalf("packets %d to %d, read again %d", first, newest, again)
		}
		v.release()
		if _, err := file.Stat(); r.oldest() > newest && !errors.Is(err, os.ErrClosed) {
			t.Fatalf("a file that nobody holds: %v", err)
		}
		last = newest
	}
	close(stop)
	<-stopped
	<-r.done
	if c := r.counts(); c.dropped == 0 || c.kept+c.dropped != r.backlog.accepted() || c.lost != 0 {
		t.Errorf("%+v of %d", c, r.backlog.accepted())
	}
}

// A disk that is full is told once; what is kept stays, what comes is counted.
func TestPacketRing_WriteError(t *testing.T) {
	t.Parallel()
	r, told := ringOf(t, 100_000)
	r.keep(madeFrom(1, 5))
	whole := r.segments[0].file
	broken, err := os.Open(os.DevNull) // cannot be written
	if err != nil {
		t.Fatal(err)
	}
	r.segments[0].file = broken
	r.keep(madeFrom(6, 10))
	r.keep(madeFrom(11, 20))
	r.segments[0].file = whole
	broken.Close()
	v := r.view()
	defer v.release()
	if first, last := numbersIn(t, v); first != 1 || last != 5 || v.counts.kept != 5 || v.counts.lost != 15 || v.counts.err == nil {
		t.Errorf("packets %d to %d, %+v", first, last, v.counts)
	}
	if len(told.lines) != 1 || !strings.HasPrefix(told.lines[0], "packets are kept for :w no longer: ") {
		t.Errorf("told %q", told.lines)
	}
	if err := r.caughtUp(t.Context()); err != nil {
		t.Error(err)
	}
	r, told = ringOf(t, 100_000)
	r.dir += "/not there"
	r.keep(madeFrom(1, 5))
	if c := r.counts(); c.lost != 5 || c.kept != 0 || len(told.lines) != 1 {
		t.Errorf("%+v, told %q", c, told.lines)
	}
}

// What the backlog has no room for is counted.
func TestPacketRing_TooSlow(t *testing.T) {
	t.Parallel()
	r, _ := ringOf(t, 100_000)
	s := &liveSource{ring: r, backlog: newBacklog()}
	big := capture.Packet{Number: 1, Data: make([]byte, chunkBytes)}
	for range backlogChunks + 3 {
		s.hand([]capture.Packet{big})
	}
	if c := r.counts(); c.lost != 3 {
		t.Errorf("%+v, want 3 lost", c)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := r.caughtUp(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if text := r.counts().said(); !strings.Contains(text, "3 were lost on the way") {
		t.Errorf("said %q", text)
	}
}

func TestReadRecord_Cut(t *testing.T) {
	t.Parallel()
	p := made(7)
	b := appendRecord(nil, &p)
	for n := range len(b) {
		var got capture.Packet
		_, err := readRecord(bytes.NewReader(b[:n]), &got, nil)
		if want := io.ErrUnexpectedEOF; n == 0 && err != io.EOF || n > 0 && err != want {
			t.Errorf("%d bytes of %d: got %v", n, len(b), err)
		}
	}
}
