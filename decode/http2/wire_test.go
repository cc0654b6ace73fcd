package http2

import (
	"bytes"
	"strings"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// wire writes frames of one direction with the Framer and HPACK encoder of golang.org/x/net.
type wire struct {
	buf   bytes.Buffer
	f     *http2.Framer
	block bytes.Buffer
	enc   *hpack.Encoder
}

func newWire() *wire {
	w := &wire{}
	w.f = http2.NewFramer(&w.buf, nil)
	w.f.AllowIllegalWrites = true
	w.enc = hpack.NewEncoder(&w.block)
	return w
}

// take returns what was written since the last call.
func (w *wire) take() string {
	s := w.buf.String()
	w.buf.Reset()
	return s
}

// fields encodes "name value" lines.
func (w *wire) fields(lines ...string) []byte {
	w.block.Reset()
	for _, l := range lines {
		name, value, _ := strings.Cut(l, " ")
		must(w.enc.WriteField(hpack.HeaderField{Name: name, Value: value}))
	}
	return bytes.Clone(w.block.Bytes())
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func (w *wire) headers(id uint32, lines ...string) string { return w.headersFlags(id, false, lines...) }

func (w *wire) headersFlags(id uint32, end bool, lines ...string) string {
	must(w.f.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: w.fields(lines...), EndHeaders: true, EndStream: end}))
	return w.take()
}

func (w *wire) data(id uint32, text string) string {
	must(w.f.WriteData(id, false, []byte(text)))
	return w.take()
}

func (w *wire) last(id uint32, text string) string {
	must(w.f.WriteData(id, true, []byte(text)))
	return w.take()
}

func (w *wire) padded(id uint32, text string, pad int) string {
	must(w.f.WriteDataPadded(id, false, []byte(text), make([]byte, pad)))
	return w.take()
}

func (w *wire) settings(s ...http2.Setting) string {
	must(w.f.WriteSettings(s...))
	return w.take()
}

func (w *wire) ack() string {
	must(w.f.WriteSettingsAck())
	return w.take()
}

func (w *wire) ping() string {
	must(w.f.WritePing(false, [8]byte{1, 2, 3}))
	return w.take()
}

func (w *wire) reset(id uint32, code http2.ErrCode) string {
	must(w.f.WriteRSTStream(id, code))
	return w.take()
}

func (w *wire) goAway(last uint32, code http2.ErrCode, debug string) string {
	must(w.f.WriteGoAway(last, code, []byte(debug)))
	return w.take()
}

func (w *wire) raw(t uint8, flags uint8, id uint32, payload string) string {
	must(w.f.WriteRawFrame(http2.FrameType(t), http2.Flags(flags), id, []byte(payload)))
	return w.take()
}

// pair is both sides of a connection.
type pair struct{ c, s *wire }

func newPair() pair { return pair{newWire(), newWire()} }

var enable = http2.Setting{ID: http2.SettingEnableConnectProtocol, Val: 1}

// open is how a connection begins.
func (p pair) open() []event {
	return []event{s(p.s.settings(enable)), c(Preface + p.c.settings() + p.c.ack()), s(p.s.ack())}
}

var connectLines = []string{":method CONNECT", ":protocol websocket", ":scheme https", ":path /chat", ":authority example.com", "sec-websocket-version 13"}

func (p pair) connect(id uint32) event { return c(p.c.headers(id, connectLines...)) }
func (p pair) ok(id uint32) event      { return s(p.s.headers(id, ":status 200")) }

// session opens a connection with a WebSocket stream 1.
func (p pair) session(more ...event) []event {
	return append(append(p.open(), p.connect(1), p.ok(1)), more...)
}
