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
