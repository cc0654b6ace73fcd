package bpf

import (
	"encoding/binary"
	"math/rand/v2"
)

// The packets are put together from small pools, so that expressions about the pools' values
// match often, and then sometimes cut or damaged.

var (
	v4Pool   = []uint32{0x0a010203, 0x0a010204, 0x0aff0001, 0xc0a80101, 0x7f000001, 0xe0000001, 0x01020304}
	portPool = []uint16{80, 443, 22, 53, 8080, 8085, 9000, 65535, 0}
	v6Pool   = []string{
		"\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01", "\xfe\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01",
		"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01", "\xff\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xfb",
	}
	macPool = []string{"\x00\x11\x22\x33\x44\x55", "\xff\xff\xff\xff\xff\xff", "\x01\x00\x5e\x00\x00\x01", "\x02\x00\x00\x00\x00\x01"}
)

func pick[T any](r *rand.Rand, pool []T) T { return pool[r.IntN(len(pool))] }

// madePacket is a packet apart from its link header.
type madePacket struct {
	target, source string
	tags           []uint32 // EtherType and tag
	etherType      uint16
	payload        []byte
	damaged        bool // cut short, or bytes changed
}

func (m madePacket) ethernet() []byte {
	b := append([]byte(m.target), m.source...)
	for _, tag := range m.tags {
		b = binary.BigEndian.AppendUint32(b, tag)
	}
	b = binary.BigEndian.AppendUint16(b, m.etherType)
	return append(b, m.payload...)
}

// sll2 is the packet with Linux's cooked header of version 2, sll with that of version 1.
func (m madePacket) sll2() []byte {
	b := []byte{byte(m.etherType >> 8), byte(m.etherType), 0, 0, 0, 0, 0, 2, 0, 1, 0, 6}
	b = append(append(b, m.source...), 0, 0)
	return append(b, m.payload...)
}

func (m madePacket) sll() []byte {
	b := append([]byte{0, 0, 0, 1, 0, 6}, m.source...)
	b = append(b, 0, 0, byte(m.etherType>>8), byte(m.etherType))
	return append(b, m.payload...)
}

func randomPacket(r *rand.Rand) madePacket {
	m := madePacket{target: pick(r, macPool), source: pick(r, macPool)}
	for r.IntN(4) == 0 && len(m.tags) < 3 {
		m.tags = append(m.tags, pick(r, []uint32{0x81000005, 0x8100e064, 0x88a80064, 0x91000005}))
	}
	switch r.IntN(10) {
	case 0:
		m.etherType = pick(r, []uint16{etherARP, etherRARP})
		m.payload = randomARP(r)
	case 1:
		m.etherType = pick(r, []uint16{0x88cc, 0x8847, 0x0042, 0x8864})
		m.payload = randomBytes(r, 60)
	case 2, 3, 4:
		m.etherType, m.payload = etherIPv6, randomIPv6(r)
	default:
		m.etherType, m.payload = etherIPv4, randomIPv4(r)
	}
	if r.IntN(8) == 0 {
		m.payload, m.damaged = m.payload[:r.IntN(len(m.payload)+1)], true
	}
	for r.IntN(8) == 0 && len(m.payload) > 0 {
		m.payload[r.IntN(len(m.payload))] = byte(r.Uint32())
		m.damaged = true
	}
	return m
}

func randomBytes(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

func randomARP(r *rand.Rand) []byte {
	b := append([]byte{0, 1, 8, 0, 6, 4, 0, byte(r.IntN(4))}, pick(r, macPool)...)
	b = binary.BigEndian.AppendUint32(b, pick(r, v4Pool))
	b = append(b, pick(r, macPool)...)
	return binary.BigEndian.AppendUint32(b, pick(r, v4Pool))
}

var ipPool = []byte{ipTCP, ipTCP, ipTCP, ipUDP, ipUDP, ipSCTP, ipICMP, ipICMPv6, ipIGMP, ipESP, ipAH, 47, 4, 41}

func randomIPv4(r *rand.Rand) []byte {
	options := 4 * pick(r, []int{0, 0, 0, 1, 10})
	fragment := pick(r, []uint16{0, 0, 0x4000, 0x2000, 0x2001, 0x0010, 0x1fff})
	proto := pick(r, ipPool)
	body := randomBody(r, proto)
	b := []byte{0x45 + byte(options/4), 0}
	b = binary.BigEndian.AppendUint16(b, uint16(20+options+len(body)))
	b = binary.BigEndian.AppendUint16(b, uint16(r.Uint32()))
	b = binary.BigEndian.AppendUint16(b, fragment)
	b = append(b, byte(r.IntN(70)), proto, 0, 0)
	b = binary.BigEndian.AppendUint32(b, pick(r, v4Pool))
	b = binary.BigEndian.AppendUint32(b, pick(r, v4Pool))
	b = append(b, make([]byte, options)...)
	return append(b, body...)
}

func randomIPv6(r *rand.Rand) []byte {
	proto := pick(r, ipPool)
	body := randomBody(r, proto)
	if r.IntN(4) == 0 {
		body = append([]byte{proto, 0, 0, byte(r.IntN(2)), 1, 2, 3, 4}, body...)
		proto = pick(r, []byte{ipFrag6, ipFrag6, 0, 60})
	}
	b := []byte{0x60, 0, 0, 0, byte(len(body) >> 8), byte(len(body)), proto, 64}
	b = append(append(b, pick(r, v6Pool)...), pick(r, v6Pool)...)
	return append(b, body...)
}

func randomBody(r *rand.Rand, proto byte) []byte {
	b := randomBytes(r, 20+r.IntN(40))
	switch proto {
	case ipTCP, ipUDP, ipSCTP:
		binary.BigEndian.PutUint16(b, pick(r, portPool))
		binary.BigEndian.PutUint16(b[2:], pick(r, portPool))
		b[12], b[13] = 0x50, byte(1<<pick(r, []int{0, 1, 2, 3, 4, 5, 6, 7})|1<<r.IntN(8))
	case ipICMP, ipICMPv6:
		b[0], b[1] = byte(r.IntN(18)), byte(r.IntN(4))
	}
	return b
}
