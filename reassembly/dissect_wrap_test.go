package reassembly_test

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/capture/link"
	"github.com/wspeek/wspeek/pcaps"
	"github.com/wspeek/wspeek/reassembly"
)

var outer4 = [2]netip.Addr{netip.MustParseAddr("198.51.100.1"), netip.MustParseAddr("198.51.100.2")}

// wrapped are the ways in which a conversation can be captured. None changes a segment.
var wrapped = []struct {
	name string
	link pcaps.Link
	wrap func(ip []byte) []byte
}{
	{"radiotap", pcaps.Link{Type: pcaps.LinkRadiotap}, nil},
	{"pktap", pcaps.Link{Type: pcaps.LinkPKTAP}, nil},
	{"pktap as user 2", pcaps.Link{Type: pcaps.LinkUser2}, nil},
	{"ipnet", pcaps.Link{Type: pcaps.LinkIPNet}, nil},
	{"exported pdus", pcaps.Link{Type: pcaps.LinkUpperPDU}, nil},
	{"geneve", pcaps.Ethernet, func(ip []byte) []byte {
		return pcaps.Geneve(outer4[0], outer4[1], 7, pcaps.Ethernet.Wrap(ip), true)
	}},
	{"geneve of a load balancer", pcaps.Ethernet, func(ip []byte) []byte {
		return pcaps.Geneve(outer4[0], outer4[1], 0, ip, false, pcaps.GeneveOption{Class: 0x108, Type: 1, Data: []byte("endpoint")},
			pcaps.GeneveOption{Class: 0x108, Type: 2, Data: []byte("attached")}, pcaps.GeneveOption{Class: 0x108, Type: 3, Data: []byte("flow")})
	}},
	{"geneve in vxlan", pcaps.Ethernet, func(ip []byte) []byte {
		return pcaps.VXLAN(outer4[0], outer4[1], 7, 0, pcaps.Ethernet.Wrap(pcaps.Geneve(outer4[1], outer4[0], 8, ip, false)))
	}},
	{"erspan type I", pcaps.Ethernet, func(ip []byte) []byte { return pcaps.ERSPAN(outer4[0], outer4[1], 1, pcaps.Ethernet.Wrap(ip)) }},
	{"erspan type II", pcaps.Ethernet, func(ip []byte) []byte { return pcaps.ERSPAN(outer4[0], outer4[1], 2, pcaps.Ethernet.Wrap(ip)) }},
	{"erspan type III", pcaps.Ethernet, func(ip []byte) []byte { return pcaps.ERSPAN(outer4[0], outer4[1], 3, pcaps.Ethernet.Wrap(ip)) }},
	{"gtp-u", pcaps.Ethernet, func(ip []byte) []byte { return pcaps.GTPU(outer4[0], outer4[1], 7, ip) }},
	{"l2tp", pcaps.Ethernet, func(ip []byte) []byte { return pcaps.L2TP(outer4[0], outer4[1], 7, 8, ip) }},
	{"l2tpv3", pcaps.Ethernet, func(ip []byte) []byte { return pcaps.L2TPv3(outer4[0], outer4[1], 7, nil, pcaps.Ethernet.Wrap(ip)) }},
	{"l2tpv3 with a cookie", pcaps.Ethernet, func(ip []byte) []byte {
		return pcaps.L2TPv3(outer4[0], outer4[1], 7, []byte("cookie!!"), pcaps.Ethernet.Wrap(ip))
	}},
	{"esp, 96 bits", pcaps.Ethernet, func(ip []byte) []byte { return pcaps.ESP(outer4[0], outer4[1], 7, 12, ip) }},
	{"esp, 128 bits", pcaps.Ethernet, func(ip []byte) []byte { return pcaps.ESP(outer4[0], outer4[1], 7, 16, ip) }},
	{"esp, 256 bits", pcaps.Ethernet, func(ip []byte) []byte { return pcaps.ESP(outer4[0], outer4[1], 7, 32, ip) }},
	{"esp in transport mode", pcaps.Ethernet, func(ip []byte) []byte { return pcaps.ESPTransport(ip, 7, 12) }},
	{"esp over udp", pcaps.Ethernet, func(ip []byte) []byte {
		esp := pcaps.ESP(outer4[0], outer4[1], 7, 12, ip)[20:]
		return pcaps.UDP(netip.AddrPortFrom(outer4[0], 4500), netip.AddrPortFrom(outer4[1], 4500), 0, esp)
	}},
}

// talked is a conversation captured over a link, each IP packet wrapped.
func talked(l pcaps.Link, v6 bool, wrap func([]byte) []byte) []pcaps.Packet {
	c := pcaps.Conversation{Link: &l, MSS: 700}
	if wrap != nil {
		c.Wrap = func(ip []byte) [][]byte { return [][]byte{wrap(ip)} }
	}
	if v6 {
		c.Client, c.Server = netip.MustParseAddrPort("[2001:db8::1]:50000"), netip.MustParseAddrPort("[2001:db8::2]:80")
	}
	c.Upgrade(pcaps.Request{Target: "/chat"}, pcaps.Response{})
	c.SendFrames(pcaps.C2S, pcaps.Text("Hello").Masked(pcaps.RFCKey))
	c.SendFrames(pcaps.S2C, pcaps.Text(string(make([]byte, 2000))))
	c.SendFrames(pcaps.S2C, pcaps.Close(1000, "bye"))
	c.Close()
	return c.Packets
}

// segmentsOf are the segments of packets, without what an export does not keep.
func segmentsOf(t *testing.T, packets []pcaps.Packet) (list []string) {
	t.Helper()
	var d reassembly.Dissector
	var s reassembly.Segment
	for i, p := range packets {
		r := d.Segment(&capture.Packet{Number: i + 1, LinkType: capture.LinkType(p.Link), OrigLen: len(p.Data), Data: p.Data}, &s)
		if r != reassembly.OK {
			t.Fatalf("packet %d: %q", i+1, r)
		}
		ok, known := s.ChecksumOK()
		list = append(list, fmt.Sprintf("%v > %v seq %d ack %d flags %v: %x, missing %d, checksum %v %v",
			s.Src(), s.Dst(), s.Seq, s.Ack, s.Flags, s.Payload, s.Missing, ok, known))
	}
	return list
}

func TestHazard_L2_Wrapped(t *testing.T) {
	t.Parallel()
	for _, v6 := range []bool{false, true} {
		want := segmentsOf(t, talked(pcaps.Link{}, v6, nil))
		for _, c := range wrapped {
			t.Run(fmt.Sprintf("%s, ipv6 %v", c.name, v6), func(t *testing.T) {
				t.Parallel()
				got := segmentsOf(t, talked(c.link, v6, c.wrap))
				for i := range want {
					if i >= len(got) || got[i] != want[i] {
						t.Fatalf("packet %d of %d:\ngot  %s\nwant %s", i+1, len(want), got[i], want[i])
					}
				}
			})
		}
	}
}

// Whatever is cut off a wrapped packet, the segment has fewer bytes and says so, or the packet is counted as cut.
func TestHazard_L1_WrappedAndCut(t *testing.T) {
	t.Parallel()
	for _, c := range wrapped {
		packets := talked(c.link, false, c.wrap)
		p := packets[slices.IndexFunc(packets, func(p pcaps.Packet) bool { return len(p.Data) > 700 })]
		for n := range len(p.Data) {
			var d reassembly.Dissector
			var s reassembly.Segment
			q := capture.Packet{Number: 1, LinkType: capture.LinkType(p.Link), OrigLen: len(p.Data), Data: p.Data[:n]}
			switch r := d.Segment(&q, &s); {
			case r == reassembly.OK && len(s.Payload)+s.Missing != 700:
				t.Fatalf("%s cut after %d bytes: %d bytes and %d missing, want 700", c.name, n, len(s.Payload), s.Missing)
			case r != reassembly.OK && r != reassembly.CutInHeaders && r != reassembly.Encrypted && r != reassembly.NotTCP:
				t.Fatalf("%s cut after %d bytes: %q", c.name, n, r)
			}
		}
	}
}

// Real IPsec is encrypted: nothing that is random is taken for a packet.
func TestHazard_L2_EncryptedESP(t *testing.T) {
	t.Parallel()
	seed := uint64(1)
	for range 20_000 {
		b := hx("00001001 00000007")
		for range 12 {
			seed = seed*6364136223846793005 + 1442695040888963407
			for i := range 8 {
				b = append(b, byte(seed>>(8*i)))
			}
		}
		mustSkip(t, "random", packet(ethernet(ipv4(50, b))), reassembly.Encrypted)
	}
}

// What is damaged is told from what is of another kind.
func TestDissector_Damaged(t *testing.T) {
	t.Parallel()
	var d reassembly.Dissector
	var s reassembly.Segment
	for range 30 {
		d.Segment(packet(make([]byte, 10)), &s)
	}
	d.Segment(packet(ethernet(ipv4(1, hx("0800 0000")))), &s)
	d.Segment(packet(ethernet(ipv4(6, hx("0800 0000")))), &s)
	d.Segment(cut(ethernet(ipv4(6, tcp("x"))), 40), &s)
	want := map[string]int64{link.SkipLinkHeader.String(): 30, reassembly.DamagedTCP.String(): 1, reassembly.CutInHeaders.String(): 1}
	if got := d.Damaged(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v (skipped %v)", got, want, d.Skipped())
	}
}
