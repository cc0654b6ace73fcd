package stack_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/pcaps"
)

func TestHazard_F13_LastRecordCut(t *testing.T) {
	t.Parallel()
	c := upgraded("")
	c.SendFrames(pcaps.S2C, pcaps.Text("one"))
	c.Push(pcaps.S2C, pcaps.Text("two").Bytes())
	file := c.File()
	r := decodeAll(t, file[:len(file)-3], everything)
	r.mustHold(t)
	r.want(t, 1, ws.S2C, "exact one")
	if !strings.Contains(r.damage, "3 bytes missing") || len(r.account.Why) == 0 {
		t.Errorf("damage %q, incomplete %q", r.damage, r.account.Why)
	}
}

func TestHazard_F17_UnknownLinkType(t *testing.T) {
	t.Parallel()
	c := upgraded("")
	network := uint32(9999)
	r := decodeAll(t, pcaps.Pcap{Network: &network}.Bytes(c.Packets), everything)
	r.mustHold(t)
	n := int64(len(c.Packets))
	if reasons := r.account.SkipReasons(); len(reasons) != 1 || !strings.Contains(reasons[0], "9999") || r.account.Skipped[reasons[0]] != n || len(r.sessions) != 0 {
		t.Errorf("skipped %v, %d sessions", r.account.Skipped, len(r.sessions))
	}
}

func TestHazard_F18_EveryPacketTwice(t *testing.T) {
	t.Parallel()
	c := upgraded("")
	c.SendFrames(pcaps.C2S, clientText("one"))
	c.SendFrames(pcaps.S2C, pcaps.Text("two"))
	var twice []pcaps.Packet
	for _, p := range c.Packets {
		twice = append(twice, p, p)
	}
	r := tellPackets(t, twice)
	r.want(t, 1, ws.C2S, "exact one")
	r.want(t, 1, ws.S2C, "exact two")
	if len(r.sessions) != 1 || r.broke(rule.Conflict) {
		t.Errorf("%d sessions, findings %v", len(r.sessions), r.findings)
	}
}

func TestHazard_L1_Snaplen(t *testing.T) {
	t.Parallel()
	c := upgraded("")
	from := len(c.Packets)
	c.SendFrames(pcaps.S2C, pcaps.Text(strings.Repeat("x", 500)))
	c.SendFrames(pcaps.S2C, pcaps.Text("next"))
	r := tellPackets(t, slices.Concat(c.Packets[:from], pcaps.Cut(c.Packets[from:], 154)))
	m := r.of(1, ws.S2C)
	if len(m) != 2 || m[0].State != ws.Partial || m[0].Missing != 404 || m[0].Holes[0].At != 96 || m[0].Len != 500 {
		t.Fatalf("got %v, holes %v", m, m[0].Holes)
	}
	if m[1].State != ws.Exact || string(m[1].Payload) != "next" {
		t.Errorf("got %v", m[1])
	}
}

func TestHazard_L6_Fragments(t *testing.T) {
	t.Parallel()
	s := pcaps.Get("vxlan-fragments")
	ps, v := readPackets(t, s.Data), truthOf(t, s.Truth)
	for _, backwards := range []bool{false, true} {
		if backwards {
			for i := 0; i+1 < len(ps); i += 2 {
				ps = pcaps.Move(ps, i, i+1)
			}
		}
		r := tellPackets(t, ps)
		for _, d := range r.disagreements(v) {
			t.Errorf("backwards %v: %s", backwards, d)
		}
	}
	lost := tellPackets(t, pcaps.Drop(ps, len(ps)/2))
	if l, _ := lost.lies(v); len(l) > 0 {
		t.Errorf("without one fragment: %v", l)
	}
}

// The same connection seen in two VLANs is one.
func TestHazard_L10_TwoVLANs(t *testing.T) {
	t.Parallel()
	var both [2][]pcaps.Packet
	for i := range both {
		c := &pcaps.Conversation{Link: &pcaps.Link{Type: pcaps.LinkEthernet, VLANs: []uint16{uint16(7 + i)}}}
		c.Upgrade(pcaps.Request{}, pcaps.Response{})
		c.SendFrames(pcaps.C2S, clientText("one"))
		both[i] = c.Packets
	}
	r := tellPackets(t, pcaps.Merge(both[0], both[1]))
	r.only(t)
	r.want(t, 1, ws.C2S, "exact one")
}

func TestHazard_H9_Pipelined(t *testing.T) {
	t.Parallel()
	plain := pcaps.Request{Omit: []string{"Upgrade", "Connection", "Sec-WebSocket-Key", "Sec-WebSocket-Version"}}
	page := pcaps.Response{Status: 200, Headers: [][2]string{{"Content-Length", "2"}}, Body: []byte("ok")}
	c := &pcaps.Conversation{}
	c.Open()
	up := pcaps.Request{Target: "/right"}
	c.Send(pcaps.C2S, slices.Concat(plain.Bytes(), plain.Bytes(), up.Bytes()))
	c.Send(pcaps.S2C, slices.Concat(page.Bytes(), page.Bytes(), pcaps.Response{}.Bytes(), pcaps.Text("one").Bytes()))
	r := tell(t, c)
	if s := r.only(t); s.Path != "/right" || !s.HandshakeSeen {
		t.Errorf("path %q, handshake %v", s.Path, s.HandshakeSeen)
	}
	r.want(t, 1, ws.S2C, "exact one")
}

func TestHazard_H10_FramesBeforeThe101(t *testing.T) {
	t.Parallel()
	c := &pcaps.Conversation{}
	c.Open()
	c.Send(pcaps.C2S, pcaps.Request{}.Bytes())
	c.Send(pcaps.C2S, clientText("early").Bytes())
	c.Send(pcaps.S2C, pcaps.Response{}.Bytes())
	c.SendFrames(pcaps.C2S, clientText("late"))
	r := tell(t, c)
	r.want(t, 1, ws.C2S, "exact early, exact late")
	if !r.broke(rule.EarlyData) {
		t.Error("no finding")
	}
}

func TestHazard_H11_FramesBehindThe101(t *testing.T) {
	t.Parallel()
	c := &pcaps.Conversation{}
	c.Open()
	c.Send(pcaps.C2S, pcaps.Request{}.Bytes())
	c.Send(pcaps.S2C, slices.Concat(pcaps.Response{}.Bytes(), pcaps.Text("at once").Bytes()))
	tell(t, c).want(t, 1, ws.S2C, "exact at once")
}

func TestHazard_H18_Tunnels(t *testing.T) {
	t.Parallel()
	for name, kind := range map[string]string{"tunnel-connect": "connect", "tunnel-socks5": "socks5"} {
		s := pcaps.Get(name)
		r := decodeAll(t, s.Data, everything)
		n := slices.IndexFunc(r.sessions, func(s *decode.Session) bool { return s.Tunnel != nil })
		if n < 0 || r.sessions[n].Tunnel.Type != kind || !strings.HasPrefix(r.sessions[n].Tunnel.Target, "127.0.0.1:") {
			t.Errorf("%s: no session in a tunnel, of %d", name, len(r.sessions))
		}
	}
}

// What a page, or the request's body, contains is not a handshake, and no frame.
func TestHazard_H20_HandshakeInABody(t *testing.T) {
	t.Parallel()
	fake := slices.Concat(pcaps.Response{}.Bytes(), pcaps.Text("not said").Bytes())
	c := &pcaps.Conversation{}
	c.Open()
	length := [2]string{"Content-Length", strconv.Itoa(len(fake))}
	c.Send(pcaps.C2S, pcaps.Request{Headers: [][2]string{length}, Body: fake}.Bytes())
	c.Send(pcaps.S2C, pcaps.Response{Status: 200, Headers: [][2]string{length}, Body: fake}.Bytes())
	c.Send(pcaps.C2S, pcaps.Request{Target: "/real"}.Bytes())
	c.Send(pcaps.S2C, slices.Concat(pcaps.Response{}.Bytes(), pcaps.Text("said").Bytes()))
	r := tell(t, c)
	if len(r.sessions) != 2 || r.sessions[0].State != decode.Refused || r.sessions[1].Path != "/real" {
		t.Fatalf("got %d sessions", len(r.sessions))
	}
	if len(r.of(1, ws.S2C)) != 0 {
		t.Errorf("the refused session says %q", r.texts(1, ws.S2C))
	}
	r.want(t, 2, ws.S2C, "exact said")
}

func TestHazard_H22_TLS(t *testing.T) {
	t.Parallel()
	c := &pcaps.Conversation{}
	c.Open()
	c.Send(pcaps.C2S, slices.Concat([]byte{0x16, 3, 1, 0, 200, 1, 0, 0, 196}, make([]byte, 196)))
	c.Send(pcaps.S2C, slices.Concat([]byte{0x16, 3, 3, 0, 90, 2, 0, 0, 86}, make([]byte, 86)))
	r := tell(t, c)
	if r.account.Encrypted[80] != 1 || len(r.sessions) != 0 || r.account.Bytes.TLS+r.account.Bytes.Undecoded != 300 {
		t.Errorf("encrypted %v, %d sessions, %+v", r.account.Encrypted, len(r.sessions), r.account.Bytes)
	}
}

func TestHazard_H23_AnyPort(t *testing.T) {
	t.Parallel()
	for _, port := range []string{"192.0.2.2:443", "192.0.2.2:53", "192.0.2.2:1", "[2001:db8::1]:65535"} {
		c := &pcaps.Conversation{}
		c.Server.UnmarshalText([]byte(port))
		if c.Server.Addr().Is6() {
			c.Client.UnmarshalText([]byte("[2001:db8::2]:6"))
		}
		c.Upgrade(pcaps.Request{}, pcaps.Response{})
		c.SendFrames(pcaps.S2C, pcaps.Text("one"))
		tell(t, c).want(t, 1, ws.S2C, "exact one")
	}
}

// The begin of a page is lost, and its body, at the start of a segment, looks like a handshake and a message.
func TestHazard_H21_HandshakeInALostPage(t *testing.T) {
	t.Parallel()
	fake := slices.Concat(pcaps.Response{}.Bytes(), pcaps.Text("not said").Bytes())
	head := pcaps.Response{Status: 200, Headers: [][2]string{{"Content-Length", strconv.Itoa(len(fake))}}}.Bytes()
	for _, lost := range [][]int{{5}, {3}, {3, 5}} {
		c := &pcaps.Conversation{}
		c.Open()
		c.Send(pcaps.C2S, pcaps.Request{Omit: []string{"Upgrade", "Connection"}}.Bytes())
		c.Push(pcaps.S2C, head)
		c.Send(pcaps.S2C, fake)
		c.Send(pcaps.C2S, pcaps.Request{Target: "/real"}.Bytes())
		c.Send(pcaps.S2C, slices.Concat(pcaps.Response{}.Bytes(), pcaps.Text("said").Bytes()))
		r := tellPackets(t, pcaps.Drop(c.Packets, lost...))
		for _, m := range r.messages {
			if m.State == ws.Exact && string(m.Payload) != "said" {
				t.Errorf("without packets %v: %v: %q", lost, m, m.Payload)
			}
		}
	}
}
