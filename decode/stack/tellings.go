package stack

import (
	"bytes"
	"strings"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/tls"
	"github.com/wspeek/wspeek/reassembly"
)

// tellTLS are the options of TLS connection number layer: what of it is told besides its content.
func (c *conn) tellTLS(layer int) (o tls.Options) {
	if c.d.opt.Secrets {
		o.Secret = func(line []byte) { c.d.out.AddKeys(c.event(), line) }
	}
	if !c.d.opt.TLSParts {
		return o
	}
	part := &tlsParts{conn: c, layer: layer}
	o.Record, o.Message = part.record, part.message
	return o
}

// event is an event of the connection at the packet looked at.
func (c *conn) event() decode.Event {
	return decode.Event{Packet: c.d.now.Packet, Stream: c.stream}
}

// tlsParts tells the records and handshake messages of one TLS connection.
type tlsParts struct {
	conn  *conn
	layer int
	// client is the direction of the client, where known.
	client reassembly.Dir
	known  bool
}

// Types of records and handshake messages (RFC 8446 sections 4 and 5.1).
const (
	alertRecord, handshakeRecord = 21, 22
	clientHello, serverHello     = 1, 2
)

// from notes who is the client, as a hello shows, and reports whether d is its direction.
func (p *tlsParts) from(d reassembly.Dir, hello byte) bool {
	if !p.known && (hello == clientHello || hello == serverHello) {
		p.known, p.client = true, d
		if hello == serverHello {
			p.client = d.Other()
		}
	}
	return p.known && p.client == d
}

func (p *tlsParts) record(r tls.Record) {
	hello := byte(0)
	if r.Content == handshakeRecord && len(r.Data) > 0 {
		hello = r.Data[0]
	}
	t := &decode.TLSPart{Layer: p.layer, FromClient: p.from(r.Dir, hello), Record: &r}
	if r.Content == alertRecord && len(r.Data) == 2 {
		a := tls.Alert{Dir: r.Dir, FromClient: t.FromClient, Code: r.Data[1]}
		t.Alert = "alert " + strings.TrimPrefix(a.Name(), "alert ")
	}
	r.Wire = bytes.Clone(r.Wire[:min(len(r.Wire), recordStart)])
	r.Data = nil
	p.conn.d.out.AddTLSPart(p.conn.event(), t)
}

// recordStart is how many bytes of a record are told: its header, and an explicit nonce or IV.
const recordStart = 5 + 16

func (p *tlsParts) message(m tls.Message) {
	p.conn.d.out.AddTLSPart(p.conn.event(), &decode.TLSPart{Layer: p.layer, FromClient: p.from(m.Dir, m.Type), Message: &m})
}

// tapped returns next, behind what tells the plaintext that it is given if somebody wants that.
func (c *conn) tapped(next reassembly.Handler, layer int, client reassembly.Dir) reassembly.Handler {
	if !c.d.opt.TLSContent {
		return next
	}
	return &plainTap{next, c, layer, client}
}

// plainTap tells the plaintext of a TLS connection, and passes it on.
type plainTap struct {
	next   reassembly.Handler
	conn   *conn
	layer  int
	client reassembly.Dir
}

func (p *plainTap) tell(d reassembly.Dir, plain decode.Plain) {
	p.conn.d.out.AddTLSPart(p.conn.event(), &decode.TLSPart{Layer: p.layer, FromClient: d == p.client, Plain: &plain})
}

// Data is reassembly.Handler.
func (p *plainTap) Data(d reassembly.Dir, k reassembly.Chunk) {
	own := k
	own.Data = bytes.Clone(k.Data)
	p.tell(d, decode.Plain{Chunk: own})
	p.next.Data(d, k)
}

// Gap is reassembly.Handler.
func (p *plainTap) Gap(d reassembly.Dir, off, n int64) {
	p.tell(d, decode.Plain{Chunk: reassembly.Chunk{Off: off}, Lost: n})
	p.next.Gap(d, off, n)
}

// Conflict is reassembly.Handler.
func (p *plainTap) Conflict(d reassembly.Dir, off, n int64) { p.next.Conflict(d, off, n) }

// Close is reassembly.Handler.
func (p *plainTap) Close(d reassembly.Dir, k reassembly.CloseKind) {
	p.tell(d, decode.Plain{Close: k})
	p.next.Close(d, k)
}

// Inferred is reassembly.GapInferrer.
func (p *plainTap) Inferred(d reassembly.Dir, off, n, least, most int64) {
	if i, ok := p.next.(reassembly.GapInferrer); ok {
		i.Inferred(d, off, n, least, most)
	}
}
