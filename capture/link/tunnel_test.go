package link

import (
	"bytes"
	"testing"
)

// tunnelCases are headers behind an outer IP header, each followed by an inner one.
var tunnelCases = []struct {
	name   string
	proto  uint8
	header string
}{
	{"gre", 47, "0000 0800"},
	{"gre with key", 47, "2000 0800 00000001"},
	{"gre with checksum, key and sequence", 47, "b000 0800 00000000 00000001 00000002"},
	{"gre with routing", 47, "4000 0800 00000000 0002 00 04 0a000001 0000 00 00"},
	{"gre, ipv6", 47, "0000 86dd"},
	{"gre, bridged ethernet", 47, "2000 6558 00000001" + macs + "0800"},
	{"gre, bridged ethernet with vlan", 47, "0000 6558" + macs + "8100 0001 0800"},
	{"gre, mpls", 47, "0000 8847 000641ff"},
	{"gre version 1 with ppp", 47, "3081 880b 00140001 00000001 00000001 ff03 0021"},
	{"erspan type I", 47, "0000 88be" + macs + "0800"},
	{"erspan type II", 47, "1000 88be 00000001 1001 0000 00000000" + macs + "0800"},
	{"erspan type III", 47, "1000 22eb 00000001 2001 0000 00000000 00000000" + macs + "0800"},
	{"erspan type III with subheader", 47, "1000 22eb 00000001 2001 0000 00000000 00000001 0000000000000000" + macs + "0800"},
	{"erspan type III with ip", 47, "1000 22eb 00000001 2001 0000 00000000 00000800"},
	{"vxlan", 17, "d431 12b5 0046 0000 08000000 00000100" + macs + "0800"},
	{"vxlan on linux's old port", 17, "d431 2118 0046 0000 08000000 00000100" + macs + "0800"},
	{"vxlan-gpe with ethernet", 17, "d431 12b6 0046 0000 0c000003 00000100" + macs + "0800"},
	{"vxlan-gpe with ip", 17, "d431 12b6 0046 0000 0c000001 00000100"},
	{"etherip", 97, "3000" + macs + "0800"},
	{"mpls in ip", 137, "000641ff"},
}

func TestTunnels(t *testing.T) {
	t.Parallel()
	for _, c := range tunnelCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var u Unwrapper
			data := append(h(c.header), h(inner)...)
			r, skip := u.Tunnel(c.proto, Inner{Data: data, Wire: len(data) + 3, Depth: 4})
			if skip != 0 || !bytes.Equal(r.Data, h(inner)) || r.Wire != len(r.Data)+3 || r.Depth < 5 {
				t.Fatalf("got %x wire %d depth %d, %q; want %s", r.Data, r.Wire, r.Depth, skip, inner)
			}
		})
	}
}

func TestTunnels_CutAtEachByte(t *testing.T) {
	t.Parallel()
	for _, c := range tunnelCases {
		var u Unwrapper
		data := h(c.header)
		for n := range data {
			if r, skip := u.Tunnel(c.proto, Inner{Data: data[:n], Wire: 2000}); skip != SkipCut && skip != SkipPanic && len(r.Data) > 0 {
				t.Errorf("%s cut after %d of %d: got %q with %x", c.name, n, len(data), skip, r.Data)
			}
			if r, skip := u.Tunnel(c.proto, Inner{Data: data[:n], Wire: n}); skip == SkipCut || (skip == 0 && len(r.Data) > 0) {
				t.Errorf("%s with only %d of %d bytes: got %q with %x", c.name, n, len(data), skip, r.Data)
			}
		}
	}
}

func TestTunnel_Skipped(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		proto uint8
		data  string
		want  Skip
	}{
		{"dns", 17, "d431 0035 0010 0000 0000000000000000", SkipNoTunnel},
		{"vxlan's port without its flag", 17, "d431 12b5 0010 0000 0000000000000000", SkipNoTunnel},
		{"answer from vxlan's port", 17, "12b5 d431 0046 0000 08000000 00000100" + macs + "0800", SkipNoTunnel},
		{"vxlan-gpe with nsh", 17, "d431 12b6 0046 0000 0c000004 00000100", SkipNotIP},
		{"geneve", 17, "d431 17c1 0046 0000 0000 6558 00000100", SkipGeneve},
		{"gtp-u", 17, "d431 0868 0046 0000 30ff 0000 00000100", SkipGTP},
		{"icmp", 1, "0800", SkipNoTunnel},
		{"gre version 2", 47, "0002 0800", SkipNotIP},
		{"gre with arp", 47, "0000 0806 0001", SkipNotIP},
		{"gre with a number that is no type", 47, "0000 0002 0001", SkipNotIP},
		{"gre, routing beyond the end", 47, "4000 0800 00000000 0002 00 ff 0a", SkipPanic},
	} {
		var u Unwrapper
		data := h(c.data)
		if _, got := u.Tunnel(c.proto, Inner{Data: data, Wire: len(data)}); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestTunnel_AfterPanic(t *testing.T) {
	t.Parallel()
	var u Unwrapper
	bad, good := h("4000 0800 00000000 0002 00 ff 0a"), append(h("0000 0800"), h(inner)...)
	u.Tunnel(47, Inner{Data: bad, Wire: len(bad)})
	if r, skip := u.Tunnel(47, Inner{Data: good, Wire: len(good)}); skip != 0 || !bytes.Equal(r.Data, h(inner)) {
		t.Errorf("the packet after a panic: got %x, %q", r.Data, skip)
	}
}

func FuzzTunnel(f *testing.F) {
	for _, c := range tunnelCases {
		f.Add(c.proto, append(h(c.header), h(inner)...))
	}
	f.Fuzz(func(t *testing.T, proto uint8, data []byte) {
		var u Unwrapper
		if r, skip := u.Tunnel(proto, Inner{Data: data, Wire: len(data)}); skip == 0 {
			checkRest(t, data, r)
		}
	})
}

func BenchmarkTunnel(b *testing.B) {
	for _, c := range tunnelCases {
		b.Run(c.name, func(b *testing.B) {
			var u Unwrapper
			data := append(h(c.header), h(inner)...)
			b.ReportAllocs()
			for b.Loop() {
				if _, skip := u.Tunnel(c.proto, Inner{Data: data, Wire: len(data)}); skip != 0 {
					b.Fatal(skip)
				}
			}
		})
	}
}
