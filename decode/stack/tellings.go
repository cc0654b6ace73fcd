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
	if !p.conn.d.opt.TLSContent {
		r.Data = nil
	}
	r.Data = bytes.Clone(r.Data)
	p.conn.d.out.AddTLSPart(p.conn.event(), t)
}

// recordStart is how many bytes of a record are told: its header, and an explicit nonce or IV.
const recordStart = 5 + 16

func (p *tlsParts) message(m tls.Message) {
	p.conn.d.out.AddTLSPart(p.conn.event(), &decode.TLSPart{Layer: p.layer, FromClient: p.from(m.Dir, m.Type), Message: &m})
}
