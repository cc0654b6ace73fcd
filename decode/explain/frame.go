package explain

import (
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
)

// Frame explains frame i of t.Frames, from 0.
func (t *Exchange) Frame(i int) *Document {
	f := &t.Frames[i]
	d := &Document{Subject: "frame", Title: t.frameTitle(f), Frame: f.N, Message: f.Message}
	if t.Session != nil {
		d.Session = t.Session.N
	}
	t.place(d, f)
	t.frameParts(d, i, "")
	t.pointers(d, i)
	t.ladder(d, f.Opcode)
	return d
}

// frameTitle says what a frame is in one line.
func (t *Exchange) frameTitle(f *ws.Frame) string {
	s := "Frame " + strconv.Itoa(f.N)
	if t.Session != nil {
		s += " of session " + strconv.Itoa(t.Session.N)
	}
	return s + ": " + kind(f.Opcode) + ", " + t.size(f) + ", " + sender(f.Dir)
}

func (t *Exchange) size(f *ws.Frame) string {
	if f.Len < 0 {
		return "of an impossible length"
	}
	return show.CountGrouped(f.Len, "byte")
}

// kind is the name of an opcode; a reserved one's with its number.
func kind(o ws.Opcode) string {
	if o.Reserved() {
		return "reserved opcode 0x" + strconv.FormatUint(uint64(o), 16)
	}
	return o.String()
}

func sender(d ws.Dir) string {
	if d == ws.C2S {
		return "client to server"
	}
	return "server to client"
}

// place says where the frame was found.
func (t *Exchange) place(d *Document, f *ws.Frame) {
	if t.ByHand {
		return
	}
	s := fmt.Sprintf("It is at byte %s of the %s stream, in packet %d", show.Thousands(f.Offset), f.Dir, f.First.Packet)
	if f.Last.Packet != f.First.Packet {
		s += fmt.Sprintf(" to %d", f.Last.Packet)
	}
	text := []string{s + "."}
	if doubt := state(f.State); doubt != "" {
		text = append(text, doubt)
	}
	d.words("place", "", text...)
}

// states say what a reader must know of a frame that is not exact.
var states = map[ws.State]string{
	ws.Conflict:    "Copies of its bytes differed in the capture: the peer may have seen others.",
	ws.Partial:     "A part of it was not captured.",
	ws.Guessed:     "Where it starts was guessed: the capture lacks what came before.",
	ws.Undecodable: "Its payload could not be decoded.",
}

func state(s ws.State) string { return states[s] }

// drawn is how many bytes of payload are drawn in the boxes of the header.
const drawn = 8

// frameParts adds what is to be said of a frame alone. Headings start with prefix.
func (t *Exchange) frameParts(d *Document, i int, prefix string) {
	f := &t.Frames[i]
	c := t.Context
	c.Compressed = t.Message != nil && t.Message.Compressed
	head := HeaderBytes(f)
	wire := t.wireBytes(i)
	wire = wire[:min(len(wire), len(head)+t.drawn(len(head)))]
	bits := &Bits{Bytes: wire, Fields: t.Fields(i), More: max(f.Len, 0) - int64(len(wire)-len(head))}
	d.add(Part{Name: "header", Title: prefix + "The header, bit by bit (RFC 6455 section 5.2)", Data: bits})
	d.words("length", prefix+"The length (RFC 6455 section 5.2)", lengthRule(f))
	t.rsv(d, f, c, prefix)
	t.masking(d, i, prefix)
	if f.Opcode == ws.OpClose {
		t.closeCode(d)
	}
	t.seen(d, f)
}

// drawn fills the last row of the header and at least one more.
func (t *Exchange) drawn(head int) int { return drawn + (4-head%4)%4 }

// seen says what of a frame is missing.
func (t *Exchange) seen(d *Document, f *ws.Frame) {
	if f.Seen >= f.Len || f.Len < 0 {
		return
	}
	d.words("missing", "", fmt.Sprintf("The header declares %s of payload, and %s of them are there.", show.CountGrouped(f.Len, "byte"), show.Thousands(f.Seen)))
}

// maxBody keeps the number of a bit below 1<<63: a longer payload ends there.
const maxBody = 1 << 59

// Fields are all fields of frame i of t.Frames: those of its header, then those of its payload.
func (t *Exchange) Fields(i int) []Field {
	c := t.Context
	c.Compressed = t.Message != nil && t.Message.Compressed
	return append(c.Header(&t.Frames[i]), t.body(i)...)
}

// body are the fields after the header: of a Close frame its code and reason, else the payload.
func (t *Exchange) body(i int) []Field {
	f := &t.Frames[i]
	at := int64(f.HeaderLen) * 8
	n := max(f.Len, 0)
	n = min(n, maxBody)
	if n == 0 {
		return nil
	}
	plain := t.sent().run(t.start(i), n)
	wire := mask(f, plain[:min(len(plain), 64)])
	var list []Field
	if f.Opcode == ws.OpClose && n >= 2 && len(plain) >= 2 {
		code := int(plain[0])<<8 | int(plain[1])
		list = append(list, Field{Name: nameCode, From: at, To: at + 16, Value: strconv.Itoa(code), Meaning: codeMeaning(code),
			RFC: rfc6455, Section: "5.5.1"})
		at, n, plain, wire = at+16, n-2, plain[2:], wire[2:]
	}
	name, section := namePayload, "5.2"
	if len(list) > 0 {
		name, section = nameReason, "5.5.1"
	}
	if n > 0 {
		list = append(list, Field{Name: name, From: at, To: at + n*8, Value: shortHex(wire), Meaning: t.payloadMeaning(f, plain),
			RFC: rfc6455, Section: section})
	}
	blame(list, f)
	return list
}

func codeMeaning(code int) string {
	if c := ws.FindCloseCode(code); c != nil {
		return c.Name
	}
	return ws.CloseName(code)
}

// shortHex are the first bytes of a payload on the wire.
func shortHex(p []byte) string {
	const most = 4
	if len(p) > most {
		return spaced(p[:most]) + " ..."
	}
	return spaced(p)
}

func (t *Exchange) payloadMeaning(f *ws.Frame, plain []byte) string {
	s := ""
	switch {
	case len(plain) == 0:
		return "not captured"
	case t.Message.Compressed:
		s = "a part of the DEFLATE data"
		if int64(len(plain)) == t.Message.WireLen {
			s = "DEFLATE data"
		}
	case f.Opcode == ws.OpBinary:
		s = show.CountGrouped(f.Len, "byte")
	default:
		s = Preview(plain, 40)
	}
	if f.Masked {
		return "masked: " + s
	}
	return s
}

// Preview shows bytes as text in quotes where they are UTF-8 for the most part, else in hex; at most n characters.
func Preview(p []byte, n int) string {
	if !mostlyText(p[:min(len(p), 4*n)]) {
		shown := p[:min(len(p), n/3)]
		return more(spaced(shown), len(p)-len(shown))
	}
	i := 0
	for k := 0; k < n && i < len(p); k++ {
		_, size := utf8.DecodeRune(p[i:])
		i += size
	}
	return more(`"`+string(show.AppendInert(nil, p[:i]))+`"`, len(p)-i)
}

func more(s string, n int) string {
	if n > 0 {
		s += " and " + show.CountGrouped(int64(n), "byte") + " more"
	}
	return s
}

// mostlyText reports whether at most one byte in eight is not text.
func mostlyText(p []byte) bool {
	odd := 0
	for i := 0; i < len(p); {
		r, n := utf8.DecodeRune(p[i:])
		if r == utf8.RuneError && n == 1 && i+utf8.UTFMax <= len(p) || r < 0x20 && r != '\n' && r != '\t' && r != '\r' {
			odd++
		}
		i += n
	}
	return odd*8 <= len(p)
}

// rsv says what RSV1 means where that needs more than a line (RFC 7692 section 6).
func (t *Exchange) rsv(d *Document, f *ws.Frame, c Context, prefix string) {
	if f.RSV == 0 && (c.Deflate == nil || f.Opcode != ws.OpContinuation || !c.Compressed) {
		return
	}
	d.words("rsv", prefix+"The reserved bits (RFC 7692 section 6)", rsvWords(f, c))
}

func rsvWords(f *ws.Frame, c Context) string {
	switch {
	case f.RSV&3 != 0 && c.Unknown == "":
		return "RSV2 and RSV3 belong to no extension that was ever standardised. A receiver that negotiated none that uses them " +
			"must fail the connection: it cannot know how they change the payload."
	case c.Deflate == nil && c.Unknown != "":
		return "The session negotiated " + inert(c.Unknown) + ", an extension that this program does not know. The bits may be its, " +
			"and the payload may not be what it looks like."
	case c.Deflate == nil && c.Known:
		return "RSV1 announces a compressed message, but only where the opening handshake negotiated permessage-deflate. Here it did not: " +
			"a receiver must fail the connection."
	case f.RSV&4 != 0 && (f.Opcode.Control() || f.Opcode == ws.OpContinuation):
		return "RSV1 may be set on the first frame of a data message only. Compression concerns whole messages: a continuation goes on with " +
			"what the first frame began, and control frames are never compressed."
	case f.RSV&4 != 0:
		return "RSV1 is the \"Per-Message Compressed\" bit of permessage-deflate. It is set on the first frame of a message and applies to the " +
			"whole message: the payloads of all its frames, joined, are DEFLATE data."
	}
	return "RSV1 is 0 here because this is not the first frame. The first frame said that the message is compressed, and that holds for all its frames."
}

// unmasked is how many bytes of the XOR are shown.
const unmasked = 8

// masking shows the XOR of the first bytes (RFC 6455 section 5.3).
func (t *Exchange) masking(d *Document, i int, prefix string) {
	f := &t.Frames[i]
	plain := t.sent().run(t.start(i), unmasked)
	if !f.Masked || len(plain) == 0 || f.Len <= 0 {
		return
	}
	plain = plain[:min(int64(len(plain)), f.Len)]
	wire := mask(f, plain)
	table := &Table{Columns: []string{"i", "i mod 4", "wire", "key", "payload", "in bits"}}
	for k, c := range plain {
		key := f.MaskKey[k%4]
		table.Rows = append(table.Rows, []any{int64(k), int64(k % 4), hexByte(wire[k]), hexByte(key), hexByte(c) + glyph(c),
			fmt.Sprintf("%08b XOR %08b = %08b", wire[k], key, c)})
	}
	p := Part{Name: "masking", Title: prefix + "Taking the mask off (RFC 6455 section 5.3)", Data: table, Text: []string{
		"Payload byte i was XORed with byte i mod 4 of the masking key " + spaced(f.MaskKey[:]) + "; the same again takes the mask off."}}
	if left := f.Len - int64(len(plain)); left > 0 {
		p.After = []string{"and so on with the other " + show.CountGrouped(left, "byte") + "."}
	}
	d.add(p)
}

func hexByte(c byte) string { return fmt.Sprintf("%02x", c) }

// glyph is the character that a byte is in ASCII.
func glyph(c byte) string {
	if c > 0x20 && c < 0x7f {
		return " '" + string(rune(c)) + "'"
	}
	return ""
}

// closeCode says what the code of a Close frame means.
func (t *Exchange) closeCode(d *Document) {
	m := t.Message
	if m == nil {
		return
	}
	if m.CloseCode < 0 && len(m.Payload) > 0 {
		d.words("close", "The close code (RFC 6455 section 7.1.5)",
			"The body has 1 byte, which is neither a close code nor none: a receiver fails the connection.")
		return
	}
	if m.CloseCode < 0 {
		d.words("close", "The close code (RFC 6455 section 7.1.5)",
			"The frame has no body. The application sees 1005, which means \"no code was sent\".")
		return
	}
	p := Part{Name: "close", Title: "The close code (RFC 6455 section 7.4)", Text: closeWords(m.CloseCode)}
	if r := m.Reason(); len(r) > 0 {
		p.Text = append(p.Text, "The reason is "+Preview(r, 123)+". It is for people and logs; programs should go by the code.")
	}
	d.add(p)
}
