package reassembly_test

import (
	"encoding/binary"
	"testing"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/reassembly"
)

var linkTypes = []capture.LinkType{
	capture.LinkEthernet, capture.LinkNull, capture.LinkLoop, capture.LinkRaw, capture.LinkRawBSD, capture.LinkRawOpenBSD,
	capture.LinkIPv4, capture.LinkIPv6, capture.LinkSLL, capture.LinkSLL2, capture.LinkPPP, capture.LinkPPPHDLC,
	capture.LinkPPPoE, capture.LinkCiscoHDLC, capture.LinkPPPD, capture.LinkNFLog, capture.LinkPKTAP,
	capture.LinkWiFi, capture.LinkRadiotap, capture.LinkPrism, capture.LinkAVS, capture.LinkPPI, capture.LinkIPNet, capture.LinkUpperPDU,
	capture.LinkUser2, 187,
}

// Any bytes as a sequence of packets (length, bytes more on the wire, bytes): nothing panics, each
// packet is counted once, and a segment lies in its packet or is joined, and fits its length.
func FuzzDissect(f *testing.F) {
	add := func(packets ...[]byte) {
		var b []byte
		for _, p := range packets {
			b = binary.BigEndian.AppendUint16(b, uint16(len(p)))
			b = append(append(b, 0), p...)
		}
		f.Add(uint8(0), b)
	}
	ip, ip6 := ipv4(6, tcp("hello")), ipv6(6, tcp("hello"))
	add(ethernet(ip), ethernet(ip6))
	add(pieces(false, 1000)...)
	add(pieces(true, 1000)...)
	add(ethernet(ipv4(47, join(hx("2000 6558 00000001"), ethernet(ip6)))), ethernet(ipv4(4, ip)))
	add(ethernet(ipv4(17, join(hx("d431 12b5 0000 0000 08000000 00000100"), ethernet(ip)))))
	add(ethernet(ipv6(0, join(hx("0600 c204 00000100"), tcp("x")))), ethernet(ipv6(43, join(hx("0600 0001 00000000"), tcp("x")))))
	f.Fuzz(func(t *testing.T, link uint8, in []byte) {
		d := reassembly.Dissector{Fragments: reassembly.FragmentLimits{Datagrams: 3, Bytes: 4000}}
		packets := int64(0)
		for ; len(in) >= 3 && packets < 200; packets++ {
			n := min(int(binary.BigEndian.Uint16(in)), len(in)-3)
			p := capture.Packet{Number: int(packets) + 1, LinkType: linkTypes[int(link)%len(linkTypes)], OrigLen: n + int(in[2]), Data: in[3 : 3+n]}
			in = in[3+n:]
			checkSegment(t, &d, &p)
		}
		sum := d.Decoded()
		for name, n := range d.Skipped() {
			if n < 0 {
				t.Errorf("%s: %d", name, n)
			}
			sum += n
		}
		if sum != packets {
			t.Errorf("%d packets, account: %d decoded, %v", packets, d.Decoded(), d.Skipped())
		}
	})
}

func checkSegment(t *testing.T, d *reassembly.Dissector, p *capture.Packet) {
	t.Helper()
	var s reassembly.Segment
	if d.Segment(p, &s) != reassembly.OK {
		return
	}
	// An IP header may claim 64 KiB, an IPv6 header up to what is on the wire.
	if s.Missing < 0 || len(s.Payload)+s.Missing > max(1<<16, p.OrigLen) {
		t.Errorf("%x: payload of %d, missing %d", p.Data, len(s.Payload), s.Missing)
	}
	f := &s.Flow
	if a, b := s.Src(), s.Dst(); !a.IsValid() || !b.IsValid() || string(f.A[:]) > string(f.B[:]) || (f.A == f.B && f.APort > f.BPort) {
		t.Errorf("%x: flow %+v", p.Data, *f)
	}
	s.ChecksumOK()
}

func BenchmarkDissect(b *testing.B) {
	big := string(make([]byte, 1448))
	for _, c := range []struct {
		name string
		data []byte
	}{
		{"ethernet ipv4 tcp", ethernet(ipv4(6, tcp(big)))},
		{"ethernet ipv4 tcp small", ethernet(ipv4(6, tcp("hello")))},
		{"ethernet ipv6 tcp", ethernet(ipv6(6, tcp(big)))},
		{"vlan ipv4 tcp", join(hx("020000000001 020000000002 8100 0064 0800"), ipv4(6, tcp(big)))},
		{"gre", ethernet(ipv4(47, join(hx("0000 0800"), ipv4(6, tcp(big)))))},
		{"vxlan", ethernet(ipv4(17, join(hx("d431 12b5 0000 0000 08000000 00000100"), ethernet(ipv4(6, tcp(big))))))},
		{"udp", ethernet(ipv4(17, hx("d431 0035 0008 0000")))},
	} {
		b.Run(c.name, func(b *testing.B) {
			var d reassembly.Dissector
			var s reassembly.Segment
			p := packet(c.data)
			b.ReportAllocs()
			for b.Loop() {
				d.Segment(p, &s)
			}
		})
	}
}

// Four fragments a datagram, each with its own identification.
func BenchmarkDefrag(b *testing.B) {
	p := pieces(false, 600)
	var d reassembly.Dissector
	var s reassembly.Segment
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		for _, data := range p {
			binary.BigEndian.PutUint16(data[14+4:], uint16(i))
			d.Segment(packet(data), &s)
		}
	}
}

// Fragments that come in the worst order must not cost the square of their number.
func BenchmarkDefragFlood(b *testing.B) {
	var d reassembly.Dissector
	var s reassembly.Segment
	data := ethernet(fragment4(ipv4(6, make([]byte, 8)), 0, true))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		fragment4(data[14:], (8000-i%8000)*8, true)
		binary.BigEndian.PutUint16(data[14+4:], uint16(i/8000))
		d.Segment(packet(data), &s)
	}
}
