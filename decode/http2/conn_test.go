package http2

import (
	"strings"
	"testing"

	"github.com/wspeek/wspeek/reassembly"
	"golang.org/x/net/http2"
)

const req1 = "request 1 :method=CONNECT :protocol=websocket :scheme=https :path=/chat :authority=example.com sec-websocket-version=13"

func TestSession(t *testing.T) {
	t.Parallel()
	p := newPair()
	f := run(t, Config{}, p.session(
		c(p.c.data(1, "hello")), s(p.s.padded(1, "world", 9)), c(p.c.data(1, "more")+p.c.last(1, "end")),
		s(p.s.ping()+p.s.last(1, "")), c(p.c.goAway(0, http2.ErrCodeNo, "bye")))...)
	want(t, f, req1+` | response 1 to 1 :status=200 | goaway 0 last 0 NO_ERROR "bye"`)
	wantRules(t, f, "")
	wantStream(t, f, 1, cli, "hellomoreend", "", reassembly.CloseFIN)
	wantStream(t, f, 1, srv, "world", "", reassembly.CloseFIN)
	if n := f.c.Counts(); n.Requests != 1 || n.Followed != 1 || n.Frames[typeData] != 5 || n.Frames[typePing] != 1 {
		t.Errorf("counts %+v", n)
	}
}

func TestSideThatIsClient(t *testing.T) {
	t.Parallel()
	p := newPair()
	events := p.session(c(p.c.last(1, "hello")))
	for i := range events {
		events[i].d ^= 1
	}
	f := run(t, Config{Client: reassembly.Rev}, events...)
	wantStream(t, f, 1, reassembly.Rev, "hello", "", reassembly.CloseFIN)
}

// TestStreams: sessions beside each other and beside ordinary requests.
func TestStreams(t *testing.T) {
	t.Parallel()
	p := newPair()
	get := []string{":method GET", ":scheme https", ":path /", ":authority example.com"}
	f := run(t, Config{}, append(p.open(),
		c(p.c.headersFlags(1, true, get...)), p.connect(3), p.connect(5),
		s(p.s.headers(1, ":status 200")+p.s.data(1, "body")+p.s.headers(5, ":status 200")+p.s.last(1, "body")+p.s.headers(3, ":status 200")),
		c(p.c.data(3, "three")+p.c.data(5, "five")), s(p.s.data(5, "V")+p.s.data(3, "III")),
		p.connect(7), s(p.s.headersFlags(7, true, ":status 403")))...)
	wantStream(t, f, 3, cli, "three", "", reassembly.CloseEnd)
	wantStream(t, f, 3, srv, "III", "", reassembly.CloseEnd)
	wantStream(t, f, 5, cli, "five", "", reassembly.CloseEnd)
	wantStream(t, f, 5, srv, "V", "", reassembly.CloseEnd)
	if len(f.r.streams) != 2 || len(f.r.resps) != 3 {
		t.Errorf("%d streams, calls %q", len(f.r.streams), f.r.log)
	}
	wantRules(t, f, "")
}

// TestRequestForms: one request and response, written in all ways.
func TestRequestForms(t *testing.T) {
	t.Parallel()
	frag := func(w *wire) (a, b, d string) {
		block := string(w.fields(connectLines...))
		return block[:7], block[7:30], block[30:]
	}
	tests := map[string]func(w *wire) string{
		"CONTINUATION": func(w *wire) string {
			a, b, d := frag(w)
			return w.raw(1, 0, 1, a) + w.raw(9, 0, 1, b) + w.raw(9, 0, 1, "") + w.raw(9, 4, 1, d)
		},
		"padding": func(w *wire) string {
			a, b, d := frag(w)
			return w.raw(1, 4|8, 1, "\x03"+a+b+d+"\x00\x00\x00")
		},
		"priority": func(w *wire) string {
			a, b, d := frag(w)
			return w.raw(1, 4|0x20, 1, "\x80\x00\x00\x00\x10"+a+b+d)
		},
		"padding and priority": func(w *wire) string {
			a, b, d := frag(w)
			return w.raw(1, 8|0x20, 1, "\x01\x00\x00\x00\x00\x10"+a+"\x00") + w.raw(9, 4, 1, b+d)
		},
		"unknown frames before": func(w *wire) string {
			return w.raw(0x10, 0, 0, "u=1") + w.raw(0xfa, 0xff, 7, "grease") + w.raw(0xc, 0, 0, "") + w.headers(1, connectLines...)
		},
		"priority frame before": func(w *wire) string { return w.raw(2, 0, 1, "\x00\x00\x00\x00\x10") + w.headers(1, connectLines...) },
	}
	for name, write := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPair()
			f := run(t, Config{}, append(p.open(), c(write(p.c)), s(p.s.headers(1, ":status 103", "link x")+p.s.headers(1, ":status 200")), c(p.c.data(1, "x")))...)
			want(t, f, req1+" | response 1 to 1 :status=103 link=x | response 1 to 1 :status=200")
			wantRules(t, f, "")
			wantStream(t, f, 1, cli, "x", "", reassembly.CloseEnd)
			if q := f.r.reqs[0]; q.Offset != f.r.reqs[0].Offset || q.First != 4 || q.Last != 4 || !q.IsWebSocket() {
				t.Errorf("request %+v", q)
			}
		})
	}
}

func TestHeadPlace(t *testing.T) {
	t.Parallel()
	p := newPair()
	before := p.open()
	off := int64(len(before[1].data))
	head := p.c.headers(1, connectLines...)
	f := run(t, Config{}, append(before, c(head))...)
	if q := f.r.reqs[0]; q.Offset != off || q.Len != int64(len(head)) || q.Dir != cli {
		t.Errorf("offset %d, length %d, want %d, %d", q.Offset, q.Len, off, len(head))
	}
}

func TestEndings(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name       string
		events     func(p pair) []event
		calls      string
		rules      string
		cliK, srvK reassembly.CloseKind
	}{
		{"reset by client", func(p pair) []event { return []event{c(p.c.reset(1, 8)), s(p.s.ping())} },
			"reset 1 by 0 CANCEL known true", "", reassembly.CloseRST, reassembly.ClosePeerRST},
		{"reset by server with an error", func(p pair) []event { return []event{s(p.s.reset(1, 1))} },
			"reset 1 by 1 PROTOCOL_ERROR known true", "h2.reset-code 1: PROTOCOL_ERROR", reassembly.ClosePeerRST, reassembly.CloseRST},
		{"reset, acknowledgment not known", func(p pair) []event { return []event{s(p.s.reset(1, 8)).acked(noAck), c(p.c.ping())} },
			"reset 1 by 1 CANCEL known true", "", reassembly.ClosePeerRST, reassembly.CloseRST},
		{"reset, then nothing", func(p pair) []event { return []event{s(p.s.reset(1, 8)).acked(noAck)} },
			"reset 1 by 1 CANCEL known true", "", reassembly.ClosePeerRST, reassembly.CloseRST},
		{"reset twice, and frames after that", func(p pair) []event {
			return []event{c(p.c.reset(1, 8)), c(p.c.reset(1, 8) + p.c.data(1, "late")), s(p.s.data(1, "late"))}
		}, "reset 1 by 0 CANCEL known true", "", reassembly.CloseRST, reassembly.ClosePeerRST},
		{"end of both sides", func(p pair) []event { return []event{c(p.c.last(1, "")), s(p.s.last(1, ""))} },
			"", "", reassembly.CloseFIN, reassembly.CloseFIN},
		{"DATA after the end", func(p pair) []event { return []event{c(p.c.last(1, "") + p.c.data(1, "late"))} },
			"", "h2.stream-closed 1: DATA after the end of the stream", reassembly.CloseFIN, reassembly.CloseEnd},
		{"end, then reset", func(p pair) []event { return []event{c(p.c.last(1, "")), s(p.s.reset(1, 8))} },
			"reset 1 by 1 CANCEL known true", "", reassembly.CloseFIN, reassembly.CloseRST},
		{"TCP's end", func(p pair) []event { return []event{fin(cli), fin(srv)} },
			"", "", reassembly.CloseFIN, reassembly.CloseFIN},
		{"GOAWAY leaves sessions alone", func(p pair) []event { return []event{s(p.s.goAway(1, 0, "")), c(p.c.data(1, ""))} },
			`goaway 1 last 1 NO_ERROR ""`, "", reassembly.CloseEnd, reassembly.CloseEnd},
		{"trailers", func(p pair) []event { return []event{s(p.s.headersFlags(1, true, "a b"))} },
			"", "h2.connected-frames 1: HEADERS", reassembly.CloseEnd, reassembly.CloseFIN},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := newPair()
			f := run(t, Config{}, p.session(tt.events(p)...)...)
			calls := strings.Join(f.r.log[2:], " | ")
			if calls != tt.calls {
				t.Errorf("calls %q, want %q", calls, tt.calls)
			}
			wantRules(t, f, tt.rules)
			if k := f.r.streams[1].closed; k != [2]reassembly.CloseKind{tt.cliK, tt.srvK} {
				t.Errorf("closed %v, want %v %v", k, tt.cliK, tt.srvK)
			}
		})
	}
}

// TestResetOvertakes: what the other side had sent before is still passed on, though it comes later.
func TestResetOvertakes(t *testing.T) {
	t.Parallel()
	p := newPair()
	events := p.session()
	f := newFeeder(newRecorder(), Config{})
	for _, e := range events {
		f.play(e)
	}
	f.packet += 2
	f.play(c(p.c.reset(1, 8)).acked(f.off[srv] + 14))
	f.packet -= 3
	f.play(s(p.s.data(1, "early")))
	f.packet += 3
	f.play(s(p.s.data(1, "late")))
	f.end(t)
	wantStream(t, f, 1, srv, "early", "", reassembly.ClosePeerRST)
}

// TestOrder: what waits for the other direction.
func TestOrder(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		events func(p pair) []event
		calls  string
		got    [2]string
	}{
		{"DATA before the response", func(p pair) []event {
			return []event{p.connect(1), c(p.c.data(1, "early")), p.ok(1), c(p.c.data(1, "late"))}
		}, req1 + " | response 1 to 1 :status=200", [2]string{"earlylate", ""}},
		{"response before the request", func(p pair) []event {
			return []event{p.ok(1).acked(10_000), s(p.s.data(1, "SS")).acked(10_000), p.connect(1), c(p.c.data(1, "CC"))}
		}, req1 + " | response 1 to 1 :status=200", [2]string{"CC", "SS"}},
		{"response before the request, acknowledgment not known", func(p pair) []event {
			return []event{p.ok(1).acked(noAck), s(p.s.last(1, "SS")).acked(noAck), p.connect(1)}
		}, req1 + " | response 1 to 1 :status=200", [2]string{"", "SS"}},
		{"a response to no request", func(p pair) []event {
			return []event{p.ok(1), s(p.s.data(1, "SS"))}
		}, "", [2]string{}},
		{"refused", func(p pair) []event {
			return []event{p.connect(1), c(p.c.data(1, "early")), s(p.s.headers(1, ":status 403") + p.s.last(1, "no")), c(p.c.data(1, "late"))}
		}, req1 + " | response 1 to 1 :status=403", [2]string{}},
		{"no response", func(p pair) []event { return []event{p.connect(1), c(p.c.data(1, "early")), fin(srv)} },
			req1 + " | pending 1", [2]string{"early", ""}},
		{"no response and no DATA", func(p pair) []event { return []event{p.connect(1)} }, req1, [2]string{}},
		{"reset instead of a response", func(p pair) []event {
			return []event{p.connect(1), s(p.s.reset(1, 7)), c(p.c.data(1, "late"))}
		}, req1 + " | reset 1 by 1 REFUSED_STREAM known true", [2]string{}},
		{"GOAWAY instead of a response", func(p pair) []event {
			return []event{p.connect(1), s(p.s.goAway(0, 0, ""))}
		}, req1 + ` | goaway 1 last 0 NO_ERROR ""`, [2]string{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := newPair()
			f := run(t, Config{}, append(p.open(), tt.events(p)...)...)
			want(t, f, tt.calls)
			got := [2]string{}
			if s := f.r.streams[1]; s != nil {
				got = [2]string{string(s.got[0]), string(s.got[1])}
			}
			if got != tt.got {
				t.Errorf("got %q, want %q", got, tt.got)
			}
		})
	}
}

// TestUpgraded: after Upgrade: h2c the response is that of stream 1, and the preface follows.
func TestUpgraded(t *testing.T) {
	t.Parallel()
	p := newPair()
	f := run(t, Config{Upgraded: true}, s(p.s.settings(enable)+p.s.headers(1, ":status 200")+p.s.last(1, "body")),
		c(Preface+p.c.settings()+p.c.ack()), p.connect(3), p.ok(3), c(p.c.data(3, "CC")))
	wantRules(t, f, "")
	wantStream(t, f, 3, cli, "CC", "", reassembly.CloseEnd)
	if len(f.r.resps) != 1 {
		t.Errorf("calls %q", f.r.log)
	}
}

// TestAck: what is acknowledged is in the stream's own offsets.
func TestAck(t *testing.T) {
	t.Parallel()
	p := newPair()
	events := p.session(c(p.c.data(1, "hello")), c(p.c.ping()+p.c.data(3, "ignored")+p.c.data(1, "world")))
	end := int64(0)
	for _, e := range events {
		if e.d == cli {
			end += int64(len(e.data))
		}
	}
	tests := []struct {
		name string
		ack  int64
		want int64
	}{
		{"everything", end, 10}, {"one byte less", end - 1, 9}, {"the first byte of a frame", end - 4, 6}, {"a header", end - 7, 5},
		{"another stream's", end - 14 - 3, 5}, {"the first frame but a byte", end - 14 - 16 - 17 - 1, 4}, {"the handshake", 30, 0},
		{"not known", noAck, -1}, {"more than was captured", end + 1, -1},
	}
	for _, tt := range tests {
		f := run(t, Config{}, append(events[:len(events):len(events)], s(p.s.data(1, "S")).acked(tt.ack))...)
		if got := f.r.streams[1].acks[srv][0]; got != tt.want {
			t.Errorf("%s: ack %d, want %d", tt.name, got, tt.want)
		}
	}
}
