package http1

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"sort"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// The standard library writes messages, and reads them back: an independent idea of where each begins and ends.

// chunkedBody is a body in the chunked coding as net/http/httputil writes it, with trailers.
func chunkedBody(t *rapid.T, body []byte) string {
	var b bytes.Buffer
	w := httputil.NewChunkedWriter(&b)
	for len(body) > 0 {
		n := rapid.IntRange(1, len(body)).Draw(t, "chunk")
		_, _ = w.Write(body[:n])
		body = body[n:]
	}
	_ = w.Close()
	if rapid.Bool().Draw(t, "trailer") {
		b.WriteString("Checked: yes\r\n")
	}
	b.WriteString("\r\n")
	return b.String()
}

// drawBody is a body that may look like anything.
func drawBody(t *rapid.T) []byte {
	return []byte(strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"x", "\r\n", "0\r\n\r\n", ok5, get, "HTTP/1.1 ", "\x81\x01", "5\r\n"}), 0, 6).Draw(t, "body"), ""))
}

// drawMessage is a start line with a body in one of the forms that RFC 9112 section 6 has for it.
func drawMessage(t *rapid.T, start string, mayHaveBody bool) string {
	if !mayHaveBody {
		return start + "\r\n\r\n"
	}
	body := drawBody(t)
	if rapid.Bool().Draw(t, "chunked") {
		return start + "\r\nTransfer-Encoding: chunked\r\nX-Name:  a value \r\n\r\n" + chunkedBody(t, body)
	}
	return fmt.Sprintf("%s\r\nContent-Length: %d\r\nX-Name:  a value \r\n\r\n%s", start, len(body), body)
}

// headersOf are header fields in a form that both sides can have: in canonical case, sorted.
func headersOf(h http.Header) string {
	var list []string
	for name, values := range h {
		for _, v := range values {
			list = append(list, name+": "+v)
		}
	}
	sort.Strings(list)
	return strings.Join(list, "\n")
}

func headersOfHead(h *Head) string {
	all := http.Header{}
	for _, f := range h.Headers {
		// net/http moves what frames the message out of its fields.
		if name := http.CanonicalHeaderKey(f.Name); name != "Transfer-Encoding" && name != "Host" {
			all.Add(name, f.Value)
		}
	}
	return headersOf(all)
}

// playStreams gives both streams to a Conn, the requests first, in pieces of any size.
func playStreams(t *rapid.T, requests, responses string) *recorder {
	r := newRecorder()
	r.hold = func(*Request) bool { return false }
	r.take = func(*Request, *Response) bool { return false }
	f := newFeeder(r, Limits{})
	f.cut = rapid.IntRange(1, 50).Draw(t, "pieces of")
	f.play(c(requests))
	f.play(s(responses))
	f.end(cli, srv)
	if f.bytes.HTTP != f.given {
		t.Fatalf("account %+v, given %d\n%q\n%q", f.bytes, f.given, requests, responses)
	}
	return r
}

// TestRequestsLikeNetHTTP reads a pipeline of requests as the standard library does.
func TestRequestsLikeNetHTTP(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var in string
		for i := range rapid.IntRange(1, 5).Draw(t, "requests") {
			method := rapid.SampledFrom([]string{"GET", "HEAD", "POST", "PUT", "DELETE", "X-OTHER"}).Draw(t, "method")
			in += drawMessage(t, fmt.Sprintf("%s /%d?q=a%%20b HTTP/1.1\r\nHost: h", method, i), rapid.Bool().Draw(t, "with body"))
		}
		r := playStreams(t, in, "")
		b := bufio.NewReader(strings.NewReader(in))
		for i := 0; ; i++ {
			want, err := http.ReadRequest(b)
			if err == io.EOF && i == len(r.req) {
				return
			}
			if err != nil || i == len(r.req) {
				t.Fatalf("request %d of %q: %d found, %v", i+1, in, len(r.req), err)
			}
			_, _ = io.Copy(io.Discard, want.Body)
			q := r.req[i]
			if q.Method != want.Method || q.Target != want.RequestURI || q.Version != strings.TrimPrefix(want.Proto, "HTTP/") ||
				headersOfHead(&q.Head) != headersOf(want.Header) {
				t.Fatalf("request %d of %q:\n got %s %s %s %v\nwant %s %s %s %v", i+1, in, q.Method, q.Target, q.Version, q.Headers,
					want.Method, want.RequestURI, want.Proto, want.Header)
			}
		}
	})
}

// TestResponsesLikeNetHTTP reads the answers to a pipeline of requests as the standard library does, and gives each to its request.
func TestResponsesLikeNetHTTP(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var requests, responses string
		var wants []string
		for i := range rapid.IntRange(1, 5).Draw(t, "exchanges") {
			method := rapid.SampledFrom([]string{"GET", "HEAD", "DELETE"}).Draw(t, "method")
			requests += fmt.Sprintf("%s /%d HTTP/1.1\r\nHost: h\r\n\r\n", method, i)
			for range rapid.IntRange(0, 2).Draw(t, "interim") {
				responses += "HTTP/1.1 103 Early\r\nLink: </a>\r\n\r\n"
				wants = append(wants, fmt.Sprintf("response 103 to %s /%d", method, i))
			}
			status := rapid.SampledFrom([]int{200, 204, 206, 304, 404, 500}).Draw(t, "status")
			wants = append(wants, fmt.Sprintf("response %d to %s /%d", status, method, i))
			head := drawMessage(t, fmt.Sprintf("HTTP/1.1 %d Reason %d", status, i), true)
			if method == "HEAD" || status == 204 || status == 304 {
				head = head[:strings.Index(head, "\r\n\r\n")+4] // what is declared is not sent
			}
			responses += head
		}
		r := playStreams(t, requests, responses)
		var got []string
		for _, l := range r.log {
			if strings.HasPrefix(l, "response") {
				got = append(got, l)
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(wants) {
			t.Fatalf("%q\n%q\n got %q\nwant %q", requests, responses, got, wants)
		}
		b := bufio.NewReader(strings.NewReader(responses))
		for i, p := range r.resp {
			want, err := http.ReadResponse(b, &http.Request{Method: methodOf(got[i])})
			if err != nil {
				t.Fatalf("response %d of %q: %v", i+1, responses, err)
			}
			_, _ = io.Copy(io.Discard, want.Body)
			if p.Status != want.StatusCode || fmt.Sprintf("%d %s", p.Status, p.Reason) != want.Status || headersOfHead(&p.Head) != headersOf(want.Header) {
				t.Fatalf("response %d of %q:\n got %d %q %v\nwant %s %v", i+1, responses, p.Status, p.Reason, p.Headers, want.Status, want.Header)
			}
		}
	})
}

// methodOf is the method in a line of the record: "response 200 to HEAD /1".
func methodOf(line string) string { return strings.Fields(line)[3] }

// TestHeldBytesFollowTheAnswer draws what a client sends after an upgrade, cut anywhere: with a 101 it is frames, with any other
// final answer requests, whatever comes first.
func TestHeldBytesFollowTheAnswer(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		accepted := rapid.Bool().Draw(t, "accepted")
		after := strings.Repeat(get, rapid.IntRange(1, 3).Draw(t, "requests"))
		answer := "HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno"
		if accepted {
			answer = switch1
		}
		if rapid.Bool().Draw(t, "interim") {
			answer = "HTTP/1.1 102 Wait\r\n\r\n" + answer
		}
		early := rapid.IntRange(0, len(after)).Draw(t, "sent before the answer")
		r := newRecorder()
		f := newFeeder(r, Limits{})
		f.cut = rapid.IntRange(1, 100).Draw(t, "pieces of")
		f.play(c(upgrade + after[:early]))
		f.play(s(answer))
		f.play(c(after[early:]))
		f.end(cli, srv)
		requests := 1
		if !accepted {
			requests += len(after) / len(get)
		}
		passed := map[bool]string{true: after}[accepted]
		if len(r.req) != requests || string(r.got[cli]) != passed || len(r.broken) > 0 || f.bytes.Undecoded > 0 {
			t.Fatalf("accepted %v, %d early: %d requests, passed on %q, %v, %+v; want %d, %q", accepted, early, len(r.req), r.got[cli], r.broken,
				f.bytes, requests, passed)
		}
	})
}
