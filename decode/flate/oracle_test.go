package flate

import (
	"bytes"
	stdflate "compress/flate"
	"errors"
	"io"
	"math/rand/v2"
	"testing"

	kflate "github.com/klauspost/compress/flate"
)

// endBlock is an empty final block, with which a stream ends for a reader.
var endBlock = []byte{0x01, 0x00, 0x00, 0xff, 0xff}

// result is what a decoder made of a stream.
type result struct {
	out  []byte
	used int
	// ok says that a final block ended.
	ok bool
}

// ours decodes in whole pieces, cut at the given places, after a window.
func ours(t testing.TB, d *Decoder, window, in []byte, cuts ...int) (result, Status) {
	t.Helper()
	var b Buffer
	mem := make([]byte, len(window)+MinBuffer)
	copy(mem, window)
	b.Load(mem, len(window))
	b.Begin()
	d.Reset()
	r := result{}
	s, at := More, 0
	for _, end := range append(cuts, len(in)) {
		for s = Full; s == Full; {
			n := 0
			n, s = d.Decode(&b, in[at:end:end], 1<<30)
			at += n
			if s == Full {
				b.Move(make([]byte, 2*b.Cap()), true)
			}
		}
		if s != More {
			break
		}
		if at != end {
			t.Fatalf("took %d of %d bytes and asks for more", at, end)
		}
	}
	r.out, r.used, r.ok = append(r.out, b.Output()...), at, s == Final
	return r, s
}

// padded is in with room after it, so that the fast loop runs to the end.
func padded(in []byte) []byte {
	return append(make([]byte, 0, len(in)+Pad), in...)
}

// oursPadded decodes in at once.
func oursPadded(t testing.TB, d *Decoder, window, in []byte) (result, Status) {
	t.Helper()
	var b Buffer
	mem := make([]byte, len(window)+MinBuffer)
	copy(mem, window)
	b.Load(mem, len(window))
	b.Begin()
	d.Reset()
	in = padded(in)
	at, s := 0, Full
	for s == Full {
		n := 0
		n, s = d.Decode(&b, in[at:], 1<<30)
		at += n
		if s == Full {
			b.Move(make([]byte, 2*b.Cap()), true)
		}
	}
	return result{append([]byte(nil), b.Output()...), at, s == Final}, s
}

// read decodes with a reader.
func read(r io.Reader, in *bytes.Reader) (result, error) {
	out, err := io.ReadAll(r)
	return result{out, int(in.Size()) - in.Len(), err == nil}, err
}

func std(window, in []byte) (result, error) {
	br := bytes.NewReader(in)
	return read(stdflate.NewReaderDict(br, window), br)
}

func klauspost(window, in []byte) (result, error) {
	br := bytes.NewReader(in)
	return read(kflate.NewReaderDict(br, window), br)
}

// agree holds the decoder against both oracles, whole and cut.
func agree(t testing.TB, d *Decoder, window, in []byte, cuts ...int) {
	t.Helper()
	want, err := std(window, in)
	k, kerr := klauspost(window, in)
	if (err == nil) != (kerr == nil) || err == nil && !bytes.Equal(want.out, k.out) {
		t.Logf("the oracles differ: %v, %v", err, kerr)
	}
	whole, s := oursPadded(t, d, window, in)
	compare(t, "whole", in, whole, want, err, s, d)
	if kerr == nil && !bytes.Equal(whole.out, k.out) {
		t.Fatalf("%d bytes out, klauspost has %d", len(whole.out), len(k.out))
	}
	cut, s := ours(t, d, window, in, cuts...)
	compare(t, "cut", in, cut, want, err, s, d)
}

func compare(t testing.TB, how string, in []byte, got, want result, err error, s Status, d *Decoder) {
	t.Helper()
	switch {
	case got.ok != want.ok:
		t.Fatalf("%s: status %d, %v; compress/flate says %v\n%x", how, s, d.Err(), err, in)
	case got.ok && !bytes.Equal(got.out, want.out), !bytes.HasPrefix(got.out, want.out):
		// Where the data ends early, compress/flate leaves the last symbols whose bits are all there.
		t.Fatalf("%s: %d bytes out, compress/flate has %d (%v, %v)\n%x", how, len(got.out), len(want.out), d.Err(), err, in)
	case got.ok && got.used != want.used:
		t.Fatalf("%s: took %d bytes, compress/flate %d\n%x", how, got.used, want.used, in)
	case s == More && !errors.Is(err, io.ErrUnexpectedEOF):
		t.Logf("%s: status %d, %v; compress/flate says %v", how, s, d.Err(), err)
	}
}

// cutsOf are some cuts of n bytes.
func cutsOf(r *rand.Rand, n int) []int {
	var list []int
	for at := 0; at < n && len(list) < 64; {
		at += 1 + r.IntN(1+r.IntN(40))
		if at < n {
			list = append(list, at)
		}
	}
	return list
}

// text is n bytes that compress somewhat: words, numbers, repetition, now and then noise.
func text(r *rand.Rand, n int) []byte {
	words := [...]string{`{"id":`, `"user":"`, `","text":"`, "hello", "world", " the", " of", "ing", "}", "\n", "0000", "true,", "null"}
	var b []byte
	for len(b) < n {
		switch r.IntN(12) {
		case 0:
			for range r.IntN(30) {
				b = append(b, byte(r.Uint32()))
			}
		case 1:
			b = append(b, bytes.Repeat([]byte{byte('a' + r.IntN(26))}, r.IntN(400))...)
		case 2:
			if len(b) > 100 {
				at := r.IntN(len(b) - 50)
				b = append(b, b[at:at+3+r.IntN(47)]...)
			}
		default:
			b = append(b, words[r.IntN(len(words))]...)
		}
	}
	return b[:n]
}

// deflate compresses messages one after another, with a Flush after each.
func deflate(level int, klaus bool, messages [][]byte) (list [][]byte) {
	var out bytes.Buffer
	var w interface {
		io.Writer
		Flush() error
	}
	if klaus {
		w, _ = kflate.NewWriter(&out, level)
	} else {
		w, _ = stdflate.NewWriter(&out, level)
	}
	for _, m := range messages {
		out.Reset()
		_, _ = w.Write(m)
		_ = w.Flush()
		list = append(list, bytes.Clone(out.Bytes()))
	}
	return list
}

var levels = []int{-2, 0, 1, 3, 6, 9}

func TestStreamsAgreeWithOracles(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	var d Decoder
	for i := range 300 {
		size := 1 + r.IntN(1<<(1+r.IntN(17)))
		plain := text(r, size)
		in := append(deflate(levels[i%len(levels)], i&1 == 1, [][]byte{plain})[0], endBlock...)
		agree(t, &d, nil, in, cutsOf(r, len(in))...)
		if got, _ := oursPadded(t, &d, nil, in); !bytes.Equal(got.out, plain) {
			t.Fatalf("stream %d is not what was compressed", i)
		}
	}
}

func TestMutatedStreamsAgreeWithOracles(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	var d Decoder
	rounds := 6000
	if testing.Short() {
		rounds = 600
	}
	for i := range rounds {
		window := text(r, r.IntN(400))
		in := append(deflate(levels[i%len(levels)], i&1 == 1, [][]byte{text(r, 1+r.IntN(600))})[0], endBlock...)
		for range 1 + r.IntN(3) {
			in[r.IntN(min(len(in), 1<<(1+r.IntN(9))))] ^= 1 << r.IntN(8)
		}
		if r.IntN(4) == 0 {
			in = in[:r.IntN(len(in))]
		}
		agree(t, &d, window, in, cutsOf(r, len(in))...)
	}
}

func FuzzAgreesWithOracles(f *testing.F) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, level := range levels {
		f.Add(append(deflate(level, false, [][]byte{text(r, 300)})[0], endBlock...), []byte("window"), uint16(7))
	}
	var d Decoder
	f.Fuzz(func(t *testing.T, in, window []byte, cut uint16) {
		cuts := []int{}
		if len(in) > 0 {
			a, b := int(cut)%len(in), int(cut>>4)%len(in)
			cuts = append(cuts, min(a, b), max(a, b))
		}
		agree(t, &d, window, in, cuts...)
	})
}

func FuzzCutAnywhere(f *testing.F) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, level := range levels {
		f.Add(append(deflate(level, true, [][]byte{text(r, 200)})[0], endBlock...))
	}
	var d Decoder
	f.Fuzz(func(t *testing.T, in []byte) {
		if len(in) > 2000 {
			return
		}
		want, ws := oursPadded(t, &d, nil, in)
		werr := d.Err()
		for cut := range in {
			got, s := ours(t, &d, nil, in, cut)
			sameRun(t, in, []int{cut}, got, want, s, ws, d.Err(), werr)
		}
	})
}

func sameRun(t testing.TB, in []byte, cuts []int, got, want result, s, ws Status, err, werr *Error) {
	t.Helper()
	switch {
	case s != ws, (err == nil) != (werr == nil), err != nil && *err != *werr:
		t.Fatalf("cut at %d: status %d, %v; whole: %d, %v\n%x", cuts, s, err, ws, werr, in)
	case !bytes.Equal(got.out, want.out), got.used != want.used:
		t.Fatalf("cut at %d: %d bytes of %d; whole: %d of %d\n%x", cuts, len(got.out), got.used, len(want.out), want.used, in)
	}
}

func TestCutAtEveryByte(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(9, 10))
	var d Decoder
	for i := range 24 {
		in := append(deflate(levels[i%len(levels)], i&1 == 1, [][]byte{text(r, 700)})[0], endBlock...)
		if i%4 == 3 {
			in[len(in)/2] ^= 0x10
		}
		want, ws := oursPadded(t, &d, nil, in)
		werr := d.Err()
		for cut := range in {
			got, s := ours(t, &d, nil, in, cut)
			sameRun(t, in, []int{cut}, got, want, s, ws, d.Err(), werr)
		}
		var each []int
		for cut := range in[1:] {
			each = append(each, cut+1)
		}
		got, s := ours(t, &d, nil, in, each...)
		sameRun(t, in, each, got, want, s, ws, d.Err(), werr)
	}
}
