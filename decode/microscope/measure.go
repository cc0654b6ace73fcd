package microscope

import "slices"

const (
	// minWindow and maxWindow are the smallest and the largest window that can be agreed on, as powers of two (RFC 7692 section 7.1.2).
	minWindow, maxWindow = 8, 15
	// plainBits is how many bits a literal is taken to have where there is none.
	plainBits = 8
	// part is the unit that costs of bytes are counted in: a 64th of a bit.
	part = 64
)

// Reach counts copies.
type Reach struct {
	Copies, Bytes int64
	// Bits is how many bits they take.
	Bits int64
}

// Measure is what was seen in compressed messages.
type Measure struct {
	Messages int
	// Unread messages were compressed and could not be looked at: bytes were missing, or what they refer to was.
	Unread int
	// Wire bytes inflate to Len.
	Wire, Len int64
	// Literals are bytes that are spelled out, Copied those that Copies put there, Stored those in blocks that are not compressed.
	Literals, Copies, Copied, Stored int64
	// LiteralBits and CopyBits are what they take of 8*Wire bits. The rest but for Stored is block headers, codes and padding.
	LiteralBits, CopyBits int64
	// Farthest is the longest distance.
	Farthest int
	// Within are the copies by the window that they need: Within[0] those up to 256 bytes back, Within[1] up to 512, ..., Within[7] up to 32 KiB.
	Within [maxWindow - minWindow + 1]Reach
	// Earlier are copies from before the message: Bytes are those that come from there, Bits those of the copies all of whose bytes do.
	Earlier Reach

	fields map[string]*Field
}

// Add adds o.
func (m *Measure) Add(o *Measure) {
	m.Messages += o.Messages
	m.Unread += o.Unread
	m.Wire += o.Wire
	m.Len += o.Len
	m.Literals += o.Literals
	m.Copies += o.Copies
	m.Copied += o.Copied
	m.Stored += o.Stored
	m.LiteralBits += o.LiteralBits
	m.CopyBits += o.CopyBits
	m.Farthest = max(m.Farthest, o.Farthest)
	for i := range m.Within {
		m.Within[i].add(o.Within[i])
	}
	m.Earlier.add(o.Earlier)
	for path, f := range o.fields {
		if to := m.field(path); to != nil {
			to.Values += f.Values
			to.Bytes += f.Bytes
			to.Literals += f.Literals
			to.cost += f.cost
		}
	}
}

func (r *Reach) add(o Reach) {
	r.Copies += o.Copies
	r.Bytes += o.Bytes
	r.Bits += o.Bits
}

// OtherBits are the bits of block headers, codes, ends of blocks and padding.
func (m *Measure) OtherBits() int64 {
	return max(0, 8*m.Wire-m.LiteralBits-m.CopyBits-8*m.Stored)
}

// LiteralSize is how many bits a literal has on average.
func (m *Measure) LiteralSize() float64 {
	if m.Literals == 0 {
		return plainBits
	}
	return float64(m.LiteralBits) / float64(m.Literals)
}

// more is how many bytes longer it would be at most if the copies r were literals.
func (m *Measure) more(r Reach) int64 {
	return max(0, int64(float64(r.Bytes)*m.LiteralSize()-float64(r.Bits))+7) / 8
}

// WithWindow is how many bytes longer the data would be at most if the window had been 1<<bits bytes, 8 to 15.
func (m *Measure) WithWindow(bits int) int64 {
	var beyond Reach
	for i := max(bits-minWindow+1, 0); i < len(m.Within); i++ {
		beyond.add(m.Within[i])
	}
	if beyond.Copies == 0 {
		return 0
	}
	return m.more(beyond)
}

// WithoutTakeover is how many bytes longer the data would be at most if no message could refer to earlier ones.
func (m *Measure) WithoutTakeover() int64 {
	if m.Earlier.Copies == 0 {
		return 0
	}
	return m.more(m.Earlier)
}

// Field is a field of JSON in all messages where it is. Its values are those that are no object or array, as they are written,
// strings without their quotes.
type Field struct {
	// Path is where: $.user.id, $.list[].n.
	Path   string
	Values int
	// Of its Bytes, Literals are spelled out.
	Bytes, Literals int64
	cost            int64
}

// Bits is how many bits its values take: of a copy that goes beyond a value, the share that is in the value.
func (f *Field) Bits() int64 { return (f.cost + part/2) / part }

const (
	// maxFields is how many paths are told apart, longestPath how long one may be.
	maxFields, longestPath = 256, 120
	// A field hardly ever compresses if its bytes take at least denseBits bits each, and there are at least denseBytes of them. A random
	// hexadecimal digit takes 4 at least.
	denseBits, denseBytes = 4, 6
	// usual: it is in one of so many messages at least.
	usual = 10
)

// field is the sum of a path; nil if there are too many.
func (m *Measure) field(path string) *Field {
	f := m.fields[path]
	if f == nil && len(m.fields) < maxFields {
		if m.fields == nil {
			m.fields = map[string]*Field{}
		}
		f = &Field{Path: path}
		m.fields[path] = f
	}
	return f
}

// NeverCompress returns at most n fields that compress to half their size at best, those that take the most bits first.
func (m *Measure) NeverCompress(n int) []Field {
	var list []Field
	for _, f := range m.fields {
		if f.cost >= f.Bytes*denseBits*part && f.Bytes >= denseBytes && f.Values*usual >= m.Messages {
			list = append(list, *f)
		}
	}
	slices.SortFunc(list, func(a, b Field) int {
		if a.cost != b.cost {
			return int(max(-1, min(1, b.cost-a.cost)))
		}
		if a.Path < b.Path {
			return -1
		}
		return 1
	})
	return list[:min(n, len(list))]
}
