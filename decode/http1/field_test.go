package http1

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/wspeek/wspeek/reassembly"
)

// TestTokenBytes are those of RFC 9110 section 5.6.2.
func TestTokenBytes(t *testing.T) {
	t.Parallel()
	const tchar = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	for b := range 256 {
		want := strings.IndexByte(tchar, byte(b)) >= 0
		if isToken(byte(b)) != want || token("a"+string([]byte{byte(b)})) != want {
			t.Errorf("byte %q: got %v, want %v", byte(b), isToken(byte(b)), want)
		}
	}
}

// TestListElements: RFC 9110 section 5.6.1 with the quoted strings of section 5.6.4.
func TestListElements(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		values []string
		want   []string
	}{
		{"the RFC's example of one", []string{`foo , ,bar,charlie`}, []string{"foo", "bar", "charlie"}},
		{"several fields are one list", []string{"a, b", "c"}, []string{"a", "b", "c"}},
		{"nothing", nil, nil},
		{"empty", []string{""}, nil},
		{"commas only", []string{",", " , \t,"}, nil},
		{"tabs and spaces", []string{"\ta \t,\t b"}, []string{"a", "b"}},
		{"other white space stays", []string{"a\v,\u00a0b"}, []string{"a\v", "\u00a0b"}},
		{"comma in quotes", []string{`"a,b", c`}, []string{`"a,b"`, "c"}},
		{"quote within quotes", []string{`"a\",b", c`}, []string{`"a\",b"`, "c"}},
		{"backslash before the closing quote", []string{`"a\\", c`}, []string{`"a\\"`, "c"}},
		{"quotes inside an element", []string{`a="1,2";b, c`}, []string{`a="1,2";b`, "c"}},
		{"quote that is not closed", []string{`a, "b, c`, "d"}, []string{"a", `"b, c`, "d"}},
		{"backslash outside quotes is a byte", []string{`a\,b`}, []string{`a\`, "b"}},
		{"backslash at the end", []string{`"a\`}, []string{`"a\`}},
	} {
		h := &Head{Headers: []Header{{"Other", "x"}}}
		for i, v := range c.values {
			h.Headers = append(h.Headers, Header{[]string{"List", "LIST", "list"}[i%3], v})
		}
		if got := h.List("lIsT"); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q\n got %q\nwant %q", c.name, c.values, got, c.want)
		}
	}
}

// TestEqualFold compares ASCII letters without case and nothing else.
func TestEqualFold(t *testing.T) {
	t.Parallel()
	for a := range 256 {
		for b := range 256 {
			x, y := string([]byte{byte(a)}), string([]byte{byte(b)})
			want := a == b || a < 0x80 && b < 0x80 && strings.EqualFold(x, y)
			if got := equalFold("n"+x, "N"+y); got != want {
				t.Fatalf("%q and %q: got %v, want %v", x, y, got, want)
			}
		}
	}
	if equalFold("a", "ab") || equalFold("", "a") || !equalFold("", "") {
		t.Error("names of different lengths are equal")
	}
}

// TestOddityNames: each bit has a name, and they stand in order.
func TestOddityNames(t *testing.T) {
	t.Parallel()
	var all Oddity
	for i := range oddityWords {
		o := Oddity(1) << i
		if o.String() != oddityWords[i] || o.String() == "" {
			t.Errorf("bit %d: %q", i, o)
		}
		all |= o
	}
	if all != BareLF|Folded|SpaceBeforeColon|BadField|LengthAndChunked|BadLength|Cut || Oddity(0).String() != "" {
		t.Errorf("%d names for %b; none is %q", len(oddityWords), all, Oddity(0))
	}
	if got, want := (Cut | BareLF).String(), BareLF.String()+", "+Cut.String(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// sectionEnd is where the empty line of a section ends, looked at line by line; -1 if it does not.
func sectionEnd(b []byte) int {
	at := 0
	for _, line := range bytes.SplitAfter(b, []byte("\n")) {
		at += len(line)
		if s := string(line); s == "\n" || s == "\r\n" {
			return at
		}
	}
	return -1
}

// TestAnyEndOfSection finds the empty line wherever it is and however the bytes are cut.
func TestAnyEndOfSection(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.SliceOfN(rapid.SampledFrom([]byte("a:\r\n\r\n")), 0, 20).Draw(t, "section")
		var l blankLine
		got := -1
		for at := 0; at < len(in); {
			n := min(rapid.IntRange(1, 5).Draw(t, "piece"), len(in)-at)
			used, found := l.find(in[at : at+n])
			if at += used; found {
				got = at
				break
			}
			if used != n {
				t.Fatalf("%q: %d of %d bytes are used, and no end was found", in, used, n)
			}
		}
		if want := sectionEnd(in); got != want {
			t.Fatalf("%q: ends at %d, want %d", in, got, want)
		}
	})
}

// drawField draws a field line and what it means.
func drawField(t *rapid.T) (line string, h Header) {
	ows := func() string { return rapid.SampledFrom([]string{"", " ", "\t", "  \t"}).Draw(t, "white space") }
	h.Name = rapid.StringMatching("[A-Za-z!#$%&'*+.^_`|~0-9-]{1,12}").Draw(t, "name")
	parts := rapid.SliceOfN(rapid.StringMatching(`[!-~\x{80}-\x{ff}]{1,8}`), 0, 3).Draw(t, "value")
	h.Value = strings.Join(parts, " ")
	return h.Name + ":" + ows() + h.Value + ows(), h
}

// TestAnyFields reads back what RFC 9112 section 5 lets one write, cut anywhere.
func TestAnyFields(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		head := "GET /x HTTP/1.1\r\n"
		var want []Header
		for range rapid.IntRange(0, 8).Draw(rt, "fields") {
			line, h := drawField(rt)
			head, want = head+line+"\r\n", append(want, h)
		}
		head += "\r\n"
		r := newRecorder()
		r.hold = func(*Request) bool { return false }
		f := newFeeder(r, Limits{})
		f.cut = rapid.IntRange(1, len(head)).Draw(rt, "pieces of")
		f.play(c(head))
		if len(r.req) != 1 {
			rt.Fatalf("%q: calls %v", head, r.log)
		}
		q := r.req[0]
		if fmt.Sprint(q.Headers) != fmt.Sprint(want) || q.Len != int64(len(head)) || q.Oddities&^(BadLength|LengthAndChunked) != 0 {
			rt.Fatalf("%q\n got %q, length %d, %v\nwant %q", head, q.Headers, q.Len, q.Oddities, want)
		}
	})
}

// TestStatusLines: RFC 9112 section 4, and what is read over.
func TestStatusLines(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		line, version string
		status        int
		reason        string
	}{
		{"HTTP/1.1 200 OK", "1.1", 200, "OK"},
		{"HTTP/1.0 404 Not Found", "1.0", 404, "Not Found"},
		{"HTTP/1.1 204 ", "1.1", 204, ""},
		{"HTTP/1.1 204", "1.1", 204, ""},
		{"HTTP/1.1 101 \tSwitching Protocols ", "1.1", 101, "Switching Protocols"},
		{"HTTP/1.1 999 \xe9", "1.1", 999, "\xe9"},
		{"HTTP/1.1 000 x", "1.1", 0, "x"},
		{"HTTP/9.9 200 OK", "9.9", 200, "OK"},
	} {
		r := newRecorder()
		r.take = func(*Request, *Response) bool { return false }
		run(t, r, fromClient(get), s(c.line+"\r\n\r\n"))
		if len(r.resp) != 1 {
			t.Errorf("%q: calls %v", c.line, r.log)
			continue
		}
		if p := r.resp[0]; p.Version != c.version || p.Status != c.status || p.Reason != c.reason || p.Len != int64(len(c.line)+4) || p.Dir != reassembly.Rev {
			t.Errorf("%q: got %q %d %q, length %d", c.line, p.Version, p.Status, p.Reason, p.Len)
		}
	}
	for _, line := range []string{"HTTP/1.1  200 OK", "HTTP/1.1 20 OK", "HTTP/1.1 2000 OK", "HTTP/1.1 abc", "HTTP/11 200 OK", "http/1.1 200 OK", "HTTP 200 OK",
		"HTTP/1.1\t200 OK", " HTTP/1.1 200 OK", "HTTP/1,1 200 OK", "HTTPS/1.1 200 OK"} {
		r := newRecorder()
		run(t, r, fromClient(get), s(line+"\r\n\r\n"))
		want(t, r, "request GET /a | not HTTP 1")
	}
}

// fromClient is c, where c is a row.
func fromClient(data string) event { return event{d: cli, data: data} }
