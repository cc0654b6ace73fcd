package export

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/http1"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
)

// HAR appends a HAR 1.2 log piece by piece: Begin, then for each session Open, its messages in order and Close,
// then End. An entry has _webSocketMessages as Chrome writes them and _webSocketClose as HTTP Toolkit does. What
// a HAR has no place for is left out, and Lost says what that was.
type HAR struct {
	// Version is that of the program.
	Version string
	// Control adds ping, pong and close frames, whose data is base64.
	Control bool
	// Redact replaces secrets; nil writes them as they are.
	Redact *Redactor
	// Title names what was captured.
	Title string

	entries, messages int
	lost              lost
}

// lost counts what a HAR cannot hold.
type lost struct {
	fragmented, masked, compressed, control, encoded, doubtful, reserved int64
}

// Begin appends what is before the entries. The page starts at started.
func (h *HAR) Begin(dst []byte, started capture.Time) []byte {
	dst = append(dst, `{"log":{"version":"1.2","creator":{"name":"wspeek","version":`...)
	dst = append(appendQuoted(dst, h.Version), `},"pages":[{"startedDateTime":"`...)
	dst = append(started.AppendRFC3339(dst), `","id":"page_1","title":`...)
	dst = appendQuoted(dst, latin(h.Title))
	return append(dst, `,"pageTimings":{"onContentLoad":-1,"onLoad":-1}}],"entries":[`...)
}

// Open appends the start of a session's entry. first is the time of its first message, for a session whose
// begin was not captured.
func (h *HAR) Open(dst []byte, s *decode.Session, first capture.Time) []byte {
	if h.entries++; h.entries > 1 {
		dst = append(dst, ',')
	}
	h.messages = 0
	s = h.Redact.Session(s)
	dst = append(dst, "\n"+`{"_resourceType":"websocket","pageref":"page_1","startedDateTime":"`...)
	t := timings(s)
	dst = EntryStart(s, first).AppendRFC3339(dst)
	dst = appendMillis(append(dst, '"'), "time", max(t.connect, 0)+t.send+t.wait+t.receive)
	dst = harRequest(append(dst, `,"request":`...), s)
	dst = harResponse(append(dst, `,"response":`...), s)
	dst = t.append(append(dst, `,"cache":{},"timings":{"blocked":-1,"dns":-1`...))
	dst = append(dst, `},"serverIPAddress":"`...)
	dst = append(dst, s.Server.Addr().String()...)
	dst = append(append(dst, `","connection":"`...), strconv.Itoa(int(s.Client.Port()))...)
	dst = append(dst, '"')
	if !s.HandshakeSeen {
		dst = append(dst, `,"comment":"the opening handshake was not captured whole: what is not known of it is empty"`...)
	}
	return append(dst, `,"_webSocketMessages":[`...)
}

// EntryStart is when the entry of a session starts: with its connection, if that was made for it, else with its request. first is the
// time of its first message, for a session whose begin was not captured.
func EntryStart(s *decode.Session, first capture.Time) capture.Time {
	t := timings(s)
	return begin(s, first) - max(t.connect, 0) - t.send
}

// begin is when a session started, as far as is known.
func begin(s *decode.Session, first capture.Time) capture.Time {
	switch {
	case s.HasStarted:
		return s.Started
	case s.HasOpened:
		return s.Opened
	}
	return first
}

func harRequest(dst []byte, s *decode.Session) []byte {
	method, path, address := s.Method, s.Path, Address(s)
	if method == "" {
		method = "GET"
	}
	if s.Host == "" {
		address = s.Scheme + "://" + s.Server.String() + path
	}
	dst = append(append(dst, `{"method":`...), quotedLatin(method)...)
	dst = append(append(dst, `,"url":`...), quotedLatin(address)...)
	dst = harHTTP(dst, s, s.RequestHeaders)
	dst = harQuery(append(dst, `,"queryString":[`...), path)
	dst = harCookies(append(dst, `],"cookies":[`...), s.RequestHeaders, "Cookie")
	return append(dst, `],"headersSize":-1,"bodySize":0}`...)
}

func harResponse(dst []byte, s *decode.Session) []byte {
	dst = appendInt(append(dst, `{"_error":null`...), "status", int64(s.Status))
	dst = appendQuoted(appendKey(dst, "statusText"), statusText(s.Status))
	dst = harHTTP(dst, s, s.ResponseHeaders)
	dst = harCookies(append(dst, `,"cookies":[`...), s.ResponseHeaders, "Set-Cookie")
	return append(dst, `],"content":{"size":0,"mimeType":"x-unknown"},"redirectURL":"","headersSize":-1,"bodySize":-1}`...)
}

// statusTexts are the answers to an opening handshake that are met.
var statusTexts = map[int]string{
	101: "Switching Protocols", 200: "OK", 301: "Moved Permanently", 302: "Found", 307: "Temporary Redirect", 308: "Permanent Redirect",
	400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 426: "Upgrade Required", 429: "Too Many Requests",
	500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout",
}

func statusText(code int) string { return statusTexts[code] }

// harHTTP appends the version and the headers.
func harHTTP(dst []byte, s *decode.Session, hs []http1.Header) []byte {
	version := ""
	if s.HTTPVersion != "" {
		version = "HTTP/" + s.HTTPVersion
	}
	dst = append(append(dst, `,"httpVersion":`...), quotedLatin(version)...)
	dst = append(dst, `,"headers":[`...)
	for i, h := range hs {
		dst = harPair(dst, i, h.Name, h.Value)
	}
	return append(dst, ']')
}

func harPair(dst []byte, i int, name, value string) []byte {
	if i > 0 {
		dst = append(dst, ',')
	}
	dst = append(append(dst, `{"name":`...), quotedLatin(name)...)
	return append(append(append(dst, `,"value":`...), quotedLatin(value)...), '}')
}

func harQuery(dst []byte, path string) []byte {
	_, query, _ := strings.Cut(path, "?")
	i := 0
	for part := range strings.SplitSeq(query, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		dst = harPair(dst, i, unquery(name), unquery(value))
		i++
	}
	return dst
}

func unquery(s string) string {
	if u, err := url.QueryUnescape(s); err == nil {
		return u
	}
	return s
}

func harCookies(dst []byte, hs []http1.Header, header string) []byte {
	i := 0
	for _, h := range hs {
		if !strings.EqualFold(h.Name, header) {
			continue
		}
		for pair := range strings.SplitSeq(h.Value, ";") {
			name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
			dst = harPair(dst, i, name, value)
			i++
			if header == "Set-Cookie" {
				break
			}
		}
	}
	return dst
}

// latin is s where it is UTF-8, else s as ISO 8859-1, which is how headers are reported to scripts (the
// Fetch standard's isomorphic decoding).
func latin(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	rs := make([]rune, len(s))
	for i := range len(s) {
		rs[i] = rune(s[i])
	}
	return string(rs)
}

func quotedLatin(s string) []byte { return appendQuoted(nil, latin(s)) }

// Close appends the end of a session's entry. closed is the session's first Close message, nil if there is none.
func (h *HAR) Close(dst []byte, s *decode.Session, closed *ws.Message) []byte {
	dst = append(dst, ']')
	switch {
	case s.Close != nil && closed != nil:
		dst = append(dst, `,"_webSocketClose":{`...)
		if s.Close.Code >= 0 {
			dst = append(strconv.AppendInt(append(dst, `"code":`...), int64(s.Close.Code), 10), ',')
		}
		dst = append(append(dst, `"reason":`...), quotedLatin(h.Redact.Text(string(s.Close.Reason)))...)
		dst = append(appendEpoch(append(dst, `,"timestamp":`...), closed.Last.Time), '}')
	case s.End == decode.EndRST, s.End == decode.EndFIN, s.End == decode.EndTimeout:
		dst = append(dst, `,"_webSocketClose":"aborted"`...)
	}
	return append(dst, '}')
}

// appendEpoch appends seconds since 1970, with nine decimals.
func appendEpoch(dst []byte, t capture.Time) []byte {
	if t < 0 {
		dst, t = append(dst, '-'), -t
	}
	return fmt.Appendf(dst, "%d.%09d", int64(t)/1e9, int64(t)%1e9)
}

// End appends what is after the entries: above all a comment that says what is missing and what was redacted.
func (h *HAR) End(dst []byte) []byte {
	said := append([]string{h.Redact.Said()}, h.Lost()...)
	dst = append(append(dst, "\n"+`],"comment":`...), quotedLatin(strings.Join(said, "; "))...)
	return append(dst, "}}\n"...)
}

// Lost says what of the sessions the HAR does not hold, a sentence each.
func (h *HAR) Lost() []string {
	var out []string
	for _, l := range []struct {
		n    int64
		what string
	}{
		{h.lost.masked, "masking keys of %s"},
		{h.lost.fragmented, "where %s were cut into fragments"},
		{h.lost.compressed, "that %s were compressed, and how"},
		{h.lost.reserved, "frames with reserved opcodes or that continue nothing: %s"},
	} {
		if l.n > 0 {
			out = append(out, "HAR cannot hold "+fmt.Sprintf(l.what, show.Count(l.n, "message")))
		}
	}
	if h.lost.control > 0 {
		out = append(out, show.Count(h.lost.control, "control frame")+" left out, --control adds them")
	}
	if h.lost.encoded > 0 {
		out = append(out, show.Count(h.lost.encoded, "text message")+" whose bytes are no whole UTF-8 text, written as base64 with _encoding")
	}
	if h.lost.doubtful > 0 {
		out = append(out, show.Count(h.lost.doubtful, "message")+" not known exactly: their _state says why")
	}
	return out
}
