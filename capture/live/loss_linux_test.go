//go:build !libpcap

package live

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/pcaps/poll"
)

func TestHazard_V4_InterfaceGoesAway(t *testing.T) {
	inNamespace(t)
	veth(t)
	l := openLive(t, Options{Interfaces: []string{"v1"}})
	sendFrames(t, "v0", frame("\x88\xb5", "one"), frame("\x88\xb5", "two"))
	ip(t, "link del v1")
	var b capture.Batch
	got := 0
	for {
		err := l.ReadBatch(&b)
		got += len(b.Packets)
		if err == nil {
			continue
		}
		if e := wantInterfaceError(t, err, "v1", "has gone away"); e.Again {
			t.Error("the error says that it comes back")
		}
		break
	}
	if got != 2 {
		t.Errorf("got %d packets before the error, want 2", got)
	}
	if err := l.ReadBatch(&b); err != io.EOF {
		t.Errorf("after the last interface: got %v, want io.EOF", err)
	}
	if s := l.Stats(); s.Received != 2 {
		t.Errorf("stats %+v, want 2 received", s)
	}
}

func TestHazard_V4_OtherInterfacesGoOn(t *testing.T) {
	inNamespace(t)
	veth(t)
	l := openLive(t, Options{Interfaces: []string{"v1", "lo"}})
	ip(t, "link del v1")
	var b capture.Batch
	wantInterfaceError(t, l.ReadBatch(&b), "v1", "has gone away")
	numbered(t, sink(t, "127.0.0.1:0"), 1, 50)
	if err := l.ReadBatch(&b); err != nil || len(b.Packets) != 1 || b.Packets[0].Interface != 1 {
		t.Fatalf("got %v, %+v; want one packet of interface 1", err, b.Packets)
	}
}

func TestHazard_V4_InterfaceDownThenUpThenGone(t *testing.T) {
	inNamespace(t)
	veth(t)
	l := openLive(t, Options{Interfaces: []string{"v1"}})
	var b capture.Batch
	ip(t, "link set v1 down")
	if e := wantInterfaceError(t, l.ReadBatch(&b), "v1", "went down"); !e.Again {
		t.Error("the error does not say that it can come back")
	}
	ip(t, "link set v1 name renamed")
	ip(t, "link set renamed up")
	if got := sendUntilRead(t, l, "v0"); got == 0 {
		t.Fatal("after up: no packets")
	}
	ip(t, "link set renamed down")
	err := l.ReadBatch(&b)
	for err == nil {
		err = l.ReadBatch(&b)
	}
	wantInterfaceError(t, err, "v1", "went down")
	ip(t, "link del renamed")
	wantInterfaceError(t, l.ReadBatch(&b), "v1", "has gone away")
}

// sendUntilRead sends frames until one of them is read: the kernel takes its time to let frames through a link that came
// up. It returns how many packets were read.
func sendUntilRead(t *testing.T, l *Capture, from string) int {
	t.Helper()
	read := make(chan int)
	go func() {
		var b capture.Batch
		l.ReadBatch(&b)
		read <- len(b.Packets)
	}()
	for {
		sendFrames(t, from, frame("\x88\xb5", "back"))
		select {
		case n := <-read:
			return n
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func TestOpen_Refusals(t *testing.T) {
	refused := errors.New("refused")
	tests := []struct {
		name string
		opt  Options
		want string
	}{
		{"none", Options{}, "interface: no interface named"},
		{"twice", Options{Interfaces: []string{"lo", "lo"}}, `interface "lo": named twice`},
		{"any and lo", Options{Interfaces: []string{"any", "lo"}},
			`interface "any": means all interfaces and cannot be combined with another`},
		{"unknown", Options{Interfaces: []string{"eth99"}}, `interface "eth99": no such interface: there are lo, v1, v0, any`},
		{"down", Options{Interfaces: []string{"v0"}}, `interface "v0": is down`},
		{"filter", Options{Interfaces: []string{"lo"}, Filter: func(capture.LinkType) ([]bpf.RawInstruction, error) {
			return nil, refused
		}}, "refused"},
	}
	inNamespace(t)
	ip(t, "link add v0 type veth peer name v1")
	for _, test := range tests {
		l, err := Open(test.opt)
		if err == nil {
			l.Close()
			t.Errorf("%s: no error", test.name)
		} else if err.Error() != test.want {
			t.Errorf("%s: got %q, want %q", test.name, err, test.want)
		}
	}
}

func TestLive_CloseWakesReadBatch(t *testing.T) {
	inNamespace(t)
	l := openLive(t, Options{Interfaces: []string{"lo"}})
	done := collect(l)
	numbered(t, sink(t, "127.0.0.1:0"), 1, 50)
	poll.Until(t, "a packet that was read", func() bool { return l.Stats().Received == 1 })
	l.Close()
	select {
	case <-done:
	case <-time.After(poll.Deadline):
		t.Fatal("ReadBatch did not return after Close")
	}
	if err := l.ReadBatch(new(capture.Batch)); err != io.EOF {
		t.Errorf("after Close: got %v, want io.EOF", err)
	}
}

func TestLive_TwoNamespaces(t *testing.T) {
	inNamespace(t)
	veth(t)
	other := "wspeek-test-" + time.Now().Format("150405.000000")
	ip(t, "netns add "+other)
	t.Cleanup(func() { exec.Command("ip", "netns", "del", other).Run() })
	ip(t, "link set v1 netns "+other)
	ip(t, "-n "+other+" addr add 10.77.0.2/24 dev v1")
	ip(t, "-n "+other+" link set v1 up")
	ip(t, "addr add 10.77.0.1/24 dev v0")
	here := openLive(t, Options{Interfaces: []string{"v0"}, Filter: onlyUDP})
	back, err := os.Open("/proc/thread-self/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	defer back.Close()
	enter(t, "/var/run/netns/"+other)
	there := openLive(t, Options{Interfaces: []string{"v1"}, Filter: onlyUDP})
	addr := sink(t, "10.77.0.2:0")
	if err := unix.Setns(int(back.Fd()), unix.CLONE_NEWNET); err != nil {
		t.Fatal(err)
	}
	sent, received := collect(here), collect(there)
	const n = 20_000
	numbered(t, addr, n, 100)
	for _, side := range []struct {
		name string
		l    *Capture
		done <-chan collected
	}{{"sender", here, sent}, {"receiver", there, received}} {
		c := stopAfter(t, n, side.l, side.done)
		s := side.l.Stats()
		distinct, doubled := numbersOf(t, c.packets, n)
		if doubled != 0 || uint64(distinct)+s.Dropped != n {
			t.Errorf("%s: %d distinct, %d doubled of %d: %s", side.name, distinct, doubled, n, describeCounts(s, c))
		}
	}
}

var onlyUDP = program(
	bpf.LoadAbsolute{Off: 12, Size: 2},
	bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: 0x800, SkipTrue: 3},
	bpf.LoadAbsolute{Off: 23, Size: 1},
	bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: 17, SkipTrue: 1},
	bpf.RetConstant{Val: 1}, bpf.RetConstant{Val: 0},
)

// enter moves the calling thread into a network namespace.
func enter(t *testing.T, name string) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := unix.Setns(int(f.Fd()), unix.CLONE_NEWNET); err != nil {
		t.Fatal(err)
	}
}

// TestHazard_V5_RightsAreNeededToOpenOnly runs itself again: the child gives its rights up for good.
func TestHazard_V5_RightsAreNeededToOpenOnly(t *testing.T) {
	if os.Getenv("WSPEEK_TEST_CHILD") == "" {
		if os.Geteuid() != 0 {
			t.Skip("needs root, to give rights up")
		}
		cmd := exec.Command("/proc/self/exe", "-test.run=^"+t.Name()+"$", "-test.v")
		cmd.Env = append(os.Environ(), "WSPEEK_TEST_CHILD=1")
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "without rights: 10") {
			t.Fatalf("%v: %s", err, out)
		}
		return
	}
	inNamespace(t)
	addr := sink(t, "127.0.0.1:0")
	l := openLive(t, Options{Interfaces: []string{"lo"}, Promisc: true})
	const nobody = 65534
	syscall.Setgroups(nil)
	if err := errors.Join(syscall.Setgid(nobody), syscall.Setuid(nobody),
		unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)); err != nil {
		t.Fatal(err)
	}
	status, _ := os.ReadFile("/proc/thread-self/status")
	if caps := statusLine(string(status), "CapEff:"); strings.Trim(caps, "0") != "" {
		t.Fatalf("capabilities are left: %s", caps)
	}
	done := collect(l)
	numbered(t, addr, 10, 50)
	c := stopAfter(t, 10, l, done)
	if s := l.Stats(); s.Received != 10 || s.Dropped != 0 {
		t.Errorf("got %+v", s)
	}
	t.Log("without rights:", len(c.packets))
	_, err := Open(Options{Interfaces: []string{"lo"}})
	var p *PermissionError
	if !errors.As(err, &p) || p.Interface != "lo" || p.Program == "" || p.Setcap || p.Why != "no_new_privs is set" {
		t.Errorf("open without rights: got %v, want a *PermissionError because of no_new_privs", err)
	}
}

func TestInterfaces(t *testing.T) {
	inNamespace(t)
	veth(t)
	ip(t, "addr add 10.77.0.1/24 dev v0")
	ip(t, "link set v1 down")
	poll.Until(t, "v0 has no carrier", func() bool { return !running("v0") })
	all, err := Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]Interface{}
	for _, i := range all {
		found[i.Name] = i
	}
	lo, v0, v1, last := found["lo"], found["v0"], found["v1"], all[len(all)-1]
	switch {
	case !lo.Loopback || !lo.Up || !lo.Running || lo.Addresses[0] != "127.0.0.1/8" || lo.Description != "loopback":
		t.Errorf("lo: %+v", lo)
	case !v0.Up || v0.Running || v0.Loopback || len(v0.Addresses) != 1 || v0.Addresses[0] != "10.77.0.1/24":
		t.Errorf("v0, whose peer is down: %+v", v0)
	case v1.Up || v1.Running || v1.Index == 0:
		t.Errorf("v1: %+v", v1)
	case last.Name != AnyInterface || !last.Up:
		t.Errorf("last: %+v", last)
	}
}
