package http2

import (
	"errors"

	"golang.org/x/net/http2/hpack"
)

// Errors of a header block (RFC 7541): the connection cannot go on with them.
var (
	errHPACKShort   = errors.New("the block ends inside a field")
	errHPACKInteger = errors.New("an integer is too large")
	errHPACKIndex   = errors.New("an index is beyond both tables")
	errHPACKHuffman = errors.New("a string is not Huffman code")
)

// staticTable is that of RFC 7541 appendix A; its first index is 1.
var staticTable = readStatic()

const staticLen = 61

// readStatic asks the hpack package for its table, one indexed field at a time.
func readStatic() (t [staticLen + 1]entry) {
	i := 1
	d := hpack.NewDecoder(0, func(f hpack.HeaderField) { t[i] = entry{name: f.Name, value: f.Value} })
	for ; i <= staticLen; i++ {
		if _, err := d.Write([]byte{0x80 | byte(i)}); err != nil {
			panic("http2: no static table: " + err.Error())
		}
	}
	return t
}

// entry is one of a table. Unknown says that its name was not captured.
type entry struct {
	name, value string
	unknown     bool
}

// size is what an entry counts (RFC 7541 section 4.1).
func (e *entry) size() int { return len(e.name) + len(e.value) + 32 }

// table is the dynamic table of one direction (RFC 7541 section 2.3.2), as far as it is known.
//
// Its newest entries are always right: what came since the start, or since the last loss. What is older is
// unknown, and so is its number. As entries are counted from the newest, an index is either that of a known
// entry or beyond all of them.
type table struct {
	// entries are the known ones, the newest last; those before from were evicted.
	entries []entry
	from    int
	// size is their size, max what they may have by the last size update, and bound by Limits.Table.
	size, max, bound int
	// lost says that older entries may exist.
	lost bool
}

func newTable(bound int) table { return table{max: 4096, bound: bound} }

// lose forgets all entries: blocks were not decoded.
func (t *table) lose() {
	t.entries, t.from, t.size = nil, 0, 0
	t.max, t.lost = t.bound, true
}

func (t *table) len() int { return len(t.entries) - t.from }

// at is the entry with an index; ok is false where there can be none.
func (t *table) at(i uint64) (e entry, ok bool) {
	switch {
	case i == 0:
		return entry{}, false
	case i <= staticLen:
		return staticTable[i], true
	case i-staticLen <= uint64(t.len()):
		return t.entries[len(t.entries)-int(i-staticLen)], true
	}
	return entry{unknown: true}, t.lost
}

// add makes e the newest entry (section 4.4).
func (t *table) add(e entry) {
	t.entries = append(t.entries, e)
	t.size += e.size()
	t.evict()
}

// resize follows a size update (section 4.3). One to 0 empties the table, so that all is known again.
func (t *table) resize(n uint64) {
	t.max = int(min(n, 1<<30))
	t.evict()
	if n == 0 {
		t.lost = false
	}
}

// evict drops the oldest entries. Where Limits are less than what the peer may keep, they become unknown.
func (t *table) evict() {
	for t.size > min(t.max, t.bound) && t.len() > 0 {
		t.lost = t.lost || t.size <= t.max
		t.size -= t.entries[t.from].size()
		t.entries[t.from] = entry{}
		t.from++
	}
	if t.from > 32 && t.from > len(t.entries)/2 {
		t.entries = append(t.entries[:0], t.entries[t.from:]...)
		t.from = 0
	}
}

// fieldList is a list of fields whose size is bounded.
type fieldList struct {
	fields     []Field
	size, room int
	cut        bool
}

// add keeps a field while the sizes of RFC 9113 section 6.5.2 have room.
func (l *fieldList) add(e entry, unknown bool) {
	if l.size += e.size(); l.size > l.room {
		l.cut = true
		return
	}
	l.fields = append(l.fields, Field{e.name, e.value, unknown})
}

// decode reads a header block and adds its fields to l. After an error the table is lost.
func (t *table) decode(b []byte, l *fieldList) error {
	for len(b) > 0 {
		n, err := t.field(b, l)
		if err != nil {
			t.lose()
			return err
		}
		b = b[n:]
	}
	return nil
}

// field reads one representation (RFC 7541 section 6) and returns its length.
func (t *table) field(b []byte, l *fieldList) (n int, err error) {
	switch {
	case b[0]&0x80 != 0:
		return t.indexed(b, l)
	case b[0]&0x40 != 0:
		return t.literal(b, 6, l)
	case b[0]&0x20 != 0:
		size, n, err := readInt(b, 5)
		if err == nil {
			t.resize(size)
		}
		return n, err
	default:
		return t.literal(b, 4, l)
	}
}

// indexed reads an indexed field (section 6.1).
func (t *table) indexed(b []byte, l *fieldList) (n int, err error) {
	i, n, err := readInt(b, 7)
	if err != nil {
		return 0, err
	}
	e, ok := t.at(i)
	if !ok {
		return 0, errHPACKIndex
	}
	l.add(e, e.unknown)
	return n, nil
}

// literal reads a literal field (section 6.2); one with a prefix of 6 bits is added to the table.
func (t *table) literal(b []byte, prefix uint, l *fieldList) (n int, err error) {
	i, n, err := readInt(b, prefix)
	if err != nil {
		return 0, err
	}
	var e entry
	if i != 0 {
		named, ok := t.at(i)
		if !ok {
			return 0, errHPACKIndex
		}
		e.name, e.unknown = named.name, named.unknown
	} else {
		name, k, err := readString(b[n:])
		if err != nil {
			return 0, err
		}
		e.name, n = name, n+k
	}
	value, k, err := readString(b[n:])
	if err != nil {
		return 0, err
	}
	e.value = value
	l.add(e, e.unknown)
	if prefix == 6 {
		t.add(e)
	}
	return n + k, nil
}

// readInt reads an integer with a prefix of so many bits (section 5.1).
func readInt(b []byte, prefix uint) (v uint64, n int, err error) {
	if len(b) == 0 {
		return 0, 0, errHPACKShort
	}
	mask := uint64(1)<<prefix - 1
	if v = uint64(b[0]) & mask; v < mask {
		return v, 1, nil
	}
	for n = 1; n < len(b); n++ {
		if n > 5 {
			return 0, 0, errHPACKInteger
		}
		v += uint64(b[n]&0x7f) << (7 * (n - 1))
		if b[n]&0x80 == 0 {
			return v, n + 1, nil
		}
	}
	return 0, 0, errHPACKShort
}

// readString reads a string literal (section 5.2). It is at most 8/5 as long as what stands in the block.
func readString(b []byte) (s string, n int, err error) {
	size, n, err := readInt(b, 7)
	if err != nil {
		return "", 0, err
	}
	if size > uint64(len(b)-n) {
		return "", 0, errHPACKShort
	}
	raw := b[n : n+int(size)]
	n += int(size)
	if b[0]&0x80 == 0 {
		return string(raw), n, nil
	}
	if s, err = hpack.HuffmanDecodeToString(raw); err != nil {
		return "", 0, errHPACKHuffman
	}
	return s, n, nil
}
