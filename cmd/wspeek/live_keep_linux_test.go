package main

import (
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/pcaps/poll"
)

// readCapture reads all packets of a file.
func readCapture(t *testing.T, name string) (n int, first, last capture.Time) {
	t.Helper()
	n, first, last, err := packetsUpTo(t, name)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n, first, last
}

// packetsUpTo reads the packets of a file up to its end, or up to damage, which is the error.
func packetsUpTo(t *testing.T, name string) (n int, first, last capture.Time, err error) {
	t.Helper()
	r, err := capture.Open(name, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var b capture.Batch
	for err == nil {
		err = r.ReadBatch(&b)
		for i := range b.Packets {
			if last = b.Packets[i].Time; first == 0 {
				first = last
			}
		}
		n += len(b.Packets)
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return n, first, last, err
}

// packetsRead is how many packets an account says were read.
func packetsRead(l line) int64 {
	var p struct{ Read int64 }
	json.Unmarshal(l.Packets, &p)
	return p.Read
}

// kills is how many captures are killed; WSPEEK_KILLS changes it.
func kills() int {
	if n, err := strconv.Atoi(os.Getenv("WSPEEK_KILLS")); err == nil {
		return n
	}
	return 10
}

// TestHazard_V7_KilledWhileWriting: the file opens, whenever the capture is killed.
func TestHazard_V7_KilledWhileWriting(t *testing.T) {
	t.Parallel()
	inNamespace(t)
	rates := []struct {
		every time.Duration
		size  int
	}{{20 * time.Millisecond, 100}, {time.Millisecond, 200}, {100 * time.Microsecond, 1000}}
	for i := range kills() {
		rate := rates[i%len(rates)]
		sender := start(t, talker(talk{"udp", "-", "127.0.0.1:9", false, 0, rate.size, rate.every}))
		file := filepath.Join(t.TempDir(), "kept.pcapng")
		p := startCapture(t, nil, "live", "-i", "lo", "--json", "-w", file)
		go io.Copy(io.Discard, p.out)
		enough := int64(rand.IntN(50 * rate.size))
		poll.Until(t, "a file that grows", func() bool {
			info, err := os.Stat(file)
			return err == nil && info.Size() > enough
		})
		p.cmd.Process.Kill()
		p.exit()
		sender.cmd.Process.Kill()
		sender.exit()
		n, _, _, err := packetsUpTo(t, file)
		if err != nil && !cutByTheKernel(t, file, err) {
			t.Fatalf("%s: %v", file, err)
		}
		tsharkReads(t, file, n, err != nil)
	}
}

// cutByTheKernel reports whether a file ends inside a packet at the end of a page: a kill ends a write between two pages.
func cutByTheKernel(t *testing.T, file string, err error) bool {
	t.Helper()
	info, statErr := os.Stat(file)
	if statErr != nil {
		t.Fatal(statErr)
	}
	var damage *capture.Damage
	return errors.As(err, &damage) && info.Size()%int64(os.Getpagesize()) == 0
}

// TestHazard_V7_NothingWaitsForMore: what was captured is in the file although nothing follows, and a kill does not
// change it. (The time after which it is written is tested in package capture.)
func TestHazard_V7_NothingWaitsForMore(t *testing.T) {
	t.Parallel()
	inNamespace(t)
	file := filepath.Join(t.TempDir(), "kept.pcapng")
	p := startCapture(t, nil, "live", "-i", "lo", "--json", "-w", file)
	go io.Copy(io.Discard, p.out)
	sender := start(t, talker(talk{"udp", "-", "127.0.0.1:9", false, 0, 100, time.Millisecond}))
	waitForBytes(t, 5000)
	sender.cmd.Process.Kill()
	sender.exit()
	_, want := received()
	poll.Until(t, "all packets in the file", func() bool { n, _, _ := readCapture(t, file); return n == want })
	p.cmd.Process.Kill()
	p.exit()
	if n, _, _ := readCapture(t, file); n != want {
		t.Errorf("%d packets after the kill, want %d", n, want)
	}
}

// tsharkReads checks that tshark, if it is installed, reads n packets of a file. It reports one that is cut short.
func tsharkReads(t *testing.T, file string, n int, cut bool) {
	t.Helper()
	if _, err := exec.LookPath("tshark"); err != nil {
		return
	}
	if out, err := exec.Command("tshark", "-r", file, "-T", "fields", "-e", "frame.number").Output(); (err != nil) != cut ||
		strings.Count(string(out), "\n") != n {
		t.Errorf("tshark reads %d packets of %d: %v", strings.Count(string(out), "\n"), n, err)
	}
}

// TestLive_RingOfFiles keeps the newest files only.
func TestLive_RingOfFiles(t *testing.T) {
	t.Parallel()
	inNamespace(t)
	dir := t.TempDir()
	for _, d := range []string{dir, filepath.Dir(dir)} { // nobody makes the files after the first
		if err := os.Chmod(d, 0o777|os.ModeSticky); err != nil { // as /tmp is: who removes a file must own it
			t.Fatal(err)
		}
	}
	p := startCapture(t, nil, "live", "-i", "lo", "--json", "-w", filepath.Join(dir, "ring.pcapng"),
		"-b", "filesize:100", "-b", "files:3")
	sender := start(t, talker(talk{"udp", "-", "127.0.0.1:9", false, 0, 1000, 200 * time.Microsecond}))
	defer sender.cmd.Process.Kill()
	go io.Copy(io.Discard, p.out)
	poll.Until(t, "the fifth file", func() bool {
		m, _ := filepath.Glob(filepath.Join(dir, "ring_00005_*.pcapng"))
		return len(m) > 0
	})
	p.interrupt()
	p.exit()
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	if len(files) != 3 {
		t.Fatalf("files %q, want 3; %s", files, p.words())
	}
	for _, f := range files[:2] {
		if n, _, _ := readCapture(t, f); n < 80 || n > 110 {
			t.Errorf("%s: %d packets, want about 95", f, n)
		}
	}
	if !strings.Contains(p.words(), "packets written, the newest in 3 files") {
		t.Errorf("got %q", p.words())
	}
}

// TestLive_StopsByItself covers -a and -c.
func TestLive_StopsByItself(t *testing.T) {
	t.Parallel()
	inNamespace(t)
	file := filepath.Join(t.TempDir(), "kept.pcapng")
	sender := start(t, talker(talk{"udp", "-", "127.0.0.1:9", false, 0, 1000, time.Millisecond}))
	defer sender.cmd.Process.Kill()
	p := startCapture(t, nil, "live", "-i", "lo", "--json", "-w", file, "-a", "filesize:50", "-a", "duration:300")
	list, summary := lines(t, p.out)
	if got := p.exit(); got != run.Done || len(list) != 0 || !summary.Complete {
		t.Errorf("exit %d, %s", got, p.words())
	}
	if info, err := os.Stat(file); err != nil || info.Size() < 50_000 || info.Size() > 52_000 {
		t.Errorf("size %v, %v; want 50 kB and a packet", info.Size(), err)
	}
	p = startCapture(t, nil, "live", "-i", "lo", "--json", "-c", "7")
	background(t, talk{"both", "gorilla", "127.0.0.1:0", false, 100, 50, time.Millisecond})
	list, _ = lines(t, p.out)
	if got := p.exit(); got != run.Done || len(list) != 7 {
		t.Errorf("-c 7: exit %d, %d lines", got, len(list))
	}
}

// TestHazard_V4_InterfaceGoesAway: it is reported, and what came before it is listed.
func TestHazard_V4_InterfaceGoesAway(t *testing.T) {
	t.Parallel()
	inNamespace(t)
	ip(t, "link add w0 type veth peer name w1")
	ip(t, "link set w0 up")
	ip(t, "link set w1 up")
	p := startCapture(t, nil, "live", "-i", "w0", "-i", "lo", "--json", "--hash")
	out := p.reading()
	ip(t, "link delete w0")
	p.expect(`interface "w0": has gone away`)
	sent := talk{"both", "gorilla", "127.0.0.1:0", false, 50, 50, 0}.run(t)
	out.waitFor(sent)
	p.interrupt()
	list, summary := out.rest()
	wantAll(t, list, sent)
	if got := p.exit(); got != run.Interrupted || summary.Complete {
		t.Errorf("exit %d, %+v", got, summary)
	}
}

// TestHazard_V3_OutputStalls: while nobody reads the lines, packets go on to the file; what could not be kept for
// the lines is counted, told within a second or so, and stands in the account.
func TestHazard_V3_OutputStalls(t *testing.T) {
	inNamespace(t)
	file := filepath.Join(t.TempDir(), "kept.pcapng")
	p := startCapture(t, nil, "live", "-i", "lo", "--json", "-w", file, "-B", "131072")
	sent := talk{"both", "gorilla", "127.0.0.1:0", false, 2000, 30_000, 0}.run(t)
	p.expect("by wspeek (decoding or output too slow)")
	p.expect("bytes were acknowledged but never captured")
	go p.interrupt()
	list, summary := lines(t, p.out)
	if got := p.exit(); got != run.Interrupted {
		t.Errorf("exit %d", got)
	}
	got, read := int64(len(hashesOf(list)["c2s"])), packetsRead(summary)
	if got == 0 || got == int64(len(sent["c2s"])) || summary.dropped() == 0 || summary.Complete {
		t.Errorf("%d of %d messages listed, %+v", got, len(sent["c2s"]), summary)
	}
	if n, _, _ := readCapture(t, file); int64(n) != read+summary.dropped() {
		t.Errorf("%d packets in the file, %d read and %d dropped: %s", n, read, summary.dropped(), p.words())
	}
}

// TestLive_RingNeedsADirectory: who one becomes must be able to make the files after the first.
func TestLive_RingNeedsADirectory(t *testing.T) {
	t.Parallel()
	inNamespace(t)
	p := start(t, wspeekCommand(nil, "live", "-i", "lo", "-b", "duration:1", "-w", filepath.Join(t.TempDir(), "ring.pcapng")))
	if got := p.exit(); got != run.Trouble || !strings.Contains(p.words(), "permission denied for nobody, who would own it: choose another folder, or -Z USER") {
		t.Errorf("exit %d: %s", got, p.words())
	}
}
