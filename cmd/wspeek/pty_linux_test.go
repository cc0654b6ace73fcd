package main

import (
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/wspeek/wspeek/pcaps"
	"github.com/wspeek/wspeek/pcaps/poll"
	"github.com/wspeek/wspeek/pcaps/pty"
)

// terminal is a program that runs in a pseudo-terminal.
type terminal struct {
	t      *testing.T
	master *os.File
	cmd    *exec.Cmd
	mu     sync.Mutex // guards vt
	vt     *vt
	ended  chan error
	synced int // how often sync was called
}

// runIn runs wspeek in a pseudo-terminal, in directory dir.
func runIn(t *testing.T, dir string, w, h int, env []string, args ...string) *terminal {
	t.Helper()
	return runProgram(t, dir, w, h, env, append([]string{os.Args[0]}, args...)...)
}

// runProgram runs any program there; wspeek is what os.Args[0] becomes.
func runProgram(t *testing.T, dir string, w, h int, env []string, line ...string) *terminal {
	t.Helper()
	master, slave, err := pty.Open(w, h)
	if err != nil {
		t.Skipf("no pseudo-terminal: %v", err)
	}
	cmd := exec.Command(line[0], line[1:]...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "WSPEEK_TEST_MAIN=1", "TERM=xterm-256color", "NO_COLOR=", "TZ=UTC", "COLORTERM=")
	cmd.Env = append(cmd.Env, env...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	slave.Close()
	x := &terminal{t: t, master: master, cmd: cmd, vt: newVT(w, h), ended: make(chan error, 1)}
	go x.read()
	t.Cleanup(func() {
		cmd.Process.Kill()
		master.Close()
	})
	return x
}

func (x *terminal) read() {
	buf := make([]byte, 1<<16)
	for {
		n, err := x.master.Read(buf)
		x.mu.Lock()
		x.vt.Write(buf[:n])
		x.mu.Unlock()
		if err != nil {
			x.ended <- x.cmd.Wait()
			return
		}
	}
}

func (x *terminal) screen() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.vt.text()
}

// written is how many bytes the program has written.
func (x *terminal) written() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.vt.bytes
}

// waitFor waits until the screen shows all of want.
func (x *terminal) waitFor(want ...string) {
	x.t.Helper()
	shown := func() bool {
		s := x.screen()
		return !slices.ContainsFunc(want, func(w string) bool { return !strings.Contains(s, w) })
	}
	if !poll.For(shown) {
		x.t.Fatalf("%q never came:\n%s", want, x.screen())
	}
}

// waitGone waits until the screen does not show a text any more.
func (x *terminal) waitGone(text string) {
	x.t.Helper()
	if !poll.For(func() bool { return !strings.Contains(x.screen(), text) }) {
		x.t.Fatalf("%q never went:\n%s", text, x.screen())
	}
}

// sync waits until the keys pressed so far have had their effect on the screen: a command is typed, seen and cancelled.
func (x *terminal) sync() {
	x.t.Helper()
	x.synced++
	mark := fmt.Sprintf(":sync%d", x.synced)
	x.keys(mark)
	x.waitFor(mark)
	x.keys("\x1b")
	x.waitGone(mark)
}

func (x *terminal) keys(s string) {
	x.t.Helper()
	if _, err := x.master.WriteString(s); err != nil {
		x.t.Fatal(err)
	}
}

// quit waits for the program's end.
func (x *terminal) quit(status int) {
	x.t.Helper()
	select {
	case <-x.ended:
	case <-time.After(poll.Deadline):
		x.t.Fatalf("it does not end:\n%s", x.screen())
	}
	if got := x.cmd.ProcessState.ExitCode(); got != status {
		x.t.Errorf("exit status %d, want %d\n%s", got, status, x.screen())
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.vt.alt {
		x.t.Error("the terminal was left on its alternate screen")
	}
	if len(x.vt.bad) > 0 {
		x.t.Errorf("written to the terminal: %s", strings.Join(x.vt.bad, "; "))
	}
}

func writeSample(t *testing.T, dir, name string) {
	t.Helper()
	s := pcaps.Get(name)
	if err := os.WriteFile(filepath.Join(dir, s.File), s.Data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestScreenStory opens a capture, filters, drills down, compares, saves, copies and quits.
func TestScreenStory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeSample(t, dir, "jsonrpc")
	x := runIn(t, dir, 100, 30, nil, "jsonrpc.pcap")
	x.waitFor("jsonrpc.pcap", "the only session", "opened")
	x.keys("q")
	x.waitFor(": Close 1000", "complete")
	x.keys("\r")
	x.waitFor("session 1", "sum(5,3) #1")
	x.keys(`/ws.json.method == "sum"`)
	x.waitFor("✓")
	x.keys("\r")
	x.waitFor("/ ws.json.method", `"jsonrpc": "2.0"`)
	x.keys("/\x15") // empties the line
	x.waitFor("empty shows all")
	x.keys("\r")
	x.waitFor("opened")
	x.keys("gg")
	x.keys("jjj")
	x.keys("=")
	x.waitFor("compare:", "different line")
	x.keys("q")
	x.waitFor("[1 all]")
	x.keys("wx.txt") // after the name that is proposed
	x.waitFor("write payload to: wspeek-1-")
	x.keys("\x15saved.txt\r")
	x.waitFor("wrote ", "saved.txt")
	x.keys("y")
	x.waitFor("copied the payload")
	x.keys("Q")
	x.quit(0)
	if !x.vt.colored {
		t.Error("no colours")
	}
	checkSaved(t, filepath.Join(dir, "saved.txt"))
	if len(x.vt.copied) != 1 {
		t.Fatalf("copied %q", x.vt.copied)
	}
	if b, err := base64.StdEncoding.DecodeString(x.vt.copied[0]); err != nil || !strings.HasPrefix(string(b), `{"jsonrpc"`) {
		t.Errorf("copied %q, %v", b, err)
	}
}

func checkSaved(t *testing.T, name string) {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil || !strings.HasPrefix(string(b), `{"jsonrpc"`) {
		t.Errorf("saved %q, %v", b, err)
	}
	if i, err := os.Stat(name); err != nil || i.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", i.Mode(), err)
	}
}

// hostileTexts are texts that would act on a terminal.
var hostileTexts = []string{
	"\x1b]0;owned\x07\x1b]2;owned\x1b\\title", "\x1b]52;c;b3duZWQ=\x07clipboard", "\x1b[2J\x1b[31mclear", "\x1bc\x1b#8reset",
	"\u009b31mC1\u009d52;c;b3duZWQ=\u009c", "bidi \u202eevil\u202c \u2066x\u2069", "zero\u200bwidth\u2060\ufeff\U000e0041",
	"wide 日本語テキスト🎉👩‍👩‍👧‍👦🇩🇪❤️", "z" + strings.Repeat("\u0301", 500), "cr\rlf\nbs\b\b\b\x7f\x00\x07tab\t",
	`{"\u001b[31mkey\u009b": "` + "\u202e" + `", "a": ["` + strings.Repeat("日", 300) + `"]}`, strings.Repeat("[", 1_000_000), "\x1bP1;1|17/dcs\x1b\\ \x1b_apc\x1b\\",
}

// hostileCapture is a capture in which all that a peer chooses is hostile.
func hostileCapture() []byte {
	c := pcaps.Conversation{MSS: 60000}
	evil := "\u202e\u009b31m\u009d0;owned\u009c\u200b" // as much as a header can hold
	c.Upgrade(pcaps.Request{Target: "/" + evil, Host: evil + "host", Headers: [][2]string{{"X-Evil", evil}, pcaps.Subprotocol(evil)}},
		pcaps.Response{Headers: [][2]string{{"Server", evil}, pcaps.Subprotocol(evil)}})
	for _, s := range hostileTexts {
		c.SendFrames(pcaps.C2S, pcaps.Text(s).Masked(pcaps.RFCKey))
		c.SendFrames(pcaps.S2C, pcaps.Frame{Opcode: pcaps.OpBinary, Fin: true, Payload: []byte(s)})
		c.SendFrames(pcaps.S2C, pcaps.Frame{Opcode: pcaps.OpPing, Fin: true, Payload: []byte(s[:min(len(s), 120)])})
	}
	c.SendFrames(pcaps.S2C, pcaps.Text(strings.Repeat("one line\x1b[7m", 100<<20/12)))
	c.SendFrames(pcaps.S2C, pcaps.Frame{Opcode: pcaps.OpClose, Fin: true, Payload: []byte("\x03\xe8\x1b]52;c;b3du\x07\u202e")})
	c.Close()
	return c.File()
}

// TestHazard_O1_NothingFromTheWireReachesTheTerminal shows every view of every message of a hostile capture, in several sizes.
func TestHazard_O1_NothingFromTheWireReachesTheTerminal(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	name := "evil\x1b]0;owned\x07\u202e.pcap"
	if err := os.WriteFile(filepath.Join(dir, name), hostileCapture(), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, size := range [][2]int{{200, 50}, {80, 24}, {40, 12}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			x := runIn(t, dir, size[0], size[1], nil, name)
			x.waitFor(`evil\x1b]0`)
			x.waitFor("findin")
			for _, k := range []string{"j", "\r", "v", "v", "v", "v", "/owned\x15\r", "&owned\r", "n", "n", "N"} {
				x.keys(k)
				x.sync()
			}
			x.keys("gg")
			for range 3 * len(hostileTexts) {
				x.keys("jv")
				x.sync()
			}
			x.keys("G")
			x.sync()
			x.keys("kkkk=")
			x.waitFor("compare")
			x.keys("q")
			x.sync()
			x.keys("y")
			x.sync()
			x.keys("?")
			x.waitFor("Move")
			x.keys("qf")
			x.sync()
			x.keys("Q")
			x.quit(0)
			for _, s := range x.vt.titles {
				if s != "wspeek" && s != "" {
					t.Errorf("title %q", s)
				}
			}
			for _, s := range x.vt.copied {
				if b, _ := base64.StdEncoding.DecodeString(s); strings.ContainsAny(string(b), "\x1b\x07\u009b\u202e") {
					t.Errorf("copied %q", b)
				}
			}
		})
	}
}

// TestScreenWithoutColor opens the help, leaves it and quits, where the user wants no colours.
func TestScreenWithoutColor(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeSample(t, dir, "deflate")
	x := runIn(t, dir, 120, 40, []string{"NO_COLOR=1"}, "deflate.pcap")
	x.waitFor("the only session")
	x.waitFor("▶     ", "payload")
	x.keys("?")
	x.waitFor("Move", "Look", "Command line")
	x.keys("?")
	x.waitFor("[1 all]")
	x.keys("\x03")
	x.quit(0)
	if x.vt.colored {
		t.Error("colours in spite of NO_COLOR")
	}
}

// TestMillionMessages measures what a person waits for, on a large generated capture (make bench names its directory).
func TestMillionMessages(t *testing.T) {
	dir := os.Getenv("WSPEEK_CAPTURES")
	if dir == "" {
		t.Skip("WSPEEK_CAPTURES names no directory with small-64.pcap")
	}
	began := time.Now()
	x := runIn(t, dir, 200, 50, nil, "small-64.pcap")
	x.waitFor("101 ")
	if d := time.Since(began); d > time.Second {
		t.Errorf("first rows after %v", d)
	}
	x.waitFor("complete")
	t.Logf("read after %v", time.Since(began))
	x.keys("\rgg")
	x.waitFor("▶         1")
	var took []time.Duration
	for range 100 {
		before := x.written()
		began = time.Now()
		for x.keys("j"); x.written() == before; {
			time.Sleep(200 * time.Microsecond)
		}
		took = append(took, time.Since(began))
		time.Sleep(20 * time.Millisecond)
	}
	slices.Sort(took)
	t.Logf("from key to screen: median %v, 95th percentile %v", took[50], took[95])
	if took[95] > 30*time.Millisecond {
		t.Errorf("95th percentile %v, want 30 ms", took[95])
	}
	x.keys("Q")
	x.quit(0)
}

// TestSuspend goes to the shell and comes back.
func TestSuspend(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeSample(t, dir, "graphql")
	x := runIn(t, dir, 80, 24, nil, "graphql.pcap")
	x.waitFor("complete")
	x.keys("\x1a")
	left := func() bool {
		x.mu.Lock()
		defer x.mu.Unlock()
		return !x.vt.alt
	}
	poll.Until(t, "the screen is left", left)
	poll.Until(t, "the screen is back", func() bool {
		x.cmd.Process.Signal(syscall.SIGCONT) // it may come before the stop
		return !left()
	})
	x.waitFor("complete")
	x.keys("Q")
	x.quit(0)
}
