package tls_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode/http1"
	"github.com/wspeek/wspeek/decode/tls"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/reassembly"
)

// stack decodes a capture with TLS, HTTP/1 and WebSocket, as simply as possible.
type stack struct {
	keys     *tls.Keys
	opt      tls.Options
	bytes    reassembly.Bytes
	shared   *ws.Pool
	conns    []conn
	sessions []*session
	// http2 counts connections whose plaintext starts as HTTP/2 does.
	http2 int
	// drop says of packets whether they are left out.
	drop func(*capture.Packet) bool
	// exactOnly leaves out messages that are guessed.
	exactOnly bool
}

// conn is a TLS connection and the address of its client.
type conn struct {
	*tls.Conn
	client string
}

// session is one WebSocket session.
type session struct {
	stack        *stack
	client, path string
	messages     [2][]message
	guessed      [2]int
	// inferred says by direction of the session that a boundary depends on an inferred length.
	inferred [2]bool
	findings []string
}

// message is a data message, or a close.
type message struct {
	kind string
	len  int64
	sha  string
}

func newStack(l tls.Limits) *stack {
	return &stack{keys: tls.NewKeys(l), shared: ws.NewPool()}
}

// run reads a capture. Secrets in it are added as they come.
func (s *stack) run(t testing.TB, name string) {
	t.Helper()
	log := s.keys.Log(tls.FromCapture)
	r, err := capture.Open(name, capture.Options{Secrets: func(_ uint32, b []byte) { log.Write(b) }})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	table := reassembly.NewTable(s, reassembly.Limits{}, &s.bytes)
	var d reassembly.Dissector
	var b capture.Batch
	for err = r.ReadBatch(&b); err == nil; err = r.ReadBatch(&b) {
		for i := range b.Packets {
			var g reassembly.Segment
			if (s.drop == nil || !s.drop(&b.Packets[i])) && d.Segment(&b.Packets[i], &g) == reassembly.OK {
				table.Segment(&g)
			}
		}
		table.EndBatch()
		s.keys.Retry()
	}
	if !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	table.Finish()
	s.keys.NoMore()
}

// Accept is reassembly.Acceptor.
func (s *stack) Accept(c *reassembly.Conn) reassembly.Handler { return &sniffer{s: s, tcp: c} }

// log adds the key log beside a capture, where there is one.
func (s *stack) log(t testing.TB, name string) {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		return
	}
	l := s.keys.Log(tls.FromKeyLog)
	l.Write(b)
	l.End()
}

// account checks that all bytes are counted once.
func (s *stack) account(t testing.TB) {
	t.Helper()
	b := s.bytes
	if sum := b.HTTP + b.TLS + b.FrameHeaders + b.Payload + b.Undecoded + b.Missing; sum != b.Stream {
		t.Errorf("account: %+v sums up to %d, want %d", b, sum, b.Stream)
	}
}

// sniffer finds out what a stream carries.
type sniffer struct {
	s    *stack
	tcp  *reassembly.Conn
	next reassembly.Handler
	// socks is how much of a SOCKS handshake a direction has sent.
	socks bool
	ws    *wsConn
}

func (f *sniffer) Data(d reassembly.Dir, k reassembly.Chunk) {
	if f.next == nil {
		f.decide(k.Data)
	}
	if f.next == nil {
		f.s.bytes.HTTP += int64(len(k.Data))
		return
	}
	f.next.Data(d, k)
}

func (f *sniffer) decide(b []byte) {
	switch {
	case tls.Sniff(b) == tls.Yes:
		c := tls.New(f.s.keys, f.s.opt, &f.s.bytes, func(*tls.Conn) reassembly.Handler { return &sniffer{s: f.s, tcp: f.tcp} })
		f.s.conns = append(f.s.conns, conn{c, f.tcp.Opener().String()})
		f.next = c
	case b[0] == 5 || f.socks:
		f.socks = true
	case bytes.HasPrefix(b, []byte("PRI * HTTP/2")):
		f.s.http2++
		f.next = &sink{bytes: &f.s.bytes}
	default:
		f.next = http1.New(&upgrader{f: f}, http1.Limits{}, &f.s.bytes)
	}
}

func (f *sniffer) Gap(d reassembly.Dir, off, n int64) {
	if f.next == nil {
		f.s.bytes.Missing += n
		return
	}
	f.next.Gap(d, off, n)
}

func (f *sniffer) Conflict(d reassembly.Dir, off, n int64) {
	if f.next != nil {
		f.next.Conflict(d, off, n)
	}
}

func (f *sniffer) Close(d reassembly.Dir, k reassembly.CloseKind) {
	if f.next != nil {
		f.next.Close(d, k)
	}
}

// Inferred is reassembly.GapInferrer. What http1 has passed on to is asked as well, which http1 does not do.
func (f *sniffer) Inferred(d reassembly.Dir, off, n, least, most int64) {
	if i, ok := f.next.(reassembly.GapInferrer); ok {
		i.Inferred(d, off, n, least, most)
	}
	if f.ws != nil {
		f.ws.Inferred(d, off, n, least, most)
	}
}

// sink counts bytes as undecoded.
type sink struct{ bytes *reassembly.Bytes }

func (s *sink) Data(_ reassembly.Dir, k reassembly.Chunk)  { s.bytes.Undecoded += int64(len(k.Data)) }
func (s *sink) Gap(_ reassembly.Dir, _, n int64)           { s.bytes.Missing += n }
func (s *sink) Conflict(reassembly.Dir, int64, int64)      {}
func (s *sink) Close(reassembly.Dir, reassembly.CloseKind) {}

// upgrader is the http1.Sink.
type upgrader struct{ f *sniffer }

func fields(list []http1.Header) (f ws.Fields) {
	for _, h := range list {
		f = append(f, [2]string{h.Name, h.Value})
	}
	return f
}

func requestView(r *http1.Request) *ws.Request {
	return &ws.Request{Method: r.Method, Version: r.Version, Fields: fields(r.Headers), Partial: r.Partial}
}

func (u *upgrader) Request(r *http1.Request) bool {
	return r.Method == "CONNECT" || requestView(r).IsUpgrade()
}

func (u *upgrader) Response(q *http1.Request, r *http1.Response) reassembly.Handler {
	switch {
	case q == nil:
		return nil
	case q.Method == "CONNECT" && r.Status == 200:
		return &sniffer{s: u.f.s, tcp: u.f.tcp}
	case r.Status == 101:
		view := &ws.Response{Status: r.Status, Version: r.Version, Fields: fields(r.Headers)}
		return u.open(q, ws.Negotiate(requestView(q), view).Deflate, q.Partial || r.Partial)
	}
	return nil
}

func (u *upgrader) open(q *http1.Request, d *ws.Deflate, assumed bool) *wsConn {
	from := u.f.tcp.Opener()
	if q.Dir == reassembly.Rev {
		from = u.f.tcp.Peer()
	}
	s := &session{stack: u.f.s, client: from.String(), path: q.Target}
	u.f.s.sessions = append(u.f.s.sessions, s)
	u.f.ws = &wsConn{ws.New(ws.Config{
		Client: q.Dir, Deflate: d, Assumed: assumed, Resync: [2]bool{ws.S2C: assumed}, Keep: true, Pool: u.f.s.shared, Bytes: &u.f.s.bytes,
	}, s), s, q.Dir}
	return u.f.ws
}

// Pending takes a request whose answer is not there for one that was accepted, without guessing its extensions.
func (u *upgrader) Pending(q *http1.Request) reassembly.Handler {
	if q == nil || !requestView(q).IsUpgrade() {
		return nil
	}
	s := &session{stack: u.f.s, client: u.f.tcp.Opener().String(), path: q.Target}
	u.f.s.sessions = append(u.f.s.sessions, s)
	return &wsConn{ws.New(ws.Config{
		Client: q.Dir, Keep: true, Assumed: true, Confidence: 0.9, Resync: [2]bool{ws.S2C: true},
		Pool: u.f.s.shared, Bytes: &u.f.s.bytes,
	}, s), s, q.Dir}
}

func (u *upgrader) NotHTTP(reassembly.Dir) reassembly.Handler { return nil }

type wsConn struct {
	*ws.Conn
	s      *session
	client reassembly.Dir
}

// Inferred is reassembly.GapInferrer: what follows is a guess.
func (c *wsConn) Inferred(d reassembly.Dir, _, _, _, _ int64) {
	if d == c.client {
		c.s.inferred[ws.C2S] = true
	} else {
		c.s.inferred[ws.S2C] = true
	}
}

func (s *session) Frame(*ws.Frame)       {}
func (s *session) Amend(int, ws.State)   {}
func (s *session) Finding(f *ws.Finding) { s.findings = append(s.findings, f.Rule.ID+" "+f.Detail) }

func (s *session) Message(m *ws.Message) {
	switch {
	case m.State == ws.Guessed, m.State == ws.Exact && s.inferred[m.Dir]:
		s.guessed[m.Dir]++
		if s.stack.exactOnly {
			return
		}
	case m.State != ws.Exact:
		return
	}
	if m.Opcode != ws.OpText && m.Opcode != ws.OpBinary {
		return
	}
	sum := sha256.Sum256(m.Payload)
	s.messages[m.Dir] = append(s.messages[m.Dir], message{strings.ToLower(m.Opcode.String()), int64(len(m.Payload)), hex.EncodeToString(sum[:])})
}
