//go:build !libpcap

package live

import (
	"encoding/binary"
	"net"
	"slices"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"github.com/wspeek/wspeek/capture"
)

const (
	// ringBlock is the size of a block in bytes: room for the largest packet.
	ringBlock = 256 << 10
	// retireMillis is after how long the kernel delivers a block that is not full. While no one reads, it takes
	// another block as often, however little is in it: a ring of 32 MiB lasts for 2.5 s at least.
	retireMillis = 20
	// fewestBlocks is below how many blocks a ring is not worth having.
	fewestBlocks = 4
)

// openRing opens the socket of one interface. The order matters: a socket without
// protocol gets no packets, so none goes past the filter or the ring; bind then names
// the protocol.
func openRing(name string, opt Options) (*ring, error) {
	r := &ring{name: name, fd: -1}
	flags, err := r.find(name)
	if err != nil {
		return nil, err
	}
	if r.fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0); err != nil {
		return nil, socketError(name, err)
	}
	if err := r.setUp(flags, opt); err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

// find looks the interface up and checks that it is up.
func (r *ring) find(name string) (net.Flags, error) {
	if name == AnyInterface {
		return 0, nil
	}
	i, err := net.InterfaceByName(name)
	if err != nil {
		return 0, unknownInterface(name)
	}
	if i.Flags&net.FlagUp == 0 {
		return 0, &InterfaceError{Name: name, What: "is down"}
	}
	r.index = i.Index
	r.missed.begin(name)
	return i.Flags, nil
}

func unknownInterface(name string) error {
	e := &InterfaceError{Name: name, What: "no such interface"}
	all, _ := net.Interfaces()
	for _, i := range all {
		e.Known = append(e.Known, i.Name)
	}
	e.Known = append(e.Known, AnyInterface)
	return e
}

// setUp prepares the socket and lets packets in.
func (r *ring) setUp(flags net.Flags, opt Options) error {
	if err := r.setLink(); err != nil {
		return err
	}
	program, err := r.program(flags, opt)
	if err != nil {
		return err
	}
	steps := []struct {
		what string
		do   func() error
	}{
		{"the filter was refused", func() error { return r.attach(program) }},
		{"no ring", func() error { return r.allocate(opt.Buffer) }},
		{"cannot be bound", r.bind},
		{"promiscuous mode was refused", func() error { return r.promiscuous(opt.Promisc) }},
	}
	for _, s := range steps {
		if err := s.do(); err != nil {
			return &InterfaceError{Name: r.name, What: s.what, Err: err}
		}
	}
	return nil
}

// setLink chooses the link type: Ethernet for devices that have its header, which
// loopback does, else packets from the network header on.
func (r *ring) setLink() error {
	r.link = capture.LinkSLL2
	if r.index != 0 {
		hardware, err := r.hardware()
		if err != nil {
			return &InterfaceError{Name: r.name, What: "no device type", Err: err}
		}
		if hardware == unix.ARPHRD_ETHER || hardware == unix.ARPHRD_LOOPBACK {
			r.link = capture.LinkEthernet
			return nil
		}
	}
	_ = unix.Close(r.fd)
	var err error
	if r.fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0); err != nil {
		return socketError(r.name, err)
	}
	return nil
}

func (r *ring) hardware() (uint16, error) {
	req, err := unix.NewIfreq(r.name)
	if err == nil {
		err = unix.IoctlIfreq(r.fd, unix.SIOCGIFHWADDR, req)
	}
	if err != nil {
		return 0, err
	}
	return req.Uint16(), nil // the family of the address
}

// program is the filter with what we add to it.
func (r *ring) program(flags net.Flags, opt Options) ([]bpf.RawInstruction, error) {
	program := []bpf.RawInstruction{{Op: opReturn, K: uint32(opt.Snaplen)}}
	if opt.Filter != nil {
		given, err := opt.Filter(r.link)
		if err != nil {
			return nil, err
		}
		program = withSnaplen(given, uint32(opt.Snaplen))
	}
	if flags&net.FlagLoopback != 0 || r.index == 0 {
		program = append(onceOnLoopback(loopbackIndex()), program...)
	}
	return program, nil
}

// opReturn is the instruction that ends a program: K is how many bytes to keep.
const opReturn = unix.BPF_RET | unix.BPF_K

// rejectAll is a program that lets nothing in.
var rejectAll = []bpf.RawInstruction{{Op: opReturn}}

// withSnaplen returns the program with a new length wherever it accepts.
func withSnaplen(program []bpf.RawInstruction, snaplen uint32) []bpf.RawInstruction {
	program = slices.Clone(program)
	for i := range program {
		if program[i].Op == opReturn && program[i].K != 0 {
			program[i].K = snaplen
		}
	}
	return program
}

// onceOnLoopback is the start of a program that refuses packets on their way out through the
// interface, because they come in through it too.
func onceOnLoopback(index int) []bpf.RawInstruction {
	start, _ := bpf.Assemble([]bpf.Instruction{ // it is always the same, and right
		bpf.LoadExtension{Num: bpf.ExtType},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: unix.PACKET_OUTGOING, SkipTrue: 3},
		bpf.LoadExtension{Num: bpf.ExtInterfaceIndex},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: uint32(index), SkipTrue: 1},
		bpf.RetConstant{Val: 0},
	})
	return start
}

func loopbackIndex() int {
	all, _ := net.Interfaces()
	for _, i := range all {
		if i.Flags&net.FlagLoopback != 0 {
			return i.Index
		}
	}
	return 1 // what Linux gives it in every network namespace
}

// longProgram is from how many instructions on the kernel may refuse a right program as invalid: it takes 4,096
// (BPF_MAXINSNS), and fewer if a jump skips more than 32,767 of the instructions that it makes of ours.
const longProgram = 2048

// attach replaces the socket's filter. How much memory there is for programs is bounded by the sysctl
// net.core.optmem_max; a load takes about 12 times as much as a jump.
func (r *ring) attach(program []bpf.RawInstruction) error {
	p := unix.SockFprog{Len: uint16(len(program)), Filter: (*unix.SockFilter)(unsafe.Pointer(&program[0]))}
	err := unix.SetsockoptSockFprog(r.fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &p)
	if err == unix.ENOMEM || err == unix.EINVAL && len(program) > longProgram {
		return &FilterLengthError{Instructions: len(program), Err: err}
	}
	return err
}

// allocate makes the ring, with half as many blocks as long as the kernel has no memory for it.
func (r *ring) allocate(bytes int) error {
	if err := unix.SetsockoptInt(r.fd, unix.SOL_PACKET, unix.PACKET_VERSION, unix.TPACKET_V3); err != nil {
		return err
	}
	blocks := max(bytes/ringBlock, fewestBlocks)
	err := r.request(blocks)
	for err == unix.ENOMEM && blocks >= 2*fewestBlocks {
		blocks /= 2
		err = r.request(blocks)
	}
	if err != nil {
		return err
	}
	r.block, r.blocks = ringBlock, blocks
	r.memory, err = unix.Mmap(r.fd, 0, blocks*ringBlock, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	return err
}

func (r *ring) request(blocks int) error {
	return unix.SetsockoptTpacketReq3(r.fd, unix.SOL_PACKET, unix.PACKET_RX_RING, &unix.TpacketReq3{
		Block_size: ringBlock, Block_nr: uint32(blocks),
		Frame_size: ringBlock, Frame_nr: uint32(blocks),
		Retire_blk_tov: retireMillis,
	})
}

func (r *ring) bind() error {
	protocol := binary.BigEndian.AppendUint16(nil, unix.ETH_P_ALL)
	return unix.Bind(r.fd, &unix.SockaddrLinklayer{
		Protocol: binary.NativeEndian.Uint16(protocol), Ifindex: r.index,
	})
}

// promiscuous asks the interface for packets to others; the kernel takes that back when
// the socket is closed.
func (r *ring) promiscuous(on bool) error {
	if !on || r.index == 0 {
		return nil
	}
	return unix.SetsockoptPacketMreq(r.fd, unix.SOL_PACKET, unix.PACKET_ADD_MEMBERSHIP,
		&unix.PacketMreq{Ifindex: int32(r.index), Type: unix.PACKET_MR_PROMISC})
}
