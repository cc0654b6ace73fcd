package capture

import "fmt"

// iface is an interface of the current section.
type iface struct {
	link    LinkType
	snaplen uint32 // 0 means no limit
	units   units
	dropped uint64 // by its last statistics
}

// maxInterfaces bounds what a section may declare. Packets of further ones are
// counted as of undeclared interfaces.
const maxInterfaces = 1 << 16

// Option codes (pcapng draft, sections 3.5, 4.2, 4.3 and 4.6).
const (
	optEnd       = 0
	ifTsresol    = 9
	ifTsoffset   = 14
	isbIfdrop    = 5
	isbOsdrop    = 7
	epbDropcount = 4
	optComment   = 1
)

// section starts a new section: interfaces are numbered again.
func (p *pcapng) section(block []byte) *fault {
	major, minor := p.u16(block[12:]), p.u16(block[14:])
	if major != 1 {
		return &fault{fmt.Sprintf("pcapng version %d.%d is not read", major, minor)}
	}
	p.interfaces = p.interfaces[:0]
	return nil
}

// declare takes an Interface Description Block.
func (p *pcapng) declare(block []byte) *fault {
	if len(p.interfaces) == maxInterfaces {
		return nil
	}
	var resolution, offset uint64 = 6, 0
	p.options(block[16:len(block)-ngTrailer], func(code uint16, value []byte) {
		switch {
		case code == ifTsresol && len(value) == 1:
			resolution = uint64(value[0])
		case code == ifTsoffset && len(value) == 8:
			offset = p.u64(value)
		}
	})
	p.interfaces = append(p.interfaces, iface{
		link: LinkType(p.u16(block[8:])), snaplen: p.u32(block[12:]),
		units: newUnits(uint8(resolution), int64(offset)),
	})
	return nil
}

// enhancedPacket takes an Enhanced Packet Block:
//
//	8 interface, 12 time (high, low), 20 captured length, 24 original length, 28 data, options
func (p *pcapng) enhancedPacket(block []byte, b *Batch) *fault {
	const at = 28
	captured, original := p.u32(block[20:]), p.u32(block[24:])
	if f := p.checkCaptured(captured, block, at); f != nil {
		return f
	}
	data := block[at : at+captured : at+captured]
	var comment []byte
	if rest := block[at+(captured+3)&^3 : len(block)-ngTrailer]; len(rest) >= 4 {
		comment = p.packetOptions(rest)
	}
	before := len(b.Packets)
	if p.timedPacket(b, p.u32(block[8:]), p.timestamp(block[12:]), original, data); len(b.Packets) > before {
		b.Packets[before].Comment = comment
	}
	return nil
}

// oldPacket takes a Packet Block, which was replaced by the Enhanced one:
//
//	8 interface, 10 drops, 12 time, 20 captured length, 24 original length, 28 data, options
func (p *pcapng) oldPacket(block []byte, b *Batch) *fault {
	const at, unknown = 28, 0xffff
	captured, original := p.u32(block[20:]), p.u32(block[24:])
	if f := p.checkCaptured(captured, block, at); f != nil {
		return f
	}
	if drops := p.u16(block[10:]); drops != unknown {
		p.tally.stats.DroppedBefore += uint64(drops)
	}
	data := block[at : at+captured : at+captured]
	p.timedPacket(b, uint32(p.u16(block[8:])), p.timestamp(block[12:]), original, data)
	return nil
}

// simplePacket takes a Simple Packet Block, of interface 0 and without a time:
//
//	8 original length, 12 data
func (p *pcapng) simplePacket(block []byte, b *Batch) *fault {
	const at = 12
	original := p.u32(block[8:])
	if len(p.interfaces) == 0 {
		p.undeclared()
		return nil
	}
	captured, i := original, &p.interfaces[0]
	if i.snaplen != 0 {
		captured = min(captured, i.snaplen)
	}
	if f := p.checkCaptured(captured, block, at); f != nil {
		return f
	}
	p.packet(b, i, 0, original, block[at:at+captured:at+captured])
	return nil
}

func (p *pcapng) checkCaptured(captured uint32, block []byte, at int) *fault {
	switch room := uint32(len(block) - at - ngTrailer); {
	case captured > uint32(p.opt.MaxRecord):
		return &fault{fmt.Sprintf("packet %d: captured length %d is over the limit of %d",
			p.tally.number(), captured, p.opt.MaxRecord)}
	case captured > room:
		return &fault{fmt.Sprintf("packet %d: captured length %d is more than the %d bytes of its block",
			p.tally.number(), captured, room)}
	}
	return nil
}

func (p *pcapng) timestamp(b []byte) uint64 {
	return uint64(p.u32(b))<<32 | uint64(p.u32(b[4:]))
}

func (p *pcapng) undeclared() {
	p.tally.stats.Packets++
	p.tally.stats.Undeclared++
}

// timedPacket appends a packet of the interface with that number.
func (p *pcapng) timedPacket(b *Batch, number uint32, ts uint64, original uint32, data []byte) {
	if uint64(number) >= uint64(len(p.interfaces)) {
		p.undeclared()
		return
	}
	i := &p.interfaces[number]
	now := i.units.time(ts)
	p.tally.clock(now)
	p.packet(b, i, now, original, data)
}

func (p *pcapng) packet(b *Batch, i *iface, now Time, original uint32, data []byte) {
	captured := uint32(len(data))
	if captured > i.snaplen && i.snaplen != 0 {
		p.tally.stats.OverSnaplen++
	}
	if original < captured {
		p.tally.stats.OverOrigLen++
		original = captured
	}
	b.Packets = append(b.Packets, Packet{
		Number: p.tally.number(), Time: now, LinkType: i.link,
		OrigLen: length(original), Data: data,
	})
	p.tally.stats.Packets++
}

// packetOptions takes the options of an Enhanced Packet Block, and returns its comments, a line or more each.
func (p *pcapng) packetOptions(list []byte) (comment []byte) {
	p.options(list, func(code uint16, value []byte) {
		switch {
		case code == epbDropcount && len(value) == 8:
			p.tally.stats.DroppedBefore += p.u64(value)
		case code == optComment && comment == nil:
			comment = value[:len(value):len(value)]
		case code == optComment:
			comment = append(append(comment, '\n'), value...)
		}
	})
	return comment
}

// statistics takes an Interface Statistics Block; its counts run on, so the last one holds.
func (p *pcapng) statistics(block []byte) *fault {
	var dropped uint64
	p.options(block[20:len(block)-ngTrailer], func(code uint16, value []byte) {
		if (code == isbIfdrop || code == isbOsdrop) && len(value) == 8 {
			dropped += p.u64(value)
		}
	})
	if n := p.u32(block[8:]); uint64(n) < uint64(len(p.interfaces)) {
		i := &p.interfaces[n]
		p.tally.stats.DroppedAtEnd += dropped - i.dropped
		i.dropped = dropped
	}
	return nil
}

// secrets passes on a Decryption Secrets Block:
//
//	8 type, 12 length, 16 data, options
func (p *pcapng) secrets(block []byte) *fault {
	const at = 16
	n := p.u32(block[12:])
	if room := uint32(len(block) - at - ngTrailer); n > room {
		return &fault{fmt.Sprintf("secrets length %d is more than the %d bytes of its block", n, room)}
	}
	p.tally.stats.Secrets++
	if p.opt.Secrets != nil {
		p.opt.Secrets(p.u32(block[8:]), block[at:at+n:at+n])
	}
	return nil
}

// options calls each with the options of a list, up to one that does not fit.
func (p *pcapng) options(list []byte, each func(code uint16, value []byte)) {
	for len(list) >= 4 {
		code, n := p.u16(list), int(p.u16(list[2:]))
		list = list[4:]
		if code == optEnd {
			return
		}
		if n > len(list) {
			p.tally.stats.BadOptions++
			return
		}
		each(code, list[:n])
		list = list[min((n+3)&^3, len(list)):]
	}
}
