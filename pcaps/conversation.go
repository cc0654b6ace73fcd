package pcaps

import (
	"net/netip"
	"time"
)

// Dir is a direction of a Conversation.
type Dir int

// The two directions.
const (
	C2S Dir = 0
	S2C Dir = 1
)

// Other is the opposite direction.
func (d Dir) Other() Dir { return 1 - d }

// Conversation writes the packets of one TCP connection. Fill in the fields, then call
// its methods in the order of events; Packets grows. The zero value is a connection from
// 192.0.2.1:50000 to 192.0.2.2:80 over Ethernet, with an MSS of 1460.
type Conversation struct {
	Client, Server netip.AddrPort
	// ISN are the initial sequence numbers by direction: the numbers of the SYNs.
	ISN [2]uint32
	// MSS is how many bytes a segment carries at most.
	MSS int
	// Link is the link layer; nil is Ethernet.
	Link *Link
	// Wrap, where not nil, makes of an IP packet those that carry it: a tunnel, fragments.
	Wrap func(ip []byte) [][]byte
	// Start is the time of the first packet (2026-01-02 03:04:05 UTC where zero), Step what lies
	// between two (1 ms where 0).
	Start time.Time
	Step  time.Duration

	// Packets is what was written so far. A test may edit it at any time.
	Packets []Packet

	begun bool
	next  [2]uint32
	ids   [2]uint16
	now   time.Time
}

// Open writes the three-way handshake. A capture that begins in the middle leaves it out.
func (c *Conversation) Open() {
	c.begin()
	syn := c.Segment(C2S)
	syn.Seq, syn.Ack, syn.Flags, syn.Options = c.ISN[C2S], 0, SYN, []byte{2, 4, byte(c.MSS >> 8), byte(c.MSS)}
	c.Put(syn)
	ack := c.Segment(S2C)
	ack.Seq, ack.Flags, ack.Options = c.ISN[S2C], SYN|ACK, syn.Options
	c.Put(ack)
	c.Ack(C2S)
}

// Upgrade is Open and an opening handshake.
func (c *Conversation) Upgrade(q Request, r Response) {
	c.Open()
	c.Send(C2S, q.Bytes())
	c.Send(S2C, r.Bytes())
}

// Send writes data in segments of up to MSS bytes, and the receiver's ACK behind them.
func (c *Conversation) Send(d Dir, data []byte) {
	c.Push(d, data)
	c.Ack(d.Other())
}

// SendFrames is Send of frames one behind the other.
func (c *Conversation) SendFrames(d Dir, frames ...Frame) { c.Send(d, Stream(frames...)) }

// Push is Send without the ACK.
func (c *Conversation) Push(d Dir, data []byte) {
	c.begin()
	for len(data) > 0 {
		n := min(c.MSS, len(data))
		s := c.Segment(d)
		s.Flags, s.Payload = PSH|ACK, data[:n]
		c.Put(s)
		c.Skip(d, n)
		data = data[n:]
	}
}

// Ack writes an empty segment that acknowledges all that the other side sent.
func (c *Conversation) Ack(d Dir) { c.Put(c.Segment(d)) }

// Skip goes on by n bytes that were sent but not captured.
func (c *Conversation) Skip(d Dir, n int) {
	c.begin()
	c.next[d] += uint32(n)
}

// Fin writes a FIN; the other direction stays open.
func (c *Conversation) Fin(d Dir) {
	s := c.Segment(d)
	s.Flags = FIN | ACK
	c.Put(s)
	c.Skip(d, 1)
}

// Rst writes a RST.
func (c *Conversation) Rst(d Dir) {
	s := c.Segment(d)
	s.Flags = RST | ACK
	c.Put(s)
}

// Close ends both directions with FIN and ACK, the client first.
func (c *Conversation) Close() {
	c.Fin(C2S)
	c.Fin(S2C)
	c.Ack(C2S)
}

// Segment is the next empty segment of a direction, an ACK, to be edited and Put.
func (c *Conversation) Segment(d Dir) Segment {
	c.begin()
	ends := [2]netip.AddrPort{c.Client, c.Server}
	c.ids[d]++
	return Segment{Src: ends[d], Dst: ends[1-d], Seq: c.next[d], Ack: c.next[1-d], Flags: ACK, Window: 65000, ID: c.ids[d]}
}

// Put writes a segment as it is. The sequence numbers of later ones do not change by it.
func (c *Conversation) Put(s Segment) {
	c.begin()
	ips := [][]byte{s.Bytes()}
	if c.Wrap != nil {
		ips = c.Wrap(ips[0])
	}
	for _, ip := range ips {
		c.Packets = append(c.Packets, Packet{Time: c.now, Link: c.Link.Number(), Data: c.Link.Wrap(ip)})
		c.now = c.now.Add(c.Step)
	}
}

// Wait lets time pass before the next packet.
func (c *Conversation) Wait(d time.Duration) {
	c.begin()
	c.now = c.now.Add(d)
}

// File is the packets as a classic pcap file.
func (c *Conversation) File() []byte { return Pcap{}.Bytes(c.Packets) }

// begin fills in what was left zero.
func (c *Conversation) begin() {
	if c.begun {
		return
	}
	c.begun = true
	c.next = [2]uint32{c.ISN[0] + 1, c.ISN[1] + 1}
	if !c.Client.IsValid() {
		c.Client = netip.MustParseAddrPort("192.0.2.1:50000")
	}
	if !c.Server.IsValid() {
		c.Server = netip.MustParseAddrPort("192.0.2.2:80")
	}
	if c.MSS == 0 {
		c.MSS = 1460
	}
	if c.Link == nil {
		c.Link = &Link{Type: LinkEthernet}
	}
	if c.Step == 0 {
		c.Step = time.Millisecond
	}
	if c.now = c.Start; c.now.IsZero() {
		c.now = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	}
}
