package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"sync/atomic"

	"github.com/wspeek/wspeek/capture"
)

// segment is one of the files of a packetRing.
type segment struct {
	file *os.File
	// first is the number of its first packet.
	first int
	// size and packets are what it holds; they are guarded by the ring's lock.
	size, packets int64
	// holders are the ring and those who read; the last of them closes the file.
	holders atomic.Int32
}

// segmentView is the begin of a segment, which does not change.
type segmentView struct {
	segment *segment
	size    int64
}

// hold keeps the file from being closed; the ring's lock is held.
func (s *segment) hold() segmentView {
	s.holders.Add(1)
	return segmentView{s, s.size}
}

// release lets the file go.
func (s *segment) release() {
	if s.holders.Add(-1) == 0 {
		s.file.Close()
		os.Remove(s.file.Name()) // where that was not possible for an open file
	}
}

// recordHeader is how many bytes stand before a packet's own: number 8, time 8, link type 2, interface 2, original
// length 4, captured length 4.
const recordHeader = 28

func appendRecord(b []byte, p *capture.Packet) []byte {
	b = binary.LittleEndian.AppendUint64(b, uint64(p.Number))
	b = binary.LittleEndian.AppendUint64(b, uint64(p.Time))
	b = binary.LittleEndian.AppendUint16(b, uint16(p.LinkType))
	b = binary.LittleEndian.AppendUint16(b, p.Interface)
	b = binary.LittleEndian.AppendUint32(b, uint32(p.OrigLen))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(p.Data)))
	return append(b, p.Data...)
}

// readRecord reads the next packet; its Data are valid until the next call with the same buf.
func readRecord(r io.Reader, p *capture.Packet, buf []byte) ([]byte, error) {
	var h [recordHeader]byte
	if _, err := io.ReadFull(r, h[:]); err != nil {
		return buf, err
	}
	p.Number = int(binary.LittleEndian.Uint64(h[0:]))
	p.Time = capture.Time(binary.LittleEndian.Uint64(h[8:]))
	p.LinkType = capture.LinkType(binary.LittleEndian.Uint16(h[16:]))
	p.Interface = binary.LittleEndian.Uint16(h[18:])
	p.OrigLen = int(binary.LittleEndian.Uint32(h[20:]))
	n := int(binary.LittleEndian.Uint32(h[24:]))
	if cap(buf) < n {
		buf = make([]byte, n)
	}
	p.Data = buf[:n:n]
	if _, err := io.ReadFull(r, p.Data); err != nil {
		return buf, io.ErrUnexpectedEOF
	}
	return buf, nil
}

// readAhead is how much of a segment is read at a time.
const readAhead = 1 << 20

// read hands its packets to each.
func (v segmentView) read(ctx context.Context, each func(*capture.Packet) error) error {
	r := bufio.NewReaderSize(io.NewSectionReader(v.segment.file, 0, v.size), readAhead)
	var p capture.Packet
	var buf []byte
	for ctx.Err() == nil {
		var err error
		buf, err = readRecord(r, &p, buf)
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return fmt.Errorf("read kept packets: %w", err)
		}
		if err := each(&p); err != nil {
			return err
		}
	}
	return ctx.Err()
}
