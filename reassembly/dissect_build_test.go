package reassembly_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/reassembly"
)

// hx is bytes from hexadecimal with blanks.
func hx(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// ethernet is a frame around an IP packet, IPv4 or IPv6 by its version.
func ethernet(ip []byte) []byte {
	if ip[0]>>4 == 6 {
		return join(hx("020000000001 020000000002 86dd"), ip)
	}
	return join(hx("020000000001 020000000002 0800"), ip)
}

// ipv4 is an IPv4 packet of 10.0.0.1 to 10.0.0.2 with identification 0x1234; the checksum is 0.
func ipv4(proto byte, payload []byte) []byte {
	b := join(hx("45000000 12340000 40000000 0a000001 0a000002"), payload)
	b[9] = proto
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
	return b
}

// fragment4 sets offset (bytes) and the more-fragments flag of an IPv4 packet.
func fragment4(ip []byte, off int, more bool) []byte {
	flags := uint16(off / 8)
	if more {
		flags |= 0x2000
	}
	binary.BigEndian.PutUint16(ip[6:], flags)
	return ip
}

// ipv6 is an IPv6 packet of 2001:db8::1 to 2001:db8::2.
func ipv6(next byte, payload []byte) []byte {
	b := join(hx("60000000 0000 00 40 20010db8000000000000000000000001 20010db8000000000000000000000002"), payload)
	b[6] = next
	binary.BigEndian.PutUint16(b[4:], uint16(len(payload)))
	return b
}

// fragment6 is the fragment header before a piece of a TCP segment, identification 7.
func fragment6(off int, more bool, piece []byte) []byte {
	b := hx("0600 0000 00000007")
	binary.BigEndian.PutUint16(b[2:], uint16(off))
	if more {
		b[3] |= 1
	}
	return join(b, piece)
}

// tcp is a segment from port 4000 to 80: seq 0x11223344, ack 0x55667788, PSH ACK, window 501.
func tcp(payload string) []byte {
	return join(hx("0fa0 0050 11223344 55667788 5018 01f5 0000 0000"), []byte(payload))
}

func packet(data []byte) *capture.Packet {
	return &capture.Packet{Number: 1, LinkType: capture.LinkEthernet, OrigLen: len(data), Data: data}
}

// cut is a packet of which n bytes were captured.
func cut(data []byte, n int) *capture.Packet {
	p := packet(data)
	p.Data = data[:n:n]
	return p
}

// mustSegment expects that p is the segment that tcp makes, with this payload.
func mustSegment(t *testing.T, p *capture.Packet, payload string, missing int) reassembly.Segment {
	t.Helper()
	var d reassembly.Dissector
	return mustSegmentFrom(t, &d, p, payload, missing)
}

func mustSegmentFrom(t *testing.T, d *reassembly.Dissector, p *capture.Packet, payload string, missing int) reassembly.Segment {
	t.Helper()
	s := reassembly.Segment{Missing: 99, Scale: 9, FromB: true}
	if r := d.Segment(p, &s); r != reassembly.OK {
		t.Fatalf("got %q for %x, want a segment", r, p.Data)
	}
	if string(s.Payload) != payload || s.Missing != missing {
		t.Fatalf("payload: got %.40q (%d bytes), missing %d; want %.40q, missing %d", s.Payload, len(s.Payload), s.Missing, payload, missing)
	}
	if s.Seq != 0x11223344 || s.Ack != 0x55667788 || s.Flags != reassembly.PSH|reassembly.ACK || s.Window != 501 || s.Scale != -1 {
		t.Fatalf("header: got %+v", s)
	}
	return s
}

func mustSkip(t *testing.T, name string, p *capture.Packet, want reassembly.Reason) {
	t.Helper()
	var d reassembly.Dissector
	var s reassembly.Segment
	if got := d.Segment(p, &s); got != want {
		t.Errorf("%s: got %q, want %q, for %x", name, got, want, p.Data)
	}
	if d.Decoded() != 0 || d.SkippedFor(want) != 1 {
		t.Errorf("%s: account: decoded %d, skipped %v", name, d.Decoded(), d.Skipped())
	}
}

func ends(t *testing.T, s *reassembly.Segment, src, dst string) {
	t.Helper()
	if s.Src() != netip.MustParseAddrPort(src) || s.Dst() != netip.MustParseAddrPort(dst) {
		t.Errorf("got %v to %v, want %s to %s", s.Src(), s.Dst(), src, dst)
	}
}
