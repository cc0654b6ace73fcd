package microscope

import (
	"bytes"
	stdflate "compress/flate"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode/ws"
)

// bitWriter writes DEFLATE data by hand, least significant bit first.
type bitWriter struct {
	out []byte
	n   uint
}

func (w *bitWriter) bits(v uint32, n uint) {
	for i := range n {
		if w.n%8 == 0 {
			w.out = append(w.out, 0)
		}
		w.out[w.n/8] |= byte(v>>i&1) << (w.n % 8)
		w.n++
	}
}

// code writes a Huffman code, most significant bit first.
func (w *bitWriter) code(v uint32, n uint) {
	for i := range n {
		w.bits(v>>(n-1-i)&1, 1)
	}
}

// literal is a byte below 144 in the fixed code.
func (w *bitWriter) literal(c byte) { w.code(uint32(c)+0x30, 8) }

// end ends a message as RFC 7692 section 7.2.1 has it, with the tail left out.
func (w *bitWriter) end() []byte {
	w.code(0, 7)
	w.bits(0, 3)
	return w.out
}

func compressed(wire []byte) *ws.Message {
	return &ws.Message{Opcode: ws.OpText, Compressed: true, Wire: wire}
}

// TestByHand: two messages whose symbols were written one by one.
func TestByHand(t *testing.T) {
	t.Parallel()
	var first, second bitWriter
	first.bits(2, 3) // not final, fixed codes
	for _, c := range []byte("abcdef") {
		first.literal(c)
	}
	first.code(4, 7) // length 6: code 260, no extra bits
	first.code(4, 5) // distance 5 or 6: code 4, 1 extra bit
	first.bits(1, 1)
	second.bits(2, 3)
	second.literal('x')
	second.code(1, 7) // length 3, distance 13: 12 bytes of the first message and x are before it
	second.code(7, 5) // code 7: 13 to 16, 2 extra bits
	second.bits(0, 2)
	var s Session
	a := *s.Message(compressed(first.end()))
	b := *s.Message(compressed(second.end()))
	want := Measure{Messages: 1, Wire: int64(len(first.out)), Len: 12, Literals: 6, LiteralBits: 48, Copies: 1, Copied: 6, CopyBits: 13, Farthest: 6}
	want.Within[0] = Reach{1, 6, 13}
	if got := fmt.Sprintf("%+v", a); got != fmt.Sprintf("%+v", want) {
		t.Errorf("the first: got %s\nwant %+v", got, want)
	}
	want = Measure{Messages: 1, Wire: int64(len(second.out)), Len: 4, Literals: 1, LiteralBits: 8, Copies: 1, Copied: 3, CopyBits: 14, Farthest: 13, Earlier: Reach{1, 3, 14}}
	want.Within[0] = Reach{1, 3, 14}
	if got := fmt.Sprintf("%+v", b); got != fmt.Sprintf("%+v", want) {
		t.Errorf("the second: got %s\nwant %+v", got, want)
	}
	// 3 bytes of 8 bits instead of 14 bits: 10 bits are 2 bytes.
	if got := b.WithoutTakeover(); got != 2 {
		t.Errorf("without takeover %d bytes more, want 2", got)
	}
	a.Add(&b)
	if a.Messages != 2 || a.Literals != 7 || a.Copied != 9 || a.Farthest != 13 || a.OtherBits() != 8*a.Wire-56-27 {
		t.Errorf("the sum: %+v", a)
	}
}

// symbols counts the symbols of one message in the slowest and plainest way: a bit at a time, codes as strings.
type symbols struct {
	in                        []byte
	at                        int
	out                       []byte
	literals, copied, stored  int
	farthest, earlier, copies int
	bits                      [2]int
	by                        [16]int
}

func (s *symbols) bit() int {
	b := int(s.in[s.at/8] >> (s.at % 8) & 1)
	s.at++
	return b
}

func (s *symbols) num(n int) (v int) {
	for i := range n {
		v |= s.bit() << i
	}
	return v
}

// codesOf are the codes of lengths as strings of 0 and 1 (RFC 1951 section 3.2.2).
func codesOf(lengths []int) map[string]int {
	codes, code := map[string]int{}, 0
	for n := 1; n <= 15; n++ {
		for sym, l := range lengths {
			if l == n {
				codes[fmt.Sprintf("%0*b", n, code)] = sym
				code++
			}
		}
		code <<= 1
	}
	return codes
}

func (s *symbols) sym(codes map[string]int) int {
	for c := ""; ; {
		c += string(rune('0' + s.bit()))
		if v, ok := codes[c]; ok {
			return v
		}
	}
}

func (s *symbols) dynamic() (lit, dist map[string]int) {
	nlit, ndist, nsmall := s.num(5)+257, s.num(5)+1, s.num(4)+4
	small := make([]int, 19)
	for i := range nsmall {
		small[[]int{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}[i]] = s.num(3)
	}
	var lengths []int
	for codes := codesOf(small); len(lengths) < nlit+ndist; {
		switch v := s.sym(codes); v {
		case 16:
			for n := s.num(2) + 3; n > 0; n-- {
				lengths = append(lengths, lengths[len(lengths)-1])
			}
		case 17:
			lengths = append(lengths, make([]int, s.num(3)+3)...)
		case 18:
			lengths = append(lengths, make([]int, s.num(7)+11)...)
		default:
			lengths = append(lengths, v)
		}
	}
	return codesOf(lengths[:nlit]), codesOf(lengths[nlit:])
}

// message reads the symbols of one more message.
func (s *symbols) message(wire []byte) {
	s.in, s.at = append(bytes.Clone(wire), tail...), 0
	start := len(s.out)
	for s.at < len(s.in)*8-3 {
		s.num(1)
		var lit, dist map[string]int
		switch s.num(2) {
		case 0:
			s.at = (s.at + 7) / 8 * 8
			n := s.num(16)
			s.num(16)
			for range n {
				s.out = append(s.out, byte(s.num(8)))
				s.stored++
			}
			continue
		case 1:
			lengths := make([]int, 288)
			for i := range lengths {
				lengths[i] = map[bool]int{true: 8}[i < 144 || i >= 280] + map[bool]int{true: 9}[i >= 144 && i < 256] + map[bool]int{true: 7}[i >= 256 && i < 280]
			}
			lit, dist = codesOf(lengths), codesOf(bytesOf(5, 30))
		case 2:
			lit, dist = s.dynamic()
		}
		for s.symbol(lit, dist, start) {
		}
	}
}

func bytesOf(v, n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = v
	}
	return list
}

func (s *symbols) symbol(lit, dist map[string]int, start int) bool {
	from := s.at
	v := s.sym(lit)
	switch {
	case v < 256:
		s.out = append(s.out, byte(v))
		s.literals++
		s.bits[0] += s.at - from
		return true
	case v == 256:
		return false
	}
	n, base := 0, 3
	for c := 257; c <= v; c++ {
		n = base + s.extra(c == v, max(0, (c-261)/4)*map[bool]int{true: 1}[c < 285])
		base += 1 << max(0, (c-261)/4)
		if c == 285 {
			n = 258
		}
	}
	d, far := s.sym(dist), 0
	base = 1
	for c := 0; c <= d; c++ {
		far = base + s.extra(c == d, max(0, c/2-1))
		base += 1 << max(0, c/2-1)
	}
	for range n {
		if len(s.out)-far < start {
			s.earlier++
		}
		s.out = append(s.out, s.out[len(s.out)-far])
	}
	s.copies++
	s.copied += n
	s.farthest = max(s.farthest, far)
	s.bits[1] += s.at - from
	s.by[max(8, int(math.Ceil(math.Log2(float64(far)))))] += n
	return true
}

func (s *symbols) extra(is bool, n int) int {
	if !is {
		return 0
	}
	return s.num(n)
}

// TestAgreesWithTheSlowWay: random conversations at all levels, with and without takeover.
func TestAgreesWithTheSlowWay(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for i, level := range []int{stdflate.NoCompression, stdflate.HuffmanOnly, 1, 5, 9, 6} {
		var z bytes.Buffer
		w, _ := stdflate.NewWriter(&z, level)
		s, sum, slow, plain := Session{}, Measure{}, symbols{}, []byte(nil)
		fresh := i == 5
		if fresh {
			s.Deflate = &ws.Deflate{NoTakeover: [2]bool{true, true}}
		}
		for range 40 {
			text := []byte(strings.Repeat(fmt.Sprintf(`{"id":%d,"user":{"name":"u%d"},"list":[%d,%q]}`, r.Uint32(), r.IntN(3), r.IntN(9), "same"), 1+r.IntN(30)))
			plain = append(plain, text...)
			z.Reset()
			if fresh {
				w.Reset(&z)
			}
			_, _ = w.Write(text)
			_ = w.Flush()
			wire := bytes.TrimSuffix(z.Bytes(), []byte(tail))
			sum.Add(s.Message(compressed(wire)))
			slow.message(wire)
		}
		if !bytes.Equal(slow.out, plain) {
			t.Fatalf("level %d: the slow way is wrong", level)
		}
		got := [...]int64{sum.Len, sum.Literals, sum.Copied, sum.Stored, sum.LiteralBits, sum.CopyBits, int64(sum.Farthest), sum.Earlier.Bytes, sum.Copies}
		want := [...]int64{int64(len(plain)), int64(slow.literals), int64(slow.copied), int64(slow.stored), int64(slow.bits[0]), int64(slow.bits[1]),
			int64(slow.farthest), int64(slow.earlier), int64(slow.copies)}
		if got != want || sum.Messages != 40 || fresh && sum.Earlier.Copies > 0 {
			t.Errorf("level %d: got %v\nwant %v", level, got, want)
		}
		for i, r := range sum.Within {
			if r.Bytes != int64(slow.by[i+minWindow]) {
				t.Errorf("level %d: %d bytes need a window of %d bits, want %d", level, r.Bytes, i+minWindow, slow.by[i+minWindow])
			}
		}
	}
}

// TestFields: what is new in each message is found, and what is the same is not.
func TestFields(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	var z bytes.Buffer
	w, _ := stdflate.NewWriter(&z, 9)
	var s Session
	var sum Measure
	bytesOfIDs := int64(0)
	for range 50 {
		id := fmt.Sprintf("%q", string([]byte{'A' + byte(r.IntN(26)), byte('0' + r.IntN(70)), 'a' + byte(r.IntN(26)), 'p' + byte(r.IntN(10)), '!' + byte(r.IntN(14)) + 1}))
		text := `{"type":"message","data":{"token":` + id + `,"kind":"always the same text"},"tags":["one","two"]}`
		bytesOfIDs += int64(len(id) - 2)
		z.Reset()
		_, _ = w.Write([]byte(text))
		_ = w.Flush()
		sum.Add(s.Message(compressed(bytes.TrimSuffix(z.Bytes(), []byte(tail)))))
	}
	paths := map[string]int{}
	for p, f := range sum.fields {
		paths[p] = f.Values
	}
	if fmt.Sprint(paths) != "map[$.data.kind:50 $.data.token:50 $.tags[]:100 $.type:50]" {
		t.Errorf("fields %v", paths)
	}
	never := sum.NeverCompress(5)
	for _, f := range never {
		if f.Path != "$.data.token" || f.Bytes != bytesOfIDs || f.Literals > f.Bytes || f.Bits() < 4*f.Bytes {
			t.Errorf("never compressed: %+v", f)
		}
	}
	if len(never) != 1 {
		t.Errorf("never compressed: %+v", never)
	}
	if f := sum.fields["$.data.kind"]; f.Literals*10 > f.Bytes {
		t.Errorf("what is always the same is spelled out: %+v", f)
	}
}

// TestTrouble: a message that cannot be looked at is counted, and one that refers to it is.
func TestTrouble(t *testing.T) {
	t.Parallel()
	var s Session
	lost := compressed([]byte{1, 2, 3})
	lost.State = ws.Undecodable
	if m := s.Message(lost); m.Unread != 1 || m.Messages != 0 {
		t.Errorf("%+v", m)
	}
	var w bitWriter
	w.bits(2, 3)
	w.code(1, 7)
	w.code(0, 5)
	if m := s.Message(compressed(w.end())); m.Unread != 1 {
		t.Errorf("a copy from nowhere: %+v", m)
	}
	if m := s.Message(&ws.Message{Opcode: ws.OpText}); m != nil {
		t.Errorf("not compressed: %+v", m)
	}
}

// FuzzMessage: nothing that comes from the wire makes it fail, and what it counts adds up.
func FuzzMessage(f *testing.F) {
	f.Add([]byte("\xf2\x48\xcd\xc9\xc9\x07\x00"), []byte("\xf2\x00\x11\x00\x00"))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		var s Session
		for _, wire := range [][]byte{a, b} {
			m := s.Message(compressed(wire))
			if m.Messages+m.Unread != 1 || m.Literals+m.Copied+m.Stored != m.Len {
				t.Fatalf("%+v", m)
			}
			m.NeverCompress(3)
			m.WithWindow(8)
			m.WithoutTakeover()
		}
	})
}
