package doc

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/pcaps"
	"github.com/wspeek/wspeek/tui/draw"
	"github.com/wspeek/wspeek/tui/feedtest"
	"github.com/wspeek/wspeek/tui/rows"
)

// Each view of each message of each sample fits its width, and none fails.
func TestEachViewOfEachMessage(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"jsonrpc", "lossy", "broken-rules", "deflate-fragments", "fragments-ping", "close-3000", "refused-426"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := rows.New(rows.Limits{})
			if err := feedtest.Read(pcaps.Get(name).Data, s.Visit); err != nil {
				t.Fatal(err)
			}
			for _, frames := range []bool{false, true} {
				v := rows.NewFilter(rows.Spec{Frames: frames})
				v.Scan(s)
				n, _, _ := v.Progress(s)
				for k := range n {
					c, _ := v.At(s, k)
					for view := ViewPayload; view < Views; view++ {
						for _, w := range []int{20, 61} {
							q := &Request{Subject: Subject{Entry: c.Entry, IsEntry: true}, View: view, Width: w, Theme: draw.NewTheme(true)}
							d := q.Answer(s)
							if d.Len() == 0 || d.Request != q {
								t.Fatalf("row %d in view %v is empty", k, view)
							}
							drawAll(t, d, w)
						}
					}
				}
			}
		})
	}
}

// drawAll draws each row of a document in w cells, and checks that it is inert.
func drawAll(t *testing.T, b Body, w int) {
	t.Helper()
	for i := range b.Len() {
		l := draw.NewTheme(true).Line(w)
		b.Draw(i, l)
		row := l.String()
		if draw.Width(draw.PlainText(row)) != w {
			t.Fatalf("row %d has not %d cells: %q", i, w, row)
		}
		feedtest.CheckInert(t, row)
	}
}

// What the head of a message says is what the message is.
func TestHeadsSayWhatTheMessageIs(t *testing.T) {
	t.Parallel()
	s := rows.New(rows.Limits{})
	if err := feedtest.Read(pcaps.Get("deflate-fragments").Data, s.Visit); err != nil {
		t.Fatal(err)
	}
	for i := range s.Counts().Messages {
		info, m := s.Message(i)
		got := strings.Join(rowsOf(t, messageHead(draw.NewTheme(true), 300, info, m, nil), 300), "\n")
		for _, want := range []string{fmt.Sprintf("%d:%d %s", info.N, m.N, draw.Arrow(m.Dir)), SizeWords(m), fmt.Sprintf("%d", m.Max)} {
			if !strings.Contains(got, want) {
				t.Errorf("message %d: no %q in %q", i, want, got)
			}
		}
	}
}

// The document of a session holds its handshake, both sides, word for word.
func TestTheHandshakeIsShownWhole(t *testing.T) {
	t.Parallel()
	s := rows.New(rows.Limits{})
	if err := feedtest.Read(pcaps.Get("graphql").Data, s.Visit); err != nil {
		t.Fatal(err)
	}
	info := s.Session(1)
	got := strings.Join(rowsOf(t, sessionDoc(draw.NewTheme(true), 300, info, nil, 1, nil), 300), "\n")
	for _, h := range append(info.RequestHeaders, info.ResponseHeaders...) {
		if !strings.Contains(got, h.Name+": "+h.Value) {
			t.Errorf("no %s: %s in\n%s", h.Name, h.Value, got)
		}
	}
	for _, want := range []string{info.Path, info.Client.String(), info.Server.String(), info.Subprotocol, "answered with 101"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

// The document of a session says what carries it, and which session is on the other side of a proxy.
func TestASessionSaysWhatCarriesIt(t *testing.T) {
	t.Parallel()
	info := &decode.Session{N: 1, Peer: 7, TLS: &decode.TLS{Version: "1.3", Cipher: "TLS_AES_128_GCM_SHA256", SNI: "a.example", ALPN: "h2", Resumed: true}}
	got := strings.Join(rowsOf(t, sessionDoc(draw.NewTheme(true), 200, info, nil, 1, nil), 200), "\n")
	for _, want := range []string{"the other leg is session 7", "1.3 TLS_AES_128_GCM_SHA256, server name a.example, ALPN h2, resumed"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

// A session of which messages were dropped says so.
func TestASessionSaysWhatIsKept(t *testing.T) {
	t.Parallel()
	info := &decode.Session{N: 1, Messages: [2]int64{5, 5}}
	for first, want := range map[int]string{1: "", 4: "from message 4 on", 11: "none of its messages"} {
		got := strings.Join(rowsOf(t, sessionDoc(draw.NewTheme(true), 200, info, nil, first, nil), 200), "\n")
		if strings.Contains(got, "kept") != (want != "") || !strings.Contains(got, want) {
			t.Errorf("first %d: want %q in\n%s", first, want, got)
		}
	}
}

func TestRequestsAreCompared(t *testing.T) {
	t.Parallel()
	th := draw.NewTheme(true)
	base := func() *Request {
		return &Request{Subject: Subject{Session: 1}, View: ViewHex, Width: 40, Theme: th, Version: 2}
	}
	for _, c := range []struct {
		name       string
		change     func(*Request)
		like, same bool
	}{
		{"nothing", func(*Request) {}, true, true},
		{"version", func(q *Request) { q.Version++ }, true, false},
		{"view", func(q *Request) { q.View = ViewFrames }, false, false},
		{"width", func(q *Request) { q.Width++ }, false, false},
		{"subject", func(q *Request) { q.Session++ }, false, false},
		{"theme", func(q *Request) { q.Theme = draw.NewTheme(true) }, false, false},
	} {
		q, o := base(), base()
		if c.change(o); q.Like(o) != c.like || q.Same(o) != c.same {
			t.Errorf("%s: like %v, same %v", c.name, q.Like(o), q.Same(o))
		}
	}
}

// A cancelled request ends soon, with less than all.
func TestACancelledRequestEnds(t *testing.T) {
	t.Parallel()
	s := rows.New(rows.Limits{})
	long := strings.Repeat("x\n", 200_000)
	if err := feedtest.Read(feedtest.TwoSessions([]string{long}, nil), s.Visit); err != nil {
		t.Fatal(err)
	}
	c, _ := s.Numbered(1, 1, 0)
	q := &Request{Subject: Subject{Entry: c.Entry, IsEntry: true}, Width: 40, Theme: draw.NewTheme(true)}
	q.Cancel()
	if n := q.Answer(s).Len(); n > 10_000 {
		t.Errorf("%d rows were laid out", n)
	}
	if n := (&Request{Subject: q.Subject, Width: 40, Theme: q.Theme}).Answer(s).Len(); n < 200_000 {
		t.Errorf("%d rows of a request that was not cancelled", n)
	}
}

// Lines for comparing hold all of a message, or say how much is missing.
func TestLinesForComparing(t *testing.T) {
	t.Parallel()
	th := draw.NewTheme(true)
	for _, c := range []struct {
		name  string
		m     ws.Message
		limit int
		want  []string
	}{
		{"text", ws.Message{Opcode: ws.OpText, Payload: []byte("a\r\nb")}, 100, []string{"a", "b"}},
		{"JSON", ws.Message{Opcode: ws.OpText, Payload: []byte(`{"a":1}`)}, 100, []string{"{", `  "a": 1`, "}"}},
		{"bytes", ws.Message{Opcode: ws.OpBinary, Payload: []byte{1, 255}}, 100, []string{"0000  01 ff                    .."}},
		{"cut", ws.Message{Opcode: ws.OpText, Payload: []byte("abcdef")}, 4, []string{"abcd", "... 2 bytes more, not compared"}},
	} {
		var got []string
		for _, row := range Lines(th, &c.m, c.limit) {
			got = append(got, strings.TrimRight(row, " "))
		}
		if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestWhyEmptyNamesFewReasons(t *testing.T) {
	t.Parallel()
	c := rows.Counts{Done: true}
	c.Account.Read, c.Account.Skipped, c.Account.Encrypted = 99, map[string]int64{}, map[uint16]int{}
	for k := range 9 {
		c.Account.Skipped[fmt.Sprintf("reason %d\x1b", k)] = int64(k)
		c.Account.Encrypted[uint16(1000+k)] = 1
	}
	got := strings.Join(WhyEmpty(&c), "\n")
	for _, want := range []string{"8 of 99 packets not decoded: reason 8", "... and 5 more reasons", "9 TLS connections", "port 1000, 1001, 1002, 1003 and others"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if strings.Contains(got, "\x1b") {
		t.Error("a control from the wire")
	}
	if c.Sessions = 1; WhyEmpty(&c) != nil {
		t.Error("there is a session")
	}
	if c.Sessions, c.Done = 0, false; WhyEmpty(&c) != nil {
		t.Error("the capture goes on")
	}
}

// A session shows the process that the capture names, and what it goes through; what is not known has no row.
func TestSessionShowsItsProcess(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		s    decode.Session
		want []string
		not  string
	}{
		{decode.Session{}, nil, "process"},
		{decode.Session{Process: &decode.Process{Name: "curl", PID: 17}}, []string{"process", "curl[17]"}, "through"},
		{decode.Session{Process: &decode.Process{Name: "a\x1b[2J", PID: 1, Pod: "web-1", Namespace: "shop"}}, []string{"[2J[1] in shop/web-1"}, "\x1b"},
		{decode.Session{Tunnel: &decode.Tunnel{Type: "connect", Target: "a.example:443"}}, []string{"through", "connect to a.example:443"}, "process"},
	} {
		got := strings.Join(rowsOf(t, sessionDoc(draw.NewTheme(true), 200, &c.s, nil, 1, nil), 200), "\n")
		for _, w := range c.want {
			if !strings.Contains(got, w) {
				t.Errorf("%q is missing in\n%s", w, got)
			}
		}
		if strings.Contains(got, c.not) {
			t.Errorf("%q is in\n%s", c.not, got)
		}
	}
}
