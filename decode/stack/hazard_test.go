package stack_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/pcaps"
)

var key = [4]byte{0x11, 0x22, 0x33, 0x44}

// clientText is a text message as a client sends it.
func clientText(s string) pcaps.Frame { return pcaps.Text(s).Masked(key) }

// upgraded is a conversation after its opening handshake.
func upgraded(extension string) *pcaps.Conversation {
	c := &pcaps.Conversation{}
	var headers [][2]string
	if extension != "" {
		headers = [][2]string{pcaps.Extension(extension)}
	}
	c.Upgrade(pcaps.Request{Headers: headers}, pcaps.Response{Headers: headers})
	return c
}

// tell decodes a conversation, of which everything must hold that always does.
func tell(t *testing.T, c *pcaps.Conversation) *result {
	t.Helper()
	return tellPackets(t, c.Packets)
}

func tellPackets(t *testing.T, ps []pcaps.Packet) *result {
	t.Helper()
	r := decodeAll(t, writeFile(ps), everything)
	r.mustHold(t)
	return r
}

// texts is one line of what a session's direction says: "exact hello, conflict X".
func (r *result) texts(session int, d ws.Dir) string {
	var out []string
	for _, m := range r.of(session, d) {
		s := m.State.String()
		switch {
		case m.Opcode.Control():
			s += " " + m.Opcode.String()
		case m.State != ws.Undecodable:
			s += " " + string(m.Payload)
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

func (r *result) want(t *testing.T, session int, d ws.Dir, want string) {
	t.Helper()
	if got := r.texts(session, d); got != want {
		t.Errorf("session %d %s: got %q, want %q", session, d, got, want)
	}
}

func TestHazard_H25_NotFrames(t *testing.T) {
	t.Parallel()
	c := upgraded("")
	c.Send(pcaps.S2C, []byte("this is plain text and goes on for a while"))
	r := tell(t, c)
	if len(r.messages) != 0 || !r.broke(rule.NotWebSocket) || r.account.Bytes.Undecoded != 42 {
		t.Errorf("got %v, findings %v, %+v", r.messages, r.findings, r.account.Bytes)
	}
}

func TestHazard_T5_NeverFilled(t *testing.T) {
	t.Parallel()
	c := upgraded("")
	c.MSS = 10
	c.SendFrames(pcaps.S2C, pcaps.Text("0123456789abcdefghijklmnopqrst"), pcaps.Text("next"))
	r := tellPackets(t, pcaps.Drop(c.Packets, len(c.Packets)-4))
	m := r.of(1, ws.S2C)[0]
	if m.State != ws.Partial || m.Missing != 10 || len(m.Holes) != 1 || m.Holes[0] != (ws.Hole{At: 8, N: 10}) {
		t.Errorf("got %v, missing %d in %v", m, m.Missing, m.Holes)
	}
	if len(r.account.Why) == 0 {
		t.Error("the run is complete")
	}
}

func TestHazard_T6_GapInPayload(t *testing.T) {
	t.Parallel()
	c := upgraded("")
	c.MSS = 10
	c.SendFrames(pcaps.S2C, pcaps.Text("0123456789abcdefghijklmnopqrst"), pcaps.Text("next"))
	tellPackets(t, pcaps.Drop(c.Packets, len(c.Packets)-4)).want(t, 1, ws.S2C, "partial 01234567ijklmnopqrst, exact next")
}

func TestHazard_T7_GapOverHeader(t *testing.T) {
	t.Parallel()
	c := upgraded("")
	c.SendFrames(pcaps.S2C, pcaps.Text("one"))
	c.SendFrames(pcaps.S2C, pcaps.Text("lost"))
	lost := len(c.Packets) - 2
	for range 6 {
		c.SendFrames(pcaps.S2C, pcaps.Text("found again"))
	}
	r := tellPackets(t, pcaps.Drop(c.Packets, lost))
	for _, m := range r.of(1, ws.S2C)[1:] {
		if m.State != ws.Guessed || string(m.Payload) != "found again" {
			t.Errorf("%v: %q", m, m.Payload)
		}
	}
	if n := len(r.of(1, ws.S2C)); n != 7 {
		t.Errorf("got %d messages, want 7", n)
	}
}

// The peer acknowledges what the capture never saw.
func TestHazard_T8_AckedButUnseen(t *testing.T) {
	t.Parallel()
	c := upgraded("")
	c.SendFrames(pcaps.S2C, pcaps.Text("one"))
	c.Skip(pcaps.S2C, 7)
	c.Ack(pcaps.C2S)
	c.Wait(2 * time.Second)
	c.SendFrames(pcaps.S2C, pcaps.Text("two"))
	r := tell(t, c)
	if r.account.Bytes.Missing != 7 || !r.broke(rule.Gap) {
		t.Errorf("got %+v, findings %v", r.account.Bytes, r.findings)
	}
	r.want(t, 1, ws.S2C, "exact one, guessed two")
}

func TestHazard_T9_MidStream(t *testing.T) {
	t.Parallel()
	c := upgraded("")
	skip := len(c.Packets)
	for range 5 {
		c.SendFrames(pcaps.C2S, clientText("a question"))
		c.SendFrames(pcaps.S2C, pcaps.Text("an answer"))
	}
	r := tellPackets(t, c.Packets[skip:])
	if s := r.only(t); s.HandshakeSeen || s.Confidence <= 0 || s.Client.Port() != 50000 {
		t.Errorf("got handshake %v, confidence %g, client %v", s.HandshakeSeen, s.Confidence, s.Client)
	}
	r.want(t, 1, ws.C2S, strings.Repeat("guessed a question, ", 4)+"guessed a question")
	r.want(t, 1, ws.S2C, strings.Repeat("guessed an answer, ", 4)+"guessed an answer")
}

func TestHazard_T10_HalfAHandshake(t *testing.T) {
	t.Parallel()
	c := upgraded("permessage-deflate")
	var z pcaps.Deflater
	for range 5 {
		c.SendFrames(pcaps.C2S, clientText("a question"))
		c.SendFrames(pcaps.S2C, z.Text("an answer"))
	}
	for name, lost := range map[string]int{"the request": 3, "the response": 5} {
		r := tellPackets(t, pcaps.Drop(c.Packets, lost))
		if s := r.only(t); s.HandshakeSeen || s.Client.Port() != 50000 {
			t.Errorf("without %s: handshake %v, client %v", name, s.HandshakeSeen, s.Client)
		}
		if got := r.exact(1, ws.C2S, false); len(got) > 0 {
			t.Errorf("without %s: client's messages told as exact: %v", name, got)
		}
		if got := r.exact(1, ws.S2C, false); name == "the response" && len(got) > 0 {
			t.Errorf("without %s: server's messages told as exact: %v", name, got)
		}
	}
}

func TestHazard_T12_HandshakeOutOfOrder(t *testing.T) {
	t.Parallel()
	c := upgraded("")
	c.SendFrames(pcaps.C2S, clientText("one"))
	c.SendFrames(pcaps.S2C, pcaps.Text("two"))
	for from := range c.Packets {
		for to := range c.Packets {
			r := tellPackets(t, pcaps.Move(c.Packets, from, to))
			if len(r.sessions) != 1 || r.texts(1, ws.C2S) != "exact one" || r.texts(1, ws.S2C) != "exact two" {
				t.Fatalf("packet %d moved to %d: %d sessions, %q, %q", from+1, to+1, len(r.sessions), r.texts(1, ws.C2S), r.texts(1, ws.S2C))
			}
		}
	}
}

// Both sides send a SYN; the client is who sends the request, here the side whose SYN came second.
func TestHazard_T13_SimultaneousOpen(t *testing.T) {
	t.Parallel()
	c := &pcaps.Conversation{}
	for d, flags := range []byte{pcaps.SYN, pcaps.SYN, pcaps.SYN | pcaps.ACK, pcaps.SYN | pcaps.ACK} {
		from := pcaps.Dir(d&1) ^ 1
		s := c.Segment(from)
		s.Seq, s.Flags = c.ISN[from], flags
		if flags == pcaps.SYN {
			s.Ack = 0
		}
		c.Put(s)
	}
	c.Send(pcaps.C2S, pcaps.Request{}.Bytes())
	c.Send(pcaps.S2C, pcaps.Response{}.Bytes())
	c.SendFrames(pcaps.C2S, clientText("one"))
	r := tell(t, c)
	if s := r.only(t); s.Client.Port() != 50000 || !s.HandshakeSeen {
		t.Errorf("got client %v, handshake %v", s.Client, s.HandshakeSeen)
	}
	r.want(t, 1, ws.C2S, "exact one")
}

func TestHazard_T14_NewConnectionOnOldPorts(t *testing.T) {
	t.Parallel()
	a := upgraded("")
	a.SendFrames(pcaps.S2C, pcaps.Text("old"))
	b := &pcaps.Conversation{ISN: [2]uint32{900, 77}, Start: time.Date(2026, 1, 2, 3, 5, 0, 0, time.UTC)}
	b.Upgrade(pcaps.Request{}, pcaps.Response{})
	b.SendFrames(pcaps.S2C, pcaps.Text("new"))
	r := tellPackets(t, pcaps.Merge(a.Packets, b.Packets))
	r.want(t, 1, ws.S2C, "exact old")
	r.want(t, 2, ws.S2C, "exact new")
	if len(r.sessions) != 2 || r.sessions[0].End != decode.EndReplaced || r.sessions[1].Stream != 1 {
		t.Errorf("got %d sessions, the first ended by %v", len(r.sessions), r.sessions[0].End)
	}
}

func TestHazard_T18_InjectedRST(t *testing.T) {
	t.Parallel()
	c := upgraded("")
	c.SendFrames(pcaps.S2C, pcaps.Text("one"))
	s := c.Segment(pcaps.S2C)
	s.Flags, s.Seq = pcaps.RST, s.Seq+1<<30
	c.Put(s)
	c.SendFrames(pcaps.S2C, pcaps.Text("two"))
	r := tell(t, c)
	r.want(t, 1, ws.S2C, "exact one, exact two")
	if s := r.only(t); s.State != decode.Open {
		t.Errorf("state is %v", s.State)
	}
}

func TestHazard_T23_FarOutsideTheWindow(t *testing.T) {
	t.Parallel()
	c := upgraded("")
	c.SendFrames(pcaps.S2C, pcaps.Text("one"))
	s := c.Segment(pcaps.S2C)
	s.Seq, s.Payload = s.Seq+1<<31-5, []byte("from nowhere")
	c.Put(s)
	c.SendFrames(pcaps.S2C, pcaps.Text("two"))
	r := tell(t, c)
	r.want(t, 1, ws.S2C, "exact one, exact two")
	if r.account.Bytes.Missing != 0 {
		t.Errorf("%d bytes missing", r.account.Bytes.Missing)
	}
}

func TestHazard_T26_OneDirectionOnly(t *testing.T) {
	t.Parallel()
	c := upgraded("")
	for range 5 {
		c.SendFrames(pcaps.C2S, clientText("a question"))
		c.SendFrames(pcaps.S2C, pcaps.Text("an answer"))
	}
	var out []pcaps.Packet
	for i, s := range segments(c.Packets) {
		if s.Src.Port() == 80 {
			out = append(out, c.Packets[i])
		}
	}
	r := tellPackets(t, out)
	if s := r.only(t); s.Client.Port() != 50000 || s.HandshakeSeen {
		t.Errorf("got client %v, handshake %v", s.Client, s.HandshakeSeen)
	}
	if n := len(r.of(1, ws.S2C)); n != 5 {
		t.Errorf("got %d messages, want 5", n)
	}
}

func TestHazard_T30_IdleForHours(t *testing.T) {
	t.Parallel()
	c := upgraded("permessage-deflate")
	var z pcaps.Deflater
	c.SendFrames(pcaps.S2C, z.Text("the same words"))
	c.Wait(9 * time.Hour)
	c.SendFrames(pcaps.S2C, z.Text("the same words"))
	tell(t, c).want(t, 1, ws.S2C, "exact the same words, exact the same words")
}

func TestHazard_L12_SameAddress(t *testing.T) {
	t.Parallel()
	for _, port := range []uint16{80, 50000} {
		addr := netip.MustParseAddr("127.0.0.1")
		c := &pcaps.Conversation{Client: netip.AddrPortFrom(addr, 50000), Server: netip.AddrPortFrom(addr, port)}
		c.Upgrade(pcaps.Request{}, pcaps.Response{})
		c.SendFrames(pcaps.C2S, clientText("one"))
		r := tell(t, c)
		if port == 80 {
			r.want(t, 1, ws.C2S, "exact one")
		}
	}
}
