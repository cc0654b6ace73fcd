package bpf

import (
	"fmt"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"
)

// terms are kinds of terms that occur in long filters.
var terms = map[string]func(i int) string{
	"port":         func(i int) string { return fmt.Sprint("port ", 9001+i) },
	"not port":     func(i int) string { return fmt.Sprint("not port ", 9001+i) },
	"tcp dst port": func(i int) string { return fmt.Sprint("tcp dst port ", 9001+i) },
	"portrange":    func(i int) string { return fmt.Sprintf("portrange %d-%d", 2000+10*i, 2005+10*i) },
	"host":         func(i int) string { return fmt.Sprintf("host 10.1.%d.%d", i/200, i%200+1) },
	"net":          func(i int) string { return fmt.Sprintf("net %d.%d.0.0/16", 10+i/250, i%250) },
	"host6":        func(i int) string { return fmt.Sprintf("host 2001:db8::%x", i+1) },
	"host and port": func(i int) string {
		return fmt.Sprintf("(host 10.1.%d.%d and port %d)", i/200, i%200+1, 9001+i)
	},
	"net and port": func(i int) string {
		return fmt.Sprintf("(src net 10.%d.0.0/16 and dst port %d)", i%250, 9001+i)
	},
}

// longFilter are n terms of a kind.
func longFilter(kind string, n int) string {
	op := " or "
	if kind == "not port" {
		op = " and "
	}
	var list []string
	for i := range n {
		list = append(list, terms[kind](i))
	}
	return strings.Join(list, op)
}

// TestLongFiltersMakeShortPrograms: kernels have little memory for programs. Theirs is how many instructions
// tcpdump 4.99.3 needs.
func TestLongFiltersMakeShortPrograms(t *testing.T) {
	t.Parallel()
	tests := []struct {
		kind      string
		n, theirs int
	}{
		{"port", 1, 24}, {"port", 80, 261}, {"port", 300, 1572}, {"not port", 80, 261}, {"tcp dst port", 80, 95},
		{"portrange", 80, 1215}, {"host", 80, 251}, {"net", 80, 1203}, {"host6", 80, 1413}, {"host6", 300, 5373},
		{"host and port", 20, 310}, {"host and port", 80, 1330}, {"net and port", 80, 1199},
	}
	for _, test := range tests {
		got := len(program(t, longFilter(test.kind, test.n), Ethernet))
		t.Logf("%d of %s: %d instructions, tcpdump %d", test.n, test.kind, got, test.theirs)
		if got > test.theirs*3/2 {
			t.Errorf("%d of %s: %d instructions, want at most 1.5 times those of tcpdump, %d", test.n, test.kind, got, test.theirs)
		}
	}
}

// TestEffortIsBounded: these have many ways that hardly have anything in common.
func TestEffortIsBounded(t *testing.T) {
	t.Parallel()
	var list []string
	for i := range 200 {
		list = append(list, fmt.Sprintf("(ip[%d] = %d or ip[%d] > %d)", i%17, i, (i*7+3)%19, i%100))
	}
	for _, op := range []string{" and ", " or "} {
		if n := len(program(t, strings.Join(list, op), Ethernet)); n > 2000 {
			t.Errorf("%d instructions for 400 comparisons", n)
		}
	}
}

// links are the link types of files, and what tcpdump calls them.
var links = []struct {
	link   uint16
	name   string
	packet func(madePacket) []byte
}{
	{Ethernet, "EN10MB", madePacket.ethernet},
	{SLL, "LINUX_SLL", madePacket.sll},
	{SLL2, "LINUX_SLL2", madePacket.sll2},
}

// TestLongChainsMeanWhatTheyMeanToTcpdump makes long filters at random.
func TestLongChainsMeanWhatTheyMeanToTcpdump(t *testing.T) {
	if _, err := exec.LookPath("tcpdump"); err != nil {
		t.Skip("needs tcpdump")
	}
	t.Parallel()
	r := rand.New(rand.NewPCG(*seed, 6))
	made := packets(*seed, 1500)
	n := 60
	if testing.Short() {
		n = 10
	}
	for range n {
		expr := randomChain(r, 3)
		for _, l := range links {
			want, ours := oracle(t, l.name, expr), compile(t, expr, l.link)
			for _, m := range made {
				want.compare(t, ours, l.packet(m), m.damaged)
			}
			if t.Failed() {
				t.Fatalf("%s: %q", l.name, expr)
			}
		}
		sameOnSockets(t, expr, made)
	}
}

// sameOnSockets compares programs for sockets with those for files.
func sameOnSockets(t *testing.T, expr string, made []madePacket) {
	t.Helper()
	if strings.Contains(expr, "len") {
		return // the machine counts what is put before the packet
	}
	file := compile(t, expr, Ethernet)
	for _, link := range []uint16{Ethernet, SLL2} {
		socket := simulated(t, expr, link)
		for _, m := range made {
			if len(m.tags) > 0 {
				continue
			}
			compared.Add(1)
			if got, want := run(t, socket, m.kernelView(link)), run(t, file, m.ethernet()); got != want && !m.damaged {
				t.Fatalf("%q, link type %d: got %d, want %d, packet %x", expr, link, got, want, m.ethernet())
			}
		}
	}
}

// randomChain is a chain of terms and of chains that nest.
func randomChain(r *rand.Rand, depth int) string {
	op, n := pick(r, []string{" or ", " or ", " and "}), 1+r.IntN(12)
	if depth == 3 {
		n = 2 + r.IntN(30)
	}
	var list []string
	for range n {
		s := randomTerm(r)
		if depth > 1 && r.IntN(4) == 0 {
			s = "(" + randomChain(r, depth-1) + ")"
		}
		if r.IntN(8) == 0 || op == " and " && r.IntN(2) == 0 {
			s = "not " + s
		}
		list = append(list, s)
		if r.IntN(12) == 0 && depth < 3 {
			op = pick(r, []string{" or ", " and "})
		}
	}
	return strings.Join(list, op)
}

// randomTerm is mostly about values that random packets have.
func randomTerm(r *rand.Rand) string {
	port := func() uint16 {
		if r.IntN(2) == 0 {
			return uint16(r.IntN(65536))
		}
		return pick(r, portPool)
	}
	proto := pick(r, []string{"", "", "", "tcp ", "udp ", "sctp "})
	dir := pick(r, []string{"", "", "src ", "dst ", "src and dst ", "src or dst "})
	v4 := pick(r, v4Pool)
	if r.IntN(3) == 0 {
		v4 = r.Uint32()
	}
	address := func(a uint32) string { return fmt.Sprintf("%d.%d.%d.%d", a>>24, a>>16&255, a>>8&255, a&255) }
	switch r.IntN(12) {
	case 0, 1, 2:
		return fmt.Sprint(proto, dir, "port ", port())
	case 3:
		return fmt.Sprint(proto, dir, "portrange ", port(), "-", port())
	case 4, 5:
		return fmt.Sprint(pick(r, []string{"", "ip ", "arp ", "rarp "}), dir, "host ", address(v4))
	case 6, 7:
		length := pick(r, []int{0, 1, 8, 12, 16, 24, 31, 32})
		return fmt.Sprint(dir, "net ", address(v4&^(1<<(32-length)-1)), "/", length)
	case 8:
		return dir + pick(r, []string{"host 2001:db8::1", "host fe80::1", "net fe80::/10", "net 2001:db8::/33", "host 2001:db8::2",
			"net ff00::/8", "net 2001:db8::/64", "net ::/0", "host ::1"})
	case 9:
		return pick(r, []string{"tcp", "udp", "sctp", "ip", "ip6", "arp", "icmp", "icmp6", "ip proto 6", "ip6 proto 17", "proto 132"})
	case 10:
		return pick(r, []string{"tcp[13] & 2 != 0", "tcp[13] & 3 = 1", "ip[8] > 30", "ip[8] <= 60", "ip[6:2] & 0x1fff = 0", "len > 70",
			"tcp[0:2] = 80", "udp[2:2] >= 53", "ip[9] = ip[8]", "ip[8] - ip[9] < 100", "ip6[6] = 6", "ip[0] & 15 > 5"})
	}
	return fmt.Sprint(proto, "port ", port())
}

// BenchmarkLongFilter compiles 500 terms.
func BenchmarkLongFilter(b *testing.B) {
	for _, kind := range []string{"port", "portrange", "host", "host6", "not port", "net and port", "host and port"} {
		b.Run(kind, func(b *testing.B) {
			b.ReportAllocs()
			expr := longFilter(kind, 500)
			for b.Loop() {
				f, err := Parse(expr)
				if err != nil {
					b.Fatal(err)
				}
				f.File(Ethernet) // the last is too long
			}
		})
	}
}
