package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/pcaps/poll"
)

// programsSay is how many messages each side sends in the tests with real programs.
const programsSay = 5000

// TestLive_RealPrograms holds what is listed against what programs with two libraries say that they sent.
func TestLive_RealPrograms(t *testing.T) {
	tests := []struct {
		iface, library string
		compress       bool
	}{
		{"lo", "gorilla", false}, {"lo", "gorilla", true}, {"lo", "coder", false}, {"lo", "coder", true},
		{"any", "gorilla", true}, {"any", "coder", false},
	}
	for _, test := range tests {
		t.Run(fmt.Sprintf("%s on %s, compressed %v", test.library, test.iface, test.compress), func(t *testing.T) {
			t.Parallel()
			inNamespace(t)
			p := startCapture(t, nil, "live", "-i", test.iface, "--json", "--hash", "--no-payload")
			out := p.reading()
			sent := talk{"both", test.library, "127.0.0.1:0", test.compress, programsSay, 200, 0}.run(t)
			out.waitFor(sent)
			p.interrupt()
			list, summary := out.rest()
			wantAll(t, list, sent)
			if got := p.exit(); got != run.Interrupted || summary.dropped() != 0 || !summary.Complete {
				t.Errorf("exit %d, %+v", got, summary)
			}
		})
	}
}

// TestLive_PipeOfTcpdump reads what tcpdump captures.
func TestLive_PipeOfTcpdump(t *testing.T) {
	t.Parallel()
	inNamespace(t)
	cmd := wspeekCommand(nil, "live", "-r", "-", "--json", "--hash", "--no-payload")
	dump := tcpdumpInto(t, cmd) // not --immediate-mode: its slots are as long as the longest packet, so few fit into the buffer
	p := start(t, cmd)
	out := p.reading()
	sent := talk{"both", "coder", "127.0.0.1:0", true, programsSay, 200, 0}.run(t)
	out.waitFor(sent)
	dump.Process.Signal(os.Interrupt)
	list, _ := out.rest()
	wantAll(t, list, sent)
	dump.Wait()
	if got := p.exit(); got != run.Done {
		t.Errorf("exit %d: %s", got, p.words())
	}
}

// tcpdumpInto starts a tcpdump whose packets cmd is to read. Its buffer is large, so that it drops none on a busy machine.
func tcpdumpInto(t *testing.T, cmd *exec.Cmd, more ...string) (dump *exec.Cmd) {
	t.Helper()
	if _, err := exec.LookPath("tcpdump"); err != nil {
		t.Skip("needs tcpdump")
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	dump = exec.Command("tcpdump", append([]string{"-U", "-w", "-", "-i", "lo", "-B", "32768", "-Z", "root"}, more...)...)
	dump.Stdout, cmd.Stdin = w, r
	words, err := dump.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := dump.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	bufio.NewReader(words).ReadString('\n') // listening on
	go io.Copy(io.Discard, words)
	t.Cleanup(func() { dump.Process.Kill(); r.Close() })
	return dump
}

// TestLive_BetweenNamespaces captures on one end of a veth pair what two programs in two namespaces say.
func TestLive_BetweenNamespaces(t *testing.T) {
	t.Parallel()
	inNamespace(t)
	holder := exec.Command("sleep", "1000") // in the second namespace
	holder.SysProcAttr = newNetwork()
	if err := holder.Start(); err != nil {
		t.Skipf("no second namespace: %v", err)
	}
	t.Cleanup(func() { holder.Process.Kill(); holder.Wait() })
	pid := fmt.Sprint(holder.Process.Pid)
	if _, err := exec.LookPath("nsenter"); err != nil {
		t.Skip("needs nsenter (util-linux)")
	}
	ip(t, "link add w0 type veth peer name w1")
	ip(t, "link set w1 netns "+pid)
	ip(t, "address add 10.9.0.1/24 dev w0")
	ip(t, "link set w0 up")
	for _, args := range [][]string{{"address", "add", "10.9.0.2/24", "dev", "w1"}, {"link", "set", "w1", "up"}} {
		if out, err := exec.Command("nsenter", append([]string{"-t", pid, "-n", "ip"}, args...)...).CombinedOutput(); err != nil {
			t.Skipf("ip %v: %v: %s", args, err, out)
		}
	}
	server := talker(talk{"server", "gorilla", "10.9.0.2:9001", true, 0, 0, 0})
	server.Path, server.Args = "/usr/bin/nsenter", append([]string{"nsenter", "-t", pid, "-n"}, server.Args...)
	in, err := server.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	s := start(t, server)
	if serving, _ := bufio.NewReader(s.out).ReadString('\n'); serving == "" {
		t.Fatalf("no server: %s", s.words())
	}
	p := startCapture(t, nil, "live", "-i", "w0", "tcp port 9001", "--json", "--hash", "--no-payload")
	out := p.reading()
	sent := talk{"client", "coder", "10.9.0.2:9001", true, 1000, 3000, 0}.run(t)
	out.waitFor(sent)
	p.interrupt()
	list, _ := out.rest()
	wantAll(t, list, sent)
}

// TestLive_Latency measures from before a message is sent until its line is read.
func TestLive_Latency(t *testing.T) {
	inNamespace(t)
	p := startCapture(t, nil, "live", "-i", "lo", "--json")
	const n = 200
	k := talk{"both", "gorilla", "127.0.0.1:0", false, n, 50, 7 * time.Millisecond}
	talking := start(t, talker(k))
	go io.Copy(io.Discard, talking.out)
	var took []time.Duration
	s := bufio.NewScanner(p.out)
	for s.Scan() && len(took) < n {
		now := time.Now().UnixNano()
		var l line
		var sent struct{ T int64 }
		if json.Unmarshal(s.Bytes(), &l) != nil || l.Dir != "c2s" || l.Kind != "text" || json.Unmarshal([]byte(l.Text), &sent) != nil {
			continue
		}
		took = append(took, time.Duration(now-sent.T))
	}
	p.interrupt()
	if len(took) != n {
		t.Fatalf("%d of %d messages listed", len(took), n)
	}
	slices.Sort(took)
	t.Logf("median %v, 99%% %v, worst %v", took[n/2], took[n*99/100], took[n-1])
	if took[n/2] >= 60*time.Millisecond && poll.TimesCount() {
		t.Errorf("median %v, want below 60ms", took[n/2])
	}
}
