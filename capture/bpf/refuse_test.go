package bpf

import (
	"errors"
	"os/exec"
	"strings"
	"testing"
)

// refused are expressions that Parse does not take.
var refused = []struct {
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
	{"gateway 10.1.2.3", 0, "gateway", "not understood here", false},
	{"ip protochain 6", 3, "protochain", "not understood here", true},
	{"ip broadcast", 3, "broadcast", "not understood after ip", true},
	{"ifindex 1", 0, "ifindex", "not understood here", true},
	{"tcp[13] ^ 2 = 1", 8, "^", "unknown sign", true},
	{"tcp[13] % 2 = 1", 8, "%", "unknown sign", true},
	{"tcp[-1] = 0", 4, "-", "an offset from 0 to 65535 expected", true},
	{"tcp[100000] = 0", 4, "100000", "an offset from 0 to 65535 expected", false},
	{"tcp[0:3] = 1", 6, "3", "a size of 1, 2 or 4 expected", false},
	{"esp[0] = 1", 0, "esp", "its bytes cannot be asked for", false},
	{"tcp[13] & 2", 11, "", "a comparison such as = or > expected", false},
	{"tcp[13 = 2", 7, "=", "a ] expected", false},
	{"len > 10-5", 6, "10-5", "a number or bytes of a packet expected", false},
	{"len / 0 = 1", 4, "/", "division by zero", false},
	{"len << 32 = 1", 4, "<<", "shift by more than 31 bits", false},
	{"host 10.1", 5, "10.1", "an address of four parts expected", true},
	{"src 80", 4, "80", "an address of four parts expected", true},
	{"src port 80 or dst 443", 19, "443", "an address of four parts expected", true},
	{"host 256.1.1.1", 5, "256.1.1.1", "not an IPv4 address", false},
	{"host 10.1.2.3.4", 5, "10.1.2.3.4", "an address of four parts expected", false},
	{"host 10.1.2.3/24", 5, "10.1.2.3", "a prefix length or mask belongs to net", false},
	{"net 10.1.2.3/24", 4, "10.1.2.3", "bits are set after the prefix or mask", false},
	{"net 10.0.0.0/33", 13, "33", "not a number up to 32", false},
	{"net 10.0.0.0 mask 8", 18, "8", "a mask expected", false},
	{"net fe80::1/64", 4, "fe80::1", "bits are set after the prefix", false},
	{"host fe80::/10", 12, "10", "a prefix length belongs to net", false},
	{"port 65536", 5, "65536", "not a number up to 65535", false},
	{"port 080", 5, "080", "not a number up to 65535", false},
	{"port 80-90", 5, "80-90", "a number expected; names are not looked up", false},
	{"port 1e3", 5, "1e3", "a number expected; names are not looked up", false},
	{"port 80 # x", 8, "#", "unknown sign", false},
	{"port tcp", 5, "tcp", "a number expected; names are not looked up", false},
	{"host mask", 5, "mask", "an address expected", false},
	{"p\xf6rt 80", 1, "\xf6", "unknown sign", false},
	{"vrrp[0] = 1", 0, "vrrp", "not understood here", true},
	{"tcp inbound", 4, "inbound", "not understood here", false},
	{"tcp protochain 6", 4, "protochain", "not understood here", false},
	{"radio", 0, "radio", "not understood here", false},
	{"ip6 broadcast", 4, "broadcast", "not understood after ip6", false},
	{"tcp multicast", 4, "multicast", "not understood after tcp", false},
	{"icmp6[0] = icmp6-echo", 11, "icmp6-echo", "a number or bytes of a packet expected", true},
	{"tcp[13] = foo", 10, "foo", "a number or bytes of a packet expected", false},
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
	{"tcp udp", 4, "udp", "not understood here", false},
	{"tcp and", 7, "", "something to compare expected", false},
	{"(tcp", 4, "", "a ) expected", false},
	{"tcp)", 3, ")", "and, or, or the end expected", false},
	{"port", 4, "", "an address or number expected", false},
	{"foo", 0, "foo", "not understood", false},
	{"ether", 0, "ether", "more expected after it, such as host or proto", false},
	{"tcp; rm -rf", 3, ";", "unknown sign", false},
	{strings.Repeat("(", 300) + "tcp" + strings.Repeat(")", 300), 200, "(", "nested too deep", true},
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, test := range refused {
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

// TestUnsupportedIsWhatTcpdumpTakes: if we refer somebody to tcpdump, it must accept the filter.
func TestUnsupportedIsWhatTcpdumpTakes(t *testing.T) {
	if _, err := exec.LookPath("tcpdump"); err != nil {
		t.Skip("needs tcpdump")
	}
	t.Parallel()
	for _, test := range refused {
		expr := test.expr
		_, mistake := Parse(expr)
		_, err := tcpdumpCode(t, "EN10MB", expr)
		if err != nil && strings.Contains(err.Error(), "unknown ") && mistake.(*Error).Unsupported {
			continue // a name: whether it is known depends on the machine
		}
		if taken := err == nil; taken != mistake.(*Error).Unsupported && test.why != "not a number up to 255" && test.token != "100000" {
			t.Errorf("%q: unsupported is %v (%v), tcpdump: %v", expr, !taken, mistake, err)
		}
	}
}

func TestErrorNamesThePlace(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 3000)
	tests := []struct{ expr, want string }{
		{"host ab", `capture filter: "ab" at byte 5: names are not looked up: write the address`},
		{"tcp and", `capture filter: at the end: something to compare expected`},
		{"host " + long, `capture filter: "` + long[:40] + `"... at byte 5: names are not looked up: write the address`},
		{strings.Repeat(" ", 1<<17), `capture filter: longer than 65,536 bytes`},
	}
	for _, test := range tests {
		if _, err := Parse(test.expr); err.Error() != test.want {
			t.Errorf("got  %v\nwant %v", err, test.want)
		}
	}
	if _, err := Parse("host \x1b]0;title\a"); strings.ContainsAny(err.Error(), "\x1b\a") {
		t.Errorf("control characters in %q", err)
	}
	f, _ := Parse(longFilter("host and port", 500))
	_, err := f.Socket(Ethernet)
	var e *Error
	if !errors.As(err, &e) || !e.Unsupported || e.Pos != Whole || !strings.Contains(e.Error(), "too long for the kernel: ") {
		t.Errorf("got %v", err)
	}
}

// TestFiltersThatRejectAll: a filter that accepts nothing is a mistake.
func TestFiltersThatRejectAll(t *testing.T) {
	t.Parallel()
	tests := map[string]bool{
		"udp and tcp": true, "ip and arp": true, "ip and ip6": true, "tcp port 80 and udp": true, "1 = 2": true,
		"port 80 and not port 80": true, "icmp and icmp6": true, "src host 10.1.2.3 and src host 10.1.2.4": true,
		"host 10.1.2.3 and host 10.1.2.4 and host 10.1.2.5": true, "len > 5 and len < 3": true, "less 10 and greater 20": true,
		"port 80 and port 81 and port 82": true, "not (tcp or not tcp)": true, "src net 10.0.0.0/8 and src net 11.0.0.0/16": true,
		"tcp[tcpflags] & 2 != 0 and tcp[tcpflags] & 2 = 0": true, "portrange 80-90 and portrange 91-100 and port 95 and 85 and 84": true,
		"port 80 and port 81": false, "udp or tcp": false, "host 10.1.2.3 and host 10.1.2.4": false, "1 = 1": false, "": false,
		"vlan 5 and not vlan": false, "src net 10.0.0.0/8 and src net 10.1.0.0/16": false, "ip and not tcp": false,
	}
	_, missing := exec.LookPath("tcpdump")
	for expr, want := range tests {
		f, err := Parse(expr)
		if err != nil {
			t.Fatal(err)
		}
		for _, link := range []uint16{Ethernet, SLL2} {
			if _, err := f.Socket(link); rejectsAll(err) != want || err != nil && err.(*Error).Unsupported {
				t.Errorf("%q on %d: got %v, want that all packets are rejected: %v", expr, link, err, want)
			}
		}
		if missing == nil && !want {
			if _, err := tcpdumpCode(t, "EN10MB", expr); err != nil {
				t.Errorf("%q: tcpdump says %v", expr, err)
			}
		}
	}
}
