package ws

import (
	"math/rand/v2"
	"testing"
	"unicode/utf8"
)

// firstBad is the index of the first byte at which b can no longer be the start of valid UTF-8, by the standard
// library; -1 where it can.
func firstBad(b []byte) int {
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r != utf8.RuneError || n != 1 {
			i += n
			continue
		}
		for k := i; k < len(b); k++ {
			if utf8.FullRune(b[i : k+1]) {
				return k
			}
		}
		return -1
	}
	return -1
}

func checkUTF8(t *testing.T, b []byte, cut int) {
	t.Helper()
	var u utf8State
	bad := u.feed(b[:cut])
	if bad < 0 {
		if bad = u.feed(b[cut:]); bad >= 0 {
			bad += cut
		}
	}
	if want := firstBad(b); bad != want {
		t.Fatalf("first bad byte: got %d, want %d, of % x cut at %d", bad, want, b, cut)
	}
	if got := bad < 0 && !u.pending(); got != utf8.Valid(b) {
		t.Fatalf("valid: got %v, of % x cut at %d", got, b, cut)
	}
}

func TestUTF8AllShort(t *testing.T) {
	t.Parallel()
	interesting := []byte{0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff}
	for _, a := range interesting {
		for _, b := range interesting {
			for _, c := range interesting {
				for _, d := range interesting {
					p := []byte{a, b, c, d, 'x', 'y', 'z'}
					checkUTF8(t, p, 0)
					checkUTF8(t, p[:4], 2)
				}
			}
		}
	}
}

func TestUTF8Random(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	runes := []rune{'a', 'é', '日', '\U0001F600', '\uFFFD', '\uFFFE', '\U0010FFFF', '\uD7FF', '\uE000'}
	for range 20000 {
		var p []byte
		for range r.IntN(60) {
			if r.IntN(3) == 0 {
				p = append(p, "plain ASCII text of some length"[:r.IntN(32)]...)
			}
			p = utf8.AppendRune(p, runes[r.IntN(len(runes))])
		}
		if len(p) > 0 && r.IntN(2) == 0 {
			p[r.IntN(len(p))] = byte(r.Uint32())
		}
		checkUTF8(t, p, r.IntN(len(p)+1))
	}
}

func FuzzUTF8(f *testing.F) {
	f.Add([]byte("K\xc3\xb6ln \xed\xa0\x80 tail"), uint8(3))
	f.Fuzz(func(t *testing.T, b []byte, cut uint8) { checkUTF8(t, b, min(len(b), int(cut))) })
}

func TestUnmask(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	k := [4]byte{1, 2, 3, 4}
	for n := range 150 {
		for pos := range int64(6) {
			src := make([]byte, n)
			want := make([]byte, n)
			for i := range src {
				src[i] = byte(r.Uint32())
				want[i] = src[i] ^ k[(int(pos)+i)%4]
			}
			unmask(src, src, keyAt(k, pos))
			if string(src) != string(want) {
				t.Fatalf("%d bytes from %d: got % x, want % x", n, pos, src, want)
			}
		}
	}
}
