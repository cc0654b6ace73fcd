package reassembly_test

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/reassembly"
)

// captures is where captures with truth may lie, beside the repository.
const captures = "../../shared/captures"

// tsharkAll runs tshark once a capture, which takes minutes; without it one in eight has to do.
var tsharkAll = flag.Bool("tshark-all", false, "compare every capture with tshark")

// explained are captures of which so many packets may differ from what tshark says, and why.
var explained = map[string]struct {
	packets int
	why     string
}{
	"public/zeek-zeek/tcp/reassembly.pcap":                          {5, shortened},
	"public/gcla-termshark/telnet-cooked.pcap":                      {5, shortened},
	"public/gopacket-gopacket/linux_sll_oversized_addr.pcapng":      {25, damagedIP},
	"public/zeek-zeek/chksums/ip6-route0-tcp-good-chksum.pcap":      {1, lastHop},
	"public/zeek-zeek/chksums/ip6-route0-tcp-bad-chksum.pcap":       {1, lastHop},
	"reports/rvi-ether-raw.pcap":                                    {26, notEthernet},
	"reports/pktap-149.pcap":                                        {26, private},
	"public/the-tcpdump-group-tcpdump/bigtcp-ipv4-geneve-ipv4.pcap": {1, bigTCP},
	"public/the-tcpdump-group-tcpdump/bigtcp-ipv4-geneve-ipv6.pcap": {1, bigTCP},
	"public/the-tcpdump-group-tcpdump/bigtcp-ipv6-geneve-ipv4.pcap": {1, bigTCP},
	"public/the-tcpdump-group-tcpdump/bigtcp-ipv6-geneve-ipv6.pcap": {1, bigTCP},
	"public/the-tcpdump-group-tcpdump/bigtcp-ipv6.pcap":             {1, bigTCP},
	"public/the-tcpdump-group-tcpdump/bigtcp-ipv6-vxlan-ipv6.pcap":  {1, bigTCP},
	"public/the-tcpdump-group-tcpdump/bigtcp-ipv6-vxlan-ipv4.pcap":  {1, bigTCP},
	"public/the-tcpdump-group-tcpdump/bigtcp-ipv4-vxlan-ipv6.pcap":  {1, bigTCP},
	"public/the-tcpdump-group-tcpdump/bigtcp-ipv4-vxlan-ipv4.pcap":  {1, bigTCP},
}

const (
	damagedIP = "the file was damaged on purpose: IPv4 header checksums are wrong, and tshark does not mind"
	shortened = "the IP header tells more than the record says was on the wire (a file shortened or damaged " +
		"afterwards): tshark believes the record, we count what is missing"
	lastHop     = "the field ipv6.dst is the next hop of the source route; TCP's peer (and checksum) is the last address"
	notEthernet = "the file says Ethernet, but every packet begins with an IPv4 header whose checksum is right"
	private     = "link type 149 is private: tshark has to be told that it is PKTAP"
	bigTCP      = "this tshark does not know payload length 0, or a total length 0 inside a tunnel"
)

// each calls f with every packet of a capture file, up to where it is damaged.
func each(t *testing.T, name string, f func(*capture.Packet)) {
	t.Helper()
	src, err := capture.Open(name, capture.Options{})
	if err != nil {
		return
	}
	defer src.Close()
	for {
		var b capture.Batch // not used again: what is in it stays valid
		if err := src.ReadBatch(&b); err != nil {
			if !errors.Is(err, io.EOF) && !errors.As(err, new(*capture.Damage)) {
				t.Errorf("%s: %v", name, err)
			}
			return
		}
		for i := range b.Packets {
			f(&b.Packets[i])
		}
	}
}

// ours is a line a TCP packet, in the form of theirs, and the number of packets.
func ours(t *testing.T, name string, d *reassembly.Dissector) (lines map[int]string, packets int64) {
	lines = map[int]string{}
	var s reassembly.Segment
	each(t, name, func(p *capture.Packet) {
		packets++
		if d.Segment(p, &s) == reassembly.OK {
			lines[p.Number] = fmt.Sprintf("%v>%v seq %d ack %d len %d", s.Src(), s.Dst(), s.Seq, s.Ack, len(s.Payload)+s.Missing)
		}
	})
	return lines, packets
}

// theirs is what tshark makes of the innermost TCP header of each packet.
func theirs(t *testing.T, name string) map[int]string {
	cmd := exec.Command("tshark", "-n", "-r", name, "-Y", "tcp", "-o", "tcp.desegment_tcp_streams:FALSE",
		"-o", "tcp.check_checksum:FALSE", "-o", "ip.tso_support:TRUE", "-d", "udp.port==8472,vxlan", "-T", "fields", "-E", "occurrence=l",
		"-e", "frame.number", "-e", "ip.src", "-e", "ip.dst", "-e", "ipv6.src", "-e", "ipv6.dst", "-e", "tcp.srcport",
		"-e", "tcp.dstport", "-e", "tcp.seq_raw", "-e", "tcp.ack_raw", "-e", "tcp.len", "-e", "frame.protocols")
	out, _ := cmd.Output() // a damaged file is told by the exit status, after what could be read
	lines := map[int]string{}
	for _, line := range strings.Split(string(out), "\n") {
		f := strings.Split(line, "\t")
		if len(f) < 11 {
			continue
		}
		n, s := theirLine(f)
		if s != "" {
			lines[n] = s
		}
	}
	return lines
}

func theirLine(f []string) (n int, line string) {
	fmt.Sscan(f[0], &n)
	stack := strings.Split(f[10], ":")
	src, dst, last := f[1], f[2], ""
	for _, layer := range stack {
		switch layer {
		case "icmp", "icmpv6", "teredo":
			return n, "" // quoted, or a tunnel that is not decoded
		case "tcp":
			if last == "ipv6" {
				src, dst = "["+f[3]+"]", "["+f[4]+"]"
			}
		case "ip", "ipv6":
			last = layer
		}
	}
	if f[7] == "" || f[8] == "" {
		return n, "" // a TCP header that tshark could not read either
	}
	return n, fmt.Sprintf("%s:%s>%s:%s seq %s ack %s len %s", src, f[5], dst, f[6], f[7], f[8], f[9])
}

func captureFiles(t *testing.T) (files []string) {
	if _, err := os.Stat(captures); err != nil {
		t.Skipf("no captures: %v", err)
	}
	filepath.WalkDir(captures, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && strings.Contains(path, ".pcap") {
			files = append(files, path)
		}
		return nil
	})
	return files
}

func TestDissectAgainstTshark(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("tshark is slow: not with -short")
	}
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skipf("no oracle: %v", err)
	}
	for i, name := range captureFiles(t) {
		rel, _ := filepath.Rel(captures, name)
		if _, ok := explained[rel]; !ok && !*tsharkAll && i%8 != 0 && !strings.HasPrefix(rel, "shapes") {
			continue
		}
		t.Run(rel, func(t *testing.T) {
			t.Parallel()
			compare(t, name, explained[rel].packets)
		})
	}
}

func compare(t *testing.T, name string, allowed int) {
	var d reassembly.Dissector
	got, packets := ours(t, name, &d)
	want := theirs(t, name)
	sum := d.Decoded()
	for _, n := range d.Skipped() {
		sum += n
	}
	if sum != packets {
		t.Errorf("account: decoded %d and skipped %v are not %d packets", d.Decoded(), d.Skipped(), packets)
	}
	var wrong []string
	for n := 1; n <= int(packets); n++ {
		if got[n] != want[n] {
			wrong = append(wrong, fmt.Sprintf("packet %d: got %q, tshark says %q", n, got[n], want[n]))
		}
	}
	if len(wrong) > allowed {
		t.Errorf("%d packets differ (skipped %v), the first:\n%s", len(wrong), d.Skipped(), strings.Join(wrong[:min(4, len(wrong))], "\n"))
	}
}
