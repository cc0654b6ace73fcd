// Package secured keeps what TLS did below sessions: the handshake messages and alerts of connections, and the records of
// those that are wanted. It is rank 4; explain and ladder show what it keeps.
package secured

import (
	"cmp"
	"slices"

	"github.com/wspeek/wspeek/decode"
)

const (
	// maxParts is how many handshake messages and alerts of a connection are kept, the first.
	maxParts = 256
	// fewRecords is how many records of a direction are kept of any connection, manyRecords of one that is wanted: the newest.
	fewRecords, manyRecords = 16, 4096
)

// Log keeps parts of TLS connections. The zero value is empty; a nil Log keeps nothing.
type Log struct {
	conns map[*decode.Stream]*conn
	// wanted is the connection that is asked for.
	wanted *conn
}

// conn is what is kept of the TLS connections in one TCP connection.
type conn struct {
	parts []*decode.TLSPart
	// records are those of the server and of the client.
	records [2][]*decode.TLSPart
	wanted  bool
}

// Note takes an event in. It must see all.
func (l *Log) Note(b *decode.Batch, e *decode.Event) {
	if l == nil {
		return
	}
	switch e.Kind {
	case decode.KindTLSPart:
		l.of(e.Stream).add(b.TLSPart(e))
	case decode.KindTLS:
		if c := l.conns[e.Stream]; c != nil && !c.wanted {
			delete(l.conns, e.Stream)
		}
	}
}

// Want keeps what is known of the connection that is asked for, and more of its records from now on.
func (l *Log) Want(s *decode.Stream) {
	if l != nil {
		l.wanted = l.of(s)
		l.wanted.wanted = true
	}
}

func (l *Log) of(s *decode.Stream) *conn {
	if l.conns == nil {
		l.conns = map[*decode.Stream]*conn{}
	}
	c := l.conns[s]
	if c == nil {
		c = &conn{}
		l.conns[s] = c
	}
	return c
}

func (c *conn) add(p *decode.TLSPart) {
	if p.Plain != nil {
		return
	}
	if p.Record == nil || p.Alert != "" {
		if len(c.parts) < maxParts {
			c.parts = append(c.parts, p)
		}
		if p.Record == nil {
			return
		}
	}
	most, list := fewRecords, &c.records[side(p.FromClient)]
	if c.wanted {
		most = manyRecords
	}
	if *list = append(*list, p); len(*list) >= 2*most {
		*list = append((*list)[:0], (*list)[len(*list)-most:]...)
	}
}

func side(client bool) int {
	if client {
		return 1
	}
	return 0
}

// Handshake are the handshake messages and alerts of TLS connection number layer of the wanted one, in the order of packets.
func (l *Log) Handshake(layer int) (list []*decode.TLSPart) {
	if c := l.wanted; c != nil {
		for _, p := range c.parts {
			if p.Layer == layer {
				list = append(list, p)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b *decode.TLSPart) int { return cmp.Compare(Packet(a), Packet(b)) })
	return list
}

// Range is a part of one direction: packets and, if To is above 0, offsets of the plaintext, from From up to To.
type Range struct {
	FromClient  bool
	First, Last int
	From, To    int64
}

// Records are the records of application data of TLS connection number layer that carried something in a range, as far as
// they are kept.
func (l *Log) Records(layer int, r Range) (list []*decode.TLSPart) {
	c := l.wanted
	if c == nil {
		return nil
	}
	for _, p := range c.records[side(r.FromClient)] {
		k := p.Record
		in := p.Layer == layer && k.Content == applicationData && k.Packet >= r.First && k.Packet <= r.Last
		if in && (r.To == 0 || k.PlainOff < r.To && k.PlainOff+int64(k.Plain) > r.From) {
			list = append(list, p)
		}
	}
	return list
}

// applicationData is a type of records (RFC 8446 section 5.1).
const applicationData = 23

// Packet is the packet that completed a part.
func Packet(p *decode.TLSPart) int {
	if p.Record != nil {
		return p.Record.Packet
	}
	return p.Message.Packet
}
