//go:build !libpcap

package live

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/pcaps/poll"
)

// inNamespace moves the test into a network namespace of its own, in which lo is up and
// nothing else is. The thread ends with the test.
func inNamespace(t testing.TB) {
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

// ip runs ip in the namespace of the calling thread.
func ip(t testing.TB, args string) {
	t.Helper()
	out, err := exec.Command("ip", strings.Fields(args)...).CombinedOutput()
	if err != nil {
		t.Skipf("ip %s: %v: %s", args, err, out)
	}
}

func openLive(t testing.TB, opt Options) *Capture {
	t.Helper()
	l, err := Open(opt)
	if err != nil {
		t.Fatalf("Open(%v): %v", opt.Interfaces, err)
	}
	// A packet that never comes fails the test instead of holding it up.
	late := time.AfterFunc(poll.Deadline, l.Stop)
	t.Cleanup(func() { late.Stop(); l.Close() })
	return l
}

// collected is what a goroutine read of a live capture.
type collected struct {
	packets []capture.Packet // with data of their own
	errs    []error
}

// collect reads until io.EOF, in the background.
func collect(l capture.Source) <-chan collected {
	done := make(chan collected, 1)
	go func() {
		var c collected
		var b capture.Batch
		for {
			err := l.ReadBatch(&b)
			for _, p := range b.Packets {
				p.Data = append([]byte(nil), p.Data...)
				c.packets = append(c.packets, p)
			}
			if err == io.EOF {
				done <- c
				return
			}
			if err != nil {
				c.errs = append(c.errs, err)
			}
		}
	}()
	return done
}

// stopAfter waits until n packets were received or dropped, ends the capture and returns what came. The kernel may
// deliver a packet after the call that sent it, so a capture that is stopped at once may lack the last ones.
func stopAfter(t testing.TB, n int, l *Capture, done <-chan collected) collected {
	t.Helper()
	poll.Until(t, fmt.Sprintf("%d packets", n), func() bool {
		s := l.Stats()
		return s.Received+s.Dropped >= uint64(n)
	})
	return stop(t, l, done)
}

// stop ends the capture and returns what came.
func stop(t testing.TB, l *Capture, done <-chan collected) collected {
	t.Helper()
	l.Stop()
	select {
	case c := <-done:
		return c
	case <-time.After(poll.Deadline):
		t.Fatal("ReadBatch did not return io.EOF after Stop")
		return collected{}
	}
}

// numbered sends n UDP datagrams to a port of addr that nobody reads, each with its number.
func numbered(t testing.TB, addr string, n, size int) {
	t.Helper()
	conn, err := net.Dial("udp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	data := make([]byte, size)
	copy(data, "wspk")
	for i := range n {
		binary.BigEndian.PutUint32(data[4:], uint32(i))
		for {
			_, err := conn.Write(data)
			if err == nil {
				break
			}
			if !errors.Is(err, unix.ENOBUFS) {
				t.Fatal(err)
			}
		}
	}
}

// sink is a port that takes datagrams, so that none is answered by ICMP.
func sink(t testing.TB, addr string) string {
	t.Helper()
	conn, err := net.ListenPacket("udp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn.LocalAddr().String()
}

// numbersOf counts how often each number sent by numbered is in the packets.
func numbersOf(t testing.TB, packets []capture.Packet, n int) (distinct, doubled int) {
	t.Helper()
	times := make([]int, n)
	for _, p := range packets {
		i := strings.Index(string(p.Data), "wspk")
		if i < 0 || len(p.Data) < i+8 {
			continue
		}
		k := binary.BigEndian.Uint32(p.Data[i+4:])
		if times[k]++; times[k] == 1 {
			distinct++
		} else {
			doubled++
		}
	}
	return distinct, doubled
}

// veth makes a pair of joined interfaces in this namespace, without addresses.
func veth(t testing.TB) {
	t.Helper()
	ip(t, "link add v0 type veth peer name v1")
	for _, name := range []string{"v0", "v1"} {
		os.WriteFile("/proc/sys/net/ipv6/conf/"+name+"/disable_ipv6", []byte("1"), 0)
		ip(t, "link set "+name+" up")
	}
	// What is sent before both ends have their carrier goes nowhere.
	poll.Until(t, "the link is up", func() bool { return running("v0") && running("v1") })
}

func running(name string) bool {
	i, err := net.InterfaceByName(name)
	return err == nil && i.Flags&net.FlagRunning != 0
}

// sendFrames sends Ethernet frames out of an interface as they are.
func sendFrames(t testing.TB, name string, frames ...[]byte) {
	t.Helper()
	i, err := net.InterfaceByName(name)
	if err != nil {
		t.Fatal(err)
	}
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	for _, f := range frames {
		if err := unix.Sendto(fd, f, 0, &unix.SockaddrLinklayer{Ifindex: i.Index}); err != nil {
			t.Fatalf("send on %s: %v", name, err)
		}
	}
}

// frame is an Ethernet frame of 60 bytes: addresses, then head (type, tags), then text.
func frame(head string, text string) []byte {
	f := []byte("\x02\x00\x00\x00\x00\x02\x02\x00\x00\x00\x00\x01" + head + text)
	return append(f, make([]byte, max(0, 60-len(f)))...)
}

func wantInterfaceError(t testing.TB, err error, name, what string) *InterfaceError {
	t.Helper()
	var e *InterfaceError
	if !errors.As(err, &e) {
		t.Fatalf("got error %v (%T), want *InterfaceError", err, err)
	}
	if e.Name != name || e.What != what {
		t.Fatalf("got %q: %q, want %q: %q", e.Name, e.What, name, what)
	}
	return e
}

func describeCounts(s Stats, c collected) string {
	return fmt.Sprintf("returned %d, stats %+v, errors %v", len(c.packets), s, c.errs)
}
