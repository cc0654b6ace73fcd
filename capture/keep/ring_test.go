package keep

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"testing"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/pcaps/poll"
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

// ringOf is a ring of limit bytes in a directory of its own; failures are the errors that it reported.
func ringOf(t *testing.T, limit int64) (r *Ring, failures *[]error) {
	t.Helper()
	failures = &[]error{}
	r = NewRing(RingOptions{Bytes: limit, Dir: t.TempDir(), Failed: func(err error) { *failures = append(*failures, err) }})
	t.Cleanup(r.Close)
	return r, failures
}

// numbersIn reads a view, and checks that packets are whole and follow each other.
func numbersIn(t *testing.T, v *View) (first, last int) {
	t.Helper()
	err := v.Read(t.Context(), func(p *capture.Packet) error {
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
func (r *Ring) sizes(t *testing.T) (n int64) {
	t.Helper()
	for _, s := range r.files {
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

// The newest packets are kept, in files without names that together are never longer than the limit.
func TestRing_KeepsTheNewest(t *testing.T) {
	t.Parallel()
	const limit = 200_000
	r, _ := ringOf(t, limit)
	for from := 1; from < 3000; from += 37 {
		r.keep(madeFrom(from, from+36))
		if n := r.sizes(t); n > limit {
			t.Fatalf("%d bytes on disk after packet %d, want at most %d", n, from+36, limit)
		}
	}
	v := r.View()
	defer v.Release()
	first, last := numbersIn(t, v)
	if last != 3034-3034%37 || first != v.Oldest() || first != r.Oldest() {
		t.Errorf("packets %d to %d, the oldest %d", first, last, v.Oldest())
	}
	c := v.Counts
	if c.Dropped != int64(first-1) || c.Kept != int64(last-first+1) || c.Lost != 0 {
		t.Errorf("packets %d to %d, counts %+v", first, last, c)
	}
	if n := r.sizes(t); n < limit*3/4 {
		t.Errorf("%d bytes on disk of %d", n, limit)
	}
	if names, err := os.ReadDir(r.dir); err != nil || len(names) > 0 {
		t.Errorf("%v, %v; want no names", names, err)
	}
}

// A packet that is longer than a file has one for itself.
func TestRing_LargePackets(t *testing.T) {
	t.Parallel()
	r, _ := ringOf(t, 27_100) // files of about 1,700 bytes
	large := func(n int) capture.Packet {
		return capture.Packet{Number: n, OrigLen: 9000, Data: make([]byte, 9000)}
	}
	r.keep([]capture.Packet{large(1), made(2), large(3), large(4), large(5)})
	v := r.View()
	defer v.Release()
	var got []int
	err := v.Read(t.Context(), func(p *capture.Packet) error { got = append(got, p.Number); return nil })
	if err != nil || len(got) != 3 || got[0] != 3 || v.Counts.Dropped != 2 || r.sizes(t) > 27_100 {
		t.Errorf("got %v, %v, %+v", got, err, v.Counts)
	}
}

// A view does not change while more packets come, and its files are closed when nobody holds them.
func TestRing_ReadWhileWritten(t *testing.T) {
	t.Parallel()
	r, _ := ringOf(t, 100_000)
	go r.Run()
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for n := 1; ; n += 20 {
			select {
			case <-stop:
				r.backlog.Close(io.EOF)
				return
			default:
				r.backlog.PutAll(madeFrom(n, n+19), stop)
			}
		}
	}()
	last, views := 0, 0
	poll.Until(t, "three views, and packets that were dropped for newer ones", func() bool {
		if err := r.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		v := r.View()
		if len(v.files) == 0 {
			return false
		}
		file := v.files[0].file
		_, newest := numbersIn(t, v)
		if newest < last {
			t.Fatalf("packet %d is the newest, before it was %d", newest, last)
		}
		seen := r.backlog.Accepted()
		poll.Until(t, "newer packets", func() bool { return r.backlog.Accepted() > seen })
		if first, again := numbersIn(t, v); again != newest || first != v.Oldest() {
			t.Fatalf("packets %d to %d, read again %d", first, newest, again)
		}
		v.Release()
		if _, err := file.Stat(); r.Oldest() > newest && !errors.Is(err, os.ErrClosed) {
			t.Fatalf("a file that nobody holds: %v", err)
		}
		last = newest
		views++
		return views >= 3 && r.Counts().Dropped > 0
	})
	close(stop)
	<-stopped
	<-r.Done()
	if c := r.Counts(); c.Dropped == 0 || c.Kept+c.Dropped != r.backlog.Accepted() || c.Lost != 0 {
		t.Errorf("%+v of %d", c, r.backlog.Accepted())
	}
}

// A disk that is full is reported once; what is kept stays, later packets are counted.
func TestRing_WriteError(t *testing.T) {
	t.Parallel()
	r, failures := ringOf(t, 100_000)
	r.keep(madeFrom(1, 5))
	whole := r.files[0].file
	broken, err := os.Open(os.DevNull) // cannot be written
	if err != nil {
		t.Fatal(err)
	}
	r.files[0].file = broken
	r.keep(madeFrom(6, 10))
	r.keep(madeFrom(11, 20))
	r.files[0].file = whole
	broken.Close()
	v := r.View()
	defer v.Release()
	if first, last := numbersIn(t, v); first != 1 || last != 5 || v.Counts.Kept != 5 || v.Counts.Lost != 15 || v.Counts.Err == nil {
		t.Errorf("packets %d to %d, %+v", first, last, v.Counts)
	}
	if len(*failures) != 1 || !errors.Is((*failures)[0], v.Counts.Err) {
		t.Errorf("reported %v, want one error", *failures)
	}
	if err := r.CatchUp(t.Context()); err != nil {
		t.Error(err)
	}
	r, failures = ringOf(t, 100_000)
	r.dir += "/not there"
	r.keep(madeFrom(1, 5))
	if c := r.Counts(); c.Lost != 5 || c.Kept != 0 || len(*failures) != 1 {
		t.Errorf("%+v, reported %v", c, *failures)
	}
}

// Packets for which the backlog has no room are lost, and waiting for them can be cancelled.
func TestRing_TooSlow(t *testing.T) {
	t.Parallel()
	r, _ := ringOf(t, 100_000)
	big := capture.Packet{Number: 1, Data: make([]byte, chunkBytes)}
	for range backlogChunks + 3 {
		r.backlog.Lose(len(r.backlog.Put([]capture.Packet{big})))
	}
	if c := r.Counts(); c.Lost != 3 {
		t.Errorf("%+v, want 3 lost", c)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := r.CatchUp(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
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
