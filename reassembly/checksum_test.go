package reassembly

import (
	"math/rand/v2"
	"testing"
)

// plainSum is RFC 1071's sum, one 16-bit word at a time.
func plainSum(b []byte) uint16 {
	var sum uint32
	for i := range b {
		w := uint32(b[i])
		if i%2 == 0 {
			w <<= 8
		}
		sum += w
		sum = sum&0xffff + sum>>16
	}
	return uint16(sum)
}

func TestSum64IsThePlainSum(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(7, 8))
	b := make([]byte, 3000)
	for range 3000 {
		n := rng.IntN(len(b))
		for i := range b[:n] {
			b[i] = byte(rng.Uint32() | rng.Uint32()) // many carries
		}
		if got, want := fold(sum64(b[:n])), plainSum(b[:n]); got != want && got%0xffff != want%0xffff {
			t.Fatalf("sum of %d bytes is %#x, want %#x: %x", n, got, want, b[:n])
		}
	}
}

func BenchmarkSum64(b *testing.B) {
	p := make([]byte, 1480)
	b.SetBytes(int64(len(p)))
	for b.Loop() {
		sum64(p)
	}
}
