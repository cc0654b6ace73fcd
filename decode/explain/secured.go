package explain

import (
	"fmt"
	"strconv"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/secured"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/tls"
	"github.com/wspeek/wspeek/decode/ws"
)

// fullRecords is how many records are taken apart byte by byte, listRecords how many are listed.
const fullRecords, listRecords = 2, 50

// span is where frames of the message lie in the plaintext of TLS.
func (t *Exchange) span(frames []ws.Frame) secured.Range {
	m := t.Message
	r := secured.Range{FromClient: m.Dir == ws.C2S, First: m.Min, Last: m.Max}
	// Offsets of HTTP/2 count the DATA of one stream, and those in a tunnel start with it.
	if t.Session != nil && t.Session.H2Stream == 0 && t.Session.Tunnel == nil && len(frames) > 0 {
		first, last := frames[0], frames[len(frames)-1]
		r.From, r.To = first.Offset, last.Offset+int64(last.HeaderLen)+max(last.Len, 0)
	}
	return r
}

// Secured adds to the explanation of a message which TLS records carried frames of it, and takes the first ones apart. Without a log
// it adds nothing.
func (t *Exchange) Secured(d *Document, log *secured.Log, frames []ws.Frame) *Document {
	if log != nil {
		t.records(d, log, frames)
	}
	return d
}

func (t *Exchange) records(d *Document, log *secured.Log, frames []ws.Frame) {
	s := t.Session
	if s == nil || s.TLS == nil {
		d.words("tls", "TLS", "The session is in clear: there are no TLS records.")
		return
	}
	records := log.Records(s.TLS.Layer, t.span(frames))
	if len(records) == 0 {
		d.words("tls", "TLS", "The records that carried it are not known any more.")
		return
	}
	list := &Table{Columns: []string{"record", "packet", "offset in TCP", "bytes", "content", "offset in plaintext"}}
	for _, p := range records[:min(len(records), listRecords)] {
		r := p.Record
		list.Rows = append(list.Rows, []any{int64(r.Number), int64(r.Packet), r.Off, int64(r.Len), int64(r.Plain), r.PlainOff})
	}
	p := Part{Name: "tls", Title: "The TLS records that carried it", Data: list, Text: []string{"TLS " + inert(s.TLS.Version+", "+s.TLS.Cipher) +
		". A record carries any part of the stream: frames and records do not begin together."}}
	if n := len(records) - listRecords; n > 0 {
		p.After = []string{"And " + show.CountGrouped(int64(n), "record") + " more."}
	}
	d.add(p)
	for _, p := range records[:min(len(records), fullRecords)] {
		d.record(p.Record)
	}
}

// record takes a TLS record apart byte by byte.
func (d *Document) record(r *tls.Record) {
	b := &recordTable{r: r, table: &Table{Columns: []string{"bytes", "field", "value", "meaning"}}}
	b.header()
	b.sealed()
	b.apart()
	d.add(Part{Name: "record", Title: fmt.Sprintf("TLS record %d, byte by byte (%s)", r.Number, sealSections[r.Seal.How]), Data: b.table})
}

var sealSections = map[tls.SealKind]string{
	0: "RFC 8446 section 5.1", tls.AEAD13: "RFC 8446 section 5.2", tls.AEAD12: "RFC 5246 section 6.2.3.3",
	tls.MACThenEncrypt: "RFC 5246 section 6.2.3.2", tls.EncryptThenMAC: "RFC 7366 section 3", tls.Stream: "RFC 5246 section 6.2.3.1",
}

// recordTable has a row for each field of a record, and for what is not sent with it.
type recordTable struct {
	r     *tls.Record
	table *Table
	at    int
}

// next is a field of n bytes on the wire.
func (b *recordTable) next(n int, field, value, meaning string) {
	if n <= 0 {
		return
	}
	place := strconv.Itoa(b.at)
	if n > 1 {
		place += "-" + strconv.Itoa(b.at+n-1)
	}
	b.at += n
	b.table.Rows = append(b.table.Rows, []any{place, field, value, meaning})
}

// also is a field that is not on the wire, or is encrypted.
func (b *recordTable) also(field, value, meaning string) {
	b.table.Rows = append(b.table.Rows, []any{"", field, value, meaning})
}

// recordTypes are the types of records (RFC 8446 section 5.1).
var recordTypes = map[uint8]string{20: "change_cipher_spec", 21: "alert", 22: "handshake", 23: "application_data", 24: "heartbeat"}

func (b *recordTable) header() {
	r := b.r
	kind := recordTypes[r.Type]
	if r.Seal.How == tls.AEAD13 {
		kind += ", as on every record of TLS 1.3 that is encrypted; the real type is inside"
	}
	b.next(1, "type", strconv.Itoa(int(r.Type)), kind)
	version := "the version"
	if r.Seal.How == tls.AEAD13 {
		version = "03 03 in TLS 1.3, for devices on the way that know no more than TLS 1.2"
	}
	b.next(2, "version", spaced(r.Wire[1:3]), version)
	b.next(2, "length", spaced(r.Wire[3:5]), show.CountGrouped(int64(r.Len-len5), "byte")+" follow the header")
}

// len5 is the length of a record's header.
const len5 = 5

// sealed are the bytes after the header.
func (b *recordTable) sealed() {
	r, s := b.r, &b.r.Seal
	body := r.Len - len5
	switch s.How {
	case 0:
		b.next(body, "content", show.CountGrouped(int64(r.Plain), "byte"), "in clear")
		return
	case tls.AEAD12, tls.AEAD13:
		b.next(s.Explicit, "explicit nonce", spaced(r.Wire[len5:len5+s.Explicit]), "the part of the nonce that is sent with the record")
		inside := "the content, encrypted"
		if s.How == tls.AEAD13 {
			inside = "the content, its type and padding, encrypted"
		}
		b.next(body-s.Explicit-s.Tag, "ciphertext", show.CountGrouped(int64(body-s.Explicit-s.Tag), "byte"), inside)
		b.next(s.Tag, "tag", spaced(s.Sum), "proves that content, header and number are as they were sent; it was right")
	case tls.EncryptThenMAC:
		b.next(s.Explicit, "IV", spaced(r.Wire[len5:len5+s.Explicit]), "random, new in each record")
		b.next(body-s.Explicit-s.Tag, "ciphertext", show.CountGrouped(int64(body-s.Explicit-s.Tag), "byte"), "the content and padding, encrypted")
		b.next(s.Tag, "MAC", spaced(s.Sum), "covers what is encrypted; it was right")
	default:
		b.next(s.Explicit, "IV", spaced(r.Wire[len5:len5+s.Explicit]), "random, new in each record")
		b.next(body-s.Explicit, "ciphertext", show.CountGrouped(int64(body-s.Explicit), "byte"), "the content, its MAC and padding, encrypted")
		b.also("MAC", show.CountGrouped(int64(s.Tag), "byte"), "covers the content, and is encrypted with it; it was right")
	}
}

// apart are what is not on the wire, or not in clear.
func (b *recordTable) apart() {
	r, s := b.r, &b.r.Seal
	if s.How == 0 {
		return
	}
	b.also("sequence number", strconv.FormatUint(r.Number, 10), "not sent: both sides count the records of a direction, from 0 with each new key")
	if len(s.Nonce) > 0 {
		meaning := "the IV of the direction XOR the sequence number"
		if s.Explicit > 0 {
			meaning = "4 bytes of the IV of the direction, and the explicit nonce"
		}
		b.also("nonce", spaced(s.Nonce), meaning)
	}
	covered := "what the tag covers besides the content: the header"
	if s.How != tls.AEAD13 {
		covered = "what is covered besides: the sequence number, type, version and length"
	}
	b.also("additional data", spaced(s.Additional), covered)
	if s.How == tls.AEAD13 {
		b.also("type inside", strconv.Itoa(int(r.Content)), recordTypes[r.Content]+": the byte after the content")
	}
	if s.How != tls.AEAD12 && s.How != tls.Stream {
		b.also("padding", show.CountGrouped(int64(s.Padding), "byte"), "after the content")
	}
	if r.Generation > 0 {
		b.also("key update", strconv.Itoa(r.Generation), "how often the keys of the direction were updated before")
	}
	b.also("content", show.CountGrouped(int64(r.Plain), "byte"), "bytes "+strconv.FormatInt(r.PlainOff, 10)+" and following of the plaintext")
}

// SecuredHandshake adds to the explanation of an opening handshake how TLS began below it. Without a log it adds nothing.
func (t *Exchange) SecuredHandshake(d *Document, log *secured.Log) *Document {
	if log != nil {
		t.below(d, log)
	}
	return d
}

func (t *Exchange) below(d *Document, log *secured.Log) {
	s := t.Session
	if s == nil || s.TLS == nil {
		d.words("tls", "TLS", "The session is in clear: there was no TLS handshake.")
		return
	}
	agreed := &Table{Columns: []string{"agreed on", "value"}, Rows: [][]any{
		{"version", inert(s.TLS.Version)}, {"cipher suite", inert(s.TLS.Cipher)}, {"server name (SNI)", orNone(s.TLS.SNI)},
		{"protocol (ALPN)", orNone(s.TLS.ALPN)}, {"session resumed", s.TLS.Resumed}, {"early data accepted", s.TLS.EarlyData},
		{"keys from", inert(s.TLS.Keys)},
	}}
	d.add(Part{Name: "tls", Title: "TLS below it", Data: agreed})
	l := &Ladder{}
	for _, p := range log.Handshake(s.TLS.Layer) {
		l.Steps = append(l.Steps, Step{Dir: sideName(p.FromClient), Text: cut(inert(PartSays(p)), 60)})
	}
	if len(l.Steps) > 0 {
		d.add(Part{Name: "tls-ladder", Title: "The TLS handshake, as far as it could be read", Data: l})
	}
}

func orNone(name string) string {
	if name == "" {
		return "none"
	}
	return inert(name)
}

func sideName(client bool) string {
	if client {
		return ws.C2S.String()
	}
	return ws.S2C.String()
}

// PartSays is what a handshake message or an alert is. Names from the wire in it are as they came.
func PartSays(p *decode.TLSPart) string {
	if p.Record != nil {
		return p.Alert
	}
	return p.Message.Says
}
