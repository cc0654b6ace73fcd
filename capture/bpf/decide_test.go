package bpf

import (
	"strings"
	"testing"
)

// TestFollows tries all questions about four bits.
func TestFollows(t *testing.T) {
	t.Parallel()
	var all []question
	for k := range uint32(16) {
		for mask := range uint32(16) {
			all = append(all, question{mask: mask, cond: jumpEqual, k: k}, question{mask: mask, cond: jumpAtLeast, k: k})
		}
	}
	known := 0
	for _, p := range all {
		for _, q := range all {
			for _, yes := range []bool{false, true} {
				answer, ok := follows(p, yes, q)
				if !ok {
					continue
				}
				known++
				for v := range uint32(16) {
					if holds(p.cond, v&p.mask, p.k) == yes && holds(q.cond, v&q.mask, q.k) != answer {
						t.Fatalf("%+v is %v: got %v for %+v, not so of %d", p, yes, answer, q, v)
					}
				}
			}
		}
	}
	if known < 10_000 {
		t.Errorf("%d answers follow, want more", known)
	}
}

// tcpPacket is a packet of TCP over IPv4, of a length.
func tcpPacket(port byte, length int) []byte {
	p := madePacket{target: macPool[0], source: macPool[1], etherType: etherIPv4, payload: []byte(
		"\x45\x00\x00\x30\x00\x01\x00\x00\x40\x06\x00\x00\x0a\x01\x02\x03\x0a\x01\x02\x04\x00" + string(port) + strings.Repeat("\x00", 300))}
	return p.ethernet()[:length]
}

// TestBytesAreNotLookedAtEarlier: a packet may end before the bytes that an expression names, and what is joined
// for having the same begin must not look at them before its turn.
func TestBytesAreNotLookedAtEarlier(t *testing.T) {
	t.Parallel()
	tests := []struct {
		expr string
		want bool // of a packet of 60 bytes
	}{
		{"(tcp and ip[8] = 1) or less 60 or (tcp and ip[200] = 2)", true},
		{"(tcp and ip[200] = 2) or less 60", false},
		{"tcp and ip[200] >= 0", false},
		{"tcp and (ip[200] >= 0 or less 60)", false},
		{"(tcp and ip[8] = 1) or (tcp and ip[200] = 2) or (tcp and ip[8] = 64)", false},
		{"(tcp and ip[8] = 1) or (tcp and ip[200] = 2) or (tcp and src port 80)", false},
		{"(tcp and ip[200] = 2) or tcp", true}, // whatever that byte is
	}
	for _, test := range tests {
		if got := run(t, compile(t, test.expr, Ethernet), tcpPacket(80, 60)) > 0; got != test.want {
			t.Errorf("%q: got %v, want %v", test.expr, got, test.want)
		}
	}
}

// TestJumpsOfEachLength: all distances around the farthest jump occur in these.
func TestJumpsOfEachLength(t *testing.T) {
	t.Parallel()
	for n := 230; n < 290; n++ {
		for _, begin := range []string{"", "less 5 or ", "ip[8] = ip[0] or icmp or "} {
			expr := begin + strings.ReplaceAll(longFilter("tcp dst port", n), "dst", "src") + " or tcp src port 80"
			vm := compile(t, expr, Ethernet)
			if run(t, vm, tcpPacket(80, 100)) == 0 || run(t, vm, tcpPacket(81, 100)) != 0 {
				t.Fatalf("%d ports: got other packets than those of port 80", n)
			}
		}
	}
}
