//go:build libpcap

package live

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	libpcap "github.com/google/gopacket/pcap"
	"golang.org/x/net/bpf"

	"github.com/wspeek/wspeek/capture"
)

// Capture captures through libpcap, or on Windows through Npcap. It is a Source. Stats and Stop
// may be called from any goroutine at any time, ReadBatch from one at a time.
type Capture struct {
	mu      sync.Mutex // held while a handle is used
	handles []*handle
	stopped atomic.Bool
	packets int
}

// handle is one interface.
type handle struct {
	*libpcap.Handle
	name     string
	link     capture.LinkType
	received atomic.Uint64
	gone     bool
	fault    error // to be reported
	last     capture.InterfaceStats
}

// pollEvery is how long one interface is waited for before the next has its turn.
const pollEvery = 5 * time.Millisecond

// Open opens the interfaces. Errors are *PermissionError, *InterfaceError, or the filter's own.
func Open(opt Options) (*Capture, error) {
	if err := opt.check(); err != nil {
		return nil, err
	}
	opt = opt.withDefaults()
	l := &Capture{}
	for _, name := range opt.Interfaces {
		h, err := openHandle(name, opt)
		if err != nil {
			l.Close()
			return nil, err
		}
		l.handles = append(l.handles, h)
	}
	return l, nil
}

func openHandle(name string, opt Options) (*handle, error) {
	inactive, err := libpcap.NewInactiveHandle(name)
	if err != nil {
		return nil, &InterfaceError{Name: name, What: "cannot be opened", Err: err}
	}
	defer inactive.CleanUp()
	err = errors.Join(inactive.SetSnapLen(opt.Snaplen), inactive.SetPromisc(opt.Promisc),
		inactive.SetTimeout(pollEvery), inactive.SetBufferSize(opt.Buffer))
	if err != nil {
		return nil, &InterfaceError{Name: name, What: "cannot be set up", Err: err}
	}
	opened, err := inactive.Activate()
	if err != nil {
		return nil, activateError(name, err)
	}
	h := &handle{Handle: opened, name: name, link: linkType(name, opened.LinkType())}
	h.last = capture.InterfaceStats{Name: name, Link: h.link}
	if err := h.filter(opt); err != nil {
		opened.Close()
		return nil, err
	}
	return h, nil
}

// activateError distinguishes missing permission, which libpcap reports in words only, from other errors.
func activateError(name string, err error) error {
	if err.Error() != "Permission Denied" {
		return &InterfaceError{Name: name, What: "cannot be opened", Err: err}
	}
	e := &PermissionError{Interface: name, Err: err, Why: "the devices of the packet filter are not readable"}
	e.Program, _ = os.Executable()
	return e
}

// linkType restores a number of which gopacket keeps only eight bits.
func linkType(name string, l layers.LinkType) capture.LinkType {
	if name == AnyInterface && l == layers.LinkType(capture.LinkSLL2&0xff) {
		return capture.LinkSLL2
	}
	return capture.LinkType(l)
}

// filter sets the program of the options.
func (h *handle) filter(opt Options) error {
	if opt.Filter == nil {
		return nil
	}
	program, err := opt.Filter(h.link)
	if err != nil {
		return err
	}
	return h.SetBPFInstructionFilter(instructions(program))
}

func instructions(program []bpf.RawInstruction) []libpcap.BPFInstruction {
	list := make([]libpcap.BPFInstruction, len(program))
	for i, r := range program {
		list[i] = libpcap.BPFInstruction{Code: r.Op, Jt: r.Jt, Jf: r.Jf, K: r.K}
	}
	return list
}

// ReadBatch implements Source. Packets are numbered from 1; an interface that fails is reported once, as
// *InterfaceError. io.EOF comes after Stop, or when no interface is left.
func (l *Capture) ReadBatch(b *capture.Batch) error {
	b.Packets, b.File = b.Packets[:0], 0
	if cap(b.Memory) < batchBytes {
		b.Memory = make([]byte, 0, batchBytes)
	}
	b.Memory = b.Memory[:0]
	for !l.stopped.Load() {
		left := false
		for i, h := range l.handles {
			if err := l.read(uint16(i), h, b); err != nil {
				return err
			}
			left = left || !h.gone
		}
		if len(b.Packets) > 0 {
			return nil
		}
		if !left {
			break
		}
	}
	return io.EOF
}

// read takes what one interface has, and waits a little if there is nothing.
func (l *Capture) read(number uint16, h *handle, b *capture.Batch) error {
	for !h.gone && cap(b.Memory)-len(b.Memory) >= defaultSnaplen {
		l.mu.Lock()
		data, info, err := h.next()
		l.mu.Unlock()
		if err == libpcap.NextErrorTimeoutExpired {
			return nil
		}
		if err != nil {
			h.gone, h.fault = true, err
			break
		}
		start := len(b.Memory)
		b.Memory = append(b.Memory, data...)
		l.packets++
		h.received.Add(1)
		b.Packets = append(b.Packets, capture.Packet{
			Number: l.packets, Time: capture.Time(info.Timestamp.UnixNano()), LinkType: h.link, Interface: number,
			OrigLen: max(info.Length, len(data)), Data: b.Memory[start:len(b.Memory):len(b.Memory)],
		})
	}
	if err := h.fault; err != nil && len(b.Packets) == 0 && !l.stopped.Load() {
		h.fault = nil
		return &InterfaceError{Name: h.name, What: "has gone away", Err: err}
	}
	return nil
}

// next is the next packet, if the handle is still open.
func (h *handle) next() ([]byte, gopacket.CaptureInfo, error) {
	if h.Handle == nil {
		return nil, gopacket.CaptureInfo{}, io.EOF
	}
	return h.ZeroCopyReadPacketData()
}

// Stats returns the counts so far. After Close they are the last ones.
func (l *Capture) Stats() Stats {
	l.mu.Lock()
	defer l.mu.Unlock()
	var s Stats
	for _, h := range l.handles {
		h.count()
		s.Interfaces = append(s.Interfaces, h.last)
	}
	s.sum()
	return s
}

// count asks libpcap, whose counts run on.
func (h *handle) count() {
	h.last.Received = h.received.Load()
	if h.Handle == nil {
		return
	}
	if now, err := h.Handle.Stats(); err == nil {
		h.last.Dropped, h.last.Missed = uint64(now.PacketsDropped), uint64(now.PacketsIfDropped)
	}
}

// Stop ends the capture: ReadBatch returns io.EOF soon.
func (l *Capture) Stop() { l.stopped.Store(true) }

// Close ends the capture and closes the interfaces. It may be called twice.
func (l *Capture) Close() error {
	l.Stop()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, h := range l.handles {
		h.count()
		if h.Handle != nil {
			h.Handle.Close()
			h.Handle = nil
		}
	}
	return nil
}

// Flags of libpcap's interfaces.
const (
	flagLoopback = 1 << iota
	flagUp
	flagRunning
)

// Interfaces lists the interfaces that libpcap can capture on.
func Interfaces() ([]Interface, error) {
	found, err := libpcap.FindAllDevs()
	if err != nil {
		return nil, &InterfaceError{What: "cannot be listed", Err: err}
	}
	var all []Interface
	for _, f := range found {
		i := Interface{
			Name: f.Name, Description: f.Description, Up: f.Flags&flagUp != 0,
			Running: f.Flags&flagRunning != 0, Loopback: f.Flags&flagLoopback != 0,
		}
		for _, a := range f.Addresses {
			n := net.IPNet{IP: a.IP, Mask: a.Netmask}
			i.Addresses = append(i.Addresses, n.String())
		}
		all = append(all, i)
	}
	return all, nil
}
