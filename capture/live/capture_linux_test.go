//go:build !libpcap

package live

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/pcaps/poll"
)

func TestLive_EveryPacketOnceOrDropped(t *testing.T) {
	tests := []struct {
		name       string
		iface      string
		link       capture.LinkType
		buffer     int
		asleep     bool // nobody reads while packets come
		packets    int
		wantDrops  bool
		headerSize int
	}{
		{"loopback", "lo", capture.LinkEthernet, 0, false, 100_000, false, 14},
		{"any", "any", capture.LinkSLL2, 0, false, 100_000, false, 20},
		{"loopback, reader asleep", "lo", capture.LinkEthernet, 1, true, 20_000, true, 14},
		{"any, reader asleep", "any", capture.LinkSLL2, 1, true, 20_000, true, 20},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inNamespace(t)
			addr := sink(t, "127.0.0.1:0")
			l := openLive(t, Options{Interfaces: []string{test.iface}, Buffer: test.buffer})
			var done <-chan collected
			if !test.asleep {
				done = collect(l)
			}
			numbered(t, addr, test.packets, 100)
			if test.asleep {
				done = collect(l)
			}
			c := stopAfter(t, test.packets, l, done)
			s := l.Stats()
			distinct, doubled := numbersOf(t, c.packets, test.packets)
			t.Log(distinct, "received,", s.Dropped, "dropped")
			switch {
			case doubled != 0:
				t.Errorf("%d packets were returned twice", doubled)
			case uint64(distinct)+s.Dropped != uint64(test.packets), s.Received != uint64(distinct):
				t.Errorf("sent %d, received %d: %s", test.packets, distinct, describeCounts(s, c))
			case test.wantDrops != (s.Dropped > 0) && test.wantDrops:
				t.Errorf("nothing was dropped; the case tests nothing")
			}
			checkPackets(t, c.packets, test.link, test.headerSize+20+8+100)
		})
	}
}

// checkPackets checks what all packets have.
func checkPackets(t *testing.T, packets []capture.Packet, link capture.LinkType, size int) {
	t.Helper()
	now := capture.Time(time.Now().UnixNano())
	for i, p := range packets {
		if p.Number != i+1 || p.LinkType != link || len(p.Data) != size || p.OrigLen != size ||
			p.Time > now || p.Time < now-capture.Time(time.Minute) {
			t.Fatalf("packet %d: got number %d, %v, %d of %d bytes, %v; want %v, %d bytes",
				i+1, p.Number, p.LinkType, len(p.Data), p.OrigLen, p.Time, link, size)
		}
		if i > 0 && p.Time < packets[i-1].Time {
			t.Fatalf("packet %d is earlier than the one before it", i+1)
		}
	}
}

func TestHazard_V1_CountersAreAddedUpByOneReader(t *testing.T) {
	inNamespace(t)
	addr := sink(t, "127.0.0.1:0")
	l := openLive(t, Options{Interfaces: []string{"lo"}, Buffer: 1})
	var wait sync.WaitGroup
	var sent atomic.Bool
	for range 4 { // every read resets the kernel's counts
		wait.Go(func() {
			for !sent.Load() {
				l.Stats()
				runtime.Gosched()
			}
		})
	}
	numbered(t, addr, 20_000, 100)
	sent.Store(true)
	wait.Wait()
	c := stopAfter(t, 20_000, l, collect(l))
	for range 3 {
		if s := l.Stats(); s.Received+s.Dropped != 20_000 || s.Dropped == 0 {
			t.Fatalf("sent 20,000: %s", describeCounts(s, c))
		}
	}
	l.Close()
	if s := l.Stats(); s.Received+s.Dropped != 20_000 {
		t.Fatalf("after Close: %s", describeCounts(s, c))
	}
}

func TestLive_TCPOnLoopbackIsSeenOnce(t *testing.T) {
	inNamespace(t)
	listen, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := openLive(t, Options{Interfaces: []string{"lo"}})
	done := collect(l)
	const size = 8 << 20
	read := make(chan struct{})
	go func() {
		defer close(read)
		conn, err := listen.Accept()
		if err == nil {
			io.Copy(io.Discard, conn)
			conn.Close()
		}
	}()
	conn, err := net.Dial("tcp", listen.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	conn.Write(make([]byte, size))
	conn.Close()
	<-read // so every byte has passed the interface
	c := stop(t, l, done)
	port := uint16(listen.Addr().(*net.TCPAddr).Port)
	type segment struct{ id, from, to uint32 } // a copy that was sent again has another identification
	var segments []segment
	for _, p := range c.packets {
		tcp := p.Data[34:]
		payload := len(tcp) - int(tcp[12]>>4)*4
		seq := binary.BigEndian.Uint32(tcp[4:])
		if binary.BigEndian.Uint16(tcp[2:]) != port || payload == 0 {
			continue
		}
		if p.OrigLen != len(p.Data) {
			t.Fatalf("packet %d was cut from %d to %d bytes", p.Number, p.OrigLen, len(p.Data))
		}
		segments = append(segments, segment{uint32(binary.BigEndian.Uint16(p.Data[18:])), seq, seq + uint32(payload)})
	}
	total, end := uint32(0), segments[0].from
	for i, g := range segments {
		if slices.Contains(segments[:i], g) {
			t.Errorf("a segment is there twice: %+v", g)
		}
		if new := int32(g.to - end); new > 0 {
			total += min(uint32(new), g.to-g.from)
			end = g.to
		}
	}
	if s := l.Stats(); total != size && s.Dropped == 0 {
		t.Errorf("got %d bytes of %d; %s", total, size, describeCounts(s, c))
	}
}

func TestLive_AnySeesWhatTcpdumpSees(t *testing.T) {
	if _, err := exec.LookPath("tcpdump"); err != nil {
		t.Skip("needs tcpdump")
	}
	inNamespace(t)
	veth(t)
	ip(t, "addr add 10.77.0.1/24 dev v0")
	ip(t, "neigh add 10.77.0.9 lladdr 02:00:00:00:00:09 dev v0")
	name := filepath.Join(t.TempDir(), "any.pcap")
	dump := exec.Command("tcpdump", "-i", "any", "--immediate-mode", "-s", "512", "-U", "-Z", "root", "-w", name, "udp")
	messages, _ := dump.StderrPipe()
	if err := dump.Start(); err != nil {
		t.Skipf("tcpdump cannot be started: %v", err)
	}
	for lines := bufio.NewScanner(messages); lines.Scan() && !strings.Contains(lines.Text(), "listening on"); {
	}
	l := openLive(t, Options{Interfaces: []string{"any"}, Filter: program(bpf.LoadExtension{Num: bpf.ExtProto},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: 0x800, SkipTrue: 1}, bpf.RetConstant{Val: 9}, bpf.RetConstant{})})
	done := collect(l)
	numbered(t, sink(t, "127.0.0.1:0"), 20, 50)
	numbered(t, "10.77.0.9:5", 20, 50)
	c := stopAfter(t, 20+20+20, l, done) // what veth delivers is seen on both ends
	poll.Until(t, "as many packets in tcpdump's file", func() bool { return len(packetsIn(t, name)) >= len(c.packets) })
	dump.Process.Signal(os.Interrupt)
	go io.Copy(io.Discard, messages)
	dump.Wait()
	compareAsSets(t, c.packets, packetsIn(t, name))
}

// packetsIn returns the packets of a file, which may still be written to.
func packetsIn(t *testing.T, name string) []capture.Packet {
	t.Helper()
	r, err := capture.Open(name, capture.Options{})
	if err != nil {
		return nil
	}
	defer r.Close()
	return (<-collect(r)).packets
}

// compareAsSets compares the bytes of packets, in any order.
func compareAsSets(t *testing.T, packets []capture.Packet, wanted []capture.Packet) {
	t.Helper()
	var got, want []string
	for _, p := range packets {
		got = append(got, string(p.Data))
	}
	for _, p := range wanted {
		want = append(want, string(p.Data))
	}
	slices.Sort(got)
	slices.Sort(want)
	if len(want) < 50 || !slices.Equal(got, want) {
		t.Errorf("got %d packets, want %d (at least 50)", len(got), len(want))
		for i := range min(len(got), len(want), 3) {
			t.Errorf("got  %x\nwant %x", got[i], want[i])
		}
	}
}

// program is a filter that is the same for all links.
func program(list ...bpf.Instruction) func(capture.LinkType) ([]bpf.RawInstruction, error) {
	return func(capture.LinkType) ([]bpf.RawInstruction, error) { return bpf.Assemble(list) }
}

func TestLive_TagsArePutBack(t *testing.T) {
	tests := []struct {
		name  string
		iface string
		send  []byte
		want  []byte // nil: as it was sent
	}{
		{"no tag", "v1", frame("\x88\xb5", "plain"), nil},
		{"tag 5 coming in", "v1", frame("\x81\x00\x00\x05\x88\xb5", "tagged"), nil},
		{"tag 5 going out", "v0", frame("\x81\x00\x00\x05\x88\xb5", "tagged"), nil},
		{"priority 7, tag 0", "v1", frame("\x81\x00\xe0\x00\x88\xb5", "priority"), nil},
		{"tag 0, all bits zero", "v1", frame("\x81\x00\x00\x00\x88\xb5", "zero"), nil},
		{"service tag", "v1", frame("\x88\xa8\x00\x64\x88\xb5", "service"), nil},
		{"two tags", "v1", frame("\x88\xa8\x00\x64\x81\x00\x00\x05\x88\xb5", "two"), nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inNamespace(t)
			veth(t)
			l := openLive(t, Options{Interfaces: []string{test.iface}, Promisc: true})
			done := collect(l)
			sendFrames(t, "v0", test.send)
			c := stopAfter(t, 1, l, done)
			if len(c.packets) != 1 {
				t.Fatalf("got %d packets, want 1", len(c.packets))
			}
			p := c.packets[0]
			if !bytes.Equal(p.Data, test.send) || p.OrigLen != len(test.send) {
				t.Errorf("got  %x of %d\nwant %x of %d", p.Data, p.OrigLen, test.send, len(test.send))
			}
		})
	}
}

func TestLive_CookedTag(t *testing.T) {
	inNamespace(t)
	veth(t)
	l := openLive(t, Options{Interfaces: []string{"any"}})
	done := collect(l)
	sent := frame("\x81\x00\x00\x05\x88\xb5", "tagged")
	sendFrames(t, "v0", sent)
	c := stopAfter(t, 2, l, done)
	if len(c.packets) != 2 {
		t.Fatalf("got %d packets, want one that goes out and one that comes in", len(c.packets))
	}
	in := c.packets[1]
	v1, _ := net.InterfaceByName("v1")
	want := []byte{0x81, 0, 0, 0, 0, 0, 0, byte(v1.Index), 0, 1, unix.PACKET_OTHERHOST, 6, 2, 0, 0, 0, 0, 1, 0, 0, 0, 5, 0x88, 0xb5}
	want = append(want, sent[18:]...)
	if !bytes.Equal(in.Data, want) || in.OrigLen != len(want) {
		t.Errorf("got  %x of %d\nwant %x of %d", in.Data, in.OrigLen, want, len(want))
	}
}

func TestLive_Snaplen(t *testing.T) {
	inNamespace(t)
	addr := sink(t, "127.0.0.1:0")
	l := openLive(t, Options{Interfaces: []string{"lo"}, Snaplen: 60})
	done := collect(l)
	numbered(t, addr, 3, 1000)
	c := stopAfter(t, 3, l, done)
	for _, p := range c.packets {
		if len(p.Data) != 60 || p.OrigLen != 1042 {
			t.Errorf("got %d of %d bytes, want 60 of 1042", len(p.Data), p.OrigLen)
		}
	}
	if len(c.packets) != 3 {
		t.Errorf("got %d packets, want 3", len(c.packets))
	}
}

func TestLive_LatencyOfOnePacket(t *testing.T) {
	inNamespace(t)
	addr := sink(t, "127.0.0.1:0")
	l := openLive(t, Options{Interfaces: []string{"lo"}})
	var b capture.Batch
	var took []time.Duration
	for range 21 {
		start := time.Now()
		numbered(t, addr, 1, 50)
		if err := l.ReadBatch(&b); err != nil {
			t.Fatal(err)
		}
		took = append(took, time.Since(start))
	}
	sort.Slice(took, func(i, j int) bool { return took[i] < took[j] })
	t.Log("median", took[10], "longest", took[20])
	if took[10] > 30*time.Millisecond && poll.TimesCount() {
		t.Errorf("median %v, want under 30ms: %v", took[10], took)
	}
}

func BenchmarkLive_ReadBatch(b *testing.B) {
	inNamespace(b)
	addr := sink(b, "127.0.0.1:0")
	l := openLive(b, Options{Interfaces: []string{"lo"}, Buffer: 64 << 20})
	var batch capture.Batch
	b.ReportAllocs()
	for n := 0; n < b.N; {
		b.StopTimer()
		numbered(b, addr, min(b.N-n, 50_000), 100)
		time.Sleep(settle)
		b.StartTimer()
		for want := min(b.N, n+50_000); n < want; {
			if err := l.ReadBatch(&batch); err != nil {
				b.Fatal(err)
			}
			n += len(batch.Packets)
		}
	}
	if s := l.Stats(); s.Dropped > 0 {
		b.Fatal("dropped", s.Dropped)
	}
}
