package http2_test

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode/http2"
	"github.com/wspeek/wspeek/reassembly"
)

// captures may lie beside the repository.
const captures = "../../../shared/captures"

// listener follows the HTTP/2 connections of a capture and keeps the DATA of WebSocket streams.
type listener struct {
	bytes     reassembly.Bytes
	sessions  []*session
	rules     []string
	requests  int
	responses int
}

// session is one WebSocket stream.
type session struct {
	l      *listener
	path   string
	proto  string
	ext    string
	status int
	data   [2][]byte
	closes [2]reassembly.CloseKind
}

func (s *session) Data(d reassembly.Dir, ch reassembly.Chunk) {
	s.l.bytes.Payload += int64(len(ch.Data))
	s.data[d] = append(s.data[d], ch.Data...)
}
func (s *session) Gap(_ reassembly.Dir, _, n int64)               { s.l.bytes.Missing += n }
func (*session) Conflict(reassembly.Dir, int64, int64)            {}
func (s *session) Close(d reassembly.Dir, k reassembly.CloseKind) { s.closes[d] = k }

func (l *listener) Request(r *http2.Request) bool {
	l.requests++
	return true
}

func (l *listener) Response(q *http2.Request, r *http2.Response) reassembly.Handler {
	l.responses++
	if q == nil || !q.IsWebSocket() || r.Status != 200 {
		return nil
	}
	s := &session{l: l, status: r.Status}
	s.path, _ = q.Get(":path")
	s.proto, _ = r.Get("sec-websocket-protocol")
	s.ext, _ = r.Get("sec-websocket-extensions")
	l.sessions = append(l.sessions, s)
	return s
}

func (l *listener) Pending(*http2.Request) reassembly.Handler           { return nil }
func (l *listener) Midstream(uint32, reassembly.Dir) reassembly.Handler { return nil }
func (l *listener) Ending(*http2.Ending)                                {}
func (l *listener) Finding(f *http2.Finding) {
	l.rules = append(l.rules, fmt.Sprintf("%s %d: %s", f.Rule.ID, f.Stream, f.Detail))
}

// sniffed makes a Conn of a connection that begins with a preface.
type sniffed struct {
	reassembly.Handler
	l *listener
}

func (s *sniffed) Data(d reassembly.Dir, ch reassembly.Chunk) {
	if s.Handler == nil {
		switch http2.Sniff(ch.Data) {
		case http2.IsClient:
			s.Handler = http2.New(http2.Config{Client: d}, s.l, &s.l.bytes)
		case http2.MaybeServer:
			s.Handler = http2.New(http2.Config{Client: d.Other()}, s.l, &s.l.bytes)
		}
	}
	if s.Handler != nil {
		s.Handler.Data(d, ch)
		return
	}
	s.l.bytes.Undecoded += int64(len(ch.Data))
}

func (s *sniffed) Gap(d reassembly.Dir, off, n int64) {
	if s.Handler != nil {
		s.Handler.Gap(d, off, n)
		return
	}
	s.l.bytes.Missing += n
}

func (s *sniffed) Conflict(d reassembly.Dir, off, n int64) {
	if s.Handler != nil {
		s.Handler.Conflict(d, off, n)
	}
}

func (s *sniffed) Close(d reassembly.Dir, k reassembly.CloseKind) {
	if s.Handler != nil {
		s.Handler.Close(d, k)
	}
}

func (l *listener) Accept(*reassembly.Conn) reassembly.Handler { return &sniffed{l: l} }

// listen reads a capture; drop leaves packets out by their number.
func listen(t *testing.T, name string, drop func(n int) bool) *listener {
	t.Helper()
	src, err := capture.Open(name, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	l := &listener{}
	table := reassembly.NewTable(l, reassembly.Limits{}, &l.bytes)
	var d reassembly.Dissector
	var b capture.Batch
	var s reassembly.Segment
	for {
		if err := src.ReadBatch(&b); err != nil {
			if !errors.Is(err, io.EOF) && !errors.As(err, new(*capture.Damage)) {
				t.Fatal(err)
			}
			break
		}
		for i := range b.Packets {
			if p := &b.Packets[i]; (drop == nil || !drop(p.Number)) && d.Segment(p, &s) == reassembly.OK {
				table.Segment(&s)
			}
		}
		table.EndBatch()
	}
	table.Finish()
	if b := l.bytes; b.Stream != b.HTTP+b.Payload+b.Undecoded+b.Missing {
		t.Errorf("%s: account does not add up: %+v", name, b)
	}
	return l
}

// truth is what the applications wrote down.
type truth struct {
	Connections []struct {
		Path, Subprotocol, Extensions string
		Messages                      []struct {
			Dir, Type, SHA256 string
			Len               int
		}
	}
}

func readTruth(t *testing.T, name string) (out truth) {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Skipf("no captures: %v", err)
	}
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// wsFrame is one frame of a WebSocket stream, read the simple way.
type wsFrame struct {
	fin, rsv1 bool
	opcode    byte
	payload   []byte
}

// frames splits b into frames; ok is false where something is left.
func frames(b []byte) (out []wsFrame, ok bool) {
	for len(b) >= 2 {
		f := wsFrame{fin: b[0]&0x80 != 0, rsv1: b[0]&0x40 != 0, opcode: b[0] & 0xf}
		masked, n := b[1]&0x80 != 0, int(b[1]&0x7f)
		at := 2
		switch {
		case n == 126 && len(b) >= 4:
			n, at = int(binary.BigEndian.Uint16(b[2:])), 4
		case n == 127 && len(b) >= 10:
			n, at = int(binary.BigEndian.Uint64(b[2:])), 10
		}
		var key [4]byte
		if masked && len(b) >= at+4 {
			at += copy(key[:], b[at:])
		}
		if n < 0 || len(b) < at+n {
			return out, false
		}
		f.payload = slices.Clone(b[at : at+n])
		for i := range f.payload {
			f.payload[i] ^= key[i%4]
		}
		out, b = append(out, f), b[at+n:]
	}
	return out, len(b) == 0
}

// TestCapturesOfNode: sessions over HTTP/2 in clear between node's server and client, held against what both wrote down.
func TestCapturesOfNode(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"s3-node-h2c", "s3-node-h2c-padded"} {
		base := filepath.Join(captures, "tls", name)
		want := readTruth(t, base+".truth.json")
		l := listen(t, base+".pcap", nil)
		if len(l.rules) > 0 || l.bytes.Undecoded > 0 || l.bytes.Missing > 0 {
			t.Errorf("%s: findings %q, account %+v", name, l.rules, l.bytes)
		}
		if len(l.sessions) != len(want.Connections) {
			t.Errorf("%s: %d sessions, want %d", name, len(l.sessions), len(want.Connections))
			continue
		}
		whole := 0
		for i, s := range l.sessions {
			w := want.Connections[i]
			if s.path != w.Path || s.proto != w.Subprotocol || !strings.HasPrefix(s.ext, w.Extensions) {
				t.Errorf("%s: session %d is %s %s %s, want %s %s %s", name, i, s.path, s.proto, s.ext, w.Path, w.Subprotocol, w.Extensions)
			}
			for d, dir := range []string{"c2s", "s2c"} {
				var sums []string
				for _, m := range w.Messages {
					if m.Dir == dir && (m.Type == "text" || m.Type == "binary") {
						sums = append(sums, m.SHA256)
					}
				}
				got, ok := frames(s.data[d])
				if !ok {
					t.Errorf("%s: session %d %s: bytes are left over", name, i, dir)
				}
				whole += compare(t, fmt.Sprint(name, " session ", i, " ", dir), got, sums)
			}
		}
		if whole == 0 {
			t.Errorf("%s: no message was compared", name)
		}
	}
}

// compare holds messages against their sums. It returns how many contents were compared.
func compare(t *testing.T, name string, got []wsFrame, sums []string) (compared int) {
	t.Helper()
	var msg, window []byte
	n, packed := 0, false
	for _, f := range got {
		if f.opcode >= 8 {
			continue
		}
		if f.opcode != 0 {
			msg, packed = nil, f.rsv1
		}
		if msg = append(msg, f.payload...); !f.fin {
			continue
		}
		if packed {
			r := flate.NewReaderDict(bytes.NewReader(append(msg, 0, 0, 0xff, 0xff, 1, 0, 0, 0xff, 0xff)), window)
			var err error
			if msg, err = io.ReadAll(r); err != nil {
				t.Errorf("%s: message %d: %v", name, n, err)
			}
			window = append(window, msg...)
			window = window[max(0, len(window)-1<<15):]
		}
		sum := sha256.Sum256(msg)
		if n < len(sums) {
			if hex.EncodeToString(sum[:]) != sums[n] {
				t.Errorf("%s: message %d differs", name, n)
			}
			compared++
		}
		n++
	}
	if n != len(sums) {
		t.Errorf("%s: %d messages, want %d", name, n, len(sums))
	}
	return compared
}

// TestCapturesWithLoss: with packets left out, what a session is given is part of what it was given without.
func TestCapturesWithLoss(t *testing.T) {
	t.Parallel()
	name := filepath.Join(captures, "tls", "s3-node-h2c.pcap")
	if _, err := os.Stat(name); err != nil {
		t.Skipf("no captures: %v", err)
	}
	whole := listen(t, name, nil)
	for seed := range 8 {
		l := listen(t, name, func(n int) bool { return n > 20 && int(uint32(n)*2654435761>>7)%97 == seed })
		kept, sent := 0, 0
		for _, s := range l.sessions {
			i := slices.IndexFunc(whole.sessions, func(w *session) bool { return w.path == s.path })
			if i < 0 {
				t.Errorf("session %s does not exist", s.path)
				continue
			}
			for d := range s.data {
				kept, sent = kept+len(s.data[d]), sent+len(whole.sessions[i].data[d])
			}
		}
		if int64(sent-kept) > l.bytes.Missing+l.bytes.Undecoded || l.bytes.Undecoded > 2000 {
			t.Errorf("seed %d: %d of %d bytes, account %+v", seed, kept, sent, l.bytes)
		}
		for _, r := range l.rules {
			t.Errorf("seed %d: %s", seed, r)
		}
	}
}

// TestCapturesOfOthers: public captures with HTTP/2 in clear: every request is answered, and nothing is left over.
func TestCapturesOfOthers(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name      string
		undecoded bool
	}{
		{"public/arkime-arkime/http2-nghttp2.pcap", false},
		{"public/mikekap-pcap2har/http2-dump.pcap", true},
		{"public/OISF-suricata-verify/http2-range/http2-range.pcap", true},
		{"public/OISF-suricata-verify/http2-deflate/http2_deflate.pcap", true},
	} {
		name := filepath.Join(captures, row.name)
		if _, err := os.Stat(name); err != nil {
			t.Skipf("no captures: %v", err)
		}
		l := listen(t, name, nil)
		t.Logf("%s: %d requests, %d responses, %+v, %q", row.name, l.requests, l.responses, l.bytes, l.rules)
		if !row.undecoded && l.bytes.Undecoded > 0 || l.requests != l.responses {
			t.Errorf("%s: %d requests, %d responses, %+v, %q", row.name, l.requests, l.responses, l.bytes, l.rules)
		}
	}
}
