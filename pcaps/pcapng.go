package pcaps

import (
	"math/bits"
	"time"
)

// The block types of pcapng.
const (
	BlockInterface  uint32 = 1
	BlockPacket     uint32 = 2
	BlockSimple     uint32 = 3
	BlockNames      uint32 = 4
	BlockStatistics uint32 = 5
	BlockEnhanced   uint32 = 6
	BlockSecrets    uint32 = 10
	BlockSection    uint32 = 0x0a0d0d0a
)

// SecretsTLS is the type of a TLS key log in a Decryption Secrets Block.
const SecretsTLS uint32 = 0x544c534b

// Option is an option of a pcapng block. Code 1 is a comment everywhere.
type Option struct {
	Code  uint16
	Value []byte
}

// Interface describes an interface of a pcapng section.
type Interface struct {
	// Link is the link type's number.
	Link uint16
	// Snaplen is as in the block; 0 means no limit.
	Snaplen uint32
	// Resolution is the option if_tsresol: a power of 10, or of 2 with the top bit set. 0
	// leaves the option out, which means microseconds.
	Resolution byte
	// Offset is the option if_tsoffset in seconds, left out where 0. Times are written relative to it.
	Offset int64
	// Name is the option if_name, left out where empty.
	Name string
	// Options follow these.
	Options []Option
}

// NG writes a pcapng file block by block. The zero value is empty; begin with Section.
type NG struct {
	out   []byte
	order order
	ifs   []Interface
}

// NGFile is a pcapng file of one section and the interfaces, whose packets name them by number.
func NGFile(ps []Packet, ifs ...Interface) []byte {
	g := new(NG).Section(false).Interfaces(ifs...)
	for _, p := range ps {
		g.Enhanced(p)
	}
	return g.Bytes()
}

// Bytes is the file so far.
func (g *NG) Bytes() []byte { return g.out }

// Section begins a section. The interfaces of an earlier one are forgotten.
func (g *NG) Section(bigEndian bool, opts ...Option) *NG {
	g.order, g.ifs = byteOrder(bigEndian), nil
	b := g.order.AppendUint32(nil, 0x1a2b3c4d)
	b = g.order.AppendUint16(b, 1)
	b = g.order.AppendUint16(b, 0)
	b = g.order.AppendUint64(b, ^uint64(0))
	return g.Block(BlockSection, g.options(b, opts))
}

// Interfaces adds Interface Description Blocks.
func (g *NG) Interfaces(ifs ...Interface) *NG {
	for _, i := range ifs {
		b := g.order.AppendUint16(nil, i.Link)
		b = g.order.AppendUint16(b, 0)
		b = g.order.AppendUint32(b, i.Snaplen)
		g.Block(BlockInterface, g.options(b, i.options(g.order)))
		g.ifs = append(g.ifs, i)
	}
	return g
}

func (i Interface) options(order order) []Option {
	var opts []Option
	if i.Name != "" {
		opts = append(opts, Option{2, []byte(i.Name)})
	}
	if i.Resolution != 0 {
		opts = append(opts, Option{9, []byte{i.Resolution}})
	}
	if i.Offset != 0 {
		opts = append(opts, Option{14, order.AppendUint64(nil, uint64(i.Offset))})
	}
	return append(opts, i.Options...)
}

// Enhanced adds an Enhanced Packet Block. An interface that was not declared counts microseconds.
func (g *NG) Enhanced(p Packet) *NG {
	var i Interface
	if p.Interface < len(g.ifs) {
		i = g.ifs[p.Interface]
	}
	t := i.ticks(p.Time)
	b := g.order.AppendUint32(nil, uint32(p.Interface))
	b = g.order.AppendUint32(b, uint32(t>>32))
	b = g.order.AppendUint32(b, uint32(t))
	b = g.order.AppendUint32(b, uint32(len(p.Data)))
	b = g.order.AppendUint32(b, uint32(p.length()))
	return g.Block(BlockEnhanced, g.options(pad4(append(b, p.Data...)), p.Options))
}

// Obsolete adds a Packet Block, which Enhanced Packet Blocks replaced.
func (g *NG) Obsolete(p Packet, drops uint16) *NG {
	var i Interface
	if p.Interface < len(g.ifs) {
		i = g.ifs[p.Interface]
	}
	t := i.ticks(p.Time)
	b := g.order.AppendUint16(nil, uint16(p.Interface))
	b = g.order.AppendUint16(b, drops)
	b = g.order.AppendUint32(b, uint32(t>>32))
	b = g.order.AppendUint32(b, uint32(t))
	b = g.order.AppendUint32(b, uint32(len(p.Data)))
	b = g.order.AppendUint32(b, uint32(p.length()))
	return g.Block(BlockPacket, g.options(pad4(append(b, p.Data...)), p.Options))
}

// Secrets adds a Decryption Secrets Block of a type, SecretsTLS for a key log.
func (g *NG) Secrets(kind uint32, secrets []byte) *NG {
	b := g.order.AppendUint32(nil, kind)
	b = g.order.AppendUint32(b, uint32(len(secrets)))
	return g.Block(BlockSecrets, pad4(append(b, secrets...)))
}

// Drops adds an Interface Statistics Block with the counts of packets received and dropped.
func (g *NG) Drops(iface int, received, dropped uint64) *NG {
	b := g.order.AppendUint32(nil, uint32(iface))
	b = append(b, make([]byte, 8)...)
	opts := []Option{{4, g.order.AppendUint64(nil, received)}, {5, g.order.AppendUint64(nil, dropped)}}
	return g.Block(BlockStatistics, g.options(b, opts))
}

// Block adds a block of any type, with the right length before and behind. The body is filled up to 4 bytes.
func (g *NG) Block(kind uint32, body []byte) *NG {
	body = pad4(append([]byte(nil), body...))
	n := uint32(12 + len(body))
	g.out = g.order.AppendUint32(g.out, kind)
	g.out = g.order.AppendUint32(g.out, n)
	g.out = append(g.out, body...)
	g.out = g.order.AppendUint32(g.out, n)
	return g
}

func (g *NG) options(b []byte, opts []Option) []byte {
	for _, o := range opts {
		b = g.order.AppendUint16(b, o.Code)
		b = g.order.AppendUint16(b, uint16(len(o.Value)))
		b = pad4(append(b, o.Value...))
	}
	if len(opts) > 0 {
		b = append(b, 0, 0, 0, 0)
	}
	return b
}

// ticks is a time in units of the interface's resolution, since its offset.
func (i Interface) ticks(t time.Time) uint64 {
	sec, nsec := uint64(t.Unix()-i.Offset), uint64(t.Nanosecond())
	perSecond := uint64(1_000_000)
	switch e := i.Resolution; {
	case e&0x80 != 0:
		perSecond = 1 << (e & 0x7f)
	case e != 0:
		perSecond = power10(e)
	}
	hi, lo := bits.Mul64(nsec, perSecond)
	fraction, _ := bits.Div64(hi, lo, 1_000_000_000)
	return sec*perSecond + fraction
}

func power10(e byte) uint64 {
	n := uint64(1)
	for ; e > 0; e-- {
		n *= 10
	}
	return n
}

func pad4(b []byte) []byte {
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}
