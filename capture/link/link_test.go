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
	inner = "45000014 00000000 400666e2 0a000001 0a000002"
)

const (
	wifi = "08010000 " + macs + "020000000003 0000"
	snap = "aaaa03 000000 0800"
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
	{"null, little-endian", capture.LinkNull, "02000000", 1},
	{"null, big-endian", capture.LinkNull, "00000002", 1},
	{"null, ipv6 of darwin", capture.LinkNull, "1e000000", 1},
	{"loop", capture.LinkLoop, "00000018", 1},
	{"raw", capture.LinkRaw, "", 0},
	{"raw of bsd", capture.LinkRawBSD, "", 0},
	{"raw of openbsd", capture.LinkRawOpenBSD, "", 0},
	{"ipv4", capture.LinkIPv4, "", 0},
	{"ipv6", capture.LinkIPv6, "", 0},
	{"cooked", capture.LinkSLL, "0000 0001 0006 0200000000010000 0800", 1},
	{"cooked with vlan", capture.LinkSLL, "0000 0001 0006 0200000000010000 8100 0064 0800", 2},
	{"cooked, llc", capture.LinkSLL, "0000 0001 0006 0200000000010000 0004 aaaa03 000000 0800", 2},
	{"cooked, version 2", capture.LinkSLL2, "0800 0000 00000003 0001 00 06 0200000000010000", 1},
	{"ppp", capture.LinkPPP, "ff03 0021", 1},
	{"ppp without address and control", capture.LinkPPP, "0021", 1},
	{"ppp with mpls", capture.LinkPPP, "ff03 0281 000641ff", 2},
	{"ppp in hdlc framing", capture.LinkPPPHDLC, "ff03 0021", 2},
	{"ppp with direction", capture.LinkPPPD, "01 03 0021", 1},
	{"cisco hdlc", capture.LinkCiscoHDLC, "0f00 0800", 1},
	{"cisco hdlc as ppp", capture.LinkPPPHDLC, "8f00 0800", 1},
	{"pppoe without ethernet", capture.LinkPPPoE, "1100 0001 0016 0021", 2},
	{"nflog, little-endian", capture.LinkNFLog, "02 00 0000 0800 0100 08000100 1800 0900", 1},
	{"nflog, big-endian", capture.LinkNFLog, "02 00 0000 0005 000a 00000000 0018 0009", 1},
	{"pktap", capture.LinkPKTAP, "10000000 01000000 01000000 00000000" + macs + "0800", 2},
	{"pktap of apple's libpcap", capture.LinkUser2, "6c000000 01000000 01000000" + strings.Repeat("00", 96) + macs + "0800", 2},
	{"ppi with ethernet", capture.LinkPPI, "00000800 01000000" + macs + "0800", 2},
	{"ppi with wi-fi", capture.LinkPPI, "00000c00 69000000 00000000" + wifi + snap, 3},
	{"ipnet", capture.LinkIPNet, "01020000 00000040 00000001 00000001 00000000 00000000", 1},
	{"ipnet, ipv6", capture.LinkIPNet, "011a0000 00000040 00000001 00000001 00000000 00000000", 1},
	{"wi-fi", capture.LinkWiFi, wifi + snap, 2},
	{"wi-fi between access points", capture.LinkWiFi, "08030000 " + macs + "020000000003 0000 020000000004" + snap, 2},
	{"wi-fi with qos", capture.LinkWiFi, "88010000 " + macs + "020000000003 0000 0000" + snap, 2},
	{"wi-fi with qos and ht control", capture.LinkWiFi, "88810000 " + macs + "020000000003 0000 0000 00000000" + snap, 2},
	{"wi-fi, decrypted by the receiver", capture.LinkWiFi, "08410000 " + macs + "020000000003 0000" + snap, 2},
	{"wi-fi, decrypted, with its vector", capture.LinkWiFi, "08410000 " + macs + "020000000003 0000 0102030405060708" + snap, 2},
	{"radiotap", capture.LinkRadiotap, "00000800 00000000" + wifi + snap, 2},
	{"radiotap with time and flags", capture.LinkRadiotap, "00001200 03000000 0102030405060708 10 00" + wifi + snap, 2},
	{"radiotap with three words", capture.LinkRadiotap, "00001900 03000080 00000080 00000000 0102030405060708 10" + wifi + snap, 2},
	{"radiotap with padding", capture.LinkRadiotap, "00000900 02000000 20 88010000 " + macs + "020000000003 0000 0000 0000" + snap, 2},
	{"prism", capture.LinkPrism, "44000000 90000000" + strings.Repeat("00", 136) + wifi + snap, 3},
	{"prism, big-endian", capture.LinkPrism, "00000044 00000090" + strings.Repeat("00", 136) + wifi + snap, 3},
	{"avs", capture.LinkAVS, "80211001 00000040" + strings.Repeat("00", 56) + wifi + snap, 3},
	{"avs as prism", capture.LinkPrism, "80211001 00000040" + strings.Repeat("00", 56) + wifi + snap, 4},
	{"provider backbone", capture.LinkEthernet, macs + "88a8 0001 88e7 00000001" + macs + "0800", 3},
	{"macsec without encryption", capture.LinkEthernet, macs + "88e5 0000 00000001 0800", 2},
	{"macsec with identifier", capture.LinkEthernet, macs + "88e5 2000 00000001 0200000000010001 0800", 2},
	{"exported ip packet", capture.LinkUpperPDU, "000c0004 69700000 001e0004 00000005 00000000", 1},
	{"exported frame", capture.LinkUpperPDU, "000c0010 6574685f776974686f75746663730000 00000000" + macs + "0800", 2},
	{"pktap, raw", capture.LinkPKTAP, "0c000000 01000000 65000000", 1},
}

func TestLinkHeaders(t *testing.T) {
	t.Parallel()
	for _, c := range linkCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			data := append(h(c.header), h(inner)...)
			r, skip := Unwrap(&capture.Packet{LinkType: c.link, OrigLen: len(data) + 7, Data: data})
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
		data := h(c.header)
		for n := range data {
			p := capture.Packet{LinkType: c.link, OrigLen: 2000, Data: data[:n]}
			if r, skip := Unwrap(&p); skip != SkipCut && skip != 0 {
				t.Errorf("%s cut after %d of %d: got %q with %x", c.name, n, len(data), skip, r.Data)
			}
			p.OrigLen = n
			if r, skip := Unwrap(&p); skip == SkipCut || (skip == 0 && len(r.Data) > 0) {
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
		{"pktap without a packet", capture.LinkPKTAP, "0c000000 00000000 01000000", 60, SkipNotIP},
		{"private link type 149", capture.LinkUser2, "45000028 00000000 40060000", 60, SkipLinkType},
		{"ppi in ppi", capture.LinkPPI, "00000800 c0000000", 60, SkipNotIP},
		{"ppi, header of 4 bytes", capture.LinkPPI, "00000400 01000000", 60, SkipLinkHeader},
		{"ipnet, version 2", capture.LinkIPNet, "0202" + strings.Repeat("00", 22), 60, SkipNotIP},
		{"wi-fi beacon", capture.LinkWiFi, "80000000", 60, SkipNotIP},
		{"wi-fi without data", capture.LinkWiFi, "48010000", 60, SkipNotIP},
		{"wi-fi, encrypted", capture.LinkWiFi, "08410000 " + macs + "020000000003 0000 0102030405060708091011121314", 60, SkipWiFiEncrypted},
		{"wi-fi, first fragment", capture.LinkWiFi, "08050000 " + macs + "020000000003 0000" + snap, 60, SkipWiFiFragment},
		{"wi-fi, last fragment", capture.LinkWiFi, "08010000 " + macs + "020000000003 0200 00", 60, SkipWiFiFragment},
		{"radiotap, bad checksum", capture.LinkRadiotap, "00000900 02000000 40" + wifi + snap, 60, SkipWiFiChecksum},
		{"radiotap, version 1", capture.LinkRadiotap, "01000800 00000000", 60, SkipLinkHeader},
		{"avs, another magic number", capture.LinkAVS, "12345678 00000040", 60, SkipLinkHeader},
		{"prism, header of 2 GiB", capture.LinkPrism, "44000000 ffffff7f", 60, SkipLinkHeader},
		{"macsec, encrypted", capture.LinkEthernet, macs + "88e5 0c00 00000001 01020304", 60, SkipMACsec},
		{"exported pdu of tcp without its place", capture.LinkUpperPDU, "00180004 00000002 00000000 474554", 60, SkipPDU},
		{"exported pdu of another kind", capture.LinkUpperPDU, "000c0004 75646700 00000000 474554", 60, SkipNotIP},
		{"pktap in pktap", capture.LinkPKTAP, "0c000000 01000000 02010000", 60, SkipNotIP},
		{"pktap, header of 2 GiB", capture.LinkPKTAP, "ffffff7f 01000000 01000000", 60, SkipLinkHeader},
		{"bluetooth", 187, "0802", 60, SkipLinkType},
		{"more captured than sent", capture.LinkEthernet, macs + "0800 45", 10, SkipLength},
		{"nothing", capture.LinkEthernet, "", 0, SkipLinkHeader},
		{"negative length", capture.LinkEthernet, "", -1, SkipLength},
	} {
		if _, got := Unwrap(&capture.Packet{LinkType: c.link, OrigLen: c.orig, Data: h(c.data)}); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// An aggregate of one packet is decoded; of one with several nothing is, and that is said.
func TestWiFiAggregate(t *testing.T) {
	t.Parallel()
	one := h("88010000 " + macs + "020000000003 0000 8000" + macs + "001c" + snap + inner)
	for name, c := range map[string]struct {
		data []byte
		want Skip
	}{
		"one packet":                 {one, 0},
		"one packet with a checksum": {append(one[:len(one):len(one)], 1, 2, 3, 4), 0},
		"two packets":                {append(one[:len(one):len(one)], one[26:]...), SkipWiFiAggregate},
	} {
		r, skip := Unwrap(&capture.Packet{LinkType: capture.LinkWiFi, OrigLen: len(c.data), Data: c.data})
		if skip != c.want || skip == 0 && (!bytes.Equal(r.Data, h(inner)) || r.Wire != 20) {
			t.Errorf("%s: got %x, %q; want %q", name, r.Data, skip, c.want)
		}
	}
}

// A phone's remote interface delivers IP packets and says that they are Ethernet frames.
func TestUnwrap_IPThatIsCalledEthernet(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		data string
		want Skip
	}{
		"ipv4":                      {inner, 0},
		"ipv4 of a sender in 1.5/8": {"45000014 00000000 400671db 01050001 08020002", 0},
		"ipv6":                      {"60000000 0014 0640 20010db8000000000000000000000001 20010db8000000000000000000000002" + strings.Repeat("00", 20), 0},
		"wrong checksum":            {"45000014 00000000 400666e3 0a000001 0a000002", SkipNotIP},
		"length beyond the end":     {"45000015 00000000 400666e1 0a000001 0a000002", SkipNotIP},
		"ipv6, another length":      {"60000000 0013 0640 20010db8000000000000000000000001 20010db8000000000000000000000002" + strings.Repeat("00", 20), SkipNotIP},
	} {
		data := h(c.data)
		r, skip := Unwrap(&capture.Packet{LinkType: capture.LinkEthernet, OrigLen: len(data), Data: data})
		if skip != c.want || skip == 0 && !bytes.Equal(r.Data, data) {
			t.Errorf("%s: got %x, %q; want %q", name, r.Data, skip, c.want)
		}
	}
}

func TestHazard_L2_DepthCap(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		tags int
		want Skip
	}{{15, 0}, {16, SkipDepth}, {400, SkipDepth}} {
		data := h(macs + strings.Repeat("8100 0001 ", c.tags) + "0800" + inner)
		if _, got := Unwrap(&capture.Packet{LinkType: capture.LinkEthernet, OrigLen: len(data), Data: data}); got != c.want {
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
		p := capture.Packet{LinkType: capture.LinkType(link), OrigLen: len(data) + more%4, Data: data}
		r, skip := Unwrap(&p)
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
			data := append(h(c.header), h(inner)...)
			p := capture.Packet{LinkType: c.link, OrigLen: len(data), Data: data}
			b.ReportAllocs()
			for b.Loop() {
				if _, skip := Unwrap(&p); skip != 0 {
					b.Fatal(skip)
				}
			}
		})
	}
}
