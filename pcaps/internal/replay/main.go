//go:build linux

// Command replay measures how fast wspeek can capture: it sends a capture over a veth pair at several rates, and
// holds what was sent against what wspeek says that it read and what was dropped.
//
//	replay -wspeek ./wspeek -capture mixed-64.pcap [-rates 10000,100000] [-seconds 5] [-modes json,idle]
//
// In the mode json lines are written to a pipe that is read. In the others the screen is open in a pseudo-terminal:
// nobody touches it (idle), keys are pressed all the time (scrolling), or the terminal is not read any more after
// the first screens, so that whoever writes to it has to wait (stopped).
//
// It needs root, and ip of iproute2; all happens in a network namespace of its own. It exits with 1 where a packet is
// not accounted for.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/wspeek/wspeek/capture"
)

var (
	wspeek  = flag.String("wspeek", "./wspeek", "the program")
	file    = flag.String("capture", "", "Ethernet capture that is sent, again and again")
	rates   = flag.String("rates", "10000,50000,100000,200000,500000", "packets a second")
	seconds = flag.Float64("seconds", 5, "how long each rate is kept up")
	modes   = flag.String("modes", "json,idle,scrolling,stopped", "what is done with the output meanwhile")
	flags   = flag.String("flags", "", "what wspeek is to do beside live -i v1")
)

// most is how many packets of the capture are used.
const most = 1_000_000

func main() {
	flag.Parse()
	lost, err := measure()
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "replay:", err)
		os.Exit(2)
	case lost:
		os.Exit(1)
	}
}

// measure prints the table of modes and rates.
func measure() (lost bool, err error) {
	frames, err := load(*file)
	if err != nil {
		return false, err
	}
	fd, err := setUp()
	if err != nil {
		return false, err
	}
	fmt.Printf("%-10s %8s %8s %10s %10s %10s %8s %10s %8s %9s\n",
		"mode", "asked/s", "sent/s", "sent", "received", "dropped", "share", "messages", "cpu", "resident")
	for _, mode := range strings.Split(*modes, ",") {
		for _, text := range strings.Split(*rates, ",") {
			rate, err := strconv.ParseFloat(text, 64)
			if err != nil {
				return lost, err
			}
			r, err := one(fd, frames, mode, rate)
			if err != nil {
				return lost, fmt.Errorf("%s at %s: %w", mode, text, err)
			}
			fmt.Printf("%-10s %8.0f %s\n", mode, rate, r)
			lost = lost || r.missing() != 0
		}
	}
	return lost, nil
}

// load reads packets into memory.
func load(name string) (frames [][]byte, err error) {
	r, err := capture.Open(name, capture.Options{})
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }() // it was only read
	for len(frames) < most {
		var b capture.Batch // its memory stays
		err := r.ReadBatch(&b)
		for _, p := range b.Packets {
			if p.LinkType != capture.LinkEthernet {
				return nil, fmt.Errorf("%s: link type %d, want Ethernet", name, p.LinkType)
			}
			frames = append(frames, p.Data)
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	if len(frames) == 0 {
		return nil, fmt.Errorf("%s: no packets", name)
	}
	return frames, nil
}

// setUp makes the pair v0, v1 in a namespace of its own, and a socket that sends on v0.
func setUp() (fd int, err error) {
	runtime.LockOSThread()
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		return 0, fmt.Errorf("network namespace: %w", err)
	}
	for _, args := range []string{"link add v0 mtu 65535 type veth peer name v1 mtu 65535", "link set v0 up", "link set v1 up"} {
		if out, err := exec.Command("ip", strings.Fields(args)...).CombinedOutput(); err != nil {
			return 0, fmt.Errorf("ip %s: %w: %s", args, err, out)
		}
		for _, name := range []string{"v0", "v1"} { // nothing else is to be sent
			_ = os.WriteFile("/proc/sys/net/ipv6/conf/"+name+"/disable_ipv6", []byte("1"), 0) // a kernel without IPv6
		}
	}
	v0, err := net.InterfaceByName("v0")
	if err != nil {
		return 0, err
	}
	fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_RAW, 0)
	if err == nil {
		err = unix.Bind(fd, &unix.SockaddrLinklayer{Ifindex: v0.Index})
	}
	if err == nil {
		err = unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_QDISC_BYPASS, 1)
	}
	return fd, err
}
