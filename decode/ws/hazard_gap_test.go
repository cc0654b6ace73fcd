package ws

import "testing"

func TestHazard_H25_NotWebSocket(t *testing.T) {
	t.Parallel()
	for _, in := range []string{"HTTP/1.1 200 OK\r\n", `{"a":1}`, "<html>", "SSH-2.0-x\r\n", "\x16\x03\x01\x02\x00\x01"} {
		r := newRig(t, Config{Keep: true})
		r.data(S2C, []byte(in))
		r.data(C2S, build(0x81, "fine", key))
		r.close()
		if len(r.rec.messages) != 1 || r.rec.broke() != "ws.not-websocket" || r.bytes.Undecoded != int64(len(in)) {
			t.Errorf("%q: %s %q %+v", in, r.rec.brief(), r.rec.broke(), r.bytes)
		}
	}
}

func TestHazard_T6_GapInPayload(t *testing.T) {
	t.Parallel()
	r := newRig(t, Config{Keep: true})
	in := build(0x81, "0123456789", key)
	r.data(C2S, in[:9])
	r.gap(C2S, 4)
	r.data(C2S, in[13:])
	r.data(C2S, build(0x81, "next", key))
	r.close().want(`1 c2s text partial hole 3+4 "012789" 2 c2s text exact "next"`, "")
	if r.rec.messages[0].ValidUTF8 || r.rec.messages[0].Missing != 4 {
		t.Errorf("%+v", r.rec.messages[0])
	}
	// A gap to the very end of a payload loses no boundary.
	r = newRig(t, Config{Keep: true})
	r.data(C2S, in[:9])
	r.gap(C2S, 7)
	r.data(C2S, build(0x81, "next", key))
	r.close().want(`1 c2s text partial hole 3+7 "012" 2 c2s text exact "next"`, "")
}

func TestHazard_T7_GapOverHeader(t *testing.T) {
	t.Parallel()
	s := newScript(5, 200, true, false, false)
	h := s.headers[len(s.headers)/3]
	r := newRig(t, Config{Keep: true})
	r.feed(C2S, s.wire, 1460, []Range{{h.Start + 1, h.Start + 1400}}, whole)
	r.close()
	guessed := 0
	for _, m := range r.rec.messages {
		if m.Stream.Start > h.Start {
			guessed++
			if m.State == Exact || m.Confidence <= 0 || m.Confidence > 1 {
				t.Errorf("message at %d after the gap: %v, %v", m.Stream.Start, m.State, m.Confidence)
			}
		}
	}
	if guessed < 50 {
		t.Errorf("%d messages after the gap", guessed)
	}
}

// TestGapRestOfMessage has a boundary found by search in the middle of a fragmented message: its rest is joined to
// nothing, and its compression is not known.
func TestGapRestOfMessage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		deflate *Deflate
		want    string
	}{
		{nil, `1 s2c continuation partial "middle end" 2 s2c ping guessed "" 3 s2c text guessed "x" 4 s2c continuation guessed "stray"`},
		{&Deflate{}, `1 s2c continuation undecodable (window lost) "middle end" 2 s2c ping guessed "" 3 s2c text guessed "x" 4 s2c continuation guessed "stray"`},
	} {
		r := newRig(t, Config{Keep: true, Deflate: c.deflate})
		h := &r.c.halves[S2C]
		h.floor, h.confidence, h.lostHead = Guessed, 0.75, true
		r.data(S2C, build(0x00, "middle ", ""))
		r.data(S2C, build(0x80, "end", ""))
		r.data(S2C, build(0x89, "", ""))
		r.data(S2C, build(0x81, "x", ""))
		r.data(S2C, build(0x80, "stray", ""))
		r.close().want(c.want, "ws.continuation-unexpected")
		for _, m := range r.rec.messages {
			if (m.Confidence == 0.75) != (m.State != Undecodable) {
				t.Errorf("%v with confidence %v", m.State, m.Confidence)
			}
		}
	}
}
