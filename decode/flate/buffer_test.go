package flate

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
)

func sprintf(format string, args ...any) string { return fmt.Sprintf(format, args...) }

func TestOutputStopsAtItsBound(t *testing.T) {
	t.Parallel()
	plain := bytes.Repeat([]byte("abcdefghij"), 1000)
	in := padded(append(deflate(6, false, [][]byte{plain})[0], endBlock...))
	for _, c := range []struct {
		name string
		room int
		want Status
	}{
		{"as long as the bound", len(plain), Final}, {"one byte longer", len(plain) - 1, Full}, {"no room", 0, Full}, {"negative", -1, Full},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var d Decoder
			var b Buffer
			b.Move(make([]byte, 64<<10), false)
			_, s := d.Decode(&b, in, c.room)
			if n := len(b.Output()); s != c.want || n > max(c.room, 0)+maxMatch || !bytes.HasPrefix(plain, b.Output()) {
				t.Errorf("status %d after %d bytes, want %d", s, n, c.want)
			}
		})
	}
}

// Messages of all sizes, in buffers of all sizes, with the window moved about in between.
func TestWindowOutlivesMessages(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(13, 14))
	var plain [][]byte
	for range 400 {
		plain = append(plain, text(r, r.IntN(1<<r.IntN(15))))
	}
	var b Buffer
	var d Decoder
	for i, in := range deflate(6, true, plain) {
		switch {
		case i == 0:
			b.Move(make([]byte, MinBuffer), false)
		case i%5 == 0:
			w := bytes.Clone(b.Window())
			b.Load(append(make([]byte, 0, len(w)+MinBuffer), w...), len(w))
		case i%3 == 0:
			b.Slide(false)
		}
		b.Begin()
		d.Reset()
		at, s := 0, Full
		for s == Full {
			var n int
			if n, s = d.Decode(&b, in[at:], 1<<20); s == Full {
				b.Move(make([]byte, b.Keep(true)*2+MinBuffer), true)
			}
			at += n
		}
		if s != More || !d.Aligned() || !bytes.Equal(b.Output(), plain[i]) {
			t.Fatalf("message %d: status %d, %v; %d bytes, want %d", i, s, d.Err(), len(b.Output()), len(plain[i]))
		}
	}
	if n := len(b.Window()); n != HistoryMax {
		t.Errorf("the window has %d bytes", n)
	}
}

func TestOutputThatIsNotKeptSlidesThrough(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(15, 16))
	plain := text(r, 400<<10)
	in := padded(append(deflate(6, false, [][]byte{plain})[0], endBlock...))
	var b Buffer
	var d Decoder
	b.Move(make([]byte, 64<<10), false)
	var got []byte
	for s := Full; s == Full; {
		b.Begin()
		var n int
		n, s = d.Decode(&b, in, 1<<30)
		in = in[n:]
		got = append(got, b.Output()...)
		b.Slide(false)
	}
	if !bytes.Equal(got, plain) {
		t.Errorf("%d bytes, want %d", len(got), len(plain))
	}
}

func TestDecodeAllocatesNothing(t *testing.T) {
	plain := text(rand.New(rand.NewPCG(17, 18)), 2000)
	in := padded(deflate(6, false, [][]byte{plain})[0])
	var b Buffer
	d := new(Decoder)
	b.Move(make([]byte, 16<<10), false)
	if n := testing.AllocsPerRun(20, func() {
		b.Forget()
		d.Reset()
		d.Decode(&b, in, 1<<20)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
