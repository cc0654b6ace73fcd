package reassembly_test

import (
	"encoding/binary"
	"maps"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/capture/link"
	"github.com/wspeek/wspeek/reassembly"
)

func TestDissect_Plain(t *testing.T) {
	t.Parallel()
	s := mustSegment(t, packet(ethernet(ipv4(6, tcp("hello")))), "hello", 0)
	ends(t, &s, "10.0.0.1:4000", "10.0.0.2:80")
	if s.FromB || s.IPID != 0x1234 || s.Packet != 1 || s.Flow.V6 {
		t.Errorf("got %+v", s)
	}
	s = mustSegment(t, packet(ethernet(ipv6(6, tcp("hello")))), "hello", 0)
	ends(t, &s, "[2001:db8::1]:4000", "[2001:db8::2]:80")
	if s.FromB || s.IPID != 0 || !s.Flow.V6 {
		t.Errorf("got %+v", s)
	}
}

// Both directions of a connection have the same Flow.
func TestDissect_FlowIsUnordered(t *testing.T) {
	t.Parallel()
	for name, ip := range map[string]func() []byte{
		"ipv4": func() []byte { return ipv4(6, tcp("x")) },
		"ipv6": func() []byte { return ipv6(6, tcp("x")) },
	} {
		there, back := ip(), ip()
		at, n := 12, 4 // of the addresses
		if name == "ipv6" {
			at, n = 8, 16
		}
		copy(back[at:at+n], there[at+n:])
		copy(back[at+n:at+2*n], there[at:])
		end := at + 2*n
		binary.BigEndian.PutUint16(back[end:], 80)
		binary.BigEndian.PutUint16(back[end+2:], 4000)
		a := mustSegment(t, packet(ethernet(there)), "x", 0)
		b := mustSegment(t, packet(ethernet(back)), "x", 0)
		if a.Flow != b.Flow || a.FromB == b.FromB || a.Src() != b.Dst() || a.Dst() != b.Src() {
			t.Errorf("%s: got %+v and %+v", name, a, b)
		}
	}
}

func TestHazard_L1_Snaplen(t *testing.T) {
	t.Parallel()
	whole := ethernet(ipv4(6, tcp("hello")))
	mustSegment(t, cut(whole, len(whole)-3), "he", 3)
	mustSegment(t, cut(whole, 54), "", 5)
	mustSkip(t, "inside the fixed header", cut(whole, 53), reassembly.CutInHeaders)
	mustSkip(t, "inside the ip header", cut(whole, 30), reassembly.CutInHeaders)
	mustSkip(t, "inside the ethernet header", cut(whole, 10), reassembly.CutInHeaders)

	options := tcp("hello")
	options = join(options[:20], hx("0101080a 00000001 00000002"), options[20:])
	options[12] = 0x80
	mustSegment(t, cut(ethernet(ipv4(6, options)), 60), "", 5) // inside the options

	v6 := ethernet(ipv6(6, tcp("hello")))
	mustSegment(t, cut(v6, len(v6)-4), "h", 4)
	mustSkip(t, "inside the ipv6 header", cut(v6, 50), reassembly.CutInHeaders)
}

// The record may be shortened afterwards, with its length: the IP header knows better.
func TestHazard_L1_LengthOnlyInIPHeader(t *testing.T) {
	t.Parallel()
	whole := ethernet(ipv4(6, tcp("hello")))
	mustSegment(t, packet(whole[:len(whole)-2]), "hel", 2)
}

func TestHazard_L2_Tunnels(t *testing.T) {
	t.Parallel()
	ip, ip6 := ipv4(6, tcp("hello")), ipv6(6, tcp("hello"))
	udp := hx("d431 12b5 0000 0000 08000000 00000100")
	for name, b := range map[string][]byte{
		"vlan":              join(hx("020000000001 020000000002 8100 0064 0800"), ip),
		"ip in ip":          ethernet(ipv4(4, ip)),
		"6in4":              ethernet(ipv4(41, ip6)),
		"4in6":              ethernet(ipv6(4, ip)),
		"6in6":              ethernet(ipv6(41, ip6)),
		"gre":               ethernet(ipv4(47, join(hx("0000 0800"), ip))),
		"gre over ipv6":     ethernet(ipv6(47, join(hx("2000 0800 00000001"), ip))),
		"gre in gre":        ethernet(ipv4(47, join(hx("0000 0800"), ipv4(47, join(hx("0000 86dd"), ip6))))),
		"vxlan":             ethernet(ipv4(17, join(udp, ethernet(ip)))),
		"vxlan in vxlan":    ethernet(ipv4(17, join(udp, ethernet(ipv4(17, join(udp, ethernet(ip6))))))),
		"eight ip headers":  ethernet(nest(ip, 7)),
		"with ah":           ethernet(ipv4(51, join(hx("0604 0000 00000001 00000001 00000000 00000000 00000000"), tcp("hello")))),
		"15 nested headers": ethernet(nest(ip, 14)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mustSegment(t, packet(b), "hello", 0)
			mustSegment(t, cut(b, len(b)-2), "hel", 2)
		})
	}
}

// nest puts ip into n further IP headers.
func nest(ip []byte, n int) []byte {
	for range n {
		ip = ipv4(4, ip)
	}
	return ip
}

func TestHazard_L2_TooDeep(t *testing.T) {
	t.Parallel()
	mustSkip(t, "40 ip headers", packet(ethernet(nest(ipv4(6, tcp("x")), 40))), reassembly.TooDeep)
	mixed := ipv4(6, tcp("x"))
	for range 20 {
		mixed = ipv4(47, join(hx("0000 6558"), ethernet(mixed)))
	}
	mustSkip(t, "20 bridges in gre", packet(ethernet(mixed)), reassembly.TooDeep)
}

func TestHazard_L2_NotDecodedTunnels(t *testing.T) {
	t.Parallel()
	mustSkip(t, "wireguard", packet(ethernet(ipv4(17, join(hx("d431 ca6c 0028 0000 04000000"), make([]byte, 28))))), reassembly.Reason(link.SkipWireGuard))
	mustSkip(t, "esp", packet(ethernet(ipv4(50, hx("00000001 00000001")))), reassembly.Encrypted)
	mustSkip(t, "gre with a route beyond the end", packet(ethernet(ipv4(47, hx("4000 0800 00000000 0002 00 ff 0a")))), reassembly.Reason(link.SkipTunnelHeader))
}

func TestHazard_L3_Padding(t *testing.T) {
	t.Parallel()
	for _, payload := range []string{"", "hi"} {
		mustSegment(t, packet(join(ethernet(ipv4(6, tcp(payload))), make([]byte, 6))), payload, 0)
		mustSegment(t, packet(join(ethernet(ipv6(6, tcp(payload))), make([]byte, 6))), payload, 0)
	}
	// An intermediary wrote the padding into the inner length; the PPPoE header tells the truth.
	b := join(hx("020000000001 020000000002 8864 1100 0001 002a 0021"), ipv4(6, join(tcp(""), make([]byte, 6))))
	mustSegment(t, packet(b), "", 0)
}

func TestHazard_L4_LengthZeroOrJumbo(t *testing.T) {
	t.Parallel()
	big := strings.Repeat("0123456789abcdef", 5000) // 80,000 bytes
	v4 := ipv4(6, tcp("hello"))
	v4[2], v4[3] = 0, 0
	mustSegment(t, packet(ethernet(v4)), "hello", 0)
	v4 = ipv4(6, tcp(big))
	v4[2], v4[3] = 0, 0
	mustSegment(t, packet(ethernet(v4)), big, 0)
	mustSegment(t, cut(ethernet(v4), 60), big[:6], 79994)

	v6 := ipv6(6, tcp(big))
	v6[4], v6[5] = 0, 0
	mustSegment(t, packet(ethernet(v6)), big, 0)

	jumbo := ipv6(0, join(hx("0600 c204 0001389c"), tcp(big))) // 8 + 20 + 80,000
	jumbo[4], jumbo[5] = 0, 0
	mustSegment(t, packet(join(ethernet(jumbo), make([]byte, 4))), big, 0)
	binary.BigEndian.PutUint32(jumbo[44:], 1<<31)
	mustSkip(t, "jumbo length beyond the wire", packet(ethernet(jumbo)), reassembly.DamagedIP)
	binary.BigEndian.PutUint32(jumbo[44:], 3)
	mustSkip(t, "jumbo length below its own header", packet(ethernet(jumbo)), reassembly.DamagedIP)
}

func TestHazard_L5_DamagedHeaders(t *testing.T) {
	t.Parallel()
	edit := func(b []byte, at int, v ...byte) *capture.Packet {
		copy(b[at:], v)
		return packet(b)
	}
	v4 := func() []byte { return ethernet(ipv4(6, tcp("hello"))) }
	mustSkip(t, "ipv4 header length 16", edit(v4(), 14, 0x44), reassembly.DamagedIP)
	mustSkip(t, "ipv4 version 5", edit(v4(), 14, 0x55), reassembly.DamagedIP)
	mustSkip(t, "ipv4 total length 19", edit(v4(), 16, 0, 19), reassembly.DamagedIP)
	mustSkip(t, "ipv4 header longer than the packet", edit(v4(), 14, 0x4f, 0, 0, 45), reassembly.DamagedIP)
	mustSkip(t, "no room for tcp", edit(v4(), 16, 0, 39), reassembly.DamagedTCP)
	mustSkip(t, "data offset 4", edit(v4(), 14+20+12, 0x40), reassembly.DamagedTCP)
	mustSkip(t, "data offset past the end", edit(v4(), 14+20+12, 0x70), reassembly.DamagedTCP)
	mustSkip(t, "nothing after ethernet", packet(v4()[:14]), reassembly.DamagedIP)
	mustSkip(t, "ipv6 header of 39 bytes", packet(ethernet(ipv6(6, nil))[:14+39]), reassembly.DamagedIP)
	mustSkip(t, "ipv6 extension past the end", packet(ethernet(ipv6(0, hx("0601 0000 00000000")))), reassembly.DamagedIP)
	mustSegment(t, edit(v4(), 14+20+12, 0x50), "hello", 0)
}

func TestHazard_L7_Extensions(t *testing.T) {
	t.Parallel()
	ext := func(next string) []byte { return hx(next + "00 0104 00000000") }
	chain := func(n int) []byte {
		b := tcp("hello")
		for i := range n {
			if i == 0 {
				b = join(ext("06"), b)
			} else {
				b = join(ext("3c"), b)
			}
		}
		return ethernet(ipv6(60, b))
	}
	mustSegment(t, packet(chain(1)), "hello", 0)
	mustSegment(t, packet(chain(16)), "hello", 0)
	mustSkip(t, "chain of 17", packet(chain(17)), reassembly.DamagedIP)
	mustSkip(t, "chain of 150", packet(chain(150)), reassembly.DamagedIP)
	mustSegment(t, packet(ethernet(ipv6(44, fragment6(0, false, tcp("hello"))))), "hello", 0) // atomic
	mustSkip(t, "cut in an extension", cut(chain(16), 100), reassembly.CutInHeaders)
	mustSkip(t, "no next header", packet(ethernet(ipv6(59, tcp("x")))), reassembly.NotTCP)
	mustSkip(t, "ipv6's fragment header in ipv4", packet(ethernet(ipv4(44, fragment6(0, false, tcp("x"))))), reassembly.NotTCP)
}

// TCP's peer is the last address of a source route, in packets on their way as after it.
func TestDissect_SourceRoute(t *testing.T) {
	t.Parallel()
	route := func(kind, left string) []byte {
		return join(hx("0604"+kind+left+"00000000 20010db8000000000000000000000008 20010db8000000000000000000000009"), tcp("x"))
	}
	for _, c := range []struct{ kind, left, dst string }{
		{"00", "02", "[2001:db8::9]:80"}, {"00", "00", "[2001:db8::2]:80"}, {"04", "01", "[2001:db8::8]:80"}, {"77", "01", "[2001:db8::2]:80"},
	} {
		s := mustSegment(t, packet(ethernet(ipv6(43, route(c.kind, c.left)))), "x", 0)
		ends(t, &s, "[2001:db8::1]:4000", c.dst)
	}
}

func TestHazard_L8_BadChecksumIsKept(t *testing.T) {
	t.Parallel()
	// Segment and checksum of RFC 1071's sum, computed by hand: see sum below.
	for _, ip := range [][]byte{ipv4(6, tcp("hello")), ipv6(6, tcp("hello"))} {
		s := mustSegment(t, packet(ethernet(ip)), "hello", 0)
		if ok, known := s.ChecksumOK(); ok || !known {
			t.Errorf("checksum 0: got ok %v, known %v", ok, known)
		}
		binary.BigEndian.PutUint16(ip[len(ip)-5-4:], sum(ip))
		s = mustSegment(t, packet(ethernet(ip)), "hello", 0)
		if ok, known := s.ChecksumOK(); !ok || !known {
			t.Errorf("right checksum: got ok %v, known %v", ok, known)
		}
		b := ethernet(ip)
		s = mustSegment(t, cut(b, len(b)-1), "hell", 1)
		if _, known := s.ChecksumOK(); known {
			t.Error("a cut segment's checksum is said to be known")
		}
	}
}

// sum is the TCP checksum over "hello" with the pseudo-header, byte by byte.
func sum(ip []byte) uint16 {
	addresses, at := ip[12:20], 20
	if ip[0]>>4 == 6 {
		addresses, at = ip[8:40], 40
	}
	b := join(addresses, []byte{0, 6, 0, byte(len(ip) - at)}, ip[at:])
	var n uint32
	for i, v := range b {
		n += uint32(v) << (8 * uint(1-i%2))
	}
	for n > 0xffff {
		n = n>>16 + n&0xffff
	}
	return ^uint16(n)
}

func TestHazard_L10_VLANIsNoPartOfAFlow(t *testing.T) {
	t.Parallel()
	ip := ipv4(6, tcp("x"))
	a := mustSegment(t, packet(ethernet(ip)), "x", 0)
	b := mustSegment(t, packet(join(hx("020000000001 020000000002 8100 0064 0800"), ip)), "x", 0)
	if a.Flow != b.Flow {
		t.Errorf("got %+v and %+v", a.Flow, b.Flow)
	}
}

func TestHazard_L11_LinkTypes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		link   capture.LinkType
		header string
	}{
		{capture.LinkNull, "02000000"}, {capture.LinkLoop, "00000002"}, {capture.LinkRaw, ""}, {capture.LinkIPv4, ""},
		{capture.LinkSLL, "0000 0001 0006 0200000000010000 0800"},
		{capture.LinkSLL2, "0800 0000 00000003 0001 00 06 0200000000010000"},
	} {
		p := packet(join(hx(c.header), ipv4(6, tcp("hello"))))
		p.LinkType = c.link
		mustSegment(t, p, "hello", 0)
	}
}

func TestHazard_F17_UnknownLinkTypes(t *testing.T) {
	t.Parallel()
	var d reassembly.Dissector
	var s reassembly.Segment
	for _, l := range []capture.LinkType{187, 187, 189, 4444, capture.LinkEthernet} {
		p := packet(ethernet(ipv4(6, tcp("x"))))
		p.LinkType = l
		d.Segment(p, &s)
	}
	want := map[string]int64{"link type 187 (Bluetooth HCI)": 2, "link type 189 (Linux USB)": 1, "link type 4444": 1}
	if got := d.Skipped(); !maps.Equal(got, want) || d.Decoded() != 1 {
		t.Errorf("got %v and %d decoded, want %v and 1", got, d.Decoded(), want)
	}
}

func TestHazard_L12_SameAddress(t *testing.T) {
	t.Parallel()
	ip := ipv4(6, tcp("x"))
	copy(ip[16:20], ip[12:16])
	s := mustSegment(t, packet(ethernet(ip)), "x", 0)
	ends(t, &s, "10.0.0.1:4000", "10.0.0.1:80")
	if !s.FromB || s.Flow.APort != 80 {
		t.Errorf("the lower port is A: got %+v", s)
	}
	binary.BigEndian.PutUint16(ip[22:], 4000) // and to itself
	s = mustSegment(t, packet(ethernet(ip)), "x", 0)
	ends(t, &s, "10.0.0.1:4000", "10.0.0.1:4000")
	if s.FromB {
		t.Error("a connection to itself: FromB")
	}
}

func TestDissect_NotTCP(t *testing.T) {
	t.Parallel()
	quoted := join(hx("0301 0000 00000000"), ipv4(6, tcp("quoted")))
	mustSkip(t, "tcp quoted in icmp", packet(ethernet(ipv4(1, quoted))), reassembly.NotTCP)
	mustSkip(t, "tcp quoted in icmpv6", packet(ethernet(ipv6(58, join(hx("0100 0000 00000000"), ipv6(6, tcp("quoted")))))), reassembly.NotTCP)
	mustSkip(t, "udp", packet(ethernet(ipv4(17, hx("d431 0035 0008 0000")))), reassembly.NotTCP)
	mustSkip(t, "arp", packet(hx("ffffffffffff 020000000002 0806 0001 0800")), reassembly.NotIP)
	p := packet(ethernet(ipv4(6, tcp("x"))))
	p.OrigLen--
	mustSkip(t, "caplen larger than length", p, reassembly.CaplenTooLarge)
}

func TestDissect_WindowScale(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, options string
		syn           bool
		want          int8
	}{
		{"none", "", true, -1},
		{"first", "03030700", true, 7},
		{"after others", "020405b4 01 0402 030307 00 00", true, 7},
		{"on no syn", "03030700", false, -1},
		{"more than 14", "0303ff00", true, 14},
		{"after the end of options", "00030307", true, -1},
		{"option of length 0", "08000303", true, -1},
		{"option beyond the header", "0303 0000 0303", true, 0},
		{"cut off by the header's end", "01010303", true, -1},
		{"length of scale wrong", "03040700", true, -1},
	} {
		seg := tcp("")
		o := hx(c.options)
		seg = join(seg, o, make([]byte, (4-len(o)%4)%4))
		seg[12] = byte(len(seg)/4) << 4
		if c.syn {
			seg[13] = 2
		}
		var d reassembly.Dissector
		var s reassembly.Segment
		if r := d.Segment(packet(ethernet(ipv4(6, seg))), &s); r != reassembly.OK || s.Scale != c.want {
			t.Errorf("%s: got %d (%q), want %d", c.name, s.Scale, r, c.want)
		}
	}
}

func TestReason_String(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for r := reassembly.OK + 1; r.String() != "unknown"; r++ {
		if r.String() == "" || seen[r.String()] {
			t.Errorf("reason %d: name %q is empty or taken", r, r)
		}
		seen[r.String()] = true
	}
	if !seen["not tcp"] || !seen["ip fragment, over the limit"] {
		t.Errorf("got %v", seen)
	}
}
