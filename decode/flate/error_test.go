package flate

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

// packed writes a stream as RFC 1951 section 3.1.1 packs it. "n:v" is the number v in n bits, from its least significant bit on; a word of 0 and 1
// is a Huffman code, from its first bit on; "-" fills the byte up.
func packed(t *testing.T, s string) (out []byte) {
	t.Helper()
	n := 0
	put := func(b int) {
		if n%8 == 0 {
			out = append(out, 0)
		}
		out[n/8] |= byte(b << (n % 8))
		n++
	}
	for word := range strings.FieldsSeq(s) {
		width, value, number := strings.Cut(word, ":")
		switch {
		case word == "-":
			n = (n + 7) &^ 7
		case number:
			v := atoi(t, value)
			for i := range atoi(t, width) {
				put(v >> i & 1)
			}
		default:
			for _, c := range word {
				put(int(c - '0'))
			}
		}
	}
	return out
}

func atoi(t *testing.T, s string) (n int) {
	t.Helper()
	for _, c := range s {
		if c < '0' || c > '9' {
			t.Fatalf("%q is not a number", s)
		}
		n = n*10 + int(c-'0')
	}
	return n
}

// dynamicHeader starts a dynamic block of 257 literals and one distance more than distances says, whose code length code gives 0 the code
// 0, 1 the code 10, and 18 the code 11.
func dynamicHeader(distances string) string {
	return "1:1 2:2 5:0 5:" + distances + " 4:14" + // HCLEN: 18 lengths
		" 3:0 3:0 3:2 3:1 3:0 3:0 3:0 3:0 3:0 3:0 3:0 3:0 3:0 3:0 3:0 3:0 3:0 3:2 "
}

// twoBitHeader is dynamicHeader with 2 in the place of 1.
func twoBitHeader(distances string) string {
	return "1:1 2:2 5:0 5:" + distances + " 4:14" +
		" 3:0 3:0 3:2 3:1 3:0 3:0 3:0 3:0 3:0 3:0 3:0 3:0 3:0 3:0 3:0 3:2 3:0 3:0 "
}

func TestErrorsAreNamedWithTheirBit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, stream string
		kind         Kind
		bit          int64
		out          string
	}{
		{"reserved block type", "1:0 2:3", BlockType, 0, ""},
		{"reserved type after a fixed block", "1:0 2:1 01110001 0000000 1:1 2:3", BlockType, 18, "A"},
		{"stored lengths that differ", "1:1 2:0 - 16:5 16:5", StoredLength, 8, ""},
		{"287 literals", "1:1 2:2 5:30 5:0 4:0", LiteralCount, 3, ""},
		{"31 distances", "1:1 2:2 5:0 5:30 4:0", DistanceCount, 8, ""},
		{"code length code with three codes of one bit", "1:1 2:2 5:0 5:0 4:0 3:1 3:1 3:1 3:0", CodeLengthOversubscribed, 29, ""},
		{"code length code with one code of two bits", "1:1 2:2 5:0 5:0 4:0 3:2 3:0 3:0 3:0", CodeLengthIncomplete, 29, ""},
		{"no code length code", "1:1 2:2 5:0 5:0 4:0 3:0 3:0 3:0 3:0", CodeLengthSymbol, 29, ""},
		{"first length repeats", "1:1 2:2 5:0 5:0 4:0 3:1 3:1 3:0 3:0 0", RepeatNothing, 29, ""},
		{"repetition beyond the last code", dynamicHeader("0") + "11 7:127 11 7:127", RepeatTooLong, 80, ""},
		{"three literals of one bit", dynamicHeader("0") + "10 10 10 11 7:127 11 7:105 0 0", LiteralOversubscribed, 71, ""},
		{"one distance code too many", dynamicHeader("2") + "10 11 7:127 11 7:106 10 10 10 10", DistanceOversubscribed, 71, ""},
		{"three literals of two bits", twoBitHeader("0") + "10 10 10 11 7:127 11 7:105 0 0", LiteralIncomplete, 71, ""},
		{"one distance of two bits", twoBitHeader("0") + "10 10 10 11 7:127 11 7:104 10 10", DistanceIncomplete, 71, ""},
		{"symbol 286", "1:1 2:1 01110001 11000110", LiteralSymbol, 11, "A"},
		{"symbol 287", "1:1 2:1 11000111", LiteralSymbol, 3, ""},
		{"distance code 30", "1:1 2:1 01110001 0000001 11110", DistanceSymbol, 18, "A"},
		{"distance code 31", "1:1 2:1 01110001 0000001 11111", DistanceSymbol, 18, "A"},
		{"match before the first byte", "1:1 2:1 0000001 00000", TooFar, 3, ""},
		{"match that reaches one byte too far", "1:1 2:1 01110001 0000001 00001", TooFar, 11, "A"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			in := append(packed(t, c.stream), bytes.Repeat([]byte{0}, 40)...)
			var d Decoder
			for _, cuts := range [][]int{nil, {1}, {2}, {3, 4, 5}} {
				got, s := ours(t, &d, nil, in, cuts...)
				err := d.Err()
				if s != Failed || err == nil || err.Kind != c.kind || err.Bit != c.bit || string(got.out) != c.out {
					t.Fatalf("cuts %d: status %d, %v, output %q; want %v at bit %d, %q", cuts, s, err, got.out, c.kind, c.bit, c.out)
				}
			}
			if _, s := oursPadded(t, &d, nil, in); s != Failed || d.Err().Kind != c.kind || d.Err().Bit != c.bit {
				t.Errorf("with padding: status %d, %v", s, d.Err())
			}
			if err := d.Err(); !strings.Contains(err.Error(), "(bit ") || err.Kind.Section() == "" {
				t.Errorf("error %q of section %q", err, err.Kind.Section())
			}
		})
	}
}

// symbolsOf is what a Sink hears, in words.
type symbolsOf struct{ list []string }

func (s *symbolsOf) add(format string, args ...any) {
	s.list = append(s.list, sprintf(format, args...))
}
func (s *symbolsOf) Block(b Block)             { s.add("%v block at %d, final %v", b.Kind, b.Bit, b.Final) }
func (s *symbolsOf) EndBlock(end int64)        { s.add("end %d", end) }
func (s *symbolsOf) Codes(l, d int, end int64) { s.add("%d literals, %d distances to %d", l, d, end) }
func (s *symbolsOf) Symbol(y Symbol) {
	s.add("[%d,%d) %q length %d distance %d unknown %d", y.Bit, y.End, y.Out, y.Length, y.Distance, y.Unknown)
}

func TestSinkHearsBlocksSymbolsAndCopies(t *testing.T) {
	t.Parallel()
	in := packed(t, "1:0 2:1 01110001 0000001 00000 0000000 1:1 2:0 - 16:2 16:65533 8:104 8:105")
	want := []string{
		"fixed block at 0, final false",
		`[3,11) "A" length 1 distance 0 unknown 0`,
		`[11,23) "AAA" length 3 distance 1 unknown 0`,
		"end 30",
		"stored block at 30, final true",
		`[72,88) "hi" length 2 distance 0 unknown 0`,
		"end 88",
	}
	sink := &symbolsOf{}
	d := Decoder{Sink: sink}
	got, s := oursPadded(t, &d, nil, in)
	if s != Final || string(got.out) != "AAAAhi" || !slices.Equal(sink.list, want) {
		t.Errorf("status %d, %q:\n%s\nwant\n%s", s, got.out, strings.Join(sink.list, "\n"), strings.Join(want, "\n"))
	}
}

func TestBlindDecodesWhatIsNotKnown(t *testing.T) {
	t.Parallel()
	// A, 5 bytes from 3 back: the first two are not known.
	in := packed(t, "1:1 2:1 01110001 0000011 00010 0000000")
	sink := &symbolsOf{}
	d := Decoder{Blind: true, Sink: sink}
	got, s := oursPadded(t, &d, nil, in)
	if s != Final || string(got.out) != "A\x00\x00A\x00\x00" {
		t.Fatalf("status %d, %q", s, got.out)
	}
	if want := `[11,23) "\x00\x00A\x00\x00" length 5 distance 3 unknown 2`; sink.list[2] != want {
		t.Errorf("%s, want %s", sink.list[2], want)
	}
}

func TestBeyondIsTheFirstDistanceBeyondTheAgreedWindow(t *testing.T) {
	t.Parallel()
	window := bytes.Repeat([]byte("0123456789"), 60)
	for _, c := range []struct {
		name   string
		agreed int
		want   Beyond
	}{
		{"no window agreed", 0, Beyond{}},
		{"window of 512", 512, Beyond{}},
		{"window of 511", 511, Beyond{Distance: 512, Bit: 11}},
		{"window of 256", 256, Beyond{Distance: 512, Bit: 11}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			// A, 3 bytes from 512 back (code 17: 385 + 7 bits), and again from 300 back (code 16: 257 + 7 bits).
			in := packed(t, "1:1 2:1 01110001 0000001 10001 7:127 0000001 10000 7:43 0000000")
			d := Decoder{Agreed: c.agreed}
			got, s := oursPadded(t, &d, window, append(in, 1, 2, 3, 4, 5, 6, 7, 8))
			if s != Final || len(got.out) != 7 || d.Beyond() != c.want {
				t.Errorf("status %d, %q, %+v; want %+v", s, got.out, d.Beyond(), c.want)
			}
		})
	}
}
