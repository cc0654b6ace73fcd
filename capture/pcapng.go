package capture

import (
	"encoding/binary"
	"fmt"
	"math/bits"
)

const (
	ngSectionStart = 12 // type, length and byte-order magic of a section header
	ngFrame        = 12 // what is around the body of a block: type, length, length
	ngBlockHeader  = 8  // type and length
	ngTrailer      = 4

	byteOrderMagic = 0x1a2b3c4d
)

// blockType is the type of a pcapng block (pcapng draft, section 11.1).
type blockType uint32

const (
	blockSection   blockType = 0x0a0d0d0a
	blockInterface blockType = 1
	blockOldPacket blockType = 2
	blockSimple    blockType = 3
	blockStats     blockType = 5
	blockEnhanced  blockType = 6
	blockSecrets   blockType = 10
)

// pcapng reads the format of Wireshark (pcapng draft). A block is held in memory
// as a whole only if its body is of use; others are skipped as they come.
//
//	block: type, length, body, length again
type pcapng struct {
	swapped    bool // the section is big-endian
	interfaces []iface
	opt        *Options
	tally      *tally

	// While a block runs past: how many bytes of it are to come, its trailing
	// length not counted, and what that length must be.
	skipping uint64
	skipped  uint32
}

// least is the smallest legal length of a block; kept reports whether its body is of use.
func (t blockType) least() (size uint32, kept bool) {
	switch t {
	case blockEnhanced, blockOldPacket:
		return 32, true
	case blockSimple:
		return 16, true
	case blockSection:
		return 28, true
	case blockInterface, blockSecrets:
		return 20, true
	case blockStats:
		return 24, true
	}
	return ngFrame, false
}

// read takes a whole block that is kept.
func (p *pcapng) read(t blockType, block []byte, b *Batch) *fault {
	switch t {
	case blockEnhanced:
		return p.enhancedPacket(block, b)
	case blockSimple:
		return p.simplePacket(block, b)
	case blockOldPacket:
		return p.oldPacket(block, b)
	case blockSection:
		return p.section(block)
	case blockInterface:
		return p.declare(block)
	case blockStats:
		return p.statistics(block)
	case blockSecrets:
		return p.secrets(block)
	}
	return nil
}

// numbered reports whether Wireshark gives a block that holds no packet a frame
// number all the same.
func (t blockType) numbered() bool {
	switch t {
	case 0x00000bad, 0x40000bad, // Custom Block
		9,                   // Systemd Journal Export Block
		0x204, 0x216, 0x221: // Sysdig events
		return true
	}
	return false
}

func openPcapng(r *Reader, head []byte) (format, error) {
	p := &pcapng{opt: &r.opt, tally: &r.tally}
	if !p.setOrder(head) {
		return nil, r.notCapture(head, "pcapng without a byte-order magic")
	}
	return p, nil
}

// setOrder takes the byte order from the magic of a section header.
func (p *pcapng) setOrder(block []byte) bool {
	magic := binary.LittleEndian.Uint32(block[8:])
	p.swapped = bits.ReverseBytes32(magic) == byteOrderMagic
	return p.swapped || magic == byteOrderMagic
}

func (p *pcapng) u16(b []byte) uint16 {
	if p.swapped {
		return binary.BigEndian.Uint16(b)
	}
	return binary.LittleEndian.Uint16(b)
}

func (p *pcapng) u32(b []byte) uint32 {
	if p.swapped {
		return binary.BigEndian.Uint32(b)
	}
	return binary.LittleEndian.Uint32(b)
}

func (p *pcapng) u64(b []byte) uint64 {
	if p.swapped {
		return binary.BigEndian.Uint64(b)
	}
	return binary.LittleEndian.Uint64(b)
}

// records implements format.
func (p *pcapng) records(data []byte, b *Batch) (int, *fault) {
	pos := 0
	for {
		n, f := p.block(data[pos:], b)
		pos += n
		if n == 0 || f != nil {
			return pos, f
		}
	}
}

// block takes the block at the start of data, or a part of one that is skipped. It returns
// 0 bytes and no fault if it needs to see more.
func (p *pcapng) block(data []byte, b *Batch) (int, *fault) {
	if p.skipping > 0 || p.skipped > 0 {
		return p.skip(data)
	}
	if len(data) < ngBlockHeader {
		return 0, nil
	}
	t := blockType(p.u32(data))
	if t == blockSection {
		// The length of a section header is in the byte order that follows it.
		if len(data) < ngSectionStart {
			return 0, nil
		}
		if !p.setOrder(data) {
			return 0, &fault{fmt.Sprintf("section header has the byte-order magic %#x", data[8:12])}
		}
	}
	size := p.u32(data[4:])
	least, kept := t.least()
	if size%4 != 0 || size < least {
		return 0, lengthFault(t, size)
	}
	if !kept || t == blockSecrets && size > p.longest() {
		return p.pass(t, size), nil
	}
	return p.whole(t, data, size, b)
}

// whole reads a block that is held in memory.
func (p *pcapng) whole(t blockType, data []byte, size uint32, b *Batch) (int, *fault) {
	if size > p.longest() {
		return 0, &fault{fmt.Sprintf("block length %d is over the limit of %d", size, p.longest())}
	}
	if uint64(len(data)) < uint64(size) {
		return 0, nil
	}
	if again := p.u32(data[size-ngTrailer:]); again != size {
		return 0, trailerFault(size, again)
	}
	if f := p.read(t, data[:size:size], b); f != nil {
		return 0, f
	}
	return int(size), nil
}

// longest is the length of the longest block that is held in memory: a packet
// and as much again for its options.
func (p *pcapng) longest() uint32 { return 2*uint32(p.opt.MaxRecord) + 4096 }

func lengthFault(t blockType, size uint32) *fault {
	if size%4 != 0 {
		return &fault{fmt.Sprintf("block length %d is not a multiple of 4", size)}
	}
	return &fault{fmt.Sprintf("block length %d is too small for a block of type %#x", size, uint32(t))}
}

// pass starts to skip a block.
func (p *pcapng) pass(t blockType, size uint32) int {
	switch {
	case t.numbered():
		p.tally.stats.Packets++
		p.tally.stats.NotPackets++
	case t == blockSecrets:
		p.tally.stats.SecretsSkipped++
	}
	p.skipped = size
	p.skipping = uint64(size) - ngFrame
	return ngBlockHeader
}

// skip lets the body run past, then compares the trailing length.
func (p *pcapng) skip(data []byte) (int, *fault) {
	if p.skipping > 0 {
		n := min(uint64(len(data)), p.skipping)
		p.skipping -= n
		return int(n), nil
	}
	if len(data) < ngTrailer {
		return 0, nil
	}
	if again := p.u32(data); again != p.skipped {
		return 0, trailerFault(p.skipped, again)
	}
	p.skipped = 0
	return ngTrailer, nil
}

func trailerFault(size, again uint32) *fault {
	return &fault{fmt.Sprintf("block length %d is repeated as %d", size, again)}
}

// truncation implements format.
func (p *pcapng) truncation(tail []byte) (what string, missing int64) {
	switch {
	case p.skipped > 0:
		return "ends inside a block", int64(p.skipping) + ngTrailer - int64(len(tail))
	case len(tail) == 0:
		return "", 0
	case len(tail) < ngBlockHeader:
		return "ends inside a block", int64(ngBlockHeader - len(tail))
	}
	switch blockType(p.u32(tail)) {
	case blockEnhanced, blockSimple, blockOldPacket:
		what = fmt.Sprintf("ends inside packet %d", p.tally.number())
	case blockSection:
		what = "ends inside a section header"
		if len(tail) < ngSectionStart {
			return what, int64(ngSectionStart - len(tail))
		}
	default:
		what = "ends inside a block"
	}
	return what, int64(p.u32(tail[4:])) - int64(len(tail))
}
