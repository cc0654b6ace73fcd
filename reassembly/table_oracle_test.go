package reassembly

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/capture"
)

// sharedCaptures may lie beside the repository.
const sharedCaptures = "../../shared/captures"

func sharedFiles(t *testing.T) (files []string) {
	if _, err := os.Stat(sharedCaptures); err != nil {
		t.Skipf("no captures: %v", err)
	}
	filepath.WalkDir(sharedCaptures, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && strings.Contains(path, ".pcap") {
			files = append(files, path)
		}
		return nil
	})
	return files
}

// numbered is an Acceptor that numbers connections by their first packet and checks the contract.
type numbered struct {
	bench
	stream map[*Conn]int
}

func (n *numbered) Accept(c *Conn) Handler {
	n.stream[c] = len(n.stream)
	return n.bench.Accept(c)
}

// run puts a capture through a Table and returns the connection of each packet.
func run(t *testing.T, name string) (*numbered, map[int]int) {
	n := &numbered{bench: bench{t: t}, stream: map[*Conn]int{}}
	n.table = NewTable(n, Limits{}, &n.bytes)
	streams := map[int]int{}
	src, err := capture.Open(name, capture.Options{})
	if err != nil {
		return n, nil
	}
	defer src.Close()
	var b capture.Batch
	var d Dissector
	var s Segment
	for {
		if err := src.ReadBatch(&b); err != nil {
			if !errors.Is(err, io.EOF) && !errors.As(err, new(*capture.Damage)) {
				t.Errorf("%s: %v", name, err)
			}
			n.finish()
			return n, streams
		}
		for i := range b.Packets {
			if d.Segment(&b.Packets[i], &s) == OK {
				n.table.Segment(&s)
				streams[s.Packet] = n.stream[n.table.recent]
			}
		}
		n.table.EndBatch()
	}
}

// TestCapturesKeepTheContract puts every capture through a Table whose handlers check how they are called.
func TestCapturesKeepTheContract(t *testing.T) {
	t.Parallel()
	var conns int
	for _, name := range sharedFiles(t) {
		n, _ := run(t, name)
		if conns += len(n.conns); t.Failed() {
			t.Fatalf("in %s", name)
		}
	}
	t.Logf("%d connections", conns)
}

// TestStreamsAgainstTshark compares what is taken for one connection with tshark's tcp.stream.
func TestStreamsAgainstTshark(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skipf("no tshark: %v", err)
	}
	files := sharedFiles(t)
	every := 8
	if f := flag.Lookup("tshark-all"); f != nil && f.Value.String() == "true" {
		every = 1
	}
	same := 0
	for i, name := range files {
		if i%every != 0 {
			continue
		}
		_, got := run(t, name)
		want := tsharkStreams(name)
		key := strings.TrimPrefix(name, sharedCaptures+"/")
		if diff := compareStreams(got, want); len(diff) == 0 {
			same++
		} else if why, ok := otherStreams[key]; ok {
			t.Logf("%s differs: %s", key, why)
		} else {
			t.Errorf("%s: %d packets differ: %s", key, len(diff), strings.Join(diff[:min(len(diff), 5)], "; "))
		}
	}
	t.Logf("%d captures with the same connections", same)
}

// otherStreams are captures in which connections differ from tcp.stream, and why.
var otherStreams = map[string]string{
	"public/OISF-suricata-verify/tcp-split-handshake-02-5whs/split-handshake-5whs.pcap": "a split handshake is one connection (T13): " +
		"the number of a bare ACK before the SYN settles nothing",
	"storm/not-whole-12657.pcap":         "ports are used again, and the SYN/ACK comes before its SYN",
	"storm/ports-again-without-syn.pcap": "ports are used again, and no SYN was captured",
}

// tsharkStreams is tcp.stream by packet, of packets with one TCP header.
func tsharkStreams(name string) map[int]int {
	out, _ := exec.Command("tshark", "-n", "-r", name, "-Y", "tcp && !icmp && !icmpv6", "-o", "tcp.desegment_tcp_streams:FALSE",
		"-o", "tcp.check_checksum:FALSE", "-o", "ip.tso_support:TRUE", "-d", "udp.port==8472,vxlan", "-T", "fields", "-E", "occurrence=l",
		"-e", "frame.number", "-e", "tcp.stream").Output()
	streams := map[int]int{}
	for line := range strings.Lines(string(out)) {
		var packet, stream int
		if n, _ := fmt.Sscan(line, &packet, &stream); n == 2 {
			streams[packet] = stream
		}
	}
	return streams
}

// compareStreams numbers both by the first packet that both know, and names the packets that differ.
func compareStreams(got, want map[int]int) (diff []string) {
	var packets []int
	for p := range got {
		if _, ok := want[p]; ok {
			packets = append(packets, p)
		}
	}
	slices.Sort(packets)
	firstGot, firstWant := map[int]int{}, map[int]int{}
	for _, p := range packets {
		if _, ok := firstGot[got[p]]; !ok {
			firstGot[got[p]] = p
		}
		if _, ok := firstWant[want[p]]; !ok {
			firstWant[want[p]] = p
		}
		if g, w := firstGot[got[p]], firstWant[want[p]]; g != w {
			diff = append(diff, fmt.Sprintf("packet %d: connection of packet %d, tshark says %d", p, g, w))
		}
	}
	return diff
}
