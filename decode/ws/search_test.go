package ws

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/wspeek/wspeek/reassembly"
)

// lossTrial is a session whose bytes before from are missing, and what a search makes of it.
type lossTrial struct {
	s    *stream
	q    *Search
	from int64
}

// lose makes a trial: where says how the offset is drawn after which bytes are there again.
func lose(kind, where string, masked bool, seed uint64) lossTrial {
	g := newGen(seed, masked)
	burst := 0
	if where == "coalesced" {
		burst = 30
	}
	s := g.session(kind, 30, burst)
	last := len(s.segments) - 1
	from := int64(s.segments[min(last, 1+g.IntN(max(1, len(s.segments)/2)))])
	switch where {
	case "tail":
		from = int64(s.segments[max(0, last-g.IntN(4))])
	case "inside a segment":
		from = int64(g.IntN(len(s.data) / 2))
	}
	q := NewSearch(SearchOptions{Masked: sideOf(masked), Deflate: kind == "deflate"})
	s.feed(q, from)
	return lossTrial{s, q, from}
}

func sideOf(masked bool) Masking {
	if masked {
		return MaskSet
	}
	return MaskClear
}

// TestHazard_T7_BoundaryAfterGap measures how often a boundary is found and how often it is wrong: at most
// one in a hundred, and no more often than confidence says.
func TestHazard_T7_BoundaryAfterGap(t *testing.T) {
	t.Parallel()
	rows := []struct {
		where string
		least int // found, of 100
	}{{"segment", 99}, {"inside a segment", 99}, {"coalesced", 80}, {"tail", 0}}
	const trials = 15
	for _, row := range rows {
		t.Run(row.where, func(t *testing.T) {
			t.Parallel()
			found, wrong, all := 0, 0, 0
			var trust float32
			for _, kind := range kindNames {
				for i := range 2 * trials {
					x := lose(kind, row.where, i%2 == 0, uint64(i))
					all++
					off, c, ok := x.q.Result()
					if !ok {
						continue
					}
					found++
					trust += c
					if !x.s.frames[off] {
						wrong++
						t.Logf("%s: boundary %d is wrong, confidence %.2f", kind, off, c)
					}
				}
			}
			t.Logf("%d trials: %d found, %d wrong, confidence %.3f on average", all, found, wrong, trust/float32(max(1, found)))
			if found*100 < row.least*all {
				t.Errorf("found %d of %d, want %d in 100", found, all, row.least)
			}
			if wrong*100 > found || float32(found-wrong) < trust-1 {
				t.Errorf("%d of %d are wrong, confidence promised %.1f right", wrong, found, trust)
			}
		})
	}
}

func TestSearchRows(t *testing.T) {
	t.Parallel()
	text := []byte("\x81\x0dhello, world!")
	masked := []byte("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58")
	other := []byte("\x81\x85\x12\x34\x56\x78\x7a\x51\x3a\x14\x7d")
	rows := []struct {
		name     string
		opt      SearchOptions
		segments [][]byte
		close    bool
		off      int64 // -1 for none
	}{
		{"three texts, each its segment", SearchOptions{Masked: MaskClear}, [][]byte{text, text, text}, false, 0},
		{"one frame is not enough", SearchOptions{Masked: MaskClear}, [][]byte{[]byte("\x8a\x00")}, false, -1},
		{"the tail of a frame, then texts", SearchOptions{Masked: MaskClear}, [][]byte{[]byte("cut off}"), text, text, text}, false, 8},
		{"masked frames of RFC 6455 section 5.7", SearchOptions{Masked: MaskSet}, [][]byte{masked, other, masked}, false, 0},
		{"masked frames where the server sends", SearchOptions{Masked: MaskClear}, [][]byte{masked, other, masked}, true, -1},
		{"unmasked frames where the client sends", SearchOptions{Masked: MaskSet}, [][]byte{text, text, text}, true, -1},
		{"a lone text at the end of the stream", SearchOptions{Masked: MaskClear}, [][]byte{text}, true, 0},
		{"empty continuations", SearchOptions{Masked: MaskClear}, [][]byte{make([]byte, 200), make([]byte, 200)}, true, -1},
		{"text that is not UTF-8", SearchOptions{Masked: MaskClear}, [][]byte{[]byte("\x81\x04\xff\xfe\xfd\xfc"), []byte("\x81\x04\xff\xfe\xfd\xfc")}, true, -1},
		{"control frame of 126 bytes", SearchOptions{Masked: MaskClear}, [][]byte{append([]byte("\x89\x7e\x00\x7e"), make([]byte, 126)...)}, true, -1},
		{"length not minimal", SearchOptions{Masked: MaskClear}, [][]byte{append([]byte("\x81\x7e\x00\x0d"), "hello, world!"...)}, true, -1},
		{"close with a code of no range", SearchOptions{Masked: MaskClear}, [][]byte{[]byte("\x88\x02\x00\x01")}, true, -1},
		{"RSV1 without deflate", SearchOptions{Masked: MaskClear}, [][]byte{[]byte("\xc1\x05\xf2\x48\xcd\xc9\xc9"), []byte("\xc1\x05\xf2\x48\xcd\xc9\xc9")}, true, -1},
		{"RSV1 with deflate", SearchOptions{Masked: MaskClear, Deflate: true}, [][]byte{[]byte("\xc1\x05\xf2\x48\xcd\xc9\xc9"), []byte("\xc1\x05\xf2\x48\xcd\xc9\xc9")}, true, 0},
		{"data after a close", SearchOptions{Masked: MaskClear}, [][]byte{[]byte("\x88\x02\x03\xe8"), text, text, text}, false, 4},
		{"a continuation first is no beginning", SearchOptions{Masked: MaskClear}, [][]byte{[]byte("\x80\x03abc"), text, text, text}, false, 5},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			q := NewSearch(row.opt)
			off := int64(0)
			for _, p := range row.segments {
				q.Feed(reassembly.Chunk{Off: off, Data: p})
				off += int64(len(p))
			}
			if row.close {
				q.Close()
			}
			if got, c, _ := q.Result(); got != row.off {
				t.Errorf("boundary %d, want %d (confidence %.2f, evidence %.1f)", got, row.off, c, q.Evidence(MaskUnknown))
			}
		})
	}
}

// TestSearchReplaysWhatItWasFed holds every byte to account: skipped and replayed bytes are those fed.
func TestSearchReplaysWhatItWasFed(t *testing.T) {
	t.Parallel()
	for i, kind := range kindNames {
		x := lose(kind, "segment", i%2 == 0, 99)
		off, _, ok := x.q.Result()
		if !ok {
			t.Fatalf("%s: nothing found", kind)
		}
		next, bytesOut := off, int64(0)
		x.q.Replay(func(c reassembly.Chunk) {
			if c.Off != next || !bytes.Equal(c.Data, x.s.data[c.Off:c.Off+int64(len(c.Data))]) {
				t.Errorf("%s: replay at %d, want %d, or other bytes", kind, c.Off, next)
			}
			if at := x.s.segments[c.Packet-1]; int64(at) > c.Off || c.Off-int64(at) >= 1448 {
				t.Errorf("%s: offset %d is told to be of packet %d, which begins at %d", kind, c.Off, c.Packet, at)
			}
			next += int64(len(c.Data))
			bytesOut += int64(len(c.Data))
		}, func(off, n int64) { t.Errorf("%s: gap at %d", kind, off) })
		if x.q.Skipped() != off-x.from || bytesOut+x.q.Skipped() != x.q.Fed() {
			t.Errorf("%s: skipped %d, replayed %d, fed %d, from %d to boundary %d", kind, x.q.Skipped(), bytesOut, x.q.Fed(), x.from, off)
		}
	}
}

// TestSearchSkipsLongFrames: a frame far longer than what is kept is jumped over, and memory stays within bounds.
func TestSearchSkipsLongFrames(t *testing.T) {
	t.Parallel()
	g := newGen(3, false)
	q := NewSearch(SearchOptions{Masked: MaskClear, Keep: 16 << 10})
	var data []byte
	starts := map[int64]bool{}
	for range 6 {
		starts[int64(len(data))] = true
		data = append(data, g.frame(0x82, g.random(300_000))...)
	}
	for at := 0; at < len(data); at += 1400 {
		q.Feed(reassembly.Chunk{Off: int64(at), Data: data[at:min(len(data), at+1400)]})
		if n := len(q.buf); n > 64<<10 {
			t.Fatalf("%d bytes kept, the limit is %d", n, 16<<10)
		}
		if _, _, ok := q.Result(); ok {
			break
		}
	}
	q.Close()
	if off, _, ok := q.Result(); ok && !starts[off] {
		t.Errorf("boundary %d is wrong", off)
	}
}

// TestSearchGap: a chain whose payload covers a gap goes on after it; the gap that ends a search is replayed.
func TestSearchGap(t *testing.T) {
	t.Parallel()
	g := newGen(4, false)
	q := NewSearch(SearchOptions{Masked: MaskClear})
	big := g.frame(0x81, g.json(4000))
	small := g.frame(0x81, []byte(`{"a":1}`))
	q.Feed(reassembly.Chunk{Off: 0, Data: big[:1400]})
	q.Gap(1400, 1400)
	q.Feed(reassembly.Chunk{Off: 2800, Data: big[2800:]})
	at := int64(len(big))
	if _, _, ok := q.Result(); !ok {
		q.Feed(reassembly.Chunk{Off: at, Data: small})
	}
	off, _, ok := q.Result()
	if !ok || off != at {
		t.Errorf("boundary %d %v, want %d: the frame before it says so", off, ok, at)
	}
}

// TestSearchNeverBreaks feeds all kinds of noise with all options.
func TestSearchNeverBreaks(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 1))
	for kind := range noise {
		for i := range 6 {
			s := newGen(r.Uint64(), false).writes(kind, 5, 1448)
			q := NewSearch(SearchOptions{Masked: Masking(i % 3), Deflate: i > 2, RSV: uint8(r.IntN(8)), Keep: 5000})
			s.feed(q, 0)
			checkAccount(t, q)
		}
	}
}

// checkAccount holds what must be true of every search.
func checkAccount(t *testing.T, q *Search) {
	t.Helper()
	n := q.Skipped()
	q.Replay(func(c reassembly.Chunk) { n += int64(len(c.Data)) }, func(int64, int64) {})
	off, c, ok := q.Result()
	if n != q.Fed() || ok != (off >= 0) || c < 0 || c > 0.99 || len(q.live) > maxLive {
		t.Fatalf("accounted %d of %d, boundary %d %v, confidence %v, %d chains", n, q.Fed(), off, ok, c, len(q.live))
	}
}

// TestSearchTakesLinearTime: chains that begin at every frame of a chunk share their way. Without that, 20,000
// frames would be looked at 200 million times.
func TestSearchTakesLinearTime(t *testing.T) {
	t.Parallel()
	for _, frame := range []string{"\x81\x01A", "\x8a\x00", "\x82\x81\x82\x81\x82\x81\x82", "\x01\x01A\x80\x01B"} {
		data := append(bytes.Repeat([]byte(frame), 60_000/len(frame)), 0xFF)
		q := NewSearch(SearchOptions{Threshold: 1e9, Deflate: true})
		for i := range int64(20) {
			q.Feed(reassembly.Chunk{Off: i * int64(len(data)), Data: data})
		}
		if q.steps > 8*q.Fed() || q.steps == 0 {
			t.Errorf("%q: %d frames looked at in %d bytes", frame, q.steps, q.Fed())
		}
	}
}

func FuzzSearch(f *testing.F) {
	for _, kind := range kindNames {
		s := newGen(1, true).session(kind, 5, 0)
		f.Add(s.data[:min(len(s.data), 4000)], uint16(100), uint8(1))
	}
	f.Fuzz(func(t *testing.T, data []byte, cut uint16, opt uint8) {
		q := NewSearch(SearchOptions{Masked: Masking(opt % 3), Deflate: opt&4 != 0, RSV: opt >> 5, Keep: 4096})
		m := NewMidstream(MidstreamOptions{Keep: 4096})
		size := int(cut)%700 + 1
		for at, i := 0, 0; at < len(data); at, i = at+size, i+1 {
			c := reassembly.Chunk{Off: int64(at), Data: data[at:min(len(data), at+size)], Packet: i}
			if opt&8 != 0 && i%7 == 6 {
				q.Gap(c.Off, int64(len(c.Data)))
				m.Gap(reassembly.Dir(i&1), c.Off, int64(len(c.Data)))
				continue
			}
			if _, _, ok := q.Result(); !ok {
				q.Feed(c)
			}
			m.Feed(reassembly.Dir(i&1), c)
		}
		q.Close()
		m.Close(reassembly.Fwd)
		m.Close(reassembly.Rev)
		checkAccount(t, q)
		checkAccount(t, m.Search(reassembly.Fwd))
		if m.Verdict() == Undecided {
			t.Fatal("no verdict after both directions ended")
		}
	})
}

func BenchmarkSearch(b *testing.B) {
	for _, kind := range []string{"random", "json", "zeros", "kana"} {
		b.Run(kind, func(b *testing.B) {
			s := newGen(1, false).writes(kind, 200, 1448)
			b.SetBytes(int64(len(s.data)))
			b.ReportAllocs()
			for b.Loop() {
				q := NewSearch(SearchOptions{Deflate: true, Threshold: 1e9})
				s.feed(q, 0)
			}
		})
	}
}
