package stack

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"strings"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/reassembly"
)

// The two forms of the PROXY protocol that a load balancer puts before the client's first byte, to name the real client.
var (
	proxyV1 = []byte("PROXY ")
	proxyV2 = []byte("\r\n\r\n\x00\r\nQUIT\n")
)

const (
	// maxProxyV1 is the longest line of version 1 with its CRLF.
	maxProxyV1 = 107
	// proxyV2Fixed is the length of a version 2 header before its addresses.
	proxyV2Fixed = 16
)

// proxyHeader waits for the end of a PROXY protocol header, and lets the rest of the stream be recognised again.
type proxyHeader struct {
	carrier *carrier
	out     *slot
	client  reassembly.Dir
	buf     []byte
	held    reassembly.Held
}

// sniffPROXY looks for a PROXY protocol header at the start of either direction.
func sniffPROXY(s *sniffer) verdict { return s.either(looksLikePROXY) }

func looksLikePROXY(b []byte) verdict {
	v := no
	for _, sign := range [][]byte{proxyV1, proxyV2} {
		switch {
		case len(b) == 0:
		case bytes.HasPrefix(b, sign):
			return yes
		case bytes.HasPrefix(sign, b):
			v = maybe
		}
	}
	return v
}

func beginPROXY(s *sniffer) reassembly.Handler {
	client := reassembly.Fwd
	if looksLikePROXY(s.head[client]) != yes {
		client = reassembly.Rev
	}
	return &proxyHeader{carrier: s.carrier, out: s.out, client: client}
}

// Data is reassembly.Handler.
func (p *proxyHeader) Data(d reassembly.Dir, k reassembly.Chunk) {
	if d != p.client {
		p.hold(d, k)
		return
	}
	before := len(p.buf)
	p.buf = append(p.buf, k.Data[:min(len(k.Data), proxyV2Fixed+1<<16)]...)
	n := proxyLen(p.buf)
	switch {
	case n < 0:
		p.fail(k, before)
	case n > 0 && n <= len(p.buf):
		p.done(d, k, n, before)
	}
}

// hold keeps what the server sends before the header is whole.
func (p *proxyHeader) hold(d reassembly.Dir, k reassembly.Chunk) {
	if p.held.Data(d, k, 0); p.held.Bytes() > sniffLimit(p.carrier.conn.d.opt.Limits) {
		p.fail(reassembly.Chunk{}, len(p.buf))
	}
}

// done notes the addresses in the first n bytes, and passes on what follows them in k.
func (p *proxyHeader) done(d reassembly.Dir, k reassembly.Chunk, n, before int) {
	p.carrier.conn.d.bytes.HTTP += int64(n)
	p.carrier.proxied = parseProxy(p.buf[:n])
	s := &sniffer{carrier: p.carrier, out: p.out}
	s.from[d] = k.Off + int64(n-before)
	p.out.put(p.carrier.conn, s)
	p.held.Replay(p.out)
	if rest := n - before; rest < len(k.Data) {
		k.Off, k.Data = k.Off+int64(rest), k.Data[rest:]
		p.out.Data(d, k)
	}
}

// fail ends with bytes that are not such a header after all. The first before bytes of buf came ahead of k.
func (p *proxyHeader) fail(k reassembly.Chunk, before int) {
	p.carrier.conn.d.bytes.Undecoded += int64(before)
	p.out.put(p.carrier.conn, p.carrier.search())
	p.held.Replay(p.out)
	if len(k.Data) > 0 {
		p.out.Data(p.client, k)
	}
}

// Gap is reassembly.Handler.
func (p *proxyHeader) Gap(d reassembly.Dir, off, n int64) {
	p.fail(reassembly.Chunk{}, len(p.buf))
	p.out.Gap(d, off, n)
}

// Conflict is reassembly.Handler.
func (p *proxyHeader) Conflict(d reassembly.Dir, off, n int64) { p.held.Conflict(d, off, n) }

// Close is reassembly.Handler.
func (p *proxyHeader) Close(d reassembly.Dir, k reassembly.CloseKind) {
	if p.held.Close(d, k, 0); p.held.Closed() == 2 {
		p.fail(reassembly.Chunk{}, len(p.buf))
	}
}

// proxyLen is the length of the header that b starts with, 0 if that is not known yet, -1 if it is not a header.
func proxyLen(b []byte) int {
	if bytes.HasPrefix(b, proxyV2[:min(len(b), len(proxyV2))]) {
		switch {
		case len(b) < proxyV2Fixed:
			return 0
		case b[12]>>4 != 2:
			return -1
		}
		return proxyV2Fixed + int(binary.BigEndian.Uint16(b[14:]))
	}
	if i := bytes.Index(b[:min(len(b), maxProxyV1)], []byte("\r\n")); i >= 0 {
		return i + 2
	}
	if len(b) >= maxProxyV1 {
		return -1
	}
	return 0
}

// parseProxy reads a whole header. The addresses are the zero value if it has none (UNKNOWN, LOCAL, or not an IP address).
func parseProxy(b []byte) *decode.Proxied {
	if bytes.HasPrefix(b, proxyV1) {
		p := &decode.Proxied{Version: 1}
		if f := strings.Fields(string(b)); len(f) == 6 {
			p.Client, _ = netip.ParseAddrPort(netJoin(f[2], f[4]))
			p.Server, _ = netip.ParseAddrPort(netJoin(f[3], f[5]))
		}
		return p
	}
	p := &decode.Proxied{Version: 2}
	a := b[proxyV2Fixed:]
	size := map[byte]int{0x11: 4, 0x21: 16}[b[13]]
	if size == 0 || b[12]&0xf != 1 || len(a) < 2*size+4 {
		return p
	}
	from, _ := netip.AddrFromSlice(a[:size])
	to, _ := netip.AddrFromSlice(a[size : 2*size])
	p.Client = netip.AddrPortFrom(from, binary.BigEndian.Uint16(a[2*size:]))
	p.Server = netip.AddrPortFrom(to, binary.BigEndian.Uint16(a[2*size+2:]))
	return p
}

// netJoin is an address and a port as netip.ParseAddrPort wants them.
func netJoin(host, port string) string {
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return host + ":" + port
}
