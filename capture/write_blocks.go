package capture

import (
	"encoding/binary"
	"math"
)

// Options of the blocks that are written (pcapng draft, sections 4.1 to 4.6).
const (
	optUserApplication = 4
	optName            = 2
	optResolution      = 9
	optFilter          = 11
	optStatEnd         = 3
	optStatReceived    = 4
	optStatMissed      = 5 // lost by the interface
	optStatDropped     = 7 // lost by the system
	optStatDelivered   = 8
)

// beginBlock appends the start of a block; endBlock sets its length, which is at both of its ends.
func beginBlock(b []byte, typ blockType) []byte {
	b = binary.LittleEndian.AppendUint32(b, uint32(typ))
	return append(b, 0, 0, 0, 0)
}

func endBlock(b []byte, start int) []byte {
	size := uint32(len(b) - start + 4)
	binary.LittleEndian.PutUint32(b[start+4:], size)
	return binary.LittleEndian.AppendUint32(b, size)
}

func appendPadding(b []byte, n int) []byte { return append(b, "\x00\x00\x00"[:-n&3]...) }

// appendOption appends an option with a value of at most 65,535 bytes; a longer one is cut.
func appendOption(b []byte, code uint16, value string) []byte {
	value = value[:min(len(value), math.MaxUint16)]
	b = binary.LittleEndian.AppendUint16(b, code)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(value)))
	b = append(b, value...)
	return appendPadding(b, len(value))
}

func appendNumber(b []byte, code uint16, v uint64) []byte {
	b = binary.LittleEndian.AppendUint16(b, code)
	b = binary.LittleEndian.AppendUint16(b, 8)
	return binary.LittleEndian.AppendUint64(b, v)
}

func endOptions(b []byte) []byte { return append(b, 0, 0, 0, 0) }

// appendSection appends a section header of unknown length.
func appendSection(b []byte, program string) []byte {
	if program == "" {
		program = "wspeek"
	}
	start := len(b)
	b = beginBlock(b, blockSection)
	b = binary.LittleEndian.AppendUint32(b, byteOrderMagic)
	b = append(b, 1, 0, 0, 0) // version 1.0
	b = binary.LittleEndian.AppendUint64(b, math.MaxUint64)
	b = appendOption(b, optUserApplication, program)
	return endBlock(endOptions(b), start)
}

// appendInterface appends an interface whose clock counts nanoseconds.
func appendInterface(b []byte, i WriteInterface) []byte {
	start := len(b)
	b = beginBlock(b, blockInterface)
	b = binary.LittleEndian.AppendUint16(b, uint16(i.Link))
	b = append(b, 0, 0)
	b = binary.LittleEndian.AppendUint32(b, uint32(i.Snaplen))
	if i.Name != "" {
		b = appendOption(b, optName, i.Name)
	}
	b = appendOption(b, optResolution, "\x09")
	if i.Filter != "" {
		b = appendOption(b, optFilter, "\x00"+i.Filter)
	}
	return endBlock(endOptions(b), start)
}

// appendPacket appends an Enhanced Packet Block. Moments before 1970 become 1970.
func appendPacket(b []byte, id uint32, p *Packet) []byte {
	start := len(b)
	b = beginBlock(b, blockEnhanced)
	b = binary.LittleEndian.AppendUint32(b, id)
	b = appendMoment(b, p.Time)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(p.Data)))
	b = binary.LittleEndian.AppendUint32(b, uint32(max(p.OrigLen, len(p.Data))))
	b = appendPadding(append(b, p.Data...), len(p.Data))
	if len(p.Comment) > 0 {
		b = endOptions(appendOption(b, optComment, string(p.Comment)))
	}
	return endBlock(b, start)
}

// appendMoment appends the upper and the lower half of a time.
func appendMoment(b []byte, t Time) []byte {
	v := uint64(max(t, 0))
	b = binary.LittleEndian.AppendUint32(b, uint32(v>>32))
	return binary.LittleEndian.AppendUint32(b, uint32(v))
}

// appendStatistics appends an Interface Statistics Block.
func appendStatistics(b []byte, id uint32, now Time, s *InterfaceStats) []byte {
	start := len(b)
	b = beginBlock(b, blockStats)
	b = binary.LittleEndian.AppendUint32(b, id)
	b = appendMoment(b, now)
	b = binary.LittleEndian.AppendUint16(b, optStatEnd)
	b = append(b, 8, 0)
	b = appendMoment(b, now)
	b = appendNumber(b, optStatReceived, s.Received+s.Dropped)
	b = appendNumber(b, optStatMissed, s.Missed)
	b = appendNumber(b, optStatDropped, s.Dropped)
	b = appendNumber(b, optStatDelivered, s.Received)
	return endBlock(endOptions(b), start)
}

// appendSecrets appends a Decryption Secrets Block.
func appendSecrets(b []byte, typ uint32, data []byte) []byte {
	start := len(b)
	b = beginBlock(b, blockSecrets)
	b = binary.LittleEndian.AppendUint32(b, typ)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(data)))
	b = append(b, data...)
	return endBlock(appendPadding(b, len(data)), start)
}

// wholeBlocks is how many bytes of b are whole blocks, and how many of these are packets.
func wholeBlocks(b []byte) (size, packets int) {
	for len(b)-size >= 12 {
		n := int(binary.LittleEndian.Uint32(b[size+4:]))
		if n > len(b)-size {
			break
		}
		if blockType(binary.LittleEndian.Uint32(b[size:])) == blockEnhanced {
			packets++
		}
		size += n
	}
	return size, packets
}
