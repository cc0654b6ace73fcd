package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/wspeek/wspeek/cmd/internal/run"
)

// TestHazard_V7_Hangup: a terminal that goes away ends a capture in order, and what was captured is in the file.
func TestHazard_V7_Hangup(t *testing.T) {
	t.Parallel()
	inNamespace(t)
	file := filepath.Join(t.TempDir(), "kept.pcapng")
	p := startCapture(t, nil, "live", "-i", "lo", "--json", "-w", file)
	out := p.reading()
	out.waitFor(talk{"both", "gorilla", "127.0.0.1:0", false, 20, 50, 0}.run(t))
	p.cmd.Process.Signal(syscall.SIGHUP)
	if got := p.exit(); got != run.Interrupted || !strings.Contains(p.words(), "packets written to") {
		t.Errorf("exit %d: %s", got, p.words())
	}
	if n, _, _ := readCapture(t, file); n < 30 {
		t.Errorf("%d packets in the file", n)
	}
}

// TestLive_NotOntoItsInput: standard input may be the file too.
func TestLive_NotOntoItsInput(t *testing.T) {
	t.Parallel()
	name := putFile(t, "in.pcap", sampleData("jsonrpc"))
	in, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	other := putFile(t, "other.pcap", nil)
	for _, test := range []struct {
		write string
		read  []string
		ok    bool
	}{{name, []string{"-"}, false}, {name, []string{other, name}, false}, {other, []string{"-"}, true}, {name + "x", []string{name}, true}, {"", []string{name}, true}} {
		if err := notOnto(test.write, test.read, in); (err == nil) != test.ok {
			t.Errorf("-w %s of %q: %v", test.write, test.read, err)
		}
	}
}

// TestHazard_O17_LiveDiskFull: the file stays whole, and the counts say what is in it and what is not.
func TestHazard_O17_LiveDiskFull(t *testing.T) {
	t.Parallel()
	inNamespace(t)
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=100k,mode=1777"); err != nil {
		t.Skipf("no small file system can be made: %v", err)
	}
	t.Cleanup(func() { unix.Unmount(dir, unix.MNT_DETACH) })
	file := filepath.Join(dir, "kept.pcapng")
	p := startCapture(t, nil, "live", "-i", "lo", "--json", "-w", file)
	result := make(chan line, 1)
	go func() {
		_, last := lines(t, p.out)
		result <- last
	}()
	talk{"both", "gorilla", "127.0.0.1:0", false, 200, 1000, 0}.run(t)
	p.expect("no space left on device: no more packets are written")
	p.interrupt()
	summary := <-result
	if got := p.exit(); got != run.Interrupted && got != run.Trouble || summary.Complete {
		t.Errorf("exit %d, %+v", got, summary)
	}
	in, _, _ := readCapture(t, file) // it fails where the file ends within a block
	said := regexp.MustCompile(`(\d+) packets written to`).FindStringSubmatch(p.words())
	lost := regexp.MustCompile(`(\d+) packets were not written because writing failed`).FindStringSubmatch(strings.Join(summary.Why, " ") + p.words())
	if said == nil || lost == nil {
		t.Fatalf("got %q", p.words())
	}
	written, _ := strconv.Atoi(said[1])
	missing, _ := strconv.Atoi(lost[1])
	if written != in || int64(written+missing) != packetsRead(summary) || missing == 0 {
		t.Errorf("%d packets are in the file, %d are said to be, %d not, of %d", in, written, missing, packetsRead(summary))
	}
	if strings.Contains(p.words(), "dropped 0 packets") {
		t.Errorf("got %q", p.words())
	}
}

// TestHazard_O13_SudoMakesNoFileForItsCaller: not through a folder that is a link either.
func TestHazard_O13_SudoMakesNoFileForItsCaller(t *testing.T) {
	t.Parallel()
	inNamespace(t)
	own, roots := folderOf(t, 1234), folderOf(t, 0)
	if err := os.Symlink(roots, filepath.Join(own, "link")); err != nil {
		t.Fatal(err)
	}
	sudo := []string{"SUDO_UID=1234", "SUDO_GID=1235", "SUDO_USER=joe"}
	for _, args := range [][]string{{filepath.Join(roots, "x")}, {filepath.Join(own, "link", "x")},
		{filepath.Join(roots, "x"), "-Z", "nobody"}, {filepath.Join(roots, "x"), "-b", "duration:1"}} {
		p := start(t, wspeekCommand(sudo, append([]string{"live", "-i", "lo", "--json", "-a", "duration:0.2", "-w"}, args...)...))
		if got := p.exit(); got != run.Trouble || !strings.Contains(p.words(), "permission denied for joe") {
			t.Errorf("%q: exit %d: %s", args, got, p.words())
		}
	}
	if left, _ := os.ReadDir(roots); len(left) > 0 {
		t.Errorf("made: %v", left)
	}
	// With -Z the capture runs as another than who owns the file.
	file := filepath.Join(own, "kept.pcapng")
	p := startCapture(t, sudo, "live", "-i", "lo", "--json", "-w", file, "-Z", "nobody")
	out := p.reading()
	out.waitFor(talk{"both", "gorilla", "127.0.0.1:0", false, 10, 50, 0}.run(t))
	p.interrupt()
	p.exit()
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if st := info.Sys().(*syscall.Stat_t); fmt.Sprint(st.Uid, st.Gid, info.Mode()) != "1234 1235 -rw-------" {
		t.Errorf("owner %d:%d, mode %v", st.Uid, st.Gid, info.Mode())
	}
	if n, _, _ := readCapture(t, file); n < 20 {
		t.Errorf("%d packets in the file", n)
	}
}
