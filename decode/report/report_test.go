package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/http1"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/trace"
	"github.com/wspeek/wspeek/decode/ws"
)

const second = capture.Time(1e9)

// maker makes the events of a run.
type maker struct {
	t testing.TB
	r *Report
	n map[int]int
	// seen counts the messages of a session.
	now capture.Time
}

func newMaker(t testing.TB, opt Options) *maker {
	if opt.Most == 0 {
		opt.Most = 20 << 20
	}
	if opt.Payloads == nil {
		opt.Payloads = &trace.Memory{}
	}
	return &maker{t: t, r: New(opt), n: map[int]int{}}
}

func (m *maker) apply(n int, add func(*decode.Batch, decode.Event)) {
	m.t.Helper()
	b := &decode.Batch{}
	add(b, decode.Event{Session: &decode.SessionRef{N: n}})
	for i := range b.Events {
		if err := m.r.Apply(b, &b.Events[i]); err != nil {
			m.t.Fatal(err)
		}
	}
}

// session is a session of the run; text is in every place that the wire fills.
func (m *maker) session(n int, text string, change func(*decode.Session)) {
	m.t.Helper()
	s := &decode.Session{N: n, Scheme: "ws", Host: "h" + text, Path: "/" + text, Method: "GET" + text, HTTPVersion: "1.1", Status: 101, Subprotocol: text,
		Client: netip.MustParseAddrPort("192.0.2.1:5000"), Server: netip.MustParseAddrPort("192.0.2.2:80"), HandshakeSeen: true,
		HasStarted: true, Started: m.now, HasOpened: true, Opened: m.now, State: decode.Open,
		RequestHeaders: []http1.Header{{Name: "X-" + text, Value: text}}, ResponseHeaders: []http1.Header{{Name: "Y", Value: text}}}
	if change != nil {
		change(s)
	}
	m.apply(n, func(b *decode.Batch, e decode.Event) { b.AddSession(e, s) })
}

// ended ends it with a Close frame.
func (m *maker) ended(n int, text string) {
	m.session(n, text, func(s *decode.Session) { m.over(s, text) })
}

// over makes s one that ended with a Close frame.
func (m *maker) over(s *decode.Session, reason string) {
	s.State, s.HasEnded, s.Ended, s.End, s.TCP = decode.Closed, true, m.now, decode.EndClose, &decode.TCP{}
	for d := range 2 {
		s.Messages[d], s.TCP.Stats[d].Segments, s.TCP.Stats[d].SYN = int64(m.n[s.N]), 9, true
	}
	s.Close = &decode.Close{HasBy: true, Code: 1000, Reason: []byte(reason)}
}

func (m *maker) message(n int, d ws.Dir, op ws.Opcode, payload string) {
	m.t.Helper()
	m.n[n]++
	m.now += second / 1000
	x := &ws.Message{N: m.n[n], Dir: d, Opcode: op, Payload: []byte(payload), Len: int64(len(payload)), WireLen: int64(len(payload)), Frames: 1,
		ValidUTF8: op == ws.OpText, CloseCode: -1, Last: ws.Stamp{Packet: m.n[n], Time: m.now}}
	if op == ws.OpClose && len(payload) >= 2 { // RFC 6455, 5.5.1: without two bytes there is no code
		x.CloseCode = int(payload[0])<<8 | int(payload[1])
	}
	f := &ws.Frame{N: x.N, Message: x.N, Dir: d, Fin: true, Opcode: op, Masked: d == ws.C2S, MaskKey: [4]byte{1, 2, 3, 4}, HeaderLen: 6, Len: x.Len}
	m.apply(n, func(b *decode.Batch, e decode.Event) {
		b.AddFrame(e, f)
		b.AddMessage(e, x)
	})
}

func (m *maker) finding(n int, r *rule.Rule, detail string) {
	m.apply(n, func(b *decode.Batch, e decode.Event) {
		b.AddFinding(e, &ws.Finding{Rule: r, Message: 1, Detail: detail, At: ws.Stamp{Packet: 7}})
	})
}

// page is the page, and its tree as golang.org/x/net/html reads it.
func (m *maker) page() (string, *html.Node) {
	m.t.Helper()
	var b bytes.Buffer
	if err := m.r.Write(&b, []string{"1 packet: 1 decoded"}); err != nil {
		m.t.Fatal(err)
	}
	root, err := html.Parse(bytes.NewReader(b.Bytes()))
	if err != nil {
		m.t.Fatal(err)
	}
	return b.String(), root
}

// elements are all elements with a name ("" for all).
func elements(n *html.Node, name string) (out []*html.Node) {
	for x := range n.Descendants() {
		if x.Type == html.ElementNode && (name == "" || x.Data == name) {
			out = append(out, x)
		}
	}
	return out
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for x := range n.Descendants() {
		if x.Type == html.TextNode && (x.Parent == n || x.Parent.Data != "script" && x.Parent.Data != "style") {
			b.WriteString(x.Data)
		}
	}
	return b.String()
}

// hostile are texts that would be markup, script or something else where they are not escaped.
var hostile = []string{
	`</script><script>window.hacked=1</script>`, `</style><script>window.hacked=1</script>`, `"><img src=x onerror="window.hacked=1">`,
	`' onmouseover='window.hacked=1`, `javascript:window.hacked=1`, `<svg onload=window.hacked=1>`, `</title></pre></table></details><script>window.hacked=1</script>`,
	`{{.Script}}`, `<!--<script>`, `]]>`, `&lt;script&gt;`, "nul\x00nul", "\xed\xa0\x80 lone \xed\xbf\xbf", "\x1b]0;x\a\u202e\u2028", `{"a":"</script><script>window.hacked=1</script>"}`,
	`{"a":"\ud800","__proto__":{"x":1},"constructor":1}`, "data:text/html,<script>window.hacked=1</script>", `<base href=//evil.example>`, `<meta http-equiv=refresh content="0;url=//evil.example">`,
}

func hostileRun(t testing.TB) *maker {
	m := newMaker(t, Options{Title: hostile[0] + hostile[6] + ".pcap", Program: "test"})
	for i, text := range hostile {
		n := i + 1
		m.session(n, text, nil)
		for _, op := range []ws.Opcode{ws.OpText, ws.OpBinary, ws.OpPing} {
			m.message(n, ws.Dir(i%2), op, text)
		}
		m.message(n, ws.C2S, ws.OpText, fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":%q}`, text))
		m.message(n, ws.S2C, ws.OpText, `{"jsonrpc":"2.0","id":1,"result":1}`)
		m.finding(n, rule.UTF8, text)
		m.ended(n, text)
	}
	return m
}

// TestHazard_O9_Page: what is hostile stays text. The tags are looked for by a parser that has no part in writing them.
func TestHazard_O9_Page(t *testing.T) {
	t.Parallel()
	text, root := hostileRun(t).page()
	known := strings.Fields("html head meta title style body header h1 h2 h3 h4 p nav a main section table thead tbody tr th td br span svg rect path details summary div pre ul li b footer script")
	attrs := strings.Fields("lang charset http-equiv content name class href id title data-h data-d data-k data-json data-bytes viewbox viewBox preserveaspectratio preserveAspectRatio aria-hidden aria-label role x y width height d stroke-width")
	for _, e := range elements(root, "") {
		if !slices.Contains(known, e.Data) {
			t.Errorf("an element %s", e.Data)
		}
		for _, a := range e.Attr {
			if !slices.Contains(attrs, a.Key) {
				t.Errorf("%s has an attribute %s=%q", e.Data, a.Key, a.Val)
			}
			if a.Key == "href" && !strings.HasPrefix(a.Val, "#") {
				t.Errorf("a link to %q", a.Val)
			}
		}
	}
	scripts, styles := elements(root, "script"), elements(root, "style")
	if len(scripts) != 1 || textOf(scripts[0]) != scriptText || len(styles) != 1 || textOf(styles[0]) != styleText {
		t.Fatalf("%d scripts, %d styles, or not those of the page", len(scripts), len(styles))
	}
	csp := ""
	for _, e := range elements(root, "meta") {
		if attr(e, "http-equiv") != "" {
			csp += attr(e, "http-equiv") + ": " + attr(e, "content")
		}
	}
	sum := func(s string) string {
		h := sha256.Sum256([]byte(s))
		return base64.StdEncoding.EncodeToString(h[:])
	}
	want := "Content-Security-Policy: default-src 'none'; script-src 'sha256-" + sum(textOf(scripts[0])) + "'; style-src 'sha256-" + sum(textOf(styles[0])) +
		"'; base-uri 'none'; form-action 'none'"
	if csp != want {
		t.Errorf("got %q, want %q", csp, want)
	}
	if strings.ContainsAny(text, "\x00\x1b\a\u202e\u2028") {
		t.Error("control characters are in the page as they were")
	}
	if n := len(elements(root, "pre")); n < 3*len(hostile) {
		t.Errorf("%d payloads in the page", n)
	}
	shown := textOf(root)
	for _, want := range []string{`"><img src=x onerror="window.hacked=1">`, `nul\x00nul`, `{"a":"\ud800"`} {
		if !strings.Contains(shown, want) {
			t.Errorf("no %q in the text of the page", want)
		}
	}
}

// TestOverview: what the page says of a run.
func TestOverview(t *testing.T) {
	t.Parallel()
	m := newMaker(t, Options{Title: "x.pcap", Program: "wspeek 1"})
	m.session(1, "a", nil)
	m.message(1, ws.C2S, ws.OpText, `{"jsonrpc":"2.0","id":1,"method":"sum"}`)
	m.message(1, ws.S2C, ws.OpText, `{"jsonrpc":"2.0","id":1,"result":3}`)
	m.message(1, ws.S2C, ws.OpBinary, "\x00\x01\xff")
	m.finding(1, rule.UTF8, "at byte 3")
	m.apply(1, func(b *decode.Batch, e decode.Event) {
		e.Kind, e.N, e.State = decode.KindAmend, 2, ws.Conflict
		b.Add(e)
	})
	m.message(1, ws.C2S, ws.OpClose, "\x03\xe8bye")
	m.message(1, ws.S2C, ws.OpClose, "\x03\xe8")
	m.ended(1, "bye")
	m.session(2, "b", func(s *decode.Session) {
		s.State, s.Status, s.Reason, s.HasEnded, s.TCP = decode.Refused, 403, "Forbidden", true, &decode.TCP{}
	})
	_, root := m.page()
	got := textOf(root)
	for _, want := range []string{"x.pcap", "2 sessions, 5 messages", "2 sessions did not go well", "client: Close 1000 Normal Closure", "refused, 403 Forbidden",
		"sum", "1000 Normal Closure", "ws.utf8", "RFC 6455", "at byte 3", "conflict", "00 01 ff", "FIN 1  RSV 000  text", "mask 01020304",
		"1 packet: 1 decoded", "secrets are inside", "32 to 63"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if s := elements(root, "details"); len(s) < 5 {
		t.Errorf("%d details", len(s))
	}
}

// TestNothing: a run without sessions has a page too.
func TestNothing(t *testing.T) {
	t.Parallel()
	_, root := newMaker(t, Options{Title: "x"}).page()
	if got := textOf(root); !strings.Contains(got, "0 sessions, 0 messages") {
		t.Errorf("got %s", got)
	}
}

func TestRedacted(t *testing.T) {
	t.Parallel()
	m := newMaker(t, Options{Redact: export.NewRedactor([]byte("key"))})
	m.session(1, "", func(s *decode.Session) {
		s.Path = "/chat?token=hunter22"
		s.RequestHeaders = []http1.Header{{Name: "Authorization", Value: "Bearer hunter22"}, {Name: "Cookie", Value: "sid=hunter22"}}
	})
	m.message(1, ws.C2S, ws.OpText, `{"password":"hunter22"}`)
	m.session(1, "", func(s *decode.Session) {
		m.over(s, `{"token":"hunter22"}`)
		s.Path = "/chat?token=hunter22"
		s.RequestHeaders = []http1.Header{{Name: "Authorization", Value: "Bearer hunter22"}, {Name: "Cookie", Value: "sid=hunter22"}}
	})
	text, root := m.page()
	if strings.Contains(text, "hunter22") {
		i := strings.Index(text, "hunter22")
		t.Errorf("a secret is in the page: %s", text[max(0, i-100):i+20])
	}
	if b := base64.StdEncoding.EncodeToString([]byte("hunter22")); strings.Contains(text, b[:8]) {
		t.Error("a secret is in the page in base64")
	}
	if got := textOf(root); strings.Count(got, export.MarkPrefix) < 2 || !strings.Contains(got, "redacted, with the same mark") {
		t.Errorf("got %s", got)
	}
}

func TestNoPayload(t *testing.T) {
	t.Parallel()
	m := newMaker(t, Options{NoPayload: true})
	m.session(1, "", nil)
	m.message(1, ws.C2S, ws.OpText, "secret words")
	m.message(1, ws.C2S, ws.OpBinary, "secret words")
	m.ended(1, "")
	text, root := m.page()
	if strings.Contains(text, "secret words") || strings.Contains(text, "73 65 63") {
		t.Error("a payload is in the page")
	}
	if got := textOf(root); !strings.Contains(got, "payloads left out") {
		t.Errorf("nothing says so: %s", got)
	}
}
