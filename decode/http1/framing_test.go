package http1

import (
	"fmt"
	"math"
	"testing"
)

// TestRequestFraming is RFC 9112 section 6.3 for requests, by its points.
func TestRequestFraming(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, method string
		headers      []Header
		cut          bool
		want         framing
		odd          Oddity
	}{
		{"point 7: no field, no body", "POST", nil, false, framing{state: atStart}, 0},
		{"point 6: length", "POST", []Header{{"Content-Length", "5"}}, false, framing{state: inLength, length: 5}, 0},
		{"a GET may have a body", "GET", []Header{{"Content-Length", "5"}}, false, framing{state: inLength, length: 5}, 0},
		{"length 0", "POST", []Header{{"Content-Length", "0"}}, false, framing{state: atStart}, 0},
		{"zeros before a length", "POST", []Header{{"content-length", "007"}}, false, framing{state: inLength, length: 7}, 0},
		{"largest length", "POST", []Header{{"Content-Length", "9223372036854775807"}}, false, framing{state: inLength, length: math.MaxInt64}, 0},
		{"point 5: one more than the largest", "POST", []Header{{"Content-Length", "9223372036854775808"}}, false, framing{state: lost}, BadLength},
		{"point 5: the same in a list", "POST", []Header{{"Content-Length", "42, 42"}}, false, framing{state: inLength, length: 42}, 0},
		{"point 5: the same in two fields", "POST", []Header{{"Content-Length", "42"}, {"Content-Length", "42"}}, false, framing{state: inLength, length: 42}, 0},
		{"point 5: the same, written otherwise", "POST", []Header{{"Content-Length", "42, 042"}}, false, framing{state: inLength, length: 42}, 0},
		{"point 5: two lengths", "POST", []Header{{"Content-Length", "42, 43"}}, false, framing{state: lost}, BadLength},
		{"point 5: 0 and a length", "POST", []Header{{"Content-Length", "0"}, {"Content-Length", "5"}}, false, framing{state: lost}, BadLength},
		{"point 5: empty", "POST", []Header{{"Content-Length", ""}}, false, framing{state: lost}, BadLength},
		{"point 5: commas only", "POST", []Header{{"Content-Length", ", ,"}}, false, framing{state: lost}, BadLength},
		{"point 5: a sign", "POST", []Header{{"Content-Length", "+5"}}, false, framing{state: lost}, BadLength},
		{"point 5: a space inside", "POST", []Header{{"Content-Length", "4 2"}}, false, framing{state: lost}, BadLength},
		{"point 4: chunked", "POST", []Header{{"Transfer-Encoding", "chunked"}}, false, framing{state: inChunkSize}, 0},
		{"point 4: chunked in other case", "POST", []Header{{"TRANSFER-ENCODING", "CHUNKED"}}, false, framing{state: inChunkSize}, 0},
		{"point 4: chunked last", "POST", []Header{{"Transfer-Encoding", "gzip, chunked"}}, false, framing{state: inChunkSize}, 0},
		{"point 4: chunked last, in two fields", "POST", []Header{{"Transfer-Encoding", "gzip"}, {"Transfer-Encoding", "chunked"}}, false, framing{state: inChunkSize}, 0},
		{"point 4: chunked not last", "POST", []Header{{"Transfer-Encoding", "chunked, gzip"}}, false, framing{state: lost}, BadLength},
		{"point 4: no chunked", "POST", []Header{{"Transfer-Encoding", "gzip"}}, false, framing{state: lost}, BadLength},
		{"point 4: chunked with a parameter", "POST", []Header{{"Transfer-Encoding", "chunked;a=b"}}, false, framing{state: lost}, BadLength},
		{"point 3: both, coding wins", "POST", []Header{{"Content-Length", "5"}, {"Transfer-Encoding", "chunked"}}, false, framing{state: inChunkSize}, LengthAndChunked},
		{"point 3: both, the length is no number", "POST", []Header{{"Content-Length", "x"}, {"Transfer-Encoding", "chunked"}}, false, framing{state: inChunkSize}, LengthAndChunked},
		{"an empty coding is none", "POST", []Header{{"Transfer-Encoding", ","}, {"Content-Length", "5"}}, false, framing{state: inLength, length: 5}, 0},
		{"fields cut: a POST may have had a length", "POST", nil, true, framing{state: lost}, Cut},
		{"fields cut: a PUT too", "PUT", nil, true, framing{state: lost}, Cut},
		{"fields cut: a GET has none", "GET", nil, true, framing{state: atStart}, Cut},
		{"fields cut: nor has OPTIONS", "OPTIONS", nil, true, framing{state: atStart}, Cut},
		{"fields cut after the length", "POST", []Header{{"Content-Length", "5"}}, true, framing{state: inLength, length: 5}, Cut},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := &Request{Head: Head{Headers: c.headers}, Method: c.method}
			if c.cut {
				r.Oddities = Cut
			}
			if got := r.framing(); got != c.want || r.Oddities != c.odd {
				t.Errorf("%s %v\n got %+v, %v\nwant %+v, %v", c.method, c.headers, got, r.Oddities, c.want, c.odd)
			}
		})
	}
}

// TestResponseFraming is RFC 9112 section 6.3 for responses, by its points.
func TestResponseFraming(t *testing.T) {
	t.Parallel()
	get, head, connect, none := waiting{found: true}, waiting{found: true, head: true}, waiting{found: true, connect: true}, waiting{}
	five, chunked := []Header{{"Content-Length", "5"}}, []Header{{"Transfer-Encoding", "chunked"}}
	for _, c := range []struct {
		name    string
		status  int
		to      waiting
		headers []Header
		cut     bool
		want    framing
	}{
		{"point 1: to HEAD", 200, head, five, false, framing{state: atStart}},
		{"point 1: to HEAD, chunked", 200, head, chunked, false, framing{state: atStart}},
		{"point 1: 404 to HEAD", 404, head, nil, false, framing{state: atStart}},
		{"point 1: 100", 100, get, five, false, framing{state: atStart}},
		{"point 1: 103", 103, get, chunked, false, framing{state: atStart}},
		{"point 1: 204", 204, get, five, false, framing{state: atStart}},
		{"point 1: 304", 304, get, five, false, framing{state: atStart}},
		{"point 1: 101", 101, get, five, false, framing{state: atStart}},
		{"205 is not one of them", 205, get, five, false, framing{state: inLength, length: 5}},
		{"point 2: 200 to CONNECT", 200, connect, five, false, framing{state: atStart}},
		{"point 2: 299 to CONNECT", 299, connect, chunked, false, framing{state: atStart}},
		{"point 2: 300 to CONNECT has a body", 300, connect, five, false, framing{state: inLength, length: 5}},
		{"407 to CONNECT has a body", 407, connect, five, false, framing{state: inLength, length: 5}},
		{"point 4: chunked", 200, get, chunked, false, framing{state: inChunkSize}},
		{"point 4: another coding", 200, get, []Header{{"Transfer-Encoding", "gzip"}}, false, framing{state: untilClose}},
		{"point 4: chunked, then another", 200, get, []Header{{"Transfer-Encoding", "chunked, gzip"}}, false, framing{state: untilClose}},
		{"point 5: bad length", 200, get, []Header{{"Content-Length", "a"}}, false, framing{state: lost}},
		{"point 6: length", 200, get, five, false, framing{state: inLength, length: 5}},
		{"length 0", 500, get, []Header{{"Content-Length", "0"}}, false, framing{state: atStart}},
		{"point 8: no field", 200, get, nil, false, framing{state: untilClose}},
		{"fields cut", 200, get, nil, true, framing{state: lost}},
		{"fields cut, 304", 304, get, nil, true, framing{state: atStart}},
		{"request not captured", 200, none, five, false, framing{state: inLength, length: 5, unsure: true}},
		{"request not captured, chunked", 200, none, chunked, false, framing{state: inChunkSize, unsure: true}},
		{"request not captured, until close", 200, none, nil, false, framing{state: untilClose, unsure: true}},
		{"request not captured, no body either way", 204, none, five, false, framing{state: atStart}},
		{"request not captured, length 0", 200, none, []Header{{"Content-Length", "0"}}, false, framing{state: atStart}},
		{"request not captured, bad length", 200, none, []Header{{"Content-Length", "a"}}, false, framing{state: lost}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := &Response{Head: Head{Headers: c.headers}, Status: c.status}
			if c.cut {
				r.Oddities = Cut
			}
			if got := r.framing(c.to); got != c.want {
				t.Errorf("%d %v\n got %+v\nwant %+v", c.status, c.headers, got, c.want)
			}
		})
	}
}

// TestDecimal: 1*DIGIT, and nothing else.
func TestDecimal(t *testing.T) {
	t.Parallel()
	for _, n := range []int64{0, 1, 9, 10, 99, 1 << 31, 1 << 32, math.MaxInt64/10 - 1, math.MaxInt64 / 10, math.MaxInt64 - 8, math.MaxInt64} {
		if got, ok := decimal(fmt.Sprint(n)); got != n || !ok {
			t.Errorf("%d: got %d, %v", n, got, ok)
		}
		if got, ok := decimal("000" + fmt.Sprint(n)); got != n || !ok {
			t.Errorf("000%d: got %d, %v", n, got, ok)
		}
	}
	for _, s := range []string{"", " 1", "1 ", "-1", "+1", "1.0", "1e3", "0x1", "a", "1_0", "１", "9223372036854775808", "92233720368547758070", "10000000000000000000"} {
		if got, ok := decimal(s); ok {
			t.Errorf("%q: got %d", s, got)
		}
	}
}

// TestHexadecimal: HEXDIG of RFC 5234, in either case.
func TestHexadecimal(t *testing.T) {
	t.Parallel()
	for b := range 256 {
		want := int64(-1)
		var v int64
		if n, _ := fmt.Sscanf(string(rune(b)), "%x", &v); n == 1 && b < 0x80 {
			want = v
		}
		if got := hexadecimal(byte(b)); got != want {
			t.Errorf("byte %q: got %d, want %d", byte(b), got, want)
		}
	}
}

// TestChunks has bodies in the chunked coding, right and wrong: what follows a right one is the next message.
func TestChunks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, body string
		right      bool
	}{
		{"none but the last", "0\r\n\r\n", true},
		{"the example of two", "4\r\nWiki\r\n5\r\npedia\r\n0\r\n\r\n", true},
		{"sizes in either case", "a\r\n0123456789\r\nB\r\n0123456789a\r\n0\r\n\r\n", true},
		{"zeros before a size", "0005\r\nhello\r\n000\r\n\r\n", true},
		{"chunk data with line ends", "6\r\n0\r\n\r\nX\r\n0\r\n\r\n", true},
		{"an extension", "5;name=value\r\nhello\r\n0\r\n\r\n", true},
		{"an extension with a quoted value", "5;name=\"a;b\"\r\nhello\r\n0;x\r\n\r\n", true},
		{"white space before an extension", "5 ;x\r\nhello\r\n0\t\r\n\r\n", true},
		{"a trailer section", "0\r\nA: b\r\nC: d\r\n\r\n", true},
		{"a folded trailer", "0\r\nA: b\r\n c\r\n\r\n", true},
		{"LF alone", "5\nhello\n0\nA: b\n\n", true},
		{"no size", "\r\n", false},
		{"white space before a size", " 5\r\nhello\r\n0\r\n\r\n", false},
		{"a size that is not hexadecimal", "5h\r\nhello\r\n0\r\n\r\n", false},
		{"0x before a size", "0x5\r\nhello\r\n0\r\n\r\n", false},
		{"a sign before a size", "+5\r\nhello\r\n0\r\n\r\n", false},
		{"a size of 64 bits", "8000000000000000\r\n", false},
		{"a size of 68 bits", "10000000000000005\r\nhello\r\n0\r\n\r\n", false},
		{"chunk longer than its size", "4\r\nhello\r\n0\r\n\r\n", false},
		{"chunk shorter than its size", "7\r\nhello\r\n0\r\n\r\n", false},
		{"CR without LF after a chunk", "5\r\nhello\rx0\r\n\r\n", false},
		{"two CRs after a chunk", "5\r\nhello\r\r\n0\r\n\r\n", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			in := "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + c.body
			for size := range len(in) {
				r := newRecorder()
				f := newFeeder(r, Limits{})
				f.play(fromClient(get + get2))
				f.cut = size
				f.play(s(in + ok5))
				f.end(cli, srv)
				f.check(t)
				second := len(r.resp) > 1 && r.resp[1].Status == 200 && r.resp[1].Offset == int64(len(in))
				if second != c.right || (f.bytes.Undecoded == 0) != c.right {
					t.Fatalf("%q in pieces of %d: next response found %v, want %v; undecoded %d", c.body, size, second, c.right, f.bytes.Undecoded)
				}
			}
		})
	}
}
