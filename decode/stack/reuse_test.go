package stack_test

import (
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/pcaps"
)

// reuse is a session that is under way, and what comes between its ports after it: of that neither the SYN nor the start was captured.
type reuse struct {
	*testing.T
	first, second *pcaps.Conversation
	// ticks is the timestamp at the start of each, 0 for none; they tick each millisecond.
	ticks [2]uint32
}

// send puts a segment with timestamps.
func (r *reuse) send(c *pcaps.Conversation, d pcaps.Dir, data []byte, tick uint32) {
	s := c.Segment(d)
	s.Flags, s.Payload = pcaps.PSH|pcaps.ACK, data
	if tick != 0 {
		s.Options = binary.BigEndian.AppendUint32([]byte{1, 1, 8, 10}, tick)
		s.Options = binary.BigEndian.AppendUint32(s.Options, tick)
	}
	c.Put(s)
	c.Skip(d, len(data))
}

// begin plays the first session: the server has sent 3,000 bytes of a message of 100,000, the client many small ones.
func (r *reuse) begin() {
	r.first = &pcaps.Conversation{}
	r.first.Open()
	r.first.Packets = r.first.Packets[:2] // its ACK has no timestamp
	r.send(r.first, pcaps.C2S, pcaps.Request{}.Bytes(), r.ticks[0])
	r.send(r.first, pcaps.S2C, pcaps.Response{}.Bytes(), r.ticks[0])
	big := pcaps.Binary(make([]byte, 100_000)).Bytes()
	for i := range 3 {
		r.send(r.first, pcaps.C2S, clientText("old").Bytes(), r.ticks[0])
		r.send(r.first, pcaps.S2C, big[i*1000:(i+1)*1000], r.ticks[0])
	}
	r.send(r.first, pcaps.C2S, clientText("old").Bytes(), r.ticks[0])
}

// follow begins the second connection, its numbers by these steps from the next ones of the first.
func (r *reuse) follow(pause time.Duration, client, server int) *pcaps.Conversation {
	c, s := r.first.Segment(pcaps.C2S), r.first.Segment(pcaps.S2C)
	r.second = &pcaps.Conversation{ISN: [2]uint32{c.Seq + uint32(client) - 1, s.Seq + uint32(server) - 1}}
	last := r.first.Packets[len(r.first.Packets)-1].Time
	r.second.Wait(pause)
	r.second.Wait(last.Sub(r.first.Packets[0].Time))
	return r.second
}

// talk is what the second connection's sides say.
func (r *reuse) talk() {
	for range 12 {
		r.send(r.second, pcaps.C2S, clientText("new client").Bytes(), r.ticks[1])
		r.send(r.second, pcaps.S2C, pcaps.Text("new server").Bytes(), r.ticks[1])
	}
}

// told decodes both.
func (r *reuse) told() *result {
	return tellPackets(r.T, append(r.first.Packets, r.second.Packets...))
}

// hops makes the packets of the second connection come over more routers.
func hops(ip []byte) [][]byte {
	ip[8] -= 5
	ip[10], ip[11] = 0, 0
	var sum uint32
	for i := 0; i < 20; i += 2 {
		sum += uint32(binary.BigEndian.Uint16(ip[i:]))
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	binary.BigEndian.PutUint16(ip[10:], ^uint16(sum))
	return [][]byte{ip}
}

// Ports are used again and the new SYN was not captured: no message of the second connection is exact in the session of the first,
// and where the packets show it, it is another session.
func TestHazard_T14_PortsAgainNearby(t *testing.T) {
	t.Parallel()
	const apart, doubtful = 2, 1
	rows := map[string]struct {
		sessions       int
		ticks          [2]uint32
		pause          time.Duration
		client, server int
		end, then      func(*reuse)
	}{
		"nothing tells":             {doubtful, [2]uint32{}, 2 * time.Second, 5000, 20_000, nil, nil},
		"the clock goes on":         {doubtful, [2]uint32{70_000, 72_000}, 2 * time.Second, 5000, 20_000, nil, nil},
		"after a FIN":               {doubtful, [2]uint32{}, 100 * time.Millisecond, 5000, 20_000, func(r *reuse) { r.first.Fin(pcaps.C2S) }, nil},
		"the clock goes back":       {apart, [2]uint32{70_000, 69_000}, 2 * time.Second, 5000, 20_000, nil, nil},
		"a clock far ahead":         {apart, [2]uint32{70_000, 990_000_000}, 100 * time.Millisecond, 5000, 20_000, nil, nil},
		"a clock far back":          {apart, [2]uint32{990_000_000, 70_000}, 100 * time.Millisecond, 5000, 20_000, nil, nil},
		"no timestamps any more":    {apart, [2]uint32{70_000, 0}, 2 * time.Second, 5000, 20_000, nil, nil},
		"another time to live":      {apart, [2]uint32{}, 2 * time.Second, 5000, 20_000, nil, func(r *reuse) { r.second.Wrap = hops }},
		"an ACK is taken back":      {apart, [2]uint32{}, 2 * time.Second, 5000, -2000, nil, nil},
		"behind, on the same clock": {apart, [2]uint32{70_000, 72_000}, 2 * time.Second, -100, -3000, nil, nil},
		"long after a RST":          {apart, [2]uint32{}, 2 * time.Second, 5000, 20_000, func(r *reuse) { r.first.Rst(pcaps.C2S) }, nil},
		"a request": {apart, [2]uint32{}, 100 * time.Millisecond, 5000, 20_000, nil, func(r *reuse) {
			r.send(r.second, pcaps.C2S, pcaps.Request{}.Bytes(), 0)
			r.send(r.second, pcaps.S2C, pcaps.Response{}.Bytes(), 0)
		}},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &reuse{T: t, ticks: row.ticks}
			r.begin()
			if row.end != nil {
				row.end(r)
			}
			r.follow(row.pause, row.client, row.server)
			if row.then != nil {
				row.then(r)
			}
			r.talk()
			got := r.told()
			if len(got.sessions) != row.sessions {
				t.Errorf("%d sessions, want %d", len(got.sessions), row.sessions)
			}
			for _, m := range got.of(1, ws.S2C) {
				if m.State <= ws.Conflict {
					t.Errorf("%v in the first session: the server sent no whole message", m)
				}
			}
			for _, m := range got.messages {
				if m.State == ws.Exact && strings.HasPrefix(string(m.Payload), "new") && (m.ref.N == 1 || name != "a request") {
					t.Errorf("%v %q is exact", m, m.Payload)
				}
			}
			if row.sessions == doubtful && len(got.account.Why) == 0 {
				t.Error("the run is complete")
			}
		})
	}
}

// Bytes lost in both directions at once, without a pause, are a gap: where the next frame begins is known.
func TestHazard_T6_LossOfBothDirections(t *testing.T) {
	t.Parallel()
	for name, tick := range map[string]uint32{"without timestamps": 0, "with timestamps": 70_000} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &reuse{T: t, ticks: [2]uint32{tick, tick}}
			r.begin()
			r.first.Skip(pcaps.C2S, 2*len(clientText("old").Bytes()))
			big := pcaps.Binary(make([]byte, 100_000)).Bytes()
			r.first.Skip(pcaps.S2C, 17_000)
			for at := 20_000; at < len(big); at += 1000 {
				r.send(r.first, pcaps.S2C, big[at:min(at+1000, len(big))], tick)
			}
			r.send(r.first, pcaps.S2C, pcaps.Text("next").Bytes(), tick)
			r.second = &pcaps.Conversation{}
			got := r.told()
			if exact := got.exact(1, ws.S2C, true); len(got.sessions) != 1 || len(exact) != 1 {
				t.Errorf("%d sessions, exact messages of the server: %v; want one of each", len(got.sessions), exact)
			}
		})
	}
}
