package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/wspeek/wspeek/pcaps/poll"
)

// inNamespace moves the test's thread, and the programs that it begins, to a network namespace of their own with
// nothing but lo.
func inNamespace(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root, to make a network namespace")
	}
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("needs ip (iproute2)")
	}
	runtime.LockOSThread() // for good: the thread is in another namespace
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		t.Skipf("no network namespace can be made: %v", err)
	}
	ip(t, "link set lo up")
}

func ip(t *testing.T, args string) {
	t.Helper()
	if out, err := exec.Command("ip", strings.Fields(args)...).CombinedOutput(); err != nil {
		t.Skipf("ip %s: %v: %s", args, err, out)
	}
}

// running is a program that runs beside the test.
type running struct {
	t    *testing.T
	cmd  *exec.Cmd
	out  io.ReadCloser
	mu   sync.Mutex // guards what follows
	text bytes.Buffer
	said chan struct{} // closed and replaced when something is printed
	done chan struct{}
}

// start begins a program; what it says on standard error is kept.
func start(t *testing.T, cmd *exec.Cmd) *running {
	t.Helper()
	p := &running{t: t, cmd: cmd, said: make(chan struct{}), done: make(chan struct{})}
	var err error
	if p.out, err = cmd.StdoutPipe(); err != nil {
		t.Fatal(err)
	}
	words, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill := time.AfterFunc(longest(), func() { cmd.Process.Kill() })
	t.Cleanup(func() {
		kill.Stop()
		cmd.Process.Kill()
		cmd.Wait()
	})
	go p.listen(words)
	return p
}

func (p *running) listen(words io.Reader) {
	defer close(p.done)
	for lines := bufio.NewReader(words); ; {
		line, err := lines.ReadString('\n')
		p.mu.Lock()
		p.text.WriteString(line)
		close(p.said)
		p.said = make(chan struct{})
		p.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// words is what it has said so far.
func (p *running) words() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

// expect waits until it has said what.
func (p *running) expect(what string) {
	p.t.Helper()
	for deadline := time.After(poll.Deadline); ; {
		p.mu.Lock()
		found, said := strings.Contains(p.text.String(), what), p.said
		p.mu.Unlock()
		if found {
			return
		}
		select {
		case <-said:
		case <-p.done:
			if !strings.Contains(p.words(), what) {
				p.t.Fatalf("%s ended; want %q, got %q", p.cmd.Args, what, p.words())
			}
		case <-deadline:
			p.t.Fatalf("%s: want %q, got %q", p.cmd.Args, what, p.words())
		}
	}
}

// exit waits for its end and returns the status.
func (p *running) exit() int {
	p.t.Helper()
	<-p.done
	p.cmd.Wait()
	return p.cmd.ProcessState.ExitCode()
}

// wspeekCommand is this program with other arguments.
func wspeekCommand(env []string, args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "SSH_") || strings.HasPrefix(v, "SUDO_")
	}), "WSPEEK_TEST_MAIN=1")
	cmd.Env = append(cmd.Env, env...)
	return cmd
}

// capturing begins a capture and waits until it listens.
func startCapture(t *testing.T, env []string, args ...string) *running {
	t.Helper()
	p := start(t, wspeekCommand(env, args...))
	p.expect("listening on")
	return p
}

func talker(k talk) *exec.Cmd {
	cmd := exec.Command(os.Args[0], "-test.run=^TestLiveTalker$")
	cmd.Env = append(os.Environ(), k.environ()...)
	return cmd
}

// hashes are the hashes of the messages that programs say they sent, by direction.
type hashes map[string][]string

// say runs a talker to its end.
func (k talk) run(t *testing.T) hashes {
	t.Helper()
	out, err := talker(k).Output()
	if err != nil {
		t.Fatalf("%+v: %v", k, err)
	}
	sent := hashes{}
	for line := range strings.Lines(string(out)) {
		dir, hash, _ := strings.Cut(strings.TrimSpace(line), " ")
		sent[dir] = append(sent[dir], hash)
	}
	if len(sent["c2s"]) != k.messages || len(sent["s2c"]) != k.messages {
		t.Fatalf("the programs sent %d and %d messages, want %d", len(sent["c2s"]), len(sent["s2c"]), k.messages)
	}
	return sent
}

// line is what the tests read of a line of --json.
type line struct {
	Type, Dir, Kind, State, SHA256, Text string
	Complete                             bool
	Why                                  []string `json:"incomplete_why"`
	Packets                              json.RawMessage
	Bytes                                struct{ Missing int64 }
}

func (l line) dropped() int64 {
	var p struct{ Dropped int64 }
	json.Unmarshal(l.Packets, &p)
	return p.Dropped
}

// lines reads all lines of --json; the last is the account.
func lines(t *testing.T, out io.Reader) (list []line, summary line) {
	t.Helper()
	s := bufio.NewScanner(out)
	s.Buffer(nil, 64<<20)
	for s.Scan() {
		var l line
		if err := json.Unmarshal(s.Bytes(), &l); err != nil {
			t.Errorf("%v: %s", err, s.Bytes())
		}
		list = append(list, l)
	}
	return account(t, list)
}

// hashesOf are the hashes of data messages.
func hashesOf(list []line) hashes {
	got := hashes{}
	for _, l := range list {
		if l.isData() {
			got[l.Dir] = append(got[l.Dir], l.SHA256)
		}
	}
	return got
}

// wantAll compares what was listed with what was sent.
func wantAll(t *testing.T, list []line, sent hashes) {
	t.Helper()
	got := hashesOf(list)
	for _, dir := range []string{"c2s", "s2c"} {
		if !slices.Equal(got[dir], sent[dir]) {
			t.Errorf("%s: %d messages listed, %d sent; first difference at %d", dir, len(got[dir]), len(sent[dir]), difference(got[dir], sent[dir]))
		}
	}
}

func difference(a, b []string) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}

// interrupt ends a capture as Ctrl+C does.
func (p *running) interrupt() { p.cmd.Process.Signal(syscall.SIGINT) }

// background begins a talker, in the namespace of the calling thread, and lets it talk.
func background(t *testing.T, k talk) *running {
	t.Helper()
	p := start(t, talker(k))
	go io.Copy(io.Discard, p.out)
	return p
}

// longest is how long a program may run: a little longer than the longest test.
func longest() time.Duration {
	soak, _ := time.ParseDuration(os.Getenv("WSPEEK_SOAK"))
	return max(2*poll.Deadline, soak+poll.Deadline)
}
