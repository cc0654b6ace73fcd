package bpf

import (
	"errors"
	"flag"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"
)

// seed is the seed of what is random: the more seeds are tried the better.
var seed = flag.Uint64("seed", 3, "of random expressions and packets")

// words are what random expressions are made of.
var words = strings.Fields(`tcp udp ip ip6 icmp arp sctp ether src dst host net port portrange proto
	and or not ( ) ! && || and or and or ( ) vlan less greater len
	10.1.2.3 10.1.2.4 10.0.0.0/8 fe80::1 fe80::/10 80 443 80-90 5 0x50 00:11:22:33:44:55 \tcp \ip
	tcp[13] ip[8] udp[4:2] ether[0] = != > <= & + - * 2 1 tcp[tcpflags]&tcp-syn!=0
	port host tcp src dst`)

// pieces are longer: they occur together in real expressions.
var pieces = []string{
	"port 80", "host 10.1.2.3", "tcp port", "src or dst", "src and dst port 80", "net 10.0.0.0/8", "not port 22",
	"( port 80 or 443 )", "( 80 or 443 )", "or 10.1.2.4", "and not", "tcp[13] & 2 != 0", "vlan 5 and",
	"ip proto 6", "len > 60", "( tcp or udp )", "src host", "dst 10.1.2.3", "or dst port 80", "udp portrange 50-100",
}

func randomExpression(r *rand.Rand) string {
	var list []string
	for range 1 + r.IntN(7) {
		pool := words
		if r.IntN(2) == 0 {
			pool = pieces
		}
		list = append(list, pick(r, pool))
		if r.IntN(2) == 0 {
			list = append(list, pick(r, []string{"and", "or"}))
		}
	}
	return strings.Join(list, " ")
}

// TestWhatIsTakenIsTakenByTcpdump makes sentences at random: those that we understand have to
// mean the same to tcpdump.
func TestWhatIsTakenIsTakenByTcpdump(t *testing.T) {
	if _, err := exec.LookPath("tcpdump"); err != nil {
		t.Skip("needs tcpdump")
	}
	t.Parallel()
	r := rand.New(rand.NewPCG(*seed, 4))
	made := packets(*seed, 500)
	taken, wanted := 0, 250
	if testing.Short() {
		wanted = 50
	}
	for tries := 0; taken < wanted && tries < 100_000; tries++ {
		expr := randomExpression(r)
		if _, err := Parse(expr); err != nil {
			continue
		}
		taken++
		want, err := tcpdumpProgram(t, "EN10MB", expr)
		if rejectsAll(err) {
			want, err = tcpdumpProgram(t, "EN10MB", expr, "-O")
		}
		if errors.Is(err, errNotRun) {
			continue
		}
		if err != nil {
			t.Errorf("%q is taken, but: %v", expr, err)
			continue
		}
		got := compile(t, expr, Ethernet)
		for _, m := range made {
			if m.damaged {
				continue
			}
			p := m.ethernet()
			compared.Add(1)
			if a, b := run(t, got, p), run(t, want, p); a != b {
				t.Errorf("%q: got %d, tcpdump %d, packet %x", expr, a, b, p)
				break
			}
		}
	}
	if taken < wanted {
		t.Errorf("only %d expressions were taken, want %d", taken, wanted)
	}
}
