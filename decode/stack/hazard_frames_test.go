package stack_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/pcaps"
)

// A length that cannot be: the boundary is lost, the other direction goes on.
func TestHazard_W1_TopBitOfTheLength(t *testing.T) {
	t.Parallel()
	c := upgraded("")
	c.SendFrames(pcaps.S2C, pcaps.Text("one"), pcaps.Text("five5").Declaring(1<<63|5), pcaps.Text("not a message"))
	c.SendFrames(pcaps.C2S, clientText("other side"))
	r := tell(t, c)
	r.want(t, 1, ws.S2C, "exact one, undecodable")
	r.want(t, 1, ws.C2S, "exact other side")
	if !r.broke(rule.LengthMSB) {
		t.Error("no finding")
	}
}

func TestHazard_W2_HugeLength(t *testing.T) {
	t.Parallel()
	for _, n := range []uint64{1<<32 + 5, 1 << 62, 1<<63 - 1} {
		c := upgraded("")
		c.SendFrames(pcaps.S2C, pcaps.Text("five5").Declaring(n), pcaps.Text("of it"))
		r := tell(t, c)
		m := r.of(1, ws.S2C)
		if len(m) != 1 || m[0].State != ws.Partial || m[0].Missing != int64(n)-12 || m[0].Len != int64(n) {
			t.Errorf("%d: got %v, missing %d", n, m, m[0].Missing)
		}
	}
}

func TestHazard_W12_MessageInsideAMessage(t *testing.T) {
	t.Parallel()
	c := upgraded("")
	c.SendFrames(pcaps.S2C, pcaps.Fragments(pcaps.OpText, "begun", "")[0], pcaps.Text("new"))
	r := tell(t, c)
	r.want(t, 1, ws.S2C, "partial begun, exact new")
	if !r.broke(rule.ContinuationExpected) {
		t.Error("no finding")
	}
}

func TestHazard_W13_NothingToContinue(t *testing.T) {
	t.Parallel()
	c := upgraded("")
	c.SendFrames(pcaps.S2C, pcaps.Text("one"), pcaps.Frame{Fin: true, Payload: []byte("stray")}, pcaps.Text("two"))
	r := tell(t, c)
	r.want(t, 1, ws.S2C, "exact one, exact stray, exact two")
	if m := r.of(1, ws.S2C)[1]; m.Opcode != ws.OpContinuation || !r.broke(rule.ContinuationUnexpected) {
		t.Errorf("got %v, findings %v", m, r.findings)
	}
}

func TestHazard_W14_NeverFinished(t *testing.T) {
	t.Parallel()
	for _, end := range []func(*pcaps.Conversation){
		func(*pcaps.Conversation) {},
		func(c *pcaps.Conversation) { c.Close() },
		func(c *pcaps.Conversation) { c.Rst(pcaps.S2C) },
		func(c *pcaps.Conversation) { c.SendFrames(pcaps.S2C, pcaps.Close(1000, "")) },
	} {
		c := upgraded("")
		c.SendFrames(pcaps.S2C, pcaps.Fragments(pcaps.OpText, "begun", "")[0])
		end(c)
		r := tell(t, c)
		if m := r.of(1, ws.S2C)[0]; m.State != ws.Partial || string(m.Payload) != "begun" || !r.broke(rule.Unfinished) {
			t.Errorf("got %v, findings %v", m, r.findings)
		}
	}
}

func TestHazard_W18_InvalidUTF8(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"ab\xff", "ab\xc0\xaf", "ab\xed\xa0\x80", "ab\xf4\x90\x80\x80", "ab\xe2\x82"} {
		c := upgraded("")
		c.SendFrames(pcaps.S2C, pcaps.Text(s))
		r := tell(t, c)
		m := r.of(1, ws.S2C)[0]
		if string(m.Payload) != s || m.ValidUTF8 || m.State != ws.Exact {
			t.Errorf("%q: got %q, valid %v, %v", s, m.Payload, m.ValidUTF8, m.State)
		}
		if !slices.ContainsFunc(r.findings, func(f ws.Finding) bool {
			return f.Rule == rule.UTF8 && (strings.HasPrefix(f.Detail, "byte 2") || strings.HasPrefix(f.Detail, "byte 3") || strings.HasPrefix(f.Detail, "byte 4"))
		}) {
			t.Errorf("%q: findings %v", s, r.findings)
		}
	}
}

func TestHazard_W25_NoClose(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		end  func(*pcaps.Conversation)
		want decode.End
		by   ws.Dir
	}{
		{"FIN by the server", func(c *pcaps.Conversation) { c.Fin(pcaps.S2C); c.Fin(pcaps.C2S) }, decode.EndFIN, ws.S2C},
		{"FIN by the client", func(c *pcaps.Conversation) { c.Close() }, decode.EndFIN, ws.C2S},
		{"RST by the server", func(c *pcaps.Conversation) { c.Rst(pcaps.S2C) }, decode.EndRST, ws.S2C},
		{"RST by the client", func(c *pcaps.Conversation) { c.Rst(pcaps.C2S) }, decode.EndRST, ws.C2S},
	} {
		c := upgraded("")
		c.SendFrames(pcaps.S2C, pcaps.Text("one"))
		row.end(c)
		r := tell(t, c)
		s := r.only(t)
		if s.State != decode.Closed || s.End != row.want || !s.HasEndBy || s.EndBy != row.by || s.Close != nil {
			t.Errorf("%s: %v, ended by %v of %v", row.name, s.State, s.End, s.EndBy)
		}
		if !slices.ContainsFunc(r.findings, func(f ws.Finding) bool { return f.Rule == rule.NoClose && f.Detail == row.name }) {
			t.Errorf("%s: findings %v", row.name, r.findings)
		}
	}
}

// Only a pong with the ping's payload answers it; an unsolicited one is legal and reported as it is.
func TestHazard_W27_Pongs(t *testing.T) {
	t.Parallel()
	c := upgraded("")
	c.SendFrames(pcaps.S2C, pcaps.Pong("unasked"), pcaps.Ping("a"), pcaps.Ping("b"))
	c.SendFrames(pcaps.C2S, pcaps.Pong("b").Masked(key))
	r := tell(t, c)
	r.want(t, 1, ws.S2C, "exact pong, exact ping, exact ping")
	r.want(t, 1, ws.C2S, "exact pong")
	if len(r.findings) != 0 {
		t.Errorf("findings %v", r.findings)
	}
}

func TestHazard_W29_CutByTheEnd(t *testing.T) {
	t.Parallel()
	c := upgraded("")
	b := pcaps.Binary(make([]byte, 4096)).Bytes()
	c.Push(pcaps.S2C, b[:4+512])
	r := tell(t, c)
	m := r.of(1, ws.S2C)[0]
	if m.State != ws.Partial || m.Len != 4096 || m.Missing != 4096-512 || len(m.Payload) != 512 {
		t.Errorf("got %v, missing %d, %d bytes", m, m.Missing, len(m.Payload))
	}
}

// JSON a million deep, a million keys: it is text, and lines are as good as any.
func TestHazard_W30_DeepJSON(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`[{"a":`, 200_000) + "1e999999" + strings.Repeat("}]", 200_000)
	c := upgraded("")
	c.SendFrames(pcaps.S2C, pcaps.Text(deep))
	r := tell(t, c)
	if m := r.of(1, ws.S2C)[0]; m.State != ws.Exact || string(m.Payload) != deep {
		t.Errorf("got %v", m)
	}
	line := bytes.TrimSpace(list(t, c.File())["message json"])
	var m struct{ Text string }
	if err := json.Unmarshal(line, &m); err != nil || m.Text != deep {
		t.Errorf("%v, %d bytes", err, len(m.Text))
	}
}

// With one message lost, of all later ones that refer to it the length is known, and what does not come from it; until one that
// does not refer to it.
func TestHazard_D12_WindowLost(t *testing.T) {
	t.Parallel()
	c := upgraded("permessage-deflate")
	var z pcaps.Deflater
	c.SendFrames(pcaps.S2C, z.Text("the first of them"))
	c.MSS = 6
	c.SendFrames(pcaps.S2C, z.Text("the second of them"))
	lost := len(c.Packets) - 2
	c.MSS = 1460
	c.SendFrames(pcaps.S2C, z.Text("the second of them, again"))
	c.SendFrames(pcaps.S2C, z.Text("the second of them, again and again"))
	c.SendFrames(pcaps.S2C, (&pcaps.Deflater{}).Text("something new"))
	r := tellPackets(t, pcaps.Drop(c.Packets, lost))
	r.want(t, 1, ws.S2C, "exact the first of them, undecodable, guessed , again, guessed , again and again, exact something new")
	for i, m := range r.of(1, ws.S2C)[1:4] {
		switch {
		case i == 0 && m.Why != ws.WindowLost:
			t.Errorf("%v: why %q", m, m.Why)
		case i > 0 && (m.Missing != int64(len("the second of them")) || m.Len != m.Missing+int64(len(m.Payload))):
			t.Errorf("%v: %d bytes, of which %d are missing", m, m.Len, m.Missing)
		}
	}
}

func TestHazard_D16_MidStreamCompressed(t *testing.T) {
	t.Parallel()
	c := upgraded("permessage-deflate")
	var z pcaps.Deflater
	c.SendFrames(pcaps.S2C, z.Text("the words that all of them repeat"))
	skip := len(c.Packets)
	for range 8 {
		c.SendFrames(pcaps.S2C, z.Text("the words that all of them repeat"))
		c.SendFrames(pcaps.C2S, clientText("and an answer that is not compressed"))
	}
	r := tellPackets(t, c.Packets[skip:])
	for _, m := range r.of(1, ws.S2C) {
		if m.State != ws.Undecodable {
			t.Errorf("%v: %q", m, m.Payload)
		}
	}
	if len(r.of(1, ws.C2S)) != 8 {
		t.Errorf("got %q", r.texts(1, ws.C2S))
	}
}
