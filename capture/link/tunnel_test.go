package link

import (
	"bytes"
	"strings"
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
	{"nvgre", 47, "2000 6558 00012301" + macs + "0800"},
	{"gre with redirection", 47, "0000 883e 01000000"},
	{"gre, two routes", 47, "4000 0800 00000000 0002 00 04 0a000001 0002 00 04 0a000002 0000 00 00"},
	{"gre over udp", 17, "d431 1292 0046 0000 0000 0800"},
	{"mpls over udp", 17, "d431 19eb 0046 0000 000641ff"},
	{"vxlan-gpe with nsh", 17, "d431 12b6 0046 0000 0c000004 00000100 0f86 0103 00000001" + strings.Repeat("00", 16) + macs + "0800"},
	{"geneve", 17, "d431 17c1 0046 0000 0000 6558 00000100" + macs + "0800"},
	{"geneve with ip and options", 17, "d431 17c1 0046 0000 0800 0800 00123400 01080102 0001020304050607 01080202 0000000000000000 01080301 deadbeef"},
	{"geneve, ipv6", 17, "d431 17c1 0046 0000 0000 86dd 00000100"},
	{"gtp-u", 17, "d431 0868 0046 0000 30ff 0017 00000100"},
	{"gtp-u with sequence number", 17, "d431 0868 0046 0000 32ff 001b 00000100 0001 00 00"},
	{"gtp-u with extension headers", 17, "d431 0868 0046 0000 34ff 0023 00000100 0000 00 85 01 0000 c0 01 0000 00"},
	{"gtp-u with ethernet", 17, "d431 0868 0046 0000 30ff 0025 00000100" + macs + "0800"},
	{"l2tp", 17, "d431 06a5 0046 0000 0002 0001 0001 ff03 0021"},
	{"l2tp with all fields", 17, "d431 06a5 0046 0000 4a02 002b 0001 0001 0000 0000 0002 0000 ff03 0021"},
	{"l2tpv3 over udp", 17, "d431 06a5 0046 0000 0003 0000 00000001" + macs + "0800"},
	{"l2tpv3", 115, "00000001" + macs + "0800"},
	{"l2tpv3 with cookie", 115, "00000001 01020304" + macs + "0800"},
	{"l2tpv3 with long cookie and sublayer", 115, "00000001 0102030405060708 40000001" + macs + "0800"},
	{"l2tpv3 with ppp", 115, "00000001 ff03 0021"},
	{"l2tpv3 with ip", 115, "00000001"},
	{"tzsp", 17, "d431 9090 0046 0000 0100 0001 00 0a01ff 01" + macs + "0800"},
	{"tzsp with wi-fi", 17, "d431 9090 0046 0000 0101 0012 01" + wifi + snap},
	{"etherip", 97, "3000" + macs + "0800"},
	{"mpls in ip", 137, "000641ff"},
}

func TestTunnels(t *testing.T) {
	t.Parallel()
	for _, c := range tunnelCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			data := append(h(c.header), h(inner)...)
			r, skip := Tunnel(c.proto, Inner{Data: data, Wire: len(data) + 3, Depth: 4})
			if skip != 0 || !bytes.Equal(r.Data, h(inner)) || r.Wire != len(r.Data)+3 || r.Depth < 5 {
				t.Fatalf("got %x wire %d depth %d, %q; want %s", r.Data, r.Wire, r.Depth, skip, inner)
			}
		})
	}
}

func TestTunnels_CutAtEachByte(t *testing.T) {
	t.Parallel()
	for _, c := range tunnelCases {
		data := h(c.header)
		for n := range data {
			if r, skip := Tunnel(c.proto, Inner{Data: data[:n], Wire: 2000}); skip != SkipCut && len(r.Data) > 0 {
				t.Errorf("%s cut after %d of %d: got %q with %x", c.name, n, len(data), skip, r.Data)
			}
			if r, skip := Tunnel(c.proto, Inner{Data: data[:n], Wire: n}); skip == SkipCut || (skip == 0 && len(r.Data) > 0) {
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
		{"vxlan-gpe with another", 17, "d431 12b6 0046 0000 0c000007 00000100", SkipNotIP},
		{"geneve, version 1", 17, "d431 17c1 0046 0000 4000 6558 00000100", SkipNoTunnel},
		{"geneve, control", 17, "d431 17c1 0046 0000 0080 6558 00000100", SkipNotIP},
		{"geneve with arp", 17, "d431 17c1 0046 0000 0000 0806 00000100", SkipNotIP},
		{"gtp-u echo", 17, "d431 0868 0046 0000 3001 0000 00000100", SkipNotIP},
		{"gtp, version 0", 17, "d431 0868 0046 0000 1eff 0000 00000100", SkipNoTunnel},
		{"gtp-u, extension of length 0", 17, "d431 0868 0046 0000 34ff 0008 00000100 00000085 00000000", SkipTunnelHeader},
		{"l2tp control", 17, "d431 06a5 0046 0000 c802 000c 0001 0000 0000 0000", SkipNotIP},
		{"l2tp, version 1", 17, "d431 06a5 0046 0000 0001 0001 0001", SkipNoTunnel},
		{"l2tpv3 control", 115, "00000000 c8030000", SkipNotIP},
		{"l2tpv3 without ip", 115, "00000001 0102030405060708090a0b0c0d0e0f10", SkipNotIP},
		{"tzsp keep-alive", 17, "d431 9090 0046 0000 0104 0001 01", SkipNotIP},
		{"key exchange", 17, "1194 1194 0046 0000 00000000 0102030405060708", SkipNoTunnel},
		{"encrypted esp over udp", 17, "1194 1194 0046 0000 00000001 00000001 8172635445362718", SkipNoTunnel},
		{"capwap", 17, "d431 147f 0046 0000 0010 4200 0000 0000", SkipCAPWAP},
		{"lisp", 17, "d431 10f5 0046 0000 c000 0000 0000 0001 45", SkipLISP},
		{"teredo", 17, "d431 0dd8 0046 0000 60000000", SkipTeredo},
		{"wireguard", 17, "d431 ca6c 0046 0000 04000000" + strings.Repeat("00", 28), SkipWireGuard},
		{"wireguard's port with something else", 17, "d431 ca6c 0046 0000 16030100" + strings.Repeat("00", 28), SkipNoTunnel},
		{"icmp", 1, "0800", SkipNoTunnel},
		{"gre version 2", 47, "0002 0800", SkipNotIP},
		{"gre with arp", 47, "0000 0806 0001", SkipNotIP},
		{"gre with a number that is no type", 47, "0000 0002 0001", SkipNotIP},
		{"gre, routing beyond the end", 47, "4000 0800 00000000 0002 00 ff 0a", SkipTunnelHeader},
	} {
		data := h(c.data)
		if _, got := Tunnel(c.proto, Inner{Data: data, Wire: len(data)}); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func FuzzTunnel(f *testing.F) {
	for _, c := range tunnelCases {
		f.Add(c.proto, append(h(c.header), h(inner)...))
	}
	f.Fuzz(func(t *testing.T, proto uint8, data []byte) {
		if r, skip := Tunnel(proto, Inner{Data: data, Wire: len(data)}); skip == 0 {
			checkRest(t, data, r)
		}
	})
}

func BenchmarkTunnel(b *testing.B) {
	for _, c := range tunnelCases {
		b.Run(c.name, func(b *testing.B) {
			data := append(h(c.header), h(inner)...)
			b.ReportAllocs()
			for b.Loop() {
				if _, skip := Tunnel(c.proto, Inner{Data: data, Wire: len(data)}); skip != 0 {
					b.Fatal(skip)
				}
			}
		})
	}
}
