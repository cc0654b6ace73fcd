package main

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// The messages that an independent reader finds in the capture are those of the truth.
func TestCaptureHoldsTheTruth(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]options{
		"JSON texts":                 {profile: "json"},
		"small texts":                {profile: "small"},
		"bulk":                       {profile: "bulk", size: 600_000},
		"compressed":                 {profile: "deflate"},
		"all kinds":                  {profile: "mixed", conns: 8, size: 900_000},
		"reordered and sent twice":   {profile: "json", reorder: .2, dup: .2},
		"segments of only ten bytes": {profile: "small", mss: 10},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			capture, truth := generate(t, o)
			for flow, want := range sent(t, truth) {
				if got := read(t, streams(t, capture)[flow]); !bytes.Equal(got, want) {
					t.Errorf("%s: %d bytes of messages, want %d", flow, len(got), len(want))
				}
			}
		})
	}
}

func TestDropLosesPacketsAndNoTruth(t *testing.T) {
	t.Parallel()
	whole, truth := generate(t, options{profile: "json"})
	lossy, same := generate(t, options{profile: "json", drop: .1, size: int64(len(whole)) * 9 / 10})
	if n, m := len(packets(t, lossy)), len(packets(t, whole)); n >= m {
		t.Errorf("%d packets with drops, %d without", n, m)
	}
	if len(same) < len(truth)/2 {
		t.Errorf("%d bytes of truth with drops, %d without", len(same), len(truth))
	}
}

func TestMidStartsWithoutHandshakes(t *testing.T) {
	t.Parallel()
	capture, _ := generate(t, options{profile: "small", mid: true})
	for i, p := range packets(t, capture) {
		if p.flags&2 != 0 || bytes.Contains(p.payload, []byte("HTTP/1.1")) {
			t.Fatalf("packet %d belongs to a handshake", i+1)
		}
	}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	for version, label := range map[string]string{"1.2": "CLIENT_RANDOM", "1.3": "CLIENT_TRAFFIC_SECRET_0"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			o := options{profile: "json", conns: 3, size: 100_000, mss: 1448, tls: version,
				out: filepath.Join(dir, "x.pcap"), keys: filepath.Join(dir, "x.keys")}
			if err := run(o); err != nil {
				t.Fatal(err)
			}
			keys, err := os.ReadFile(o.keys)
			if n := strings.Count(string(keys), label); err != nil || n != 3 {
				t.Errorf("the key log has %d lines %s (%v), want 3", n, label, err)
			}
			capture, err := os.ReadFile(o.out)
			if err != nil {
				t.Fatal(err)
			}
			for flow, stream := range streams(t, capture) {
				records(t, flow, stream)
			}
		})
	}
}

// records checks that a stream is whole TLS records.
func records(t *testing.T, flow string, stream []byte) {
	t.Helper()
	for at := 0; at < len(stream); {
		if at+5 > len(stream) || stream[at] < 20 || stream[at] > 23 || stream[at+1] != 3 {
			t.Fatalf("%s: no TLS record at %d of %d", flow, at, len(stream))
		}
		at += 5 + int(binary.BigEndian.Uint16(stream[at+3:]))
		if at > len(stream) {
			t.Fatalf("%s: the last record is cut", flow)
		}
	}
}

func TestBadOptions(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "x.pcap")
	for name, o := range map[string]options{
		"unknown profile":  {profile: "video", conns: 1, mss: 1},
		"no connections":   {profile: "json", mss: 1},
		"unknown TLS":      {profile: "json", conns: 1, mss: 1, tls: "1.1", keys: out},
		"TLS without keys": {profile: "json", conns: 1, mss: 1, tls: "1.3"},
	} {
		o.out = out
		if err := run(o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// generate returns a small capture and its truth with payloads.
func generate(t *testing.T, o options) (capture []byte, truth string) {
	t.Helper()
	if o.conns == 0 {
		o.conns = 4
	}
	if o.size == 0 {
		o.size = 200_000
	}
	if o.mss == 0 {
		o.mss = 1448
	}
	var file bytes.Buffer
	var lines strings.Builder
	g, err := newGenerator(o, &file)
	if err != nil {
		t.Fatal(err)
	}
	g.truth = newTruth(&lines, true)
	if err := g.run(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes(), lines.String()
}

// sent returns the data messages of the truth joined, by client port and direction.
func sent(t *testing.T, truth string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for in := json.NewDecoder(strings.NewReader(truth)); ; {
		var l line
		if err := in.Decode(&l); err == io.EOF {
			return out
		} else if err != nil {
			t.Fatal(err)
		}
		if l.Opcode < 8 {
			flow := l.Client[strings.LastIndex(l.Client, ":")+1:] + l.Dir
			out[flow] = append(out[flow], l.Payload...)
		}
	}
}

// read returns the application data of all data messages of a stream, inflated.
func read(t *testing.T, stream []byte) []byte {
	t.Helper()
	_, b, _ := bytes.Cut(stream, []byte("\r\n\r\n"))
	var data []byte
	compressed := bytes.Contains(stream[:len(stream)-len(b)], []byte("permessage-deflate"))
	for len(b) > 0 {
		var payload []byte
		head := b[0]
		payload, b = frame(t, b)
		if head&15 >= 8 {
			continue
		}
		data = append(data, payload...)
		if compressed && head&0x80 != 0 {
			data = append(data, 0, 0, 0xff, 0xff)
		}
	}
	if !compressed {
		return data
	}
	out, err := io.ReadAll(flate.NewReader(bytes.NewReader(append(data, 1, 0, 0, 0xff, 0xff))))
	if err != nil {
		t.Error("inflate:", err)
	}
	return out
}

// frame returns the unmasked payload of the first frame, and the bytes after it.
func frame(t *testing.T, b []byte) (payload, rest []byte) {
	t.Helper()
	masked, n, at := b[1]&0x80 != 0, int(b[1]&0x7f), 2
	switch n {
	case 126:
		n, at = int(binary.BigEndian.Uint16(b[2:])), 4
	case 127:
		n, at = int(binary.BigEndian.Uint64(b[2:])), 10
	}
	var key []byte
	if masked {
		key, at = b[at:at+4], at+4
	}
	if at+n > len(b) {
		t.Fatalf("a frame of %d bytes, %d are left", n, len(b)-at)
	}
	payload = bytes.Clone(b[at : at+n])
	for i := range payload {
		if masked {
			payload[i] ^= key[i%4]
		}
	}
	return payload, b[at+n:]
}

// packet is what the tests need of a packet.
type packet struct {
	src, dst uint16
	seq      uint32
	flags    byte
	payload  []byte
}

// packets reads a little-endian pcap of Ethernet, IPv4 and TCP, none with options.
func packets(t *testing.T, file []byte) []packet {
	t.Helper()
	var out []packet
	for b := file[24:]; len(b) > 0; {
		n := binary.LittleEndian.Uint32(b[8:])
		p := b[16 : 16+n]
		b = b[16+n:]
		if p[12] != 8 || p[14] != 0x45 || p[23] != 6 || int(binary.BigEndian.Uint16(p[16:]))+14 != len(p) {
			t.Fatalf("packet %d: headers % x", len(out)+1, p[:34])
		}
		tcp := p[34:]
		out = append(out, packet{binary.BigEndian.Uint16(tcp), binary.BigEndian.Uint16(tcp[2:]),
			binary.BigEndian.Uint32(tcp[4:]), tcp[13], tcp[20:]})
	}
	return out
}

// streams puts the bytes of each direction in order; its first packet is the SYN. The key is the client's port and
// the direction.
func streams(t *testing.T, file []byte) map[string][]byte {
	t.Helper()
	out, first := map[string][]byte{}, map[string]uint32{}
	for _, p := range packets(t, file) {
		port, dir := p.src, "c2s"
		if p.src < 1024 {
			port, dir = p.dst, "s2c"
		}
		flow := strconv.Itoa(int(port)) + dir
		if p.flags&2 != 0 {
			first[flow] = p.seq + 1
		}
		at := int(p.seq - first[flow])
		if end := at + len(p.payload); len(p.payload) > 0 && end > len(out[flow]) {
			out[flow] = append(out[flow], make([]byte, end-len(out[flow]))...)
		}
		copy(out[flow][min(at, len(out[flow])):], p.payload)
	}
	return out
}
