package bpf

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/bpf"
)

func TestCookedRefusesEthernetAddresses(t *testing.T) {
	t.Parallel()
	for _, expr := range []string{"tcp or ether host 00:11:22:33:44:55", "tcp or ether[0] & 1 = 0", "tcp or broadcast"} {
		f, err := Parse(expr)
		if err != nil {
			t.Fatal(err)
		}
		var e *Error
		if _, err = f.Socket(SLL2); !errors.As(err, &e) || e.Pos < 7 || e.Expr != expr || e.Unsupported != strings.Contains(expr, "[") {
			t.Errorf("%q: got %v, want an *Error after byte 7", expr, err)
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
	f, err := Parse(longFilter("host and port", 1200))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.File(Ethernet); err == nil || !strings.Contains(err.Error(), "too long for the kernel") {
		t.Errorf("too long a program: got %v", err)
	}
}

func TestGuardsOfAllBytes(t *testing.T) {
	t.Parallel()
	// The exception in doc.go: a UDP packet has no tcp[12], on either side of a sum.
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
	raw := orNothing(t, f, link, f.Socket)
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
			if !errors.As(err, &e) || e.Pos < Whole || e.Pos > len(expr) || e.Why == "" {
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
