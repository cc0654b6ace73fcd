package stack_test

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"time"

	"github.com/wspeek/wspeek/pcaps"
)

// A scene is a few sessions as their endpoints sent them. It is written here from first to last byte, so that the
// truth of what is then damaged owes nothing to the code under test.
type scene struct {
	*rand.Rand
	conns []*sceneConn
	units []unit
	ids   int
}

// sceneConn is what the endpoints of one TCP connection sent.
type sceneConn struct {
	n    int
	ends [2]netip.AddrPort
	isn  [2]uint32
	// stream are the bytes of each direction, from the byte after its SYN.
	stream   [2][]byte
	frames   [2][]sceneFrame
	messages [2][]sceneMessage
	// handshake is the length of the request, and of the response.
	handshake [2]int64
	// mute directions were captured before their network card filled in the checksums.
	mute [2]bool
	// clock is what timestamps count from.
	clock [2]uint32

	now  time.Time
	ip   [2]uint16
	mss  int
	z    [2]*pcaps.Deflater
	tick bool
}

// sceneFrame is a frame at [start, end) of its stream.
type sceneFrame struct {
	start, end int64
	pcaps.Frame
}

// sceneMessage is a message whose frames are at [start, end); pings may lie between.
type sceneMessage struct {
	start, end int64
	kind       string
	data       []byte
	packed     bool
	// whole are the ranges of its frames.
	ranges [][2]int64
}

var sceneStart = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

// newScene writes one to three sessions; some between the same ports one after the other, some in different VLANs.
func newScene(seed uint64) *scene {
	s := &scene{Rand: rand.New(rand.NewPCG(seed, 793))}
	n := 1
	if s.IntN(4) == 0 {
		n += 1 + s.IntN(2)
	}
	again := s.IntN(2) == 0
	start := sceneStart
	for i := range n {
		c := s.connect(i, start, again)
		s.talk(c)
		if again {
			start = c.now.Add(time.Duration(2+s.IntN(90)) * time.Second)
		}
	}
	sortUnits(s.units)
	return s
}

func (s *scene) connect(i int, start time.Time, again bool) *sceneConn {
	port := uint16(40000)
	if !again {
		port += uint16(i)
	}
	c := &sceneConn{n: i, now: start, mss: []int{1460, 1448, 536, 90 + s.IntN(400)}[s.IntN(4)], tick: s.IntN(2) == 0}
	c.ends = [2]netip.AddrPort{
		netip.AddrPortFrom(netip.MustParseAddr("10.9.0.1"), port), netip.AddrPortFrom(netip.MustParseAddr("10.9.0.2"), 8080)}
	c.isn = [2]uint32{s.Uint32(), s.Uint32()}
	if s.IntN(8) == 0 {
		c.isn[s.IntN(2)] = -uint32(s.IntN(3000)) // the sequence numbers wrap
	}
	c.clock = c.isn
	if again && i > 0 && s.IntN(2) == 0 {
		s.near(c, s.conns[i-1])
	}
	c.ip = [2]uint16{uint16(s.Uint32()) | 1, uint16(s.Uint32()) | 1}
	if s.IntN(6) == 0 {
		c.mute[s.IntN(2)] = true
	}
	s.conns = append(s.conns, c)
	return c
}

// near lets the numbers of c begin where those of the connection before it ended, or a little later, as where they grow with a clock
// (RFC 6528 section 3). The clock of its timestamps may go on as well.
func (s *scene) near(c, before *sceneConn) {
	for d := range c.isn {
		c.isn[d] = before.seq(pcaps.Dir(d), int64(len(before.stream[d]))) + uint32(s.IntN([]int{3, 300, 30_000, 3_000_000}[s.IntN(4)]))
	}
	if s.IntN(2) == 0 {
		c.clock = before.clock
	}
}

// talk writes a session from SYN to its end.
func (s *scene) talk(c *sceneConn) {
	s.open(c)
	for range 3 + s.IntN(22) {
		d := pcaps.Dir(s.IntN(2))
		var out []byte
		for range 1 + s.IntN(3) {
			out = append(out, s.message(c, d, int64(len(c.stream[d])+len(out)))...)
		}
		s.send(c, d, out)
	}
	s.end(c)
}

func (s *scene) open(c *sceneConn) {
	syn := s.segment(c, pcaps.C2S, pcaps.SYN, nil)
	syn.seg.Seq, syn.seg.Ack = c.isn[0], 0
	s.put(c, syn)
	syn = s.segment(c, pcaps.S2C, pcaps.SYN|pcaps.ACK, nil)
	syn.seg.Seq = c.isn[1]
	s.put(c, syn)
	s.put(c, s.segment(c, pcaps.C2S, pcaps.ACK, nil))
	extension := agreements[s.IntN(len(agreements))]
	var headers [][2]string
	if extension.header != "" {
		headers = [][2]string{pcaps.Extension(extension.header)}
		for d := range c.z {
			c.z[d] = &pcaps.Deflater{NoTakeover: !extension.takeover[d]}
		}
	}
	s.send(c, pcaps.C2S, pcaps.Request{Target: fmt.Sprintf("/s%d", c.n), Headers: headers}.Bytes())
	s.send(c, pcaps.S2C, pcaps.Response{Headers: headers}.Bytes())
	c.handshake = [2]int64{int64(len(c.stream[0])), int64(len(c.stream[1]))}
}

// end writes Close frames, or none, then FINs or a RST.
func (s *scene) end(c *sceneConn) {
	d := pcaps.Dir(s.IntN(2))
	if s.IntN(4) > 0 {
		for _, d := range []pcaps.Dir{d, d.Other()} {
			s.send(c, d, s.frame(c, d, pcaps.Close(1000, fmt.Sprintf("bye %d", s.id())), int64(len(c.stream[d])), "close"))
		}
	}
	if s.IntN(6) == 0 {
		s.put(c, s.segment(c, d, pcaps.RST|pcaps.ACK, nil))
		return
	}
	for _, d := range []pcaps.Dir{d, d.Other()} {
		s.put(c, s.segment(c, d, pcaps.FIN|pcaps.ACK, nil))
		c.stream[d] = append(c.stream[d], 0) // the FIN takes a number
	}
	s.put(c, s.segment(c, d, pcaps.ACK, nil))
	for d := range c.stream {
		c.stream[d] = c.stream[d][:len(c.stream[d])-1]
	}
}

func (s *scene) id() int {
	s.ids++
	return s.ids
}

// body is a payload that no other message has.
func (s *scene) body(kind string) []byte {
	p := fmt.Appendf(nil, "#%d.", s.id())
	if kind == "ping" || kind == "pong" {
		return p
	}
	n := s.IntN(14)
	if s.IntN(12) == 0 {
		n = 200
	}
	for range n {
		if kind == "binary" && s.IntN(3) == 0 {
			p = binary.BigEndian.AppendUint32(p, s.Uint32()&s.Uint32())
			continue
		}
		p = append(p, words[s.IntN(len(words))]...)
	}
	return p
}

// message is one message from offset at on: whole, or in fragments with pings between.
func (s *scene) message(c *sceneConn, d pcaps.Dir, at int64) (out []byte) {
	kind := []string{"text", "text", "text", "binary", "binary", "ping", "pong"}[s.IntN(7)]
	p := s.body(kind)
	switch kind {
	case "ping":
		return s.frame(c, d, pcaps.Ping(string(p)), at, kind)
	case "pong":
		return s.frame(c, d, pcaps.Pong(string(p)), at, kind)
	}
	f := pcaps.Frame{Fin: true, Opcode: pcaps.OpText, Payload: p}
	if kind == "binary" {
		f.Opcode = pcaps.OpBinary
	}
	m := sceneMessage{start: at, kind: kind, data: p}
	if c.z[d] != nil && s.IntN(5) > 0 {
		f.Payload, f.RSV, m.packed = c.z[d].Compress(p), pcaps.RSV1, true
	}
	k := len(c.messages[d])
	c.messages[d] = append(c.messages[d], m)
	for n := s.IntN(8) - 4; n > 0 && len(f.Payload) > 1; n-- {
		g := f
		g.Fin, g.Payload = false, f.Payload[:1+s.IntN(len(f.Payload)-1)]
		f.Payload, f.RSV, f.Opcode = f.Payload[len(g.Payload):], 0, pcaps.OpContinuation
		out = append(out, s.fragment(c, d, k, g, at+int64(len(out)))...)
		if s.IntN(3) == 0 {
			out = append(out, s.frame(c, d, pcaps.Ping(string(s.body("ping"))), at+int64(len(out)), "ping")...)
		}
	}
	return append(out, s.fragment(c, d, k, f, at+int64(len(out)))...)
}

// fragment is a frame of message k.
func (s *scene) fragment(c *sceneConn, d pcaps.Dir, k int, f pcaps.Frame, at int64) []byte {
	b := s.wire(c, d, f, at)
	m := &c.messages[d][k]
	m.end = at + int64(len(b))
	m.ranges = append(m.ranges, [2]int64{at, m.end})
	return b
}

// frame is a frame that is a message.
func (s *scene) frame(c *sceneConn, d pcaps.Dir, f pcaps.Frame, at int64, kind string) []byte {
	k := len(c.messages[d])
	data := f.Payload
	if kind == "close" {
		data = data[2:]
	}
	c.messages[d] = append(c.messages[d], sceneMessage{start: at, kind: kind, data: data})
	return s.fragment(c, d, k, f, at)
}

func (s *scene) wire(c *sceneConn, d pcaps.Dir, f pcaps.Frame, at int64) []byte {
	if d == pcaps.C2S {
		f = f.Masked([4]byte(binary.BigEndian.AppendUint32(nil, s.Uint32())))
	}
	b := f.Bytes()
	c.frames[d] = append(c.frames[d], sceneFrame{at, at + int64(len(b)), f})
	return b
}

// segment is the next segment of a direction.
func (s *scene) segment(c *sceneConn, d pcaps.Dir, flags byte, p []byte) unit {
	c.ip[d]++
	c.ip[d] = max(c.ip[d], 1)
	u := unit{conn: c.n, dir: d, lo: int64(len(c.stream[d])), mute: c.mute[d]}
	u.hi = u.lo + int64(len(p))
	u.seg = pcaps.Segment{Src: c.ends[d], Dst: c.ends[1-d], Seq: c.seq(d, u.lo), Ack: c.seq(d.Other(), int64(len(c.stream[1-d]))),
		Flags: flags, Window: 65000, ID: c.ip[d], Payload: p}
	if c.tick {
		t := uint32(c.now.Sub(sceneStart).Milliseconds()) + c.clock[d]
		u.seg.Options = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte{1, 1, 8, 10}, t), t-7)
	}
	return u
}

// seq is the sequence number of an offset.
func (c *sceneConn) seq(d pcaps.Dir, off int64) uint32 { return c.isn[d] + 1 + uint32(off) }

// put captures u now.
func (s *scene) put(c *sceneConn, u unit) {
	c.now = c.now.Add(time.Duration(50+s.IntN(3000)) * time.Microsecond)
	u.at, u.sent = c.now, c.now
	s.units = append(s.units, u)
}

// send writes bytes in segments, with ACKs now and then and always at the end.
func (s *scene) send(c *sceneConn, d pcaps.Dir, p []byte) {
	if s.IntN(12) == 0 {
		c.now = c.now.Add(time.Duration(s.IntN(4000)) * time.Millisecond)
	}
	for len(p) > 0 {
		n := min(c.mss, len(p))
		s.put(c, s.segment(c, d, pcaps.PSH|pcaps.ACK, p[:n:n]))
		c.stream[d] = append(c.stream[d], p[:n]...)
		if p = p[n:]; len(p) == 0 || s.IntN(2) == 0 {
			s.put(c, s.segment(c, d.Other(), pcaps.ACK, nil))
		}
	}
}
