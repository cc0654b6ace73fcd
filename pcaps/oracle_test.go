package pcaps_test

import (
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/wspeek/wspeek/pcaps"
)

// What tshark is to find in each built session: one WebSocket frame a row, with its
// opcode, mask bit and payload length.
const wantFrames = "1 1 5\n1 0 5000\n9 0 4\n10 1 4\n8 1 5\n8 0 5\n"

// talk holds one small session of every kind of frame.
func talk(c pcaps.Conversation) *pcaps.Conversation {
	c.Upgrade(pcaps.Request{Target: "/chat"}, pcaps.Response{})
	c.SendFrames(pcaps.C2S, pcaps.Text("Hello").Masked(pcaps.RFCKey))
	c.SendFrames(pcaps.S2C, pcaps.Text(strings.Repeat("x", 5000)))
	c.SendFrames(pcaps.S2C, pcaps.Ping("ping"))
	c.SendFrames(pcaps.C2S, pcaps.Pong("ping").Masked(pcaps.RFCKey))
	c.SendFrames(pcaps.C2S, pcaps.Close(1000, "bye").Masked(pcaps.RFCKey))
	c.SendFrames(pcaps.S2C, pcaps.Close(1000, "bye"))
	c.Close()
	return &c
}

func link(l pcaps.Link) pcaps.Conversation { return pcaps.Conversation{Link: &l} }

func six(c pcaps.Conversation) pcaps.Conversation {
	c.Client = netip.MustParseAddrPort("[2001:db8::1]:50000")
	c.Server = netip.MustParseAddrPort("[2001:db8::2]:80")
	return c
}

func TestOracleConversations(t *testing.T) {
	t.Parallel()
	needTshark(t)
	outer := [2]netip.Addr{netip.MustParseAddr("198.51.100.1"), netip.MustParseAddr("198.51.100.2")}
	one := func(ip []byte) [][]byte { return [][]byte{ip} }
	sequence := uint32(0)
	next := func() uint32 { sequence++; return sequence }
	rows := []struct {
		name string
		c    pcaps.Conversation
	}{
		{"ethernet", pcaps.Conversation{}},
		{"ethernet padded", link(pcaps.Link{Type: pcaps.LinkEthernet, Pad: true})},
		{"vlan", link(pcaps.Link{Type: pcaps.LinkEthernet, VLANs: []uint16{7}})},
		{"qinq", link(pcaps.Link{Type: pcaps.LinkEthernet, VLANs: []uint16{7, 9}})},
		{"mpls", link(pcaps.Link{Type: pcaps.LinkEthernet, Labels: []uint32{100, 200}})},
		{"pppoe", link(pcaps.Link{Type: pcaps.LinkEthernet, PPPoE: 5})},
		{"pppoe ipv6", six(link(pcaps.Link{Type: pcaps.LinkEthernet, PPPoE: 5}))},
		{"raw", link(pcaps.Link{})},
		{"raw ipv6", six(link(pcaps.Link{}))},
		{"null", link(pcaps.Link{Null: true})},
		{"null ipv6", six(link(pcaps.Link{Null: true}))},
		{"loop", link(pcaps.Link{Type: pcaps.LinkLoop})},
		{"loop ipv6", six(link(pcaps.Link{Type: pcaps.LinkLoop}))},
		{"sll", link(pcaps.Link{Type: pcaps.LinkSLL})},
		{"sll2 ipv6", six(link(pcaps.Link{Type: pcaps.LinkSLL2}))},
		{"ipv4", link(pcaps.Link{Type: pcaps.LinkIPv4})},
		{"ipv6", six(link(pcaps.Link{Type: pcaps.LinkIPv6}))},
		{"sequence wrap", pcaps.Conversation{ISN: [2]uint32{0xffffffff, 0xfffff000}}},
		{"small segments", pcaps.Conversation{MSS: 100}},
		{"ipv4 fragments", pcaps.Conversation{Wrap: func(ip []byte) [][]byte { return pcaps.Fragment(ip, 300) }}},
		{"ipv6 fragments", six(pcaps.Conversation{MSS: 1000, Wrap: func(ip []byte) [][]byte {
			if len(ip) < 500 {
				return one(ip)
			}
			return pcaps.Fragment(ip, 600)
		}})},
		{"gre", pcaps.Conversation{Wrap: func(ip []byte) [][]byte { return one(pcaps.GRE(outer[0], outer[1], ip)) }}},
		{"ipip", pcaps.Conversation{Wrap: func(ip []byte) [][]byte { return one(pcaps.IPinIP(outer[0], outer[1], ip)) }}},
		{"6in4", six(pcaps.Conversation{Wrap: func(ip []byte) [][]byte { return one(pcaps.IPinIP(outer[0], outer[1], ip)) }})},
		{"vxlan", pcaps.Conversation{Wrap: func(ip []byte) [][]byte {
			return one(pcaps.VXLAN(outer[0], outer[1], 42, 0, pcaps.Ethernet.Wrap(ip)))
		}}},
		{"radiotap", link(pcaps.Link{Type: pcaps.LinkRadiotap})},
		{"pktap", link(pcaps.Link{Type: pcaps.LinkPKTAP})},
		{"ipnet", link(pcaps.Link{Type: pcaps.LinkIPNet})},
		{"ipnet ipv6", six(link(pcaps.Link{Type: pcaps.LinkIPNet}))},
		{"geneve", pcaps.Conversation{Wrap: func(ip []byte) [][]byte {
			return one(pcaps.Geneve(outer[0], outer[1], 42, pcaps.Ethernet.Wrap(ip), true))
		}}},
		{"geneve with options", six(pcaps.Conversation{Wrap: func(ip []byte) [][]byte {
			return one(pcaps.Geneve(outer[0], outer[1], 0, ip, false, pcaps.GeneveOption{Class: 0x108, Type: 1, Data: []byte("endpoint")}))
		}})},
		{"erspan type I", pcaps.Conversation{Wrap: func(ip []byte) [][]byte {
			return one(pcaps.ERSPAN(outer[0], outer[1], 1, pcaps.Ethernet.Wrap(ip)))
		}}},
		{"erspan type II", pcaps.Conversation{Wrap: func(ip []byte) [][]byte {
			return one(pcaps.ERSPAN(outer[0], outer[1], 2, pcaps.Ethernet.Wrap(ip)))
		}}},
		{"erspan type III", pcaps.Conversation{Wrap: func(ip []byte) [][]byte {
			return one(pcaps.ERSPAN(outer[0], outer[1], 3, pcaps.Ethernet.Wrap(ip)))
		}}},
		{"gtp-u", pcaps.Conversation{Wrap: func(ip []byte) [][]byte { return one(pcaps.GTPU(outer[0], outer[1], 42, ip)) }}},
		{"l2tp", pcaps.Conversation{Wrap: func(ip []byte) [][]byte { return one(pcaps.L2TP(outer[0], outer[1], 4, 2, ip)) }}},
		{"esp", pcaps.Conversation{Wrap: func(ip []byte) [][]byte { return one(pcaps.ESP(outer[0], outer[1], next(), 12, ip)) }}},
		{"esp in transport mode", pcaps.Conversation{Wrap: func(ip []byte) [][]byte { return one(pcaps.ESPTransport(ip, next(), 12)) }}},
	}
	// All in one file, each row on an interface of its own: starting tshark is what costs.
	var ps []pcaps.Packet
	var ifs []pcaps.Interface
	for i, r := range rows {
		r.c.Start = time.Unix(int64(1_800_000_000+100*i), 0)
		client := netip.MustParseAddr("192.0.2.1")
		if r.c.Client.IsValid() {
			client = r.c.Client.Addr()
		}
		r.c.Client = netip.AddrPortFrom(client, uint16(40000+i))
		c := talk(r.c)
		for _, p := range c.Packets {
			p.Interface = i
			ps = append(ps, p)
		}
		ifs = append(ifs, pcaps.Interface{Link: c.Packets[0].Link})
	}
	found := tshark(t, pcaps.NGFile(ps, ifs...))
	for i, r := range rows {
		t.Run(r.name, func(t *testing.T) { found[strconv.Itoa(i)].check(t) })
	}
}

// Every form of file reads back as the same packets at the same moment.
func TestOracleFiles(t *testing.T) {
	t.Parallel()
	needTshark(t)
	ps := talk(pcaps.Conversation{Start: time.Unix(1_800_000_000, 125_000_000)}).Packets
	eth := pcaps.Interface{Link: pcaps.LinkEthernet}
	nano, binary, offset := eth, eth, eth
	nano.Resolution, nano.Name = 9, "eth0"
	binary.Resolution = 0x80 | 20
	offset.Offset = 1_000_000_000
	rows := []struct {
		name string
		file []byte
	}{
		{"little-endian", pcaps.Pcap{}.Bytes(ps)},
		{"big-endian", pcaps.Pcap{BigEndian: true}.Bytes(ps)},
		{"nanoseconds", pcaps.Pcap{Magic: pcaps.MagicNano}.Bytes(ps)},
		{"big-endian nanoseconds", pcaps.Pcap{BigEndian: true, Magic: pcaps.MagicNano}.Bytes(ps)},
		{"modified", pcaps.Pcap{Magic: pcaps.MagicModified}.Bytes(ps)},
		{"pcapng nanoseconds", pcaps.NGFile(ps, nano)},
		{"pcapng 2^-20", pcaps.NGFile(ps, binary)},
		{"pcapng with an offset", pcaps.NGFile(ps, offset)},
		{"pcapng with all blocks", allBlocks(ps)},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			all := tshark(t, r.file)
			if len(all) != 1 {
				t.Fatalf("packets of %d interfaces, want of 1", len(all))
			}
			for _, f := range all {
				f.check(t)
				if want := "1800000000.125000"; !strings.HasPrefix(f.first, want) {
					t.Errorf("first packet at %s, want %s", f.first, want)
				}
			}
		})
	}
}

// allBlocks is two sections of both byte orders, two interfaces of different link types, and every block.
func allBlocks(ps []pcaps.Packet) []byte {
	eth, raw := pcaps.Interface{Link: pcaps.LinkEthernet}, pcaps.Interface{Link: pcaps.LinkRaw, Resolution: 9}
	g := new(pcaps.NG).Section(true, pcaps.Option{Code: 1, Value: []byte("comment")})
	g.Secrets(pcaps.SecretsTLS, []byte("CLIENT_RANDOM 00 11\n")).Interfaces(raw, eth).Drops(0, 5, 2)
	half := len(ps) / 2
	for _, p := range ps[:half] {
		p.Interface, p.Options = 1, []pcaps.Option{{Code: 1, Value: []byte("in the first section")}}
		g.Enhanced(p)
	}
	g.Section(false).Interfaces(raw, eth)
	for _, p := range ps[half:] {
		p.Interface = 1
		g.Obsolete(p, 1)
	}
	return g.Bytes()
}

// found is what tshark says of the packets of one interface.
type found struct {
	frames, bad, first string
	checked            int
}

func (f *found) check(t *testing.T) {
	t.Helper()
	if f == nil {
		t.Fatal("tshark sees no packets")
	}
	if f.bad != "" {
		t.Errorf("tshark objects to:\n%s", f.bad)
	}
	if f.frames != wantFrames {
		t.Errorf("tshark reads %q, want %q", f.frames, wantFrames)
	}
	if f.checked == 0 {
		t.Error("tshark checked no checksum of TCP")
	}
}

// The columns that tshark is asked for.
const (
	colInterface = iota
	colTime
	colNumber
	colMalformed
	colShort
	colAnalysis
	colSeverity
	colIPSum
	colUDPSum
	colTCPSum
	colOpcode
	colMask
	colLength
	colLength16
)

func needTshark(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("tshark is not installed")
	}
}

// tshark's answer about a file, by interface.
func tshark(t *testing.T, file []byte) map[string]*found {
	t.Helper()
	name := filepath.Join(t.TempDir(), "built.pcap")
	if err := os.WriteFile(name, file, 0o600); err != nil {
		t.Fatal(err)
	}
	args := strings.Fields("-n -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE -o udp.check_checksum:TRUE -o esp.enable_null_encryption_decode_heuristic:TRUE -T fields " +
		"-e frame.interface_id -e frame.time_epoch -e frame.number -e _ws.malformed -e _ws.short -e tcp.analysis.flags " +
		"-e _ws.expert.severity -e ip.checksum.status -e udp.checksum.status -e tcp.checksum.status " +
		"-e websocket.opcode -e websocket.mask -e websocket.payload_length -e websocket.payload_length_ext_16")
	out, err := exec.Command("tshark", append(args, "-r", name)...).Output()
	if err != nil {
		t.Fatalf("tshark: %v", err)
	}
	all := map[string]*found{}
	for line := range strings.Lines(string(out)) {
		cols := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		f := all[cols[colInterface]]
		if f == nil {
			f = &found{first: cols[colTime]}
			all[cols[colInterface]] = f
		}
		f.add(cols)
	}
	return all
}

// add takes the columns of one packet. Status 0 is a bad checksum, 1 a good one.
func (f *found) add(cols []string) {
	sums := strings.Join(cols[colIPSum:colTCPSum+1], ",")
	if cols[colMalformed]+cols[colShort]+cols[colAnalysis] != "" || severe(cols[colSeverity]) || strings.Contains(sums, "0") {
		f.bad += strings.Join(cols, " | ") + "\n"
	}
	if cols[colTCPSum] == "1" {
		f.checked++
	}
	if cols[colOpcode] == "" {
		return
	}
	long := strings.Split(cols[colLength16], ",")
	opcodes, masks := strings.Split(cols[colOpcode], ","), strings.Split(cols[colMask], ",")
	for i, n := range strings.Split(cols[colLength], ",") {
		if n == "126" {
			n, long = long[0], long[1:]
		}
		f.frames += opcodes[i] + " " + masks[i] + " " + n + "\n"
	}
}

// severe says whether one of the severities is a warning (0x600000) or worse; a note is "FIN seen".
func severe(list string) bool {
	for s := range strings.SplitSeq(list, ",") {
		if n, err := strconv.Atoi(s); err == nil && n >= 0x600000 {
			return true
		}
	}
	return false
}

// The oracle would notice: a wrong checksum, and a segment that is missing.
func TestOracleNotices(t *testing.T) {
	t.Parallel()
	needTshark(t)
	c := talk(pcaps.Conversation{})
	bad := c.Segment(pcaps.C2S)
	bad.BadChecksum = true
	c.Put(bad)
	rows := []struct {
		name string
		file []byte
	}{
		{"bad checksum", c.File()},
		{"dropped segment", pcaps.Pcap{}.Bytes(pcaps.Drop(talk(pcaps.Conversation{}).Packets, 9))},
		{"swapped segments", pcaps.Pcap{}.Bytes(pcaps.Move(talk(pcaps.Conversation{}).Packets, 9, 10))},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			for _, f := range tshark(t, r.file) {
				if f.bad == "" {
					t.Error("tshark objects to nothing")
				}
			}
		})
	}
}
