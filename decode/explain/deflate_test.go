package explain

import (
	"bytes"
	"compress/flate"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/pcaps"
)

// TestBlocksOfTheRFC holds the examples of RFC 7692 section 7.2.3 against what the RFC says of them.
func TestBlocksOfTheRFC(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, hex, want string }{
		{"7.2.3.1 one fixed block", "f2 48 cd c9 c9 07 00", "fixed 5, stored 0 tail"},
		{"7.2.3.2 a reference to the window", "f2 00 11 00 00", "fixed 5, stored 0 tail"},
		{"7.2.3.3 no compression", "00 05 00 fa ff 48 65 6c 6c 6f 00", "stored 5, stored 0 tail"},
		{"7.2.3.4 BFINAL", "f3 48 cd c9 c9 07 00 00", "fixed 5 final, stored 0 tail"},
		{"7.2.3.5 two blocks", "f2 48 05 00 00 00 ff ff ca c9 c9 07 00", "fixed 2, stored 0, fixed 3, stored 0 tail"},
		{"7.2.3.6 empty", "00", "stored 0 tail"},
	} {
		list, bad := Blocks(pcaps.Hex(row.hex))
		if got := summary(list); got != row.want || bad != "" {
			t.Errorf("%s: %s %q, want %s", row.name, got, bad, row.want)
		}
	}
}

func summary(list []DeflateBlock) string {
	var parts []string
	for _, b := range list {
		s := b.Type + " " + show.Thousands(b.Output)
		if b.Final {
			s += " final"
		}
		if b.Tail {
			s += " tail"
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, ", ")
}

func TestBlocksThatAreDamaged(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, hex, want string }{
		{"type 11", "07", "block type 11"},
		{"stored length", "00 05 00 00 00", "LEN and NLEN"},
		{"stored cut", "00 ff 00 00 ff", "cut off"},
		{"dynamic without codes", "04", "dynamic"},
		{"fixed without end", "f2 48 cd c9 c9", ""},
	} {
		if _, bad := Blocks(pcaps.Hex(row.hex)); !strings.Contains(bad, row.want) || bad == "" {
			t.Errorf("%s: %q, want %q", row.name, bad, row.want)
		}
	}
}

// TestBlocksCountWhatGoesIn compresses data of many kinds; what comes out must be as long as what went in.
func TestBlocksCountWhatGoesIn(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	types := map[string]int{}
	for i := range 300 {
		p := make([]byte, r.IntN(1<<(1+i%15)))
		for k := range p {
			p[k] = byte('a' + r.IntN(1+i%26))
		}
		if i%7 == 0 {
			for k := range p {
				p[k] = byte(r.Uint32())
			}
		}
		d := pcaps.Deflater{Level: []int{flate.HuffmanOnly, 1, 6, 9}[i%4]}
		d.Compress([]byte("what came before"))
		list, bad := Blocks(d.Compress(p))
		n := int64(0)
		for _, b := range list {
			n += b.Output
			types[b.Type]++
		}
		if n != int64(len(p)) || bad != "" {
			t.Errorf("%d bytes: blocks put out %d %q", len(p), n, bad)
		}
	}
	if types["dynamic"] < 20 || types["fixed"] < 20 || types["stored"] < 300 {
		t.Errorf("not all types were met: %v", types)
	}
}

func FuzzBlocks(f *testing.F) {
	f.Add(pcaps.Hex("f2 48 cd c9 c9 07 00"))
	f.Add((&pcaps.Deflater{}).Compress(bytes.Repeat([]byte("abc"), 5000)))
	f.Fuzz(func(t *testing.T, p []byte) {
		list, _ := Blocks(p)
		at := int64(0)
		for _, b := range list {
			if b.Bit < at || b.End <= b.Bit || b.Output < 0 || b.End > int64(len(p)+4)*8 {
				t.Fatalf("block %+v behind bit %d", b, at)
			}
			at = b.End
		}
	})
}

func BenchmarkBlocks(b *testing.B) {
	p := (&pcaps.Deflater{}).Compress(bytes.Repeat([]byte("It is a truth universally acknowledged, "), 5000))
	b.SetBytes(int64(len(p)))
	for b.Loop() {
		Blocks(p)
	}
}
