package http1

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var verdictNames = map[verdict]string{undecided: "undecided", isRequest: "request", isResponse: "response", isNeither: "neither"}

// TestSniffer has start lines and what is not, as a connection begins and, strict, as one is searched for one.
func TestSniffer(t *testing.T) {
	t.Parallel()
	const u, q, p, n = undecided, isRequest, isResponse, isNeither
	for _, c := range []struct {
		name, in    string
		want, again verdict
	}{
		{"nothing", "", u, u},
		{"request line", "GET / HTTP/1.1\r\n", q, q},
		{"request line with LF", "GET / HTTP/1.1\n", q, q},
		{"request line up to its CR", "GET / HTTP/1.1\r", u, u},
		{"CR and no LF", "GET / HTTP/1.1\rX", n, n},
		{"status line", "HTTP/1.1 200 ", p, p},
		{"status line without a reason", "HTTP/1.1 200\r", p, p},
		{"status line with LF", "HTTP/1.1 200\n", p, p},
		{"status line up to its code", "HTTP/1.1 200", u, u},
		{"code of four digits", "HTTP/1.1 2000", n, n},
		{"empty lines first", "\r\n\r\nGET / HTTP/1.1\n", q, n},
		{"64 line ends first", strings.Repeat("\n", maxBlank) + "G / HTTP/1.1\n", q, n},
		{"65 line ends first", strings.Repeat("\n", maxBlank+1), n, n},
		{"a method of 32 bytes", strings.Repeat("M", maxMethod) + " / HTTP/1.1\n", q, n},
		{"a method of 33 bytes", strings.Repeat("M", maxMethod+1), n, n},
		{"a method that is not known", "BREW / HTTP/1.1\n", q, n},
		{"the longest known method", "PROPFIND / HTTP/1.1\n", q, q},
		{"start of a known method", "PROP / HTTP/1.1\n", q, n},
		{"known method in small letters", "get / HTTP/1.1\n", q, n},
		{"method that begins as a known one", "GETS / HTTP/1.1\n", q, n},
		{"HTTP as a method", "HTTP / HTTP/1.1\n", q, q},
		{"HTTPS/", "HTTPS/1.1 200 ", n, n},
		{"HTT/", "HTT/1.1 200 ", n, n},
		{"version 1.0", "GET / HTTP/1.0\n", q, q},
		{"version 2.0", "GET / HTTP/2.0\n", q, n},
		{"version 0.9", "GET / HTTP/0.9\n", q, n},
		{"status line of version 2.0", "HTTP/2.0 200 ", p, n},
		{"preface of HTTP/2", "PRI * HTTP/2.0\r\n", n, n},
		{"PRI as a method of HTTP/1.1", "PRI * HTTP/1.1\r\n", q, n},
		{"PRIV is another method", "PRIV * HTTP/2.0\n", q, n},
		{"no target", "GET HTTP/1.1\n", n, n},
		{"no version", "GET /\n", n, n},
		{"version cut", "GET / HTTP/1.\n", n, n},
		{"version too long", "GET / HTTP/1.11\n", n, n},
		{"version of letters", "GET / HTTP/x.y\n", n, n},
		{"space at the end", "GET / HTTP/1.1 \n", n, n},
		{"version within the target", "GET /HTTP/1.1 HTTP/1.1\n", q, q},
		{"spaces within the target", "GET /a b  c HTTP/1.1\n", q, q},
		{"control byte in the target", "GET /\x01", n, n},
		{"DEL in the target", "GET /\x7f", n, n},
		{"bytes of UTF-8 in the target", "GET /\xc3\xa9 HTTP/1.1\n", q, q},
		{"separator in the method", "G(T", n, n},
		{"space first", " GET", n, n},
		{"TLS", "\x16\x03\x01", n, n},
		{"a masked text frame", "\x81\x85\x37", n, n},
		{"a PROXY header", "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n", n, n},
	} {
		for _, strict := range []bool{false, true} {
			want := c.want
			if strict {
				want = c.again
			}
			sn := sniffer{strict: strict}
			if got := sn.feed([]byte(c.in)); got != want {
				t.Errorf("%s, strict %v: %q: got %s, want %s", c.name, strict, c.in, verdictNames[got], verdictNames[want])
			}
		}
	}
}

// TestSnifferDecidesAtOneByte: the verdict on any bytes comes with the same byte, however they are cut.
func TestSnifferDecidesAtOneByte(t *testing.T) {
	t.Parallel()
	pieces := []string{"GET", "HTTP", "PRI", "X", " ", "/", "*", "HTTP/1.1", "HTTP/2.0", "1.1 200", "\r", "\n", "\x00", "é"}
	rapid.Check(t, func(t *rapid.T) {
		in := []byte(strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 8).Draw(t, "pieces"), ""))
		strict := rapid.Bool().Draw(t, "strict")
		whole, cut := sniffer{strict: strict}, sniffer{strict: strict}
		want := whole.feed(in)
		got := undecided
		for at := 0; at < len(in) && got == undecided; {
			n := min(rapid.IntRange(1, 4).Draw(t, "size"), len(in)-at)
			got = cut.feed(in[at : at+n])
			at += n
		}
		if got != want || cut.n != whole.n {
			t.Fatalf("%q: got %s after %d bytes, want %s after %d", in, verdictNames[got], cut.n, verdictNames[want], whole.n)
		}
	})
}
