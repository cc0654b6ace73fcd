//go:build !libpcap

package live

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	xbpf "golang.org/x/net/bpf"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/capture/bpf"
)

// filter is a capture filter for Options.
func filter(t testing.TB, expr string) func(capture.LinkType) ([]xbpf.RawInstruction, error) {
	t.Helper()
	f, err := bpf.Parse(expr)
	if err != nil {
		t.Fatal(err)
	}
	return func(link capture.LinkType) ([]xbpf.RawInstruction, error) { return f.Live(uint16(link)) }
}

// udpFrame is a UDP datagram in Ethernet, its tags (type and tag) after the addresses.
func udpFrame(port uint16, fragment uint16, tags ...uint32) []byte {
	var head []byte
	for _, tag := range tags {
		head = binary.BigEndian.AppendUint32(head, tag)
	}
	head = append(head, "\x08\x00\x45\x00\x00\x2e\x00\x01"...)
	head = binary.BigEndian.AppendUint16(head, fragment)
	head = append(head, "\x40\x11\x00\x00\x0a\x01\x02\x03\x0a\x01\x02\x04"...)
	head = binary.BigEndian.AppendUint16(head, port)
	head = binary.BigEndian.AppendUint16(head, port)
	return frame(string(head), "")
}

func TestLive_FiltersInTheKernel(t *testing.T) {
	sent := map[string][]byte{
		"80": udpFrame(80, 0), "443": udpFrame(443, 0), "fragment": udpFrame(80, 5),
		"80 tag 5": udpFrame(80, 0, 0x81000005), "443 tag 6": udpFrame(443, 0, 0x81000006),
		"80 tags 7 5": udpFrame(80, 0, 0x88a80007, 0x81000005),
		"other":       frame("\x88\xb5", "other"),
	}
	all := []string{"443", "443 tag 6", "80", "80 tag 5", "80 tags 7 5", "fragment", "other"}
	tests := []struct {
		expr string
		want []string // those that come in through v1
	}{
		{"", all},
		{"udp port 80", []string{"80", "80 tag 5"}},
		{"udp", []string{"443", "443 tag 6", "80", "80 tag 5", "fragment"}},
		{"vlan", []string{"443 tag 6", "80 tag 5", "80 tags 7 5"}},
		{"vlan 5", []string{"80 tag 5"}},
		{"vlan and port 80", []string{"80 tag 5"}},
		{"vlan 7 and vlan 5 and port 80", []string{"80 tags 7 5"}},
		{"not vlan", []string{"443", "80", "fragment", "other"}},
		{"host 10.1.2.4 and not port 80", []string{"443", "443 tag 6", "fragment"}},
		{"not ip", []string{"80 tags 7 5", "other"}},
		{"udp[2:2] = 443 or ip[6:2] & 0x1fff != 0", []string{"443", "443 tag 6", "fragment"}},
	}
	for _, test := range tests {
		for _, iface := range []string{"v1", AnyInterface} {
			t.Run(test.expr+" on "+iface, func(t *testing.T) {
				inNamespace(t)
				veth(t)
				l := openLive(t, Options{Interfaces: []string{iface}, Promisc: true, Filter: filter(t, test.expr)})
				witness := openLive(t, Options{Interfaces: []string{"v1"}, Promisc: true})
				done, seen := collect(l), collect(witness)
				for _, name := range all {
					sendFrames(t, "v0", sent[name])
				}
				stopAfter(t, len(all), witness, seen)
				var got []string
				for _, p := range stop(t, l, done).packets {
					if p.LinkType != capture.LinkSLL2 || p.Data[10] != 4 { // not the copy that goes out
						got = append(got, nameOf(sent, p))
					}
				}
				if slices.Sort(got); !slices.Equal(got, test.want) {
					t.Errorf("got %q, want %q", got, test.want)
				}
			})
		}
	}
}

// nameOf finds the frame that a packet was, by what follows its link header's addresses.
func nameOf(sent map[string][]byte, p capture.Packet) string {
	data := p.Data
	if p.LinkType == capture.LinkSLL2 {
		data = append(slices.Clone(data[:2]), data[20:]...) // protocol, then what follows the header
	} else {
		data = data[12:]
	}
	for name, f := range sent {
		if string(f[12:]) == string(data) {
			return name
		}
	}
	return fmt.Sprintf("%x", p.Data)
}

func TestLive_SeveralInterfaces(t *testing.T) {
	inNamespace(t)
	veth(t)
	l := openLive(t, Options{Interfaces: []string{"v1", "lo"}, Promisc: true})
	done := collect(l)
	for i := range 10 {
		sendFrames(t, "v0", frame("\x88\xb5", string(rune('a'+i))))
		numbered(t, "127.0.0.1:9", 1, 50)
	}
	c := stopAfter(t, 20, l, done)
	s := l.Stats()
	count := [2]uint64{}
	for i, p := range c.packets {
		count[p.Interface]++
		if p.Number != i+1 {
			t.Errorf("packet %d has number %d", i+1, p.Number)
		}
	}
	if count[0] != 10 || count[1] < 10 || s.Interfaces[0].Received != count[0] || s.Interfaces[1].Received != count[1] ||
		s.Interfaces[1].Name != "lo" || s.Received != count[0]+count[1] {
		t.Errorf("got %v, stats %+v", count, s)
	}
}

// TestLive_LongFilters: the kernel has room for the filters that people write; if it has none, the error has the length.
func TestLive_LongFilters(t *testing.T) {
	inNamespace(t)
	for _, n := range []int{80, 300, 500} {
		var ports []string
		for i := range n {
			ports = append(ports, fmt.Sprint("port ", 9001+i))
		}
		openLive(t, Options{Interfaces: []string{"lo"}, Filter: filter(t, strings.Join(ports, " or "))})
	}
	load, jump, end := xbpf.RawInstruction{Op: 0x28}, xbpf.RawInstruction{Op: 0x15, Jt: 250}, xbpf.RawInstruction{Op: opReturn}
	for n, one := range map[int]xbpf.RawInstruction{4000: load, 4094: jump} { // no memory; more than 4,096
		long := append(slices.Repeat([]xbpf.RawInstruction{one}, n-251), slices.Repeat([]xbpf.RawInstruction{end}, 251)...)
		l, err := Open(Options{Interfaces: []string{"lo"}, Filter: func(capture.LinkType) ([]xbpf.RawInstruction, error) { return long, nil }})
		var e *FilterLengthError
		if !errors.As(err, &e) || e.Instructions != n+5 { // with five of ours, for loopback
			t.Errorf("got %v, %v; want a *FilterLengthError of %d instructions", l, err, n+5)
		}
	}
}

func TestLive_UnknownInterfaceNamesThoseThatThereAre(t *testing.T) {
	inNamespace(t)
	_, err := Open(Options{Interfaces: []string{"eht0"}})
	var e *InterfaceError
	if !errors.As(err, &e) || !slices.Equal(e.Known, []string{"lo", AnyInterface}) {
		t.Errorf("got %v, want one that names lo and any", err)
	}
}
