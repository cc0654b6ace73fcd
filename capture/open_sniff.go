package capture

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"sync/atomic"
)

// OpenError is an input that could not be opened, or that is not a capture.
type OpenError struct {
	// Name is the file as the user named it.
	Name string
	// What says what is wrong: "empty file", "not a capture file", "permission denied".
	What string
	// First are the first bytes, at most 16, of an input that is not a capture.
	First []byte
	// Kind says what the input seems to be, and what helps; empty if not known.
	Kind string
	// Err is the cause if there is one (fs.ErrNotExist and the like).
	Err error
}

// Error is one line: "x.har: not a capture file: first bytes 7b 0a 20 20 (JSON, perhaps a HAR)".
func (e *OpenError) Error() string {
	s := e.Name + ": " + e.What
	if len(e.First) > 0 {
		s += fmt.Sprintf(": first bytes % x", e.First[:min(4, len(e.First))])
	}
	if e.Kind != "" {
		s += " (" + e.Kind + ")"
	}
	return s
}

// Unwrap returns Err.
func (e *OpenError) Unwrap() error { return e.Err }

var errDirectory = errors.New("is a directory")

// opener builds the reader of a format whose input starts with head. What it
// sets r.taken to is the file header.
type opener func(r *Reader, head []byte) (format, error)

// kind is a sort of file, known by how it starts.
type kind struct {
	magic string
	need  int    // bytes that open wants to see
	open  opener // nil: not read, for the reason in why
	why   string
}

// kinds is asked from the top: the first magic that fits wins.
var kinds = [...]kind{
	{"\xd4\xc3\xb2\xa1", pcapFileHeader, openPcap, ""},
	{"\xa1\xb2\xc3\xd4", pcapFileHeader, openPcap, ""},
	{"\x4d\x3c\xb2\xa1", pcapFileHeader, openPcap, ""},
	{"\xa1\xb2\x3c\x4d", pcapFileHeader, openPcap, ""},
	{"\x34\xcd\xb2\xa1", pcapFileHeader, openPcap, ""},
	{"\xa1\xb2\xcd\x34", pcapFileHeader, openPcap, ""},
	{"\x0a\x0d\x0d\x0a", ngSectionStart, openPcapng, ""},
	{"\x1f\x8b", 4, nil, "compressed twice: unpack it first with gzip -d"},
	{"\x28\xb5\x2f\xfd", 4, nil, "compressed twice: unpack it first with zstd -d"},
	{"\x04\x22\x4d\x18", 4, nil, "lz4: unpack it first with lz4 -d"},
	{"\x02\x21\x4c\x18", 4, nil, "lz4: unpack it first with lz4 -d"},
	{"\xfd7zXZ", 4, nil, "xz: unpack it first with xz -d"},
	{"BZh", 4, nil, "bzip2: unpack it first with bzip2 -d"},
	{"PK\x03\x04", 4, nil, "zip: unpack it first with unzip"},
	{"7z\xbc\xaf", 4, nil, "7-Zip: unpack it first with 7z x"},
	{"\x1c\x00\x01\xac", 4, nil, "pcap of IXIA: convert it with editcap"},
	{"\x1c\x00\x01\xab", 4, nil, "pcap of IXIA: convert it with editcap"},
	{"\xac\x01\x00\x1c", 4, nil, "pcap of IXIA: convert it with editcap"},
	{"\xab\x01\x00\x1c", 4, nil, "pcap of IXIA: convert it with editcap"},
	{"\xa1\xe2\xcb\x12", 4, nil, "pcap of Navtel: convert it with editcap"},
	{"\x12\xcb\xe2\xa1", 4, nil, "pcap of Navtel: convert it with editcap"},
	{"snoop\x00", 4, nil, "snoop: convert it with editcap"},
	{"btsnoop\x00", 4, nil, "Bluetooth snoop"},
	{"GMBU", 4, nil, "Network Monitor: convert it with editcap"},
	{"RTSS", 4, nil, "Network Monitor: convert it with editcap"},
	{"TRSNIFF", 4, nil, "Sniffer: convert it with editcap"},
	{"XCP\x00", 4, nil, "NetXRay: convert it with editcap"},
	{"\xff\xfe", 4, nil, "UTF-16 text: a shell's > may have re-encoded it"},
	{"CLIENT_", 4, nil, "TLS key log: a capture is wanted"},
	{"SERVER_", 4, nil, "TLS key log: a capture is wanted"},
	{"\x7fELF", 4, nil, "program"},
	{"MZ", 4, nil, "program"},
}

const (
	sniffLen  = 4 // bytes that no capture is shorter than
	sniffRead = 4096
)

// begin looks at the first bytes of src and makes the reader ready for ReadBatch.
func (r *Reader) begin(src io.Reader) error {
	r.opt = r.opt.withDefaults()
	r.offset = new(atomic.Int64)
	r.tally.last = math.MinInt64
	file := &counted{src: src, n: r.offset}
	head := make([]byte, 0, sniffRead)
	head, err := readHead(file, head, sniffLen)
	if err != nil && err != io.EOF {
		return openError(r.name, err)
	}
	r.src, r.read = file, err
	if p := packingOf(head); p != nil {
		if head, err = r.unfold(p, file, head); err != nil {
			return err
		}
	}
	return r.choose(head)
}

// choose finds the format of the (unfolded) input that starts with head.
func (r *Reader) choose(head []byte) error {
	for i := range kinds {
		k := &kinds[i]
		if !bytes.HasPrefix(head, []byte(k.magic)) {
			continue
		}
		if k.open == nil {
			return r.notCapture(head, k.why)
		}
		return r.start(k, head)
	}
	return r.notCapture(head, guess(head))
}

func (r *Reader) start(k *kind, head []byte) error {
	var err error
	if r.read == nil {
		head, r.read = readHead(r.src, head, k.need)
	}
	if len(head) < k.need {
		return r.notCapture(head, fmt.Sprintf("ends inside the file header, after %d of %d bytes", len(head), k.need))
	}
	r.format, err = k.open(r, head)
	r.carry = head[r.taken:]
	return err
}

func (r *Reader) notCapture(head []byte, kind string) error {
	if len(head) == 0 && (r.read == nil || r.read == io.EOF) {
		return &OpenError{Name: r.name, What: "empty file"}
	}
	e := &OpenError{Name: r.name, What: "not a capture file", Kind: kind}
	e.First = append(e.First, head[:min(16, len(head))]...)
	if r.read != nil && r.read != io.EOF {
		e.Err = r.read
		e.Kind = r.read.Error()
	}
	return e
}

// guess names kinds of text that people pass by mistake.
func guess(head []byte) string {
	text := strings.TrimLeft(strings.TrimPrefix(string(head), "\xef\xbb\xbf"), " \t\r\n")
	switch {
	case strings.HasPrefix(text, "{"), strings.HasPrefix(text, "["):
		return "JSON, perhaps a HAR"
	case strings.HasPrefix(text, "<"):
		return "XML or HTML"
	case len(text) > 0 && strings.IndexFunc(text, isControl) < 0:
		return "text"
	}
	return ""
}

func isControl(c rune) bool {
	return c < ' ' && c != '\n' && c != '\r' && c != '\t' || c == '�'
}

// readHead reads until buf holds want bytes, without waiting for more than that.
func readHead(src io.Reader, buf []byte, want int) ([]byte, error) {
	for idle := 0; len(buf) < want; {
		n, err := src.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if err != nil {
			return buf, err
		}
		if idle++; n > 0 {
			idle = 0
		}
		if idle > maxIdle {
			return buf, io.ErrNoProgress
		}
	}
	return buf, nil
}

// counted counts what goes through it.
type counted struct {
	src io.Reader
	n   *atomic.Int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.src.Read(p)
	c.n.Add(int64(n))
	return n, err
}
