package capture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"testing"
)

// The builders below write captures field by field, as the drafts draw them.

type byteOrder = interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

var (
	le byteOrder = binary.LittleEndian
	be byteOrder = binary.BigEndian
)

func words(o byteOrder, v ...uint32) []byte {
	var b []byte
	for _, w := range v {
		b = o.AppendUint32(b, w)
	}
	return b
}

func pcapHead(o byteOrder, magic, snaplen, link uint32) []byte {
	b := words(o, magic)
	b = o.AppendUint16(b, 2)
	b = o.AppendUint16(b, 4)
	return append(b, words(o, 0, 0, snaplen, link)...)
}

func pcapRecord(o byteOrder, sec, frac, original uint32, data string) []byte {
	return append(words(o, sec, frac, uint32(len(data)), original), data...)
}

func block(o byteOrder, typ uint32, body ...[]byte) []byte {
	all := bytes.Join(body, nil)
	for len(all)%4 != 0 {
		all = append(all, 0)
	}
	size := uint32(len(all) + 12)
	return bytes.Join([][]byte{words(o, typ, size), all, words(o, size)}, nil)
}

func sectionBlock(o byteOrder) []byte {
	b := words(o, 0x1a2b3c4d)
	b = o.AppendUint16(b, 1)
	b = o.AppendUint16(b, 0)
	return block(o, 0x0a0d0d0a, b, words(o, 0xffffffff, 0xffffffff))
}

func option(o byteOrder, code uint16, value ...byte) []byte {
	b := o.AppendUint16(nil, code)
	b = o.AppendUint16(b, uint16(len(value)))
	b = append(b, value...)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

func ifaceBlock(o byteOrder, link uint16, snaplen uint32, options ...[]byte) []byte {
	b := o.AppendUint16(nil, link)
	b = o.AppendUint16(b, 0)
	return block(o, 1, b, words(o, snaplen), bytes.Join(options, nil))
}

func pad4(s string) []byte {
	b := []byte(s)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

func packetBlock(o byteOrder, iface uint32, ts uint64, original uint32, data string, options ...[]byte) []byte {
	return block(o, 6, words(o, iface, uint32(ts>>32), uint32(ts), uint32(len(data)), original),
		pad4(data), bytes.Join(options, nil))
}

func file(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// seen is a packet as a test wants it; Data is copied.
type seen struct {
	Number  int
	Time    Time
	Link    LinkType
	OrigLen int
	Data    string
}

// drain reads all packets of src, and the first error other than io.EOF.
func drain(src Source) (all []seen, damage error) {
	var b Batch
	for {
		err := src.ReadBatch(&b)
		for _, p := range b.Packets {
			all = append(all, seen{p.Number, p.Time, p.LinkType, p.OrigLen, string(p.Data)})
		}
		switch {
		case err == io.EOF:
			return all, damage
		case err != nil && damage == nil:
			damage = err
		}
	}
}

func readAll(t testing.TB, data []byte, opt Options) (all []seen, damage *Damage, stats Stats) {
	t.Helper()
	r, err := NewReader(bytes.NewReader(data), "test", opt)
	if err != nil {
		t.Fatalf("NewReader: %v", err)
	}
	defer r.Close()
	all, err = drain(r)
	if err != nil && !errors.As(err, &damage) {
		t.Fatalf("ReadBatch: got error %v of type %T, want *Damage", err, err)
	}
	return all, damage, r.Stats()
}

// errEOFIf is io.EOF if a read returned nothing.
func errEOFIf(n int) error {
	if n == 0 {
		return io.EOF
	}
	return nil
}
