package capture

import (
	"encoding/binary"
	"fmt"
	"math/bits"
)

const (
	pcapFileHeader     = 24
	pcapRecordHeader   = 16
	pcapModifiedHeader = 24 // then interface index, protocol and packet type
)

// pcap reads the classic format (pcap draft, section 4 and 5), in both byte
// orders, with micro- and nanoseconds, and the form that Linux kernels of the
// 2.2 time wrote ("modified", with longer record headers).
//
//	file header: magic, major.minor, -, -, snaplen, link type (and FCS bits)
//	record:      seconds, fraction, captured length, original length [, 8 bytes]
type pcap struct {
	swapped bool // big-endian
	header  int  // bytes of a record header
	nanos   Time // nanoseconds in a unit of the fraction
	lengths lengths
	link    LinkType
	snaplen uint32
	max     uint32
	tally   *tally
}

// lengths says in which order the two lengths of a record stand.
type lengths uint8

const (
	capturedFirst lengths = iota
	originalFirst         // before version 2.3, and DG/UX
	smallerFirst          // version 2.3 was written both ways
)

func openPcap(r *Reader, head []byte) (format, error) {
	magic := binary.LittleEndian.Uint32(head)
	p := &pcap{
		header: pcapRecordHeader, nanos: 1000,
		max: uint32(r.opt.MaxRecord), tally: &r.tally,
	}
	if head[0] == 0xa1 {
		p.swapped, magic = true, bits.ReverseBytes32(magic)
	}
	switch magic {
	case 0xa1b23c4d:
		p.nanos = 1
	case 0xa1b2cd34:
		p.header = pcapModifiedHeader
	}
	p.snaplen = p.u32(head[16:])
	p.link = LinkType(p.u32(head[20:])) // the upper half describes the check sequence
	p.lengths = lengthsOf(p.u16(head[4:]), p.u16(head[6:]))
	r.taken = pcapFileHeader
	return p, nil
}

// lengthsOf knows the versions that libpcap knows; others are read like 2.4.
func lengthsOf(major, minor uint16) lengths {
	switch {
	case major == 543, major == 2 && minor < 3:
		return originalFirst
	case major == 2 && minor == 3:
		return smallerFirst
	}
	return capturedFirst
}

func (p *pcap) u16(b []byte) uint16 {
	if p.swapped {
		return binary.BigEndian.Uint16(b)
	}
	return binary.LittleEndian.Uint16(b)
}

func (p *pcap) u32(b []byte) uint32 {
	if p.swapped {
		return binary.BigEndian.Uint32(b)
	}
	return binary.LittleEndian.Uint32(b)
}

// records implements format. It is the innermost loop of reading.
func (p *pcap) records(data []byte, b *Batch) (pos int, f *fault) {
	packets, number, last := b.Packets, p.tally.number(), p.tally.last
	for len(data)-pos >= p.header {
		h := data[pos:][:pcapRecordHeader]
		sec, frac, captured, original := p.u32(h), p.u32(h[4:]), p.u32(h[8:]), p.u32(h[12:])
		if p.lengths != capturedFirst {
			captured, original = p.lengths.order(captured, original)
		}
		if captured > p.max {
			f = p.tooLong(number, captured)
			break
		}
		start := pos + p.header
		end := start + int(captured)
		if end > len(data) {
			break
		}
		if original < captured || captured > p.snaplen {
			original = p.odd(captured, original)
		}
		now := Time(sec)*second + Time(frac)*p.nanos
		if now < last {
			p.tally.stats.ClockBack++
		}
		packets = append(packets, Packet{
			Number: number, Time: now, LinkType: p.link,
			OrigLen: length(original), Data: data[start:end:end],
		})
		pos, last, number = end, now, number+1
	}
	b.Packets, p.tally.last = packets, last
	p.tally.stats.Packets = number - 1 - p.tally.base
	return pos, f
}

func (l lengths) order(first, then uint32) (captured, original uint32) {
	if l == smallerFirst && first <= then {
		return first, then
	}
	return then, first
}

// odd counts a record whose lengths contradict each other or the file header,
// and returns its original length. A snaplen of 0 means that there is none.
func (p *pcap) odd(captured, original uint32) uint32 {
	if captured > p.snaplen && p.snaplen != 0 {
		p.tally.stats.OverSnaplen++
	}
	if original < captured {
		p.tally.stats.OverOrigLen++
		return captured
	}
	return original
}

func (p *pcap) tooLong(number int, captured uint32) *fault {
	return &fault{fmt.Sprintf("packet %d: captured length %d is over the limit of %d", number, captured, p.max)}
}

// truncation implements format.
func (p *pcap) truncation(tail []byte) (what string, missing int64) {
	if len(tail) == 0 {
		return "", 0
	}
	missing = int64(p.header - len(tail))
	if missing <= 0 {
		captured, original := p.u32(tail[8:]), p.u32(tail[12:])
		if p.lengths != capturedFirst {
			captured, _ = p.lengths.order(captured, original)
		}
		missing += int64(captured)
	}
	return fmt.Sprintf("ends inside packet %d", p.tally.number()), missing
}
