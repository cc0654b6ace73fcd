package ws

import (
	"bytes"
	"compress/flate"
	"io"
	"slices"
	"testing"

	"github.com/wspeek/wspeek/reassembly"
)

// FuzzFrames gives any bytes, cut, with gaps and conflicts, to any configuration: the account adds up, numbers go up
// one by one, and where there is not a gap the events are those of the uncut bytes.
func FuzzFrames(f *testing.F) {
	f.Add([]byte("\x81\x05Hello\x89\x00\x01\x01a\x80\x01b"), uint16(0), uint64(0))
	f.Add([]byte("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58\x88\x82\x01\x02\x03\x04\x02\xea"), uint16(1), uint64(0x0503))
	f.Add([]byte("\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00\xc1\x05\xf2\x00\x11\x00\x00"), uint16(2), uint64(3))
	f.Add([]byte("\x81\x7f\x80\x00\x00\x00\x00\x00\x00\x05Hello"), uint16(0x12), uint64(0x10101))
	f.Fuzz(func(t *testing.T, in []byte, how uint16, cuts uint64) {
		cfg := Config{Keep: how&0x10 == 0, Unknown: how&4 != 0, Assumed: how&8 != 0, Confidence: 0.5, Resync: [2]bool{how&0x20 != 0, how&0x20 != 0}}
		cfg.Limits = Limits{Message: 300, Fragments: 5, Windows: 100}
		if how&2 != 0 {
			cfg.Deflate = &Deflate{NoTakeover: [2]bool{C2S: how&0x40 != 0}}
		}
		d := Dir(how & 1)
		r := newRig(t, cfg)
		gaps := int64(0)
		for rest, c := in, cuts; len(rest) > 0; c = c>>4 | c<<60 {
			n := min(len(rest), int(c&7)+1)
			if c&15 == 15 && how&0x80 != 0 {
				r.gap(d, int64(n))
				gaps += int64(n)
				rest = rest[n:]
				continue
			}
			if c&15 == 14 && how&0x100 != 0 {
				r.c.Conflict(reassembly.Dir(d), max(0, r.off[d]-int64(c>>8&15)), 1+int64(c>>12&7))
			}
			r.packet = 1
			r.data(d, rest[:n])
			rest = rest[n:]
		}
		r.close()
		if r.bytes.Missing != gaps {
			t.Fatalf("missing %d, want %d", r.bytes.Missing, gaps)
		}
		checkNumbers(t, r.rec)
		if gaps == 0 && how&0x120 == 0 {
			whole := newRig(t, cfg)
			whole.data(d, in)
			whole.close()
			if !slices.Equal(whole.rec.log, r.rec.log) {
				t.Fatalf("cut:\n%s\nwhole:\n%s", r.rec.log, whole.rec.log)
			}
		}
	})
}

func checkNumbers(t *testing.T, rec *recorder) {
	t.Helper()
	for i, f := range rec.frames {
		if f.N != i+1 {
			t.Fatalf("frame %d is told as %d.", f.N, i+1)
		}
	}
	seen := map[int]bool{}
	for _, m := range rec.messages {
		if m.N < 1 || m.N > len(rec.messages) || seen[m.N] {
			t.Fatalf("message number %d of %d", m.N, len(rec.messages))
		}
		seen[m.N] = true
		if (m.Why != 0) != (m.State == Undecodable) {
			t.Fatalf("%v because of %v", m.State, m.Why)
		}
		sum := int64(0)
		for _, h := range m.Holes {
			sum = addSat(sum, h.N)
		}
		if sum != m.Missing {
			t.Fatalf("holes %v, missing %d", m.Holes, m.Missing)
		}
	}
}

// FuzzInflate has what is exact and broke no rule be what the standard library makes of it.
func FuzzInflate(f *testing.F) {
	f.Add([]byte("\xf2\x48\xcd\xc9\xc9\x07\x00"), []byte("\xf2\x00\x11\x00\x00"), []byte("\x00"))
	f.Add([]byte("\xf3\x48\xcd\xc9\xc9\x07\x00\x00"), []byte("\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"), []byte(""))
	f.Add([]byte("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"), []byte("\xff\xff"), []byte("\x02\x00"))
	f.Fuzz(func(t *testing.T, a, b, c []byte) {
		r := newRig(t, Config{Keep: true, Deflate: &Deflate{}})
		var window []byte
		for i, in := range [][]byte{a, b, c} {
			r.data(S2C, build(0xc2, string(in), ""))
			m := &r.rec.messages[i]
			if m.State != Exact || len(m.Findings) > 0 {
				window = nil
				continue
			}
			if len(in) > 0 {
				checkInflated(t, in, window, m.Payload)
			}
			window = append(window, m.Payload...)
		}
		r.close()
	})
}

// checkInflated inflates in with a dictionary; final blocks are gone over as RFC 7692 section 7.2.3.4 has it.
func checkInflated(t *testing.T, in, window, got []byte) {
	t.Helper()
	src := bytes.NewReader(append(slices.Clone(in), "\x00\x00\xff\xff\x01\x00\x00\xff\xff"...))
	var want []byte
	for src.Len() > 0 {
		dict := append(slices.Clone(window), want...)
		out, err := io.ReadAll(io.LimitReader(flate.NewReaderDict(src, dict[max(0, len(dict)-32768):]), 1<<24))
		want = append(want, out...)
		if src.Len() == 9 || src.Len() == 10 && in[len(in)-1] == 0 {
			break
		}
		if err != nil {
			t.Fatalf("% x: exact, but the standard library says %v", in, err)
		}
	}
	if !bytes.Equal(got, want) {
		t.Fatalf("% x: got %q, want %q", in, got, want)
	}
}
