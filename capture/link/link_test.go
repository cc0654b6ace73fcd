package link

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/capture"
)

// h is bytes from hexadecimal with blanks.
func h(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

const (
	macs  = "020000000001 020000000002 "
	inner = "45000014 00000000 40060000 0a000001 0a000002"
)

// linkCases are headers, each followed by an IPv4 header.
var linkCases = []struct {
	name   string
	link   capture.LinkType
	header string
	depth  int
}{
	{"ethernet", capture.LinkEthernet, macs + "0800", 1},
	{"vlan", capture.LinkEthernet, macs + "8100 0064 0800", 2},
	{"vlan with ipv6 type", capture.LinkEthernet, macs + "8100 0064 86dd", 2},
	{"802.1ad and 802.1q", capture.LinkEthernet, macs + "88a8 0001 8100 0002 0800", 3},
	{"0x9100 twice", capture.LinkEthernet, macs + "9100 0001 9100 0002 0800", 3},
	{"vn-tag", capture.LinkEthernet, macs + "8926 00000000 0800", 2},
	{"e-tag", capture.LinkEthernet, macs + "893f 000000000000 0800", 2},
	{"snap", capture.LinkEthernet, macs + "001c aaaa03 000000 0800", 2},
	{"llc with ip's own access point", capture.LinkEthernet, macs + "0017 060603", 2},
	{"pppoe session", capture.LinkEthernet, macs + "8864 1100 0001 0016 0021", 3},
	{"pppoe in vlan in qinq", capture.LinkEthernet, macs + "88a8 0001 8100 0002 8864 1100 0001 0016 0021", 5},
	{"pppoe with compressed protocol", capture.LinkEthernet, macs + "8864 1100 0001 0015 21", 3},
	{"mpls", capture.LinkEthernet, macs + "8847 000641ff", 2},
	{"mpls, three labels", capture.LinkEthernet, macs + "8847 000640ff 000650ff 000661ff", 4},
	{"mpls pseudowire with control word", capture.LinkEthernet, macs + "8848 000641ff 00000000 " + macs + "0800", 3},
	{"mpls pseudowire without control word", capture.LinkEthernet, macs + "8847 000641ff a2" + macs[2:] + "0800", 3},
	{"bridged ethernet", capture.LinkEthernet, macs + "6558 " + macs + "0800", 2},
	{"null, little-endian", capture.LinkNull, "02000000", 0},
	{"null, big-endian", capture.LinkNull, "00000002", 0},
	{"null, ipv6 of darwin", capture.LinkNull, "1e000000", 0},
	{"loop", capture.LinkLoop, "00000018", 0},
	{"raw", capture.LinkRaw, "", 0},
	{"raw of bsd", capture.LinkRawBSD, "", 0},
	{"raw of openbsd", capture.LinkRawOpenBSD, "", 0},
	{"ipv4", capture.LinkIPv4, "", 0},
	{"ipv6", capture.LinkIPv6, "", 0},
	{"cooked", capture.LinkSLL, "0000 0001 0006 0200000000010000 0800", 0},
	{"cooked with vlan", capture.LinkSLL, "0000 0001 0006 0200000000010000 8100 0064 0800", 1},
	{"cooked, llc", capture.LinkSLL, "0000 0001 0006 0200000000010000 0004 aaaa03 000000 0800", 1},
	{"cooked, version 2", capture.LinkSLL2, "0800 0000 00000003 0001 00 06 0200000000010000", 0},
	{"ppp", capture.LinkPPP, "ff03 0021", 1},
	{"ppp without address and control", capture.LinkPPP, "0021", 1},
	{"ppp with mpls", capture.LinkPPP, "ff03 0281 000641ff", 2},
	{"ppp in hdlc framing", capture.LinkPPPHDLC, "ff03 0021", 1},
	{"ppp with direction", capture.LinkPPPD, "01 03 0021", 1},
	{"cisco hdlc", capture.LinkCiscoHDLC, "0f00 0800", 0},
	{"cisco hdlc as ppp", capture.LinkPPPHDLC, "8f00 0800", 0},
	{"pppoe without ethernet", capture.LinkPPPoE, "1100 0001 0016 0021", 2},
	{"nflog, little-endian", capture.LinkNFLog, "02 00 0000 0800 0100 08000100 1800 0900", 0},
	{"nflog, big-endian", capture.LinkNFLog, "02 00 0000 0005 000a 00000000 0018 0009", 0},
	{"pktap", capture.LinkPKTAP, "10000000 01000000 01000000 00000000" + macs + "0800", 1},
	{"pktap, raw", capture.LinkPKTAP, "0c000000 01000000 65000000", 0},
}

func TestLinkHeaders(t *testing.T) {
	t.Parallel()
	for _, c := range linkCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var u Unwrapper
			data := append(h(c.header), h(inner)...)
			r, skip := u.Link(&capture.Packet{LinkType: c.link, OrigLen: len(data) + 7, Data: data})
			if skip != 0 || !bytes.Equal(r.Data, h(inner)) || r.Depth != c.depth {
				t.Fatalf("got %x depth %d, %q; want %s depth %d", r.Data, r.Depth, skip, inner, c.depth)
			}
			if r.Wire != len(r.Data)+7 && !r.FromHeader {
				t.Errorf("wire: got %d, want %d", r.Wire, len(r.Data)+7)
			}
		})
	}
}

// A header that ends early is cut where the wire had more, and damaged where it had not;
// it is never taken for a packet.
func TestLinkHeaders_CutAtEachByte(t *testing.T) {
	t.Parallel()
	for _, c := range linkCases {
		var u Unwrapper
		data := h(c.header)
		for n := range data {
			p := capture.Packet{LinkType: c.link, OrigLen: 2000, Data: data[:n]}
			if r, skip := u.Link(&p); skip != SkipCut && skip != 0 {
				t.Errorf("%s cut after %d of %d: got %q with %x", c.name, n, len(data), skip, r.Data)
			}
			p.OrigLen = n
			if r, skip := u.Link(&p); skip == SkipCut || (skip == 0 && len(r.Data) > 0) {
				t.Errorf("%s with only %d of %d bytes: got %q with %x", c.name, n, len(data), skip, r.Data)
			}
		}
	}
}

func TestLink_Skipped(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		link capture.LinkType
		data string
		orig int
		want Skip
	}{
		{"arp", capture.LinkEthernet, macs + "0806 0001", 60, SkipNotIP},
		{"802.3 length between 1500 and 1536", capture.LinkEthernet, macs + "05f0 aaaa03000000 0800", 60, SkipNotIP},
		{"spanning tree", capture.LinkEthernet, macs + "0026 424203", 60, SkipNotIP},
		{"snap of another organisation", capture.LinkEthernet, macs + "0026 aaaa03 00000c 2000", 60, SkipNotIP},
		{"pppoe discovery", capture.LinkEthernet, macs + "8863 11090000 0000", 60, SkipNotIP},
		{"pppoe session, code not 0", capture.LinkEthernet, macs + "8864 11a7 0001 0000", 60, SkipNotIP},
		{"ppp link control", capture.LinkPPP, "ff03 c021 01", 60, SkipNotIP},
		{"mpls associated channel", capture.LinkEthernet, macs + "8847 000641ff 10000021", 60, SkipNotIP},
		{"null, appletalk", capture.LinkNull, "10000000 45", 60, SkipNotIP},
		{"netlink, cooked", capture.LinkSLL, "0004 0338 0000 0000000000000000 0800", 60, SkipNotIP},
		{"nflog of bridges", capture.LinkNFLog, "07 00 0000", 60, SkipNotIP},
		{"nflog attribute of length 0", capture.LinkNFLog, "02 00 0000 0000 0100", 60, SkipLinkHeader},
		{"pktap in pktap", capture.LinkPKTAP, "0c000000 01000000 02010000", 60, SkipNotIP},
		{"pktap, header of 2 GiB", capture.LinkPKTAP, "ffffff7f 01000000 01000000", 60, SkipLinkHeader},
		{"wi-fi", 105, "0802", 60, SkipLinkType},
		{"more captured than sent", capture.LinkEthernet, macs + "0800 45", 10, SkipLength},
		{"nothing", capture.LinkEthernet, "", 0, SkipLinkHeader},
		{"negative length", capture.LinkEthernet, "", -1, SkipLength},
	} {
		var u Unwrapper
		if _, got := u.Link(&capture.Packet{LinkType: c.link, OrigLen: c.orig, Data: h(c.data)}); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestHazard_L2_DepthCap(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		tags int
		want Skip
	}{{15, 0}, {16, SkipDepth}, {400, SkipDepth}} {
		var u Unwrapper
		data := h(macs + strings.Repeat("8100 0001 ", c.tags) + "0800" + inner)
		if _, got := u.Link(&capture.Packet{LinkType: capture.LinkEthernet, OrigLen: len(data), Data: data}); got != c.want {
			t.Errorf("%d tags: got %q, want %q", c.tags, got, c.want)
		}
	}
}

func TestSkip_String(t *testing.T) {
	t.Parallel()
	seen := map[string]Skip{}
	for s := Skip(1); s < SkipRows; s++ {
		if old, ok := seen[s.String()]; ok || s.String() == "" {
			t.Errorf("reason %d: name %q is empty or that of %d", s, s, old)
		}
		seen[s.String()] = s
	}
}

// What Link returns lies at the end of the packet, and claims no less than it holds.
func FuzzLink(f *testing.F) {
	for _, c := range linkCases {
		f.Add(uint16(c.link), append(h(c.header), h(inner)...), 3)
	}
	f.Fuzz(func(t *testing.T, link uint16, data []byte, more int) {
		var u Unwrapper
		p := capture.Packet{LinkType: capture.LinkType(link), OrigLen: len(data) + more%4, Data: data}
		r, skip := u.Link(&p)
		if skip == 0 {
			checkRest(t, data, r)
		}
	})
}

func checkRest(t *testing.T, data []byte, r Inner) {
	t.Helper()
	if r.Wire < len(r.Data) || r.Depth > MaxDepth || !bytes.Contains(data, r.Data) {
		t.Errorf("%x: got %x, wire %d, depth %d", data, r.Data, r.Wire, r.Depth)
	}
}

func BenchmarkLink(b *testing.B) {
	for _, c := range linkCases {
		b.Run(c.name, func(b *testing.B) {
			var u Unwrapper
			data := append(h(c.header), h(inner)...)
			p := capture.Packet{LinkType: c.link, OrigLen: len(data), Data: data}
			b.ReportAllocs()
			for b.Loop() {
				if _, skip := u.Link(&p); skip != 0 {
					b.Fatal(skip)
				}
			}
		})
	}
}
