package bpf

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/net/bpf"
)

// expressions are compiled by tcpdump and by us, and have to choose the same packets.
var expressions = strings.Split(strings.TrimSpace(`
tcp
udp
icmp
icmp6
igmp
sctp
ah
esp
ip
ip6
arp
rarp
host 10.1.2.3
src host 10.1.2.3
dst host 10.1.2.3
src or dst host 10.1.2.3
src and dst host 10.1.2.3
dst and src host 10.1.2.3
src 10.1.2.3
dst 10.1.2.3
ip host 10.1.2.3
ip src 10.1.2.3 and dst 10.1.2.4
arp host 10.1.2.3
arp src 10.1.2.3
rarp dst host 10.1.2.4
host 10.1.2.3 or 10.1.2.4
host 10.1.2.3 and not 10.1.2.4
host not 10.1.2.3
host 10.1.2.3 and (port 80 or 443)
host 10.1.2.3 and (10.1.2.4 or 192.168.1.1)
host (10.1.2.3 or 10.1.2.4)
net 10
net 10.1
net 10.1.2
net 10.1.2.3
net 10.0.0.0/8
net 10.1.2.0/24
net 10.1.2.2/31
net 0.0.0.0/0
net 10.1.2.0 mask 255.255.255.0
src net 10.0.0.0/8 and not dst net 10.0.0.0/8
ip net 192.168.0.0/16
arp net 10.0.0.0/8
host 2001:db8::1
src host 2001:db8::1 or dst host ::1
host ::1 or fe80::1
ip6 host fe80::1
net fe80::/10
net fe80::/64
net 2001:db8::/33
net ::/0
dst net ff00::/8
src ::1/128
port 80
port 80 or 443
port (80 or 443)
port (80 or 443) and 22
port 80 or 443 or 22 or 53
port not 80
src port 80
dst port 443
src or dst port 80
src and dst port 80
tcp port 80
tcp port 0x50
tcp port 0120
tcp src port 80
udp port 53
udp src or dst port 53
udp dst port 53
sctp port 80
tcp port 80 or not 443
not port 80 and 443
portrange 80-443
portrange 443-80
portrange 80
tcp portrange 8000-9000
tcp portrange 8000-9000 or 20-53
src portrange 0-80
udp dst portrange 9000-65535
proto 6
proto 6 or 17
ip proto 6
ip proto 17 or 1
ip6 proto 6
ip6 proto 58
ip proto \tcp
ip proto \icmp or \udp
proto \udp
ether proto 0x86dd
ether proto \arp
ether proto \ip
link proto 0x88cc
ether host 00:11:22:33:44:55
ether src 0:11:22:33:44:55
ether dst ff:ff:ff:ff:ff:ff
ether src or dst 02:00:00:00:00:01
broadcast
multicast
ether broadcast
ether multicast
ip multicast
ip6 multicast
vlan
vlan 5
vlan 100
not vlan
vlan and tcp
vlan 5 and tcp port 80
vlan 100 and vlan 5
vlan 5 or vlan 100
vlan and host 10.1.2.3
vlan and vlan and ip6
tcp port 80 or (vlan and tcp port 80)
not vlan and tcp
less 80
greater 80
less 60 or greater 100
len > 80
len <= 80
len = 74
length != 74
5 < len
tcp port 80 or 80 < len
len = 70+4*1
len - 14 > 60
not tcp
! tcp
!(tcp)
not not tcp
tcp and not port 22
tcp or udp and port 53
(tcp or udp) and port 53
not (tcp and port 80)
tcp && port 80 || icmp
((((tcp))))
(tcp) and ((port 80) or (port 443))
tcp[tcpflags] & tcp-syn != 0
tcp[tcpflags] & (tcp-syn|tcp-fin) != 0
tcp[tcpflags] == tcp-syn
tcp[tcpflags] & (tcp-syn|tcp-ack) == (tcp-syn|tcp-ack)
(tcp[13] & 2) != 0
tcp[13] = 2 or tcp[13] = 18
tcp[0:2] = 80
tcp[2:2] > 1024
tcp[4:4] & 0x80000000 != 0
tcp[((tcp[12:1] & 0xf0) >> 2):4] = 0x47455420
tcp port 80 and (((ip[2:2] - ((ip[0]&0xf)<<2)) - ((tcp[12]&0xf0)>>2)) != 0)
tcp port 80 and ip[2:2] - ((ip[0]&0xf)<<2) > 40
udp[4:2] > 30
udp[0:2] = 53 and udp[2] < 1
icmp[icmptype] = icmp-echo or icmp[icmptype] = icmp-echoreply
icmp[0] = 8
icmp[icmptype] != icmp-echo and icmp[icmpcode] < 2
icmp6[0] = 1
icmp6[0] >= 8
ip[8] < 5
ip[8] <= 64 and ip[0] & 0xf != 5
ip[6:2] & 0x1fff != 0
ip[6:2] & 0x1fff = 0
ip[9] = ip[8]
ip[8] > ip[9]
ip[16] >= 224
ip[0] + ip[1] * 2 = 69
ip[0] * 2 / 3 - 1 > 40
ip[8] / ip[7] > 1
ip[8] << 2 | 1 = 5
ip[8] >> 1 + 1 = 3
(ip[8] & 15) | 1 = 7
ip[ip[0] & 0xf] = 0
ip[8] - ip[9] < 100
ip6[6] = 6
ip6[0:4] & 0xf0000000 = 0x60000000
ip6[24] = 0xff
arp[6:2] = 1
ether[12:2] = 0x800
ether[0] & 1 = 0 and ip[16] >= 224
ether[0] & 1 != 0
ether[ether[12]] = 0
link[12:2] > 1500
sctp[0:2] = 80
igmp[0] > 100
port 80 and tcp[tcpflags] & tcp-push != 0 or 443 < len
host 10.1.2.3 and tcp and not port 22
tcp and (src 10.1.2.3 or src 10.1.2.4) and (dst port 80 or dst port 443 or dst portrange 8000-8090)
ip and not net 127.0.0.0/8 and not multicast
port 80 and (host 10.1.2.3) or 443
not host 10.1.2.3 and not host 10.1.2.4
net 10.0.0.0/8 or 192.168.0.0/16
net fe80::/10 or 2001:db8::/32
ip host 10.1.2.3 and not (tcp port 22 or 53)
1 = 1
`), "\n")

// tcpdumpProgram is what tcpdump makes of an expression. Its optimizer ("-O" turns it off)
// changes in what order bytes are looked at, which shows where a packet ends before them.
func tcpdumpProgram(t testing.TB, link, expr string, flags ...string) (*bpf.VM, error) {
	t.Helper()
	raw, err := tcpdumpCode(t, link, expr, flags...)
	if err != nil {
		return nil, err
	}
	list, _ := bpf.Disassemble(raw)
	if slices.Contains(list, bpf.Instruction(bpf.NegateA{})) {
		return nil, errNotRun
	}
	return virtual(t, raw), nil
}

// errNotRun: the virtual machine does not know the instruction.
var errNotRun = errors.New("tcpdump's program negates")

func tcpdumpCode(t testing.TB, link, expr string, flags ...string) (raw []bpf.RawInstruction, err error) {
	t.Helper()
	flags = append(flags, "-ddd", "-s", "262144", "-y", link, "--", expr)
	out, err := exec.Command("tcpdump", flags...).CombinedOutput()
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	for len(lines) > 0 && strings.HasPrefix(lines[0], "Warning") {
		lines = lines[1:]
	}
	if err != nil {
		return nil, fmt.Errorf("tcpdump: %s", strings.Join(lines, " "))
	}
	for _, line := range lines[1:] {
		var i bpf.RawInstruction
		if _, err := fmt.Sscan(line, &i.Op, &i.Jt, &i.Jf, &i.K); err != nil {
			t.Fatalf("tcpdump -ddd %q: line %q: %v", expr, line, err)
		}
		raw = append(raw, i)
	}
	return raw, nil
}

// oracles are tcpdump's programs, with and without its optimizer.
type oracles struct{ optimized, plain *bpf.VM }

func oracle(t testing.TB, link, expr string) (o oracles) {
	t.Helper()
	var err, plain error
	o.optimized, err = tcpdumpProgram(t, link, expr)
	o.plain, plain = tcpdumpProgram(t, link, expr, "-O")
	if rejectsAll(err) && plain == nil {
		o.optimized, err = o.plain, nil
	}
	if err != nil || plain != nil {
		t.Fatalf("%q: %v, %v", expr, err, plain)
	}
	return o
}

// rejectsAll reports whether that is what tcpdump or we say.
func rejectsAll(err error) bool {
	return err != nil && strings.Contains(err.Error(), "rejects all packets")
}

// compare runs ours and theirs. Where a packet ends inside its headers ours does what one of theirs does, or
// what is done however the packet goes on.
func (o oracles) compare(t testing.TB, ours *bpf.VM, packet []byte, damaged bool) int {
	t.Helper()
	compared.Add(1)
	got, plain, optimized := run(t, ours, packet), run(t, o.plain, packet), run(t, o.optimized, packet)
	if got == plain && (damaged || got == optimized) || damaged && (got == optimized || agree(t, ours, o.plain, packet)) {
		return got
	}
	t.Fatalf("got %d, tcpdump %d, tcpdump -O %d, packet %x", got, optimized, plain, packet)
	return 0
}

// agree reports whether two programs do the same with a packet however it goes on, and what is taken already is
// taken then.
func agree(t testing.TB, ours, theirs *bpf.VM, packet []byte) bool {
	t.Helper()
	got, r := run(t, ours, packet), rand.New(rand.NewPCG(5, uint64(len(packet))))
	for i := range 8 {
		rest := bytes.Repeat([]byte{byte(i), byte(i * 50)}, 80)
		if i > 2 {
			rest = randomBytes(r, 160)
		}
		longer := append(packet[:len(packet):len(packet)], rest...)
		want := run(t, theirs, longer)
		if run(t, ours, longer) != want || got > want {
			return false
		}
	}
	return true
}

// compared counts, for -v.
var compared atomic.Int64

func TestMain(m *testing.M) {
	status := m.Run()
	if testing.Verbose() {
		fmt.Println(compared.Load(), "comparisons with tcpdump")
	}
	os.Exit(status)
}

func virtual(t testing.TB, raw []bpf.RawInstruction) *bpf.VM {
	t.Helper()
	list, _ := bpf.Disassemble(raw)
	vm, err := bpf.NewVM(list)
	if err != nil {
		t.Fatalf("the program cannot be run: %v", err)
	}
	return vm
}

func compile(t testing.TB, expr string, link uint16) *bpf.VM {
	t.Helper()
	return virtual(t, program(t, expr, link))
}

func program(t testing.TB, expr string, link uint16) []bpf.RawInstruction {
	t.Helper()
	f, err := Parse(expr)
	if err != nil {
		t.Fatalf("Parse(%q): %v", expr, err)
	}
	return orNothing(t, f, link, f.File)
}

// orNothing is a program, which takes nothing if that is known before.
func orNothing(t testing.TB, f *Filter, link uint16, compile func(uint16) ([]bpf.RawInstruction, error)) []bpf.RawInstruction {
	t.Helper()
	raw, err := compile(link)
	if rejectsAll(err) {
		raw, err = bpf.Assemble([]bpf.Instruction{bpf.RetConstant{}})
	}
	if err != nil {
		t.Fatalf("%q for link type %d: %v", f, link, err)
	}
	return raw
}

func run(t testing.TB, vm *bpf.VM, packet []byte) int {
	t.Helper()
	n, err := vm.Run(packet)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func packets(seed uint64, n int) []madePacket {
	r := rand.New(rand.NewPCG(seed, 2))
	list := make([]madePacket, n)
	for i := range list {
		list[i] = randomPacket(r)
	}
	return list
}

func TestExpressionsMeanWhatTheyMeanToTcpdump(t *testing.T) {
	if _, err := exec.LookPath("tcpdump"); err != nil {
		t.Skip("needs tcpdump")
	}
	t.Parallel()
	made := packets(*seed, 6000)
	var mu sync.Mutex
	var never []string
	for _, expr := range expressions {
		t.Run(expr, func(t *testing.T) {
			t.Parallel()
			want := oracle(t, "EN10MB", expr)
			got := compile(t, expr, Ethernet)
			chosen := 0
			for _, m := range made {
				a := want.compare(t, got, m.ethernet(), m.damaged)
				chosen += min(a, 1)
			}
			if chosen == 0 || chosen == len(made) {
				mu.Lock()
				never = append(never, expr)
				mu.Unlock()
			}
		})
	}
	t.Cleanup(func() {
		if len(never) > 8 {
			t.Errorf("%d expressions chose all packets or none, which shows little: %q", len(never), never)
		}
	})
}

func TestCookedExpressionsMeanWhatTheyMeanToTcpdump(t *testing.T) {
	if _, err := exec.LookPath("tcpdump"); err != nil {
		t.Skip("needs tcpdump")
	}
	t.Parallel()
	made := packets(*seed, 2000)
	for _, expr := range expressions {
		if strings.Contains(expr, "ether") || strings.Contains(expr, "link") || strings.Contains(expr, "vlan") ||
			strings.HasPrefix(expr, "broadcast") || strings.Contains(expr, "multicast") {
			continue
		}
		t.Run(expr, func(t *testing.T) {
			t.Parallel()
			for link, name := range map[uint16]string{SLL: "LINUX_SLL", SLL2: "LINUX_SLL2"} {
				want := oracle(t, name, expr)
				got := compile(t, expr, link)
				for _, m := range made {
					p := m.sll2()
					if link == SLL {
						p = m.sll()
					}
					want.compare(t, got, p, m.damaged)
				}
			}
		})
	}
}
