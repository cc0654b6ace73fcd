package bpf

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/bpf"
)

func TestRefusals(t *testing.T) {
	t.Parallel()
	tests := []struct {
		expr        string
		pos         int
		token       string
		why         string
		unsupported bool
	}{
		{"host example.com", 5, "example.com", "names are not looked up: write the address", true},
		{"port http", 5, "http", "a number expected; names are not looked up", true},
		{"tcp port 80 or https", 15, "https", "a number expected; names are not looked up", true},
		{"portrange 80-http", 13, "http", "a number expected; names are not looked up", true},
		{"net localnet", 4, "localnet", "names are not looked up: write the address", true},
		{"ip proto tcp", 9, "tcp", `as the name of a protocol it needs a backslash: \tcp`, false},
		{"ip proto \\gre", 9, "gre", "a number expected; names are not looked up", true},
		{"inbound", 0, "inbound", "not understood here", true},
		{"tcp and outbound", 8, "outbound", "not understood here", true},
		{"mpls 100", 0, "mpls", "not understood here", true},
		{"pppoes and tcp", 0, "pppoes", "not understood here", true},
		{"geneve", 0, "geneve", "not understood here", true},
		{"gateway 10.1.2.3", 0, "gateway", "not understood here", true},
		{"ip protochain 6", 3, "protochain", "not understood here", true},
		{"ip broadcast", 3, "broadcast", "not understood after ip", true},
		{"ifindex 1", 0, "ifindex", "not understood here", true},
		{"tcp[13] ^ 2 = 1", 8, "^", "unknown sign", true},
		{"tcp[13] % 2 = 1", 8, "%", "unknown sign", true},
		{"tcp[-1] = 0", 4, "-", "an offset from 0 to 65535 expected", true},
		{"tcp[100000] = 0", 4, "100000", "an offset from 0 to 65535 expected", true},
		{"tcp[0:3] = 1", 6, "3", "a size of 1, 2 or 4 expected", false},
		{"esp[0] = 1", 0, "esp", "its bytes cannot be asked for", true},
		{"tcp[13] & 2", 11, "", "a comparison such as = or > expected", false},
		{"tcp[13 = 2", 7, "=", "a ] expected", false},
		{"len > 10-5", 6, "10-5", "a number or bytes of a packet expected", true},
		{"len / 0 = 1", 4, "/", "division by zero", false},
		{"len << 32 = 1", 4, "<<", "shift by more than 31 bits", false},
		{"host 10.1", 5, "10.1", "an address of four parts expected", true},
		{"src 80", 4, "80", "an address of four parts expected", true},
		{"src port 80 or dst 443", 19, "443", "an address of four parts expected", true},
		{"host 256.1.1.1", 5, "256.1.1.1", "not an IPv4 address", false},
		{"host 10.1.2.3.4", 5, "10.1.2.3.4", "an address of four parts expected", true},
		{"host 10.1.2.3/24", 5, "10.1.2.3", "a prefix length or mask belongs to net", false},
		{"net 10.1.2.3/24", 4, "10.1.2.3", "bits are set behind the prefix or mask", false},
		{"net 10.0.0.0/33", 13, "33", "not a number up to 32", false},
		{"net 10.0.0.0 mask 8", 18, "8", "a mask expected", false},
		{"net fe80::1/64", 4, "fe80::1", "bits are set behind the prefix", false},
		{"host fe80::/10", 12, "10", "a prefix length belongs to net", false},
		{"port 65536", 5, "65536", "not a number up to 65535", false},
		{"port 080", 5, "080", "not a number up to 65535", false},
		{"port 80-90", 5, "80-90", "a number expected; names are not looked up", true},
		{"vlan 4096", 5, "4096", "not a number up to 4095", false},
		{"ip proto 256", 9, "256", "not a number up to 255", false},
		{"ether proto 1000", 12, "1000", "the number is a length, not an EtherType", true},
		{"tcp host 10.1.2.3", 9, "10.1.2.3", "tcp has no IPv4 addresses", false},
		{"ip host fe80::1", 8, "fe80::1", "ip has no IPv6 addresses", false},
		{"icmp port 80", 10, "80", "icmp has no ports", false},
		{"host 00:11:22:33:44:55", 5, "00:11:22:33:44:55", "an Ethernet address belongs to ether host, ether src or ether dst", false},
		{"ether host 00:11:22:33:44:555", 11, "00:11:22:33:44:555", "not an Ethernet address", false},
		{"10.1.2.3", 0, "10.1.2.3", "a word such as host, net or port is missing before it", false},
		{"tcp 80", 4, "80", "a word such as host, net or port is missing before it", false},
		{"tcp or 80", 7, "80", "a word such as host, net or port is missing before it", false},
		{"(tcp port 80) or 443", 17, "443", "a word such as host, net or port is missing before it", false},
		{"tcp port 80 port 90", 12, "port", "and, or, or the end expected", false},
		{"tcp udp", 4, "udp", "not understood here", true},
		{"tcp and", 7, "", "something to compare expected", false},
		{"(tcp", 4, "", "a ) expected", false},
		{"tcp)", 3, ")", "and, or, or the end expected", false},
		{"port", 4, "", "an address or number expected", false},
		{"foo", 0, "foo", "not understood", false},
		{"ether", 0, "ether", "more expected after it, such as host or proto", false},
		{"tcp; rm -rf", 3, ";", "unknown sign", true},
		{strings.Repeat("(", 300) + "tcp" + strings.Repeat(")", 300), 200, "(", "nested too deep", false},
	}
	for _, test := range tests {
		_, err := Parse(test.expr)
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%q: got %v, want an *Error", test.expr, err)
			continue
		}
		want := Error{test.expr, test.pos, test.token, test.why, test.unsupported}
		if *e != want {
			t.Errorf("%q:\n got %+v\nwant %+v", test.expr, *e, want)
		}
	}
}

func TestErrorNamesThePlaceAndTheWayAround(t *testing.T) {
	t.Parallel()
	_, err := Parse("host a'b")
	want := `capture filter: "a" at byte 5: names are not looked up: write the address; ` +
		`tcpdump may know it: sudo tcpdump -U -w - 'host a'\''b' | wspeek live -r -`
	if _, plain := Parse("host ab"); !strings.Contains(plain.Error(), "'host ab' | wspeek live -r -") {
		t.Errorf("got %v", plain)
	}
	if !strings.HasSuffix(err.Error(), strings.SplitAfter(want, "tcpdump may know it: ")[1]) {
		t.Errorf("got  %v\nwant %v", err, want)
	}
	if _, err := Parse("host \x1b]0;title\a"); strings.ContainsAny(err.Error(), "\x1b\a") {
		t.Errorf("control characters in %q", err)
	}
}

func TestCookedRefusesEthernetAddresses(t *testing.T) {
	t.Parallel()
	for _, expr := range []string{"tcp or ether host 00:11:22:33:44:55", "tcp or ether[0] & 1 = 0", "tcp or broadcast"} {
		f, err := Parse(expr)
		if err != nil {
			t.Fatal(err)
		}
		var e *Error
		if _, err = f.Socket(SLL2); !errors.As(err, &e) || e.Pos < 7 || e.Expr != expr {
			t.Errorf("%q: got %v, want an *Error behind byte 7", expr, err)
		}
		if _, err := f.Socket(Ethernet); err != nil {
			t.Errorf("%q: %v", expr, err)
		}
	}
	f, _ := Parse("tcp")
	if _, err := f.File(105); err == nil {
		t.Error("link type 105 was taken")
	}
}

func TestLoses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		expr string
		want Loss
	}{
		{"", Loss{}},
		{"len > 10", Loss{}},
		{"vlan 5", Loss{}},
		{"ether host 00:11:22:33:44:55", Loss{}},
		{"tcp", Loss{Tunnels: true}},
		{"host 10.1.2.3", Loss{Tunnels: true}},
		{"net fe80::/10", Loss{Tunnels: true}},
		{"port 80", Loss{Fragments: true, Tunnels: true}},
		{"host 10.1.2.3 and portrange 80-90", Loss{Fragments: true, Tunnels: true}},
		{"tcp[13] & 2 != 0", Loss{Fragments: true, Tunnels: true}},
		{"ip[8] > 5", Loss{Tunnels: true}},
		{"not port 22", Loss{}},
		{"not (not port 22)", Loss{Fragments: true, Tunnels: true}},
		{"host 10.1.2.3 and not port 22", Loss{Tunnels: true}},
		{"not (host 10.1.2.3 and port 22)", Loss{}},
	}
	for _, test := range tests {
		f, err := Parse(test.expr)
		if err != nil {
			t.Fatal(err)
		}
		if got := f.Loses(); got != test.want {
			t.Errorf("%q: got %+v, want %+v", test.expr, got, test.want)
		}
		if (f.Loses().String() == "") != (test.want == Loss{}) || strings.Contains(f.Loses().String(), "\n") {
			t.Errorf("%q: got %q, want one line if anything is lost", test.expr, f.Loses())
		}
	}
}

// TestLossIsTrue: a filter that is said to lose fragments loses them, and one that is not does not.
func TestLossIsTrue(t *testing.T) {
	t.Parallel()
	later := madePacket{target: macPool[0], source: macPool[1], etherType: etherIPv4, payload: []byte(
		"\x45\x00\x00\x30\x00\x01\x00\x10\x40\x06\x00\x00\x0a\x01\x02\x03\x0a\x01\x02\x04" +
			"\x00\x50\x00\x50later fragment of TCP")}.ethernet()
	for expr, want := range map[string]bool{"port 80": true, "tcp": false, "not port 22": false, "host 10.1.2.3": false,
		"port 80 or (ip[6:2] & 0x1fff != 0)": false, "not (not port 80)": true, "tcp[0:2] = 80": true} {
		if lost := run(t, compile(t, expr, Ethernet), later) == 0; lost != want {
			t.Errorf("%q: lost %v, want %v", expr, lost, want)
		}
	}
}

func TestLongExpressionsJumpFar(t *testing.T) {
	t.Parallel()
	m := packets(1, 400)
	var ports, denied []string
	for i := range 60 {
		ports = append(ports, fmt.Sprint("port ", 20000+i))
		denied = append(denied, fmt.Sprint("not port ", 20000+i))
	}
	far := compile(t, "("+strings.Join(ports, " or ")+") or port 80", Ethernet)
	farAnd := compile(t, strings.Join(denied, " and ")+" and port 80", Ethernet)
	near := compile(t, "port 80", Ethernet)
	for _, p := range m {
		if p.damaged {
			continue
		}
		e := p.ethernet()
		want := run(t, near, e)
		if a, b := run(t, far, e), run(t, farAnd, e); a != want || b != want {
			t.Fatalf("got %d and %d, want %d, packet %x", a, b, want, e)
		}
	}
	f, err := Parse(longFilter("net and port", 1200))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.File(Ethernet); err == nil || !strings.Contains(err.Error(), "a kernel takes 4096") {
		t.Errorf("too long a program: got %v", err)
	}
}

func TestGuardsOfAllBytes(t *testing.T) {
	t.Parallel()
	// The exception that doc.go tells of: a UDP packet has no tcp[12], on either side of a sum.
	udp := madePacket{target: macPool[0], source: macPool[1], etherType: etherIPv4, payload: []byte(
		"\x45\x00\x00\x30\x00\x01\x00\x00\x40\x11\x00\x00\x0a\x01\x02\x03\x0a\x01\x02\x04" + strings.Repeat("\x00", 28))}.ethernet()
	for _, expr := range []string{"ip[0] + tcp[12] = 69", "tcp[12] + ip[0] = 69", "1 + tcp[12] = 1", "ip[tcp[12]] = 69"} {
		if run(t, compile(t, expr, Ethernet), udp) != 0 {
			t.Errorf("%q chose a UDP packet", expr)
		}
	}
	if run(t, compile(t, "ip[0] + udp[6] = 69", Ethernet), udp) == 0 {
		t.Error("the bytes that are there were not found")
	}
}

// simulated rewrites a program for a packet socket so that the virtual machine runs it: what the
// kernel keeps beside the packet stands in 8 bytes before it: protocol, tag present, tag.
func simulated(t testing.TB, expr string, link uint16) *bpf.VM {
	t.Helper()
	f, err := Parse(expr)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := f.Socket(link)
	if err != nil {
		t.Fatal(err)
	}
	list, ok := bpf.Disassemble(raw)
	if !ok {
		t.Fatalf("%q: unknown instructions in %v", expr, list)
	}
	at := map[bpf.Extension]uint32{bpf.ExtProto: 0, bpf.ExtVLANTagPresent: 2, bpf.ExtVLANTag: 4}
	for i, ins := range list {
		switch ins := ins.(type) {
		case bpf.LoadExtension:
			if off, ok := at[ins.Num]; ok {
				list[i] = bpf.LoadAbsolute{Off: off, Size: 2}
			}
		case bpf.LoadAbsolute:
			ins.Off += 8
			list[i] = ins
		case bpf.LoadIndirect:
			ins.Off += 8
			list[i] = ins
		case bpf.LoadMemShift:
			ins.Off += 8
			list[i] = ins
		}
	}
	vm, err := bpf.NewVM(list)
	if err != nil {
		t.Fatal(err)
	}
	return vm
}

// kernelView is the packet as a packet socket sees it: with its outer tag beside it.
func (m madePacket) kernelView(link uint16) []byte {
	head := make([]byte, 8)
	if len(m.tags) > 0 && m.tags[0]>>16 != 0x9100 { // a type that Linux does not take out
		head[3], head[4], head[5] = 1, byte(m.tags[0]>>8), byte(m.tags[0])
		m.tags = m.tags[1:]
	}
	e := m.ethernet()
	copy(head, e[12:14])
	if link == SLL2 {
		e = e[14:]
	}
	return append(head, e...)
}

func TestSocketProgramsFindTagsBesideThePacket(t *testing.T) {
	t.Parallel()
	made := packets(1, 3000)
	for _, expr := range []string{"vlan", "vlan 5", "vlan 100 and vlan 5", "vlan and host 10.1.2.3", "vlan 5 and tcp port 80",
		"vlan and vlan and ip6", "not vlan", "vlan and not tcp"} {
		file := compile(t, expr, Ethernet)
		for _, link := range []uint16{Ethernet, SLL2} {
			socket := simulated(t, expr, link)
			for _, m := range made {
				got, want := run(t, socket, m.kernelView(link)), run(t, file, m.ethernet())
				if got != want && !m.damaged {
					t.Fatalf("%q, link type %d: got %d, want %d, packet %x", expr, link, got, want, m.ethernet())
				}
			}
		}
	}
}

func TestSocketProgramsWithoutVLANIgnoreTags(t *testing.T) {
	t.Parallel()
	made := packets(1, 1000)
	for _, expr := range expressions {
		if strings.Contains(expr, "vlan") || strings.Contains(expr, "len") || strings.Contains(expr, "less") || strings.Contains(expr, "greater") {
			continue
		}
		f, _ := Parse(expr)
		file := compile(t, expr, Ethernet)
		for _, link := range []uint16{Ethernet, SLL2} {
			if _, err := f.Socket(link); err != nil {
				continue // of Ethernet addresses
			}
			socket := simulated(t, expr, link)
			for _, m := range made {
				got := run(t, socket, m.kernelView(link))
				if len(m.tags) > 0 && m.tags[0]>>16 != 0x9100 {
					m.tags = m.tags[1:]
				}
				if want := run(t, file, m.ethernet()); got != want {
					t.Fatalf("%q, link type %d: got %d, want %d, packet %x", expr, link, got, want, m.ethernet())
				}
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, expr := range expressions {
		f.Add(expr)
	}
	f.Add("host example.com")
	f.Add("ip[ip[ip[0]]] / -len = (((1)))")
	made := packets(1, 20)
	f.Fuzz(func(t *testing.T, expr string) {
		filter, err := Parse(expr)
		var e *Error
		if err != nil {
			if !errors.As(err, &e) || e.Pos < 0 || e.Pos > len(expr) || e.Why == "" {
				t.Fatalf("got %#v", err)
			}
			return
		}
		filter.Loses()
		for _, link := range []uint16{Ethernet, SLL, SLL2} {
			raw, err := filter.File(link)
			if err == nil && len(raw) < 1000 {
				vm := virtual(t, raw)
				for _, m := range made {
					run(t, vm, m.ethernet())
				}
			} else if err != nil && !errors.As(err, &e) {
				t.Fatalf("got %#v", err)
			}
			filter.Socket(link)
		}
	})
}

func BenchmarkParseAndCompile(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		f, err := Parse("tcp and (port 80 or 443 or 8080) and not host 10.1.2.3")
		if err != nil {
			b.Fatal(err)
		}
		if _, err := f.Socket(Ethernet); err != nil {
			b.Fatal(err)
		}
	}
}
