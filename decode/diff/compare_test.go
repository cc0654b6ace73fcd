package diff_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/diff"
	"github.com/wspeek/wspeek/decode/har"
	"github.com/wspeek/wspeek/decode/http1"
	"github.com/wspeek/wspeek/decode/ws"
)

func texts(list ...string) *diff.Side {
	return side(len(list), func(i int) string { return list[i] })
}

// changes are those of the only row of two single messages, as lines "path: a > b".
func changes(t *testing.T, a, b string, opt *diff.Options) []string {
	t.Helper()
	c := diff.Compare(texts(a), texts(b), opt)
	if len(c.Pairs) != 1 {
		return []string{fmt.Sprint(c.Counts)}
	}
	out := []string{}
	for _, x := range c.Pairs[0].Changes {
		va, vb := x.A, x.B
		if !x.InA {
			va = "-"
		}
		if !x.InB {
			vb = "-"
		}
		out = append(out, x.Path+": "+va+" > "+vb)
	}
	return out
}

func TestContent(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, a, b string
		strict     bool
		want       []string
	}{
		{"equal", `{"a":1}`, `{"a":1}`, false, nil},
		{"order of keys and white space", `{"a":1,"b":[1,2]}`, "{ \"b\" : [1, 2],\n\"a\":1}", false, nil},
		{"escapes", `{"a":"\u00e9\/"}`, `{"a":"é/"}`, false, nil},
		{"lone surrogates are not the same", `{"a":"\ud800","b":1}`, `{"a":"\ud801","b":1}`, false, []string{`$.a: "\ud800" > "\ud801"`}},
		{"numbers by value", `{"a":1.0,"b":100}`, `{"a":1,"b":1e2}`, false, nil},
		{"numbers as written", `{"a":1.0}`, `{"a":1}`, true, []string{"$.a: 1.0 > 1"}},
		{"numbers beyond a float", `{"a":9007199254740992}`, `{"a":9007199254740993}`, false, []string{"$.a: 9007199254740992 > 9007199254740993"}},
		{"a long number", `[123456789012345678901234567890]`, `[123456789012345678901234567891]`, false, []string{"$[0]: 123456789012345678901234567890 > 123456789012345678901234567891"}},
		{"minus zero", `{"a":-0,"b":0.0}`, `{"a":0,"b":-0}`, false, nil},
		{"a key less and one more", `{"a":1,"b":2}`, `{"b":2,"c":3}`, false, []string{"$.a: 1 > -", "$.c: - > 3"}},
		{"type", `{"a":1,"x":0}`, `{"a":"1","x":0}`, false, []string{`$.a: 1 > "1"`}},
		{"null is not nothing", `{"a":null,"b":1}`, `{"b":1}`, false, []string{"$.a: null > -"}},
		{"array begins with one more", `{"l":[1,2,3]}`, `{"l":[0,1,2,3]}`, false, []string{"$.l[0]: - > 0"}},
		{"keys that need quotes", `{"a b":1,"":2}`, `{"a b":2,"":2}`, false, []string{"$['a b']: 1 > 2"}},
		{"the same key twice", `{"a":1,"a":2}`, `{"a":1,"a":3}`, false, []string{"$.a: 2 > 3"}},
		{"Socket.IO", `42["say",{"x":1}]`, `42["say",{"x":2}]`, false, []string{"$[1].x: 1 > 2"}},
		{"Socket.IO packet type", `42["say",{"x":1}]`, `43["say",{"x":1}]`, false, []string{"prefix: 42 > 43"}},
		{"words", "the quick brown fox", "the quick red fox", false, []string{"word 3: brown > red"}},
		{"words added", "the fox jumps", "the fox jumps high", false, []string{"word 4: - >  high"}},
		{"white space counts", "a  b c", "a b c", false, []string{"word 2:    >  "}},
		{"not JSON after all", `{"a":1`, `{"a":2`, false, []string{"word 2: 1 > 2"}},
		{"uuid", `{"id":"2f1e8a3c-1111-4222-8333-444455556666","x":1}`, `{"id":"aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee","x":1}`, false, nil},
		{"uuid, strict", `["2f1e8a3c-1111-4222-8333-444455556666"]`, `["aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"]`, true,
			[]string{`$[0]: "2f1e8a3c-1111-4222-8333-444455556666" > "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"`}},
		{"uuid against another word", `["2f1e8a3c-1111-4222-8333-444455556666",1]`, `["guest",1]`, false, []string{`$[0]: "2f1e8a3c-1111-4222-8333-444455556666" > "guest"`}},
		{"uuid in a text", "hello 2f1e8a3c-1111-4222-8333-444455556666!", "hello aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee!", false, nil},
		{"time near the session", `{"t":1700000000123,"x":1}`, `{"t":1700000009999,"x":1}`, false, nil},
		{"time in seconds with a fraction", `{"t":1700000000.123,"x":1}`, `{"t":1700000009.5,"x":1}`, false, nil},
		{"a number far from the session", `{"t":1300000000123,"x":1}`, `{"t":1300000009999,"x":1}`, false, []string{"$.t: 1300000000123 > 1300000009999"}},
		{"date with time", "at 2026-11-20T10:00:00.5Z now", "at 2026-11-20T10:00:01+01:00 now", false, nil},
		{"a date alone counts", "on 2026-11-20 then", "on 2026-11-21 then", false, []string{"word 4: 20 > 21"}},
		{"jwt", "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOjF9.abc", "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOjJ9.xyz", false, nil},
		{"token", `{"sid":"x8Yz2Kq9LmN4pQ7rT1vW","a":1}`, `{"sid":"Ab3Cd5Ef7Gh9Ij2Kl4Mn","a":1}`, false, nil},
		{"words are no token", "InternationalizationOfEverything", "InternationalisationOfEverything", false, []string{"word 1: InternationalizationOfEverything > InternationalisationOfEverything"}},
		{"hex", `["00ffab12cd34ef5600ffab12cd34ef56",1]`, `["11ffab12cd34ef5600ffab12cd34ef56",1]`, false, nil},
		{"one number alone is no counter", `{"id":7,"a":"b"}`, `{"id":8,"a":"b"}`, false, []string{"$.id: 7 > 8"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := changes(t, c.a, c.b, &diff.Options{Strict: c.strict}); !slices.Equal(got, c.want) {
				t.Errorf("%s\n%s\ngot  %q\nwant %q", c.a, c.b, got, c.want)
			}
		})
	}
}

func TestIgnore(t *testing.T) {
	t.Parallel()
	const a, b = `{"ts":1,"user":{"id":1,"n":1},"list":[{"at":1},{"at":1}],"a b":1}`, `{"ts":2,"user":{"id":2,"n":2},"list":[{"at":2},{"at":2}],"a b":2}`
	for _, c := range []struct {
		rule string
		left []string
	}{
		{"json:$.ts", []string{"$['a b']", "$.list[0].at", "$.list[1].at", "$.user.id", "$.user.n"}},
		{"json:$..id", []string{"$['a b']", "$.list[0].at", "$.list[1].at", "$.ts", "$.user.n"}},
		{"json:$.list[*].at", []string{"$['a b']", "$.ts", "$.user.id", "$.user.n"}},
		{"json:$.list[1]", []string{"$['a b']", "$.list[0].at", "$.ts", "$.user.id", "$.user.n"}},
		{"json:$.user", []string{"$['a b']", "$.list[0].at", "$.list[1].at", "$.ts"}},
		{"json:$['a b']", []string{"$.list[0].at", "$.list[1].at", "$.ts", "$.user.id", "$.user.n"}},
		{"json:$..*", nil},
		{"json:$..['at']", []string{"$['a b']", "$.ts", "$.user.id", "$.user.n"}},
		{"json:$", nil},
		{"re:[0-9]+", nil},
		{"kind:ping", []string{"$['a b']", "$.list[0].at", "$.list[1].at", "$.ts", "$.user.id", "$.user.n"}},
	} {
		t.Run(c.rule, func(t *testing.T) {
			t.Parallel()
			opt := &diff.Options{}
			if err := opt.Ignore.Add(c.rule); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, x := range changes(t, a, b, opt) {
				got = append(got, x[:strings.Index(x, ":")])
			}
			if !slices.Equal(got, c.left) {
				t.Errorf("got  %q\nwant %q", got, c.left)
			}
		})
	}
}

func TestIgnoreSaysWhatItDid(t *testing.T) {
	t.Parallel()
	opt := &diff.Options{}
	for _, r := range []string{"json:$.ts", `re:v\d+`} {
		if err := opt.Ignore.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	c := diff.Compare(texts(`{"ts":1,"v":"v1"}`, "x 2f1e8a3c-1111-4222-8333-444455556666"), texts(`{"ts":2,"v":"v2"}`, "x aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"), opt)
	got := fmt.Sprint(c.Ignored)
	if want := `[{uuid a UUID (RFC 9562) 1} {json:$.ts  1} {re:v\d+  1}]`; got != want || c.Different() {
		t.Errorf("got %s %v, want %s and no difference", got, c.Counts, want)
	}
}

func TestIgnoreRefuses(t *testing.T) {
	t.Parallel()
	for _, rule := range []string{"", "json", "xml:$.a", "json:a", "json:$.", "json:$[", "json:$[x]", "json:$.a[-1]", "re:(", "header:", "kind:pings", "json:$" + strings.Repeat(".a", 40)} {
		var r diff.Rules
		if err := r.Add(rule); err == nil {
			t.Errorf("%q: no error", rule)
		} else if strings.Contains(err.Error(), "\n") || !strings.HasPrefix(err.Error(), "--ignore "+rule) {
			t.Errorf("%q: %q is not one sentence that names the rule", rule, err)
		}
	}
}

func TestBinary(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, a, b string
		want       string
	}{
		{"one byte", "\xff\x00\x01\x02\x03", "\xff\x00\x09\x02\x03", "[{byte 2 01 09 true true}]"},
		{"two places", "\xff\x00\x01\x02\x03\x04\x05\x06", "\xff\xaa\x01\x02\x03\x04\xbb\x06", "[{byte 1 00 aa true true} {byte 6 05 bb true true}]"},
		{"longer", "\xff\x00\x01", "\xff\x00\x07\x08\x01", "[{bytes 2-3  07 08 false true} {length 3 5 true true}]"},
	} {
		a, b := texts(c.a), texts(c.b)
		for _, s := range []*diff.Side{a, b} {
			s.Messages[0].Opcode, s.Messages[0].ValidUTF8 = ws.OpBinary, false
		}
		// Alone and of one kind, they are compared where they have something in common.
		out := diff.Compare(a, b, &diff.Options{})
		if len(out.Pairs) != 1 {
			t.Errorf("%s: %v", c.name, out.Counts)
			continue
		}
		if got := fmt.Sprint(out.Pairs[0].Changes); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

func TestStates(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*ws.Message)
		want   diff.State
		doubt  bool
	}{
		{"exact", func(*ws.Message) {}, diff.Same, false},
		{"guessed", func(m *ws.Message) { m.State = ws.Guessed }, diff.Same, true},
		{"conflict", func(m *ws.Message) { m.State = ws.Conflict }, diff.Same, true},
		{"partial", func(m *ws.Message) { m.State, m.Missing, m.Payload = ws.Partial, 2, m.Payload[2:] }, diff.Unclear, false},
		{"undecodable", func(m *ws.Message) { m.State, m.Why, m.Len = ws.Undecodable, ws.WindowLost, -1 }, diff.Unclear, false},
		{"cut by a limit", func(m *ws.Message) { m.Payload = m.Payload[:3] }, diff.Unclear, false},
	} {
		a, b := texts("one", "hello world", "two"), texts("one", "hello world", "two")
		c.change(&b.Messages[1])
		out := diff.Compare(a, b, &diff.Options{})
		if len(out.Pairs) != 3 || out.Pairs[1].State != c.want || (out.Pairs[1].Doubt != "") != c.doubt {
			t.Errorf("%s: %v %+v", c.name, out.Counts, out.Pairs)
			continue
		}
		if told := out.Next(-1) == 1; told != (c.want != diff.Same) || (out.Doubts > 0) != c.doubt {
			t.Errorf("%s: told %v", c.name, told)
		}
		if out.Uncertain() != (c.want == diff.Unclear) || out.Different() {
			t.Errorf("%s: uncertain %v, different %v", c.name, out.Uncertain(), out.Different())
		}
	}
}

func TestNextAndPrevious(t *testing.T) {
	t.Parallel()
	c := diff.Compare(texts("a", "bb cc", "d", "e"), texts("a", "bb dd", "d", "f g", "e"), &diff.Options{})
	var forth, back []int
	for i := c.Next(-1); i >= 0; i = c.Next(i) {
		forth = append(forth, i)
	}
	for i := c.Previous(len(c.Pairs)); i >= 0; i = c.Previous(i) {
		back = append(back, i)
	}
	if fmt.Sprint(forth, back) != "[1 3] [3 1]" {
		t.Errorf("forth %v, back %v of %v", forth, back, c.Counts)
	}
}

func TestTiming(t *testing.T) {
	t.Parallel()
	a, b := texts("a", "b", "c", "d"), texts("a", "b", "c", "d")
	for i := 2; i < 4; i++ {
		b.Messages[i].Last.Time += 5e9
	}
	c := diff.Compare(a, b, &diff.Options{Timing: true, Tolerance: 1e8})
	if got := fmt.Sprint(c.Counts, c.Pairs[2].Changes); got != "[3 1 0 0 0 0] [{time +1ms +5.001s true true}]" {
		t.Errorf("got %s: one delay is one difference", got)
	}
	if c := diff.Compare(a, b, &diff.Options{}); c.Different() {
		t.Errorf("%v: time counts although nobody asked", c.Counts)
	}
}

func TestHandshake(t *testing.T) {
	t.Parallel()
	with := func(path string, request ...string) *diff.Side {
		s := texts("x")
		s.Info = &decode.Session{N: 1, Path: path, HandshakeSeen: true, Status: 101}
		for i := 0; i+1 < len(request); i += 2 {
			s.Info.RequestHeaders = append(s.Info.RequestHeaders, http1.Header{Name: request[i], Value: request[i+1]})
		}
		return s
	}
	over := func(t *decode.TLS) *diff.Side {
		s := with("/")
		if s.Info.Scheme = "ws"; t != nil {
			s.Info.Scheme, s.Info.TLS = "wss", t
		}
		return s
	}
	for _, c := range []struct {
		name string
		a, b *diff.Side
		rule string
		want string
	}{
		{"nonces", with("/", "Sec-WebSocket-Key", "a"), with("/", "sec-websocket-key", "b"), "", "[]"},
		{"origin", with("/", "Origin", "a"), with("/", "Origin", "b"), "", "[{request header Origin a b true true}]"},
		{"origin, ignored", with("/", "Origin", "a"), with("/", "Origin", "b"), "header:origin", "[]"},
		{"one more", with("/"), with("/", "X-Debug", "1"), "", "[{request header X-Debug  1 false true}]"},
		{"query", with("/?room=1"), with("/?room=2"), "", "[{path /?room=1 /?room=2 true true}]"},
		{"TLS", over(&decode.TLS{Version: "1.2", Cipher: "A", SNI: "h", ALPN: "h2"}), over(&decode.TLS{Version: "1.3", Cipher: "B", SNI: "h", Keys: "dsb"}), "",
			"[{TLS version 1.2 1.3 true true} {TLS cipher A B true true} {TLS ALPN h2  true false}]"},
		{"TLS and clear: the scheme says it", over(&decode.TLS{Version: "1.2"}), over(nil), "", "[{scheme wss ws true true}]"},
		{"uuid in the path", with("/2f1e8a3c-1111-4222-8333-444455556666"), with("/aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"), "", "[]"},
	} {
		opt := &diff.Options{}
		if c.rule != "" {
			if err := opt.Ignore.Add(c.rule); err != nil {
				t.Fatal(err)
			}
		}
		if got := fmt.Sprint(diff.Compare(c.a, c.b, opt).Handshake); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

func TestPairing(t *testing.T) {
	t.Parallel()
	list := func(paths ...string) (out []*diff.Side) {
		for i, p := range paths {
			s := texts("hello")
			path, sub, _ := strings.Cut(p, " ")
			s.Info = &decode.Session{N: i + 1, Path: path, Subprotocol: sub, HandshakeSeen: path != ""}
			out = append(out, s)
		}
		return out
	}
	for _, c := range []struct {
		name string
		a, b []*diff.Side
		want string
	}{
		{"by order", list("/a", "/a"), list("/a", "/a"), "1~1 2~2"},
		{"by path", list("/a", "/b"), list("/b", "/a"), "1~2 2~1"},
		{"by subprotocol", list("/a x", "/a y"), list("/a y", "/a x"), "1~2 2~1"},
		{"query last", list("/a?1", "/a?2"), list("/a?2", "/a?3"), "1~2 2~1"},
		{"numbers in the path", list("/user/17/feed"), list("/user/99/feed"), "1~1"},
		{"one less", list("/a", "/b"), list("/b"), "1~0 2~1"},
		{"one more", list("/b"), list("/a", "/b"), "1~2 0~1"},
		{"begun in the middle", list("/a", ""), list("/a", "/b"), "1~1 2~2"},
		{"nothing in common", list("/a"), list("/b"), "1~0 0~1"},
	} {
		var got []string
		for _, p := range diff.Sessions(c.a, c.b, &diff.Options{}, false) {
			n := func(s *diff.Side) int {
				if s == nil {
					return 0
				}
				return s.Info.N
			}
			got = append(got, fmt.Sprintf("%d~%d", n(p.A), n(p.B)))
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: got %s, want %s", c.name, s, c.want)
		}
	}
	if cs := diff.Sessions(list("/a"), list("/b"), &diff.Options{}, false); diff.InCommon(cs) {
		t.Error("/a and /b have something in common")
	}
	if cs := diff.Sessions(list("/a"), list("/b"), &diff.Options{}, true); !diff.InCommon(cs) || cs[0].Counts[diff.Same] != 1 {
		t.Error("sessions named by number are not compared")
	}
}

// TestBrowser compares what Chromium said of its sessions with what was on the wire.
func TestBrowser(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"s1-chromium-plain", "s1-chromium-plain-nodeflate"} {
		stem := filepath.Join("..", "..", "..", "shared", "captures", "shapes", name)
		data, err := os.ReadFile(stem + ".har")
		if err != nil {
			t.Skip("the shared captures are not here: ", err)
		}
		capture, err := os.ReadFile(stem + ".pcap")
		if err != nil {
			t.Fatal(err)
		}
		h, err := har.Parse(data)
		if err != nil {
			t.Fatal(err)
		}
		var a []*diff.Side
		for i := range h.Sessions {
			a = append(a, diff.FromHAR(name, &h.Sessions[i]))
		}
		for _, c := range diff.Sessions(a, sides(t, name, capture), &diff.Options{Strict: true}, false) {
			if c.A == nil || c.B == nil || c.Different() || c.Uncertain() || c.Counts[diff.Same] != len(c.A.Messages) || len(c.A.Messages) == 0 {
				t.Errorf("%s\n%s", name, (&diff.Text{}).Comparison(nil, c))
			}
		}
	}
}
