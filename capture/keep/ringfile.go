package keep

import (
	"encoding/binary"
	"io"
	"os"
	"sync/atomic"

	"github.com/wspeek/wspeek/capture"
)

// ringFile is one of the files of a Ring.
type ringFile struct {
	file *os.File
	// first is the number of its first packet.
	first int
	// size and packets are what it holds; the ring's lock guards them.
	size, packets int64
	// holders are the ring and the views; the last of them closes the file.
	holders atomic.Int32
}

// newRingFile creates a file that has no name, if the system allows that.
func newRingFile(dir string, first int) (*ringFile, error) {
	f, err := os.CreateTemp(dir, "wspeek-*.packets") // mode 0600
	if err != nil {
		return nil, err
	}
	_ = os.Remove(f.Name())
	r := &ringFile{file: f, first: first}
	r.holders.Store(1)
	return r, nil
}

// hold keeps the file from being closed; the ring's lock is held.
func (f *ringFile) hold() fileView {
	f.holders.Add(1)
	return fileView{f, f.size}
}

// release closes the file if nobody else holds it.
func (f *ringFile) release() {
	if f.holders.Add(-1) == 0 {
		_ = f.file.Close()
		_ = os.Remove(f.file.Name()) // for systems that cannot remove an open file
	}
}

// recordHeader is how many bytes come before a packet's own: number 8, time 8, link type 2, interface 2, original
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
