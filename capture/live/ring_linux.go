//go:build !libpcap

package live

import (
	"encoding/binary"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/wspeek/wspeek/capture"
)

// ring is a packet socket with its ring of blocks. A block holds packets, each with
// its headers before it:
//
//	block:  40 tpacket_hdr_v1 after 8, then packets, each at next_offset from the last
//	packet: tpacket3_hdr (48), sockaddr_ll (20), room, at tp_mac: the bytes
type ring struct {
	name   string
	index  int // the system's number of the interface; 0 for all
	number uint16
	link   capture.LinkType
	fd     int

	memory []byte
	block  int // size of a block in bytes
	blocks int
	next   int // the block that is filled next

	received atomic.Uint64
	state    ringState
	since    time.Time // when the state was entered
	cause    unix.Errno
	gone     bool

	mu      sync.Mutex // guards what follows: the kernel's counts start again when read
	dropped uint64
	missed  missed
	done    bool
}

// Offsets in a block and in its packets (linux/if_packet.h).
const (
	blockStatus = 8
	blockCount  = 12
	blockFirst  = 16
	blockLength = 20

	atNext    = 0
	atSec     = 4
	atNsec    = 8
	atSnaplen = 12
	atLen     = 16
	atStatus  = 20
	atMac     = 24
	atTCI     = 32
	atTPID    = 36
	atAddress = 48 // sockaddr_ll

	sll2Header = 20
)

// take copies the packets of the blocks that are ready to b, as many as it has room
// for, and gives the blocks back. What is added to a packet (a tag, a cooked header)
// is less than the headers that the kernel put before it, so that a block's packets
// fit in as many bytes as the block uses.
func (r *ring) take(b *capture.Batch) {
	if r.gone {
		return
	}
	for range r.blocks {
		block := r.memory[r.next*r.block:][:r.block:r.block]
		status := (*uint32)(unsafe.Pointer(&block[blockStatus]))
		if atomic.LoadUint32(status)&unix.TP_STATUS_USER == 0 {
			return
		}
		used := int(binary.NativeEndian.Uint32(block[blockLength:]))
		if used > cap(b.Memory)-len(b.Memory) {
			return
		}
		r.packets(block, b)
		atomic.StoreUint32(status, unix.TP_STATUS_KERNEL)
		r.next = (r.next + 1) % r.blocks
	}
}

// packets copies the packets of a block.
func (r *ring) packets(block []byte, b *capture.Batch) {
	count := int(binary.NativeEndian.Uint32(block[blockCount:]))
	at := int(binary.NativeEndian.Uint32(block[blockFirst:]))
	for range count {
		if at < 0 || at+atAddress+sll2Header > len(block) {
			break
		}
		head := block[at:]
		r.packet(head, b)
		at += int(binary.NativeEndian.Uint32(head[atNext:]))
	}
	r.received.Add(uint64(count))
	if r.state == ringDown {
		r.state = ringUp
	}
}

// packet copies one packet, with its tag and its cooked header if it has them.
func (r *ring) packet(head []byte, b *capture.Batch) {
	mac, size := int(binary.NativeEndian.Uint16(head[atMac:])), int(binary.NativeEndian.Uint32(head[atSnaplen:]))
	data := head[min(mac, len(head)):]
	data = data[:min(size, len(data))]
	p := capture.Packet{
		Time: capture.Time(binary.NativeEndian.Uint32(head[atSec:]))*capture.Time(time.Second) +
			capture.Time(binary.NativeEndian.Uint32(head[atNsec:])),
		LinkType: r.link, Interface: r.number,
		OrigLen: int(binary.NativeEndian.Uint32(head[atLen:])),
	}
	start := len(b.Memory)
	if r.link == capture.LinkSLL2 {
		b.Memory = cook(b.Memory, head, data)
	} else {
		b.Memory = untag(b.Memory, head, &data)
	}
	p.OrigLen += len(b.Memory) - start
	if r.link != capture.LinkSLL2 && len(b.Memory) > start {
		p.OrigLen -= macAddresses // they are not added
	}
	b.Memory = append(b.Memory, data...)
	p.Data = b.Memory[start:len(b.Memory):len(b.Memory)]
	b.Packets = append(b.Packets, p)
}

// macAddresses is the length of an Ethernet header before its type.
const macAddresses = 12

// untag puts the VLAN tag of an Ethernet frame back, which the kernel keeps apart. It
// takes off data what it has appended of it.
func untag(buf, head []byte, data *[]byte) []byte {
	tpid, tci, ok := vlanTag(head)
	if !ok || len(*data) < macAddresses {
		return buf
	}
	buf = append(buf, (*data)[:macAddresses]...)
	*data = (*data)[macAddresses:]
	buf = binary.BigEndian.AppendUint16(buf, tpid)
	return binary.BigEndian.AppendUint16(buf, tci)
}

func vlanTag(head []byte) (tpid, tci uint16, ok bool) {
	status := binary.NativeEndian.Uint32(head[atStatus:])
	tci = uint16(binary.NativeEndian.Uint32(head[atTCI:]))
	if tci == 0 && status&unix.TP_STATUS_VLAN_VALID == 0 {
		return 0, 0, false
	}
	tpid = binary.NativeEndian.Uint16(head[atTPID:])
	if tpid == 0 && status&unix.TP_STATUS_VLAN_TPID_VALID == 0 {
		tpid = unix.ETH_P_8021Q
	}
	return tpid, tci, true
}

// cook appends the header of LinkSLL2, and a VLAN tag after it if there was one:
//
//	0 protocol, 2 zero, 4 interface, 8 device type, 10 packet type, 11 address length, 12 address
func cook(buf, head, data []byte) []byte {
	a := head[atAddress:] // 0 family, 2 protocol, 4 index, 8 device type, 10 packet type, 11 halen, 12 address
	protocol := a[2:4]
	tpid, tci, tagged := vlanTag(head)
	if tagged {
		buf = binary.BigEndian.AppendUint16(buf, tpid)
	} else {
		buf = append(buf, protocol...)
	}
	buf = append(buf, 0, 0)
	buf = binary.BigEndian.AppendUint32(buf, binary.NativeEndian.Uint32(a[4:]))
	buf = binary.BigEndian.AppendUint16(buf, binary.NativeEndian.Uint16(a[8:]))
	buf = append(buf, a[10:20]...)
	if tagged {
		buf = binary.BigEndian.AppendUint16(buf, tci)
		if innerTag(protocol, data) {
			return binary.BigEndian.AppendUint16(buf, unix.ETH_P_8021Q)
		}
		buf = append(buf, protocol...)
	}
	return buf
}

// innerTag reports whether data begins with a tag although the kernel names the protocol after
// it, which newer kernels do for cooked packets with two tags.
func innerTag(protocol, data []byte) bool {
	if len(data) < 5 || string(data[2:4]) != string(protocol) {
		return false
	}
	version := data[0] >> 4
	switch binary.BigEndian.Uint16(protocol) {
	case unix.ETH_P_IP:
		return version != 4
	case unix.ETH_P_IPV6:
		return version != 6
	}
	return false
}

// statistics reads the kernel's counts, which then start again, and adds them up.
func (r *ring) statistics() capture.InterfaceStats {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.done {
		if s, err := unix.GetsockoptTpacketStatsV3(r.fd, unix.SOL_PACKET, unix.PACKET_STATISTICS); err == nil {
			r.dropped += uint64(s.Drops)
		}
		r.missed.read()
	}
	return capture.InterfaceStats{
		Name: r.name, Link: r.link,
		Received: r.received.Load(), Dropped: r.dropped, Missed: r.missed.count,
	}
}

func (r *ring) close() {
	r.statistics()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done, r.gone = true, true
	if r.memory != nil {
		_ = unix.Munmap(r.memory)
	}
	_ = unix.Close(r.fd)
}
