package ws

import (
	"strings"
	"testing"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/reassembly"
)

// midRig is a connection whose handshake was not captured, and the Conn that follows it once it is accepted.
type midRig struct {
	m      *Midstream
	off    [2]int64
	packet int
	fed    int64
}

// send feeds p, unless there is a verdict: what follows that is for the Conn.
func (r *midRig) send(d reassembly.Dir, p []byte) {
	if r.m.Verdict() != Undecided {
		return
	}
	r.packet++
	r.m.Feed(d, reassembly.Chunk{Off: r.off[d], Data: append([]byte(nil), p...), Packet: r.packet, Time: capture.Time(r.packet), Ack: -1})
	r.off[d] += int64(len(p))
	r.fed += int64(len(p))
}

// question and answer are what the two sides of a small protocol send.
func question(n byte) []byte {
	return build(0x81, `{"method":"subscribe","params":["ticker"],"id":1}`, string([]byte{n, 0x37, 0xfa, n ^ 0x5a}))
}

func answer() []byte {
	return build(0x81, `{"jsonrpc":"2.0","result":"subscribed to the ticker","id":1}`, "")
}

// TestNewMid has a session go on from the middle: what was fed is reported with the packets that it had, client first or server.
func TestNewMid(t *testing.T) {
	t.Parallel()
	for _, client := range []reassembly.Dir{reassembly.Fwd, reassembly.Rev} {
		r := &midRig{m: NewMidstream(MidstreamOptions{}), off: [2]int64{1000, 2000}}
		r.send(client.Other(), []byte("e end of a frame that began earlier\"}"))
		n := byte(0)
		for ; n < 40 && r.m.Verdict() == Undecided; n++ {
			r.send(client, question(n))
			r.send(client.Other(), answer())
		}
		if r.m.Verdict() != Accepted || r.m.Client() != client {
			t.Fatalf("client %v: verdict %v, client %v", client, r.m.Verdict(), r.m.Client())
		}
		rec, bytes := &recorder{}, reassembly.Bytes{}
		c := NewMid(Config{Keep: true, Frames: true, Pool: NewPool(), Bytes: &bytes}, rec, r.m)
		if got := bytes.FrameHeaders + bytes.Payload + bytes.Undecoded; got != r.fed {
			t.Errorf("the account has %d bytes (%+v), fed were %d", got, bytes, r.fed)
		}
		checkMid(t, rec, client)
		before := len(rec.messages)
		c.Data(client, reassembly.Chunk{Off: r.off[client], Data: question(99), Packet: 500, Ack: -1})
		if len(rec.messages) != before+1 || rec.messages[before].Start.Packet != 500 {
			t.Errorf("what follows: %d messages more", len(rec.messages)-before)
		}
	}
}

// checkMid: all is guessed, in the order of packets, and whole.
func checkMid(t *testing.T, rec *recorder, client reassembly.Dir) {
	t.Helper()
	last := 0
	for _, m := range rec.messages {
		if m.State != Guessed || m.Confidence <= 0 || m.Confidence > 1 {
			t.Errorf("message %d: %v, %v", m.N, m.State, m.Confidence)
		}
		if m.Start.Packet < last {
			t.Errorf("message %d is of packet %d, the one before of %d", m.N, m.Start.Packet, last)
		}
		last = m.Start.Packet
		want := "subscribed to"
		if m.Dir == C2S {
			want = `"subscribe"`
		}
		if !strings.Contains(string(m.Payload), want) {
			t.Errorf("message %d, %s: %q", m.N, m.Dir, m.Payload)
		}
	}
	if len(rec.messages) < midFrames {
		t.Errorf("client %v: %d messages", client, len(rec.messages))
	}
}

// TestNewMidAfterAGap has a gap in one direction before it is accepted: what is reported begins after it, and it is not counted a second time.
func TestNewMidAfterAGap(t *testing.T) {
	t.Parallel()
	r := &midRig{m: NewMidstream(MidstreamOptions{})}
	for n := byte(0); n < 40 && r.m.Verdict() == Undecided; n++ {
		r.send(reassembly.Fwd, question(n))
		if n == 3 {
			r.m.Gap(reassembly.Rev, r.off[reassembly.Rev], 300)
			r.off[reassembly.Rev] += 300
		}
		r.send(reassembly.Rev, answer())
	}
	if r.m.Verdict() != Accepted {
		t.Fatalf("verdict %v", r.m.Verdict())
	}
	rec, bytes := &recorder{}, reassembly.Bytes{}
	NewMid(Config{Keep: true, Pool: NewPool(), Bytes: &bytes}, rec, r.m)
	if bytes.Missing != 0 || len(rec.messages) == 0 {
		t.Errorf("missing %d, %d messages", bytes.Missing, len(rec.messages))
	}
	checkMid(t, rec, reassembly.Fwd)
}
