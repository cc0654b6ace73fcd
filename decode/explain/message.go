package explain

import (
	"fmt"
	"strconv"

	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
)

// fullFrames is how many frames of a message are taken apart bit by bit; the others are listed.
const fullFrames = 2

// stripFrames is how many are drawn side by side, listFrames how many are listed.
const (
	stripFrames = 16
	listFrames  = 50
)

// Explain explains the message with its frames.
func (t *Exchange) Explain() *Document {
	m := t.Message
	d := &Document{Subject: "message", Title: t.messageTitle(), Message: m.N}
	if t.Session != nil {
		d.Session = t.Session.N
	}
	d.words("summary", "", t.summary()...)
	t.fragments(d)
	for i := range t.Frames[:min(len(t.Frames), fullFrames)] {
		prefix := ""
		if len(t.Frames) > 1 {
			prefix = "Frame " + strconv.Itoa(t.Frames[i].N) + ": "
		}
		t.frameParts(d, i, prefix)
	}
	t.otherFrames(d)
	t.deflate(d)
	t.microscope(d)
	t.content(d)
	if len(t.Frames) == 1 {
		t.pointers(d, 0)
	} else {
		t.pointers(d, -1)
	}
	t.ladder(d, m.Opcode)
	return d
}

func (t *Exchange) messageTitle() string {
	m := t.Message
	s := "Message " + strconv.Itoa(m.N)
	if t.Session != nil {
		s += " of session " + strconv.Itoa(t.Session.N)
	}
	return s + ": " + kind(m.Opcode) + ", " + sender(m.Dir)
}

// summary says in a few sentences what the message is.
func (t *Exchange) summary() []string {
	m := t.Message
	s := show.CountGrouped(int64(m.Frames), "frame") + " with " + show.CountGrouped(m.WireLen, "byte") + " of payload on the wire"
	if m.Compressed {
		s += ", compressed"
	}
	if m.Len >= 0 && m.Opcode != ws.OpClose && m.Compressed {
		s += ", " + show.CountGrouped(m.Len, "byte") + " of application data"
	}
	list := []string{s + "."}
	if !t.ByHand {
		list[0] += " Packets " + strconv.Itoa(m.Min) + " to " + strconv.Itoa(m.Max) + "."
		if m.Min == m.Max {
			list[0] = s + ". Packet " + strconv.Itoa(m.Min) + "."
		}
	}
	if t.ByHand && t.Context.Deflate != nil && m.Compressed {
		list = append(list, "Bytes alone do not say what was negotiated: RSV1 is taken to mean permessage-deflate (RFC 7692).")
	}
	if m.State != ws.Exact {
		list = append(list, t.doubt())
	}
	return list
}

// doubt says how far the message may be believed.
func (t *Exchange) doubt() string {
	m := t.Message
	s := state(m.State)
	if m.State == ws.Guessed && m.Missing > 0 {
		return "Messages before it were lost: " + show.CountGrouped(m.Missing, "byte") + " that it copies from them are not known, and others were found by trying."
	}
	if m.Missing > 0 {
		s += " " + show.CountGrouped(m.Missing, "byte") + " are missing."
	}
	if m.State == ws.Undecodable {
		s = "It could not be decoded: " + m.Why.String() + "."
	}
	return s
}

// fragments draws the message as a row of frames (RFC 6455 section 5.4).
func (t *Exchange) fragments(d *Document) {
	if t.Message.Frames < 2 {
		return
	}
	strip := &Strip{}
	between := t.Between
	for i := range t.Frames[:min(len(t.Frames), stripFrames)] {
		for len(between) > 0 && between[0].N < t.Frames[i].N {
			strip.Cells = append(strip.Cells, otherCell(&between[0]))
			between = between[1:]
		}
		strip.Cells = append(strip.Cells, t.cell(i))
	}
	if left := t.Message.Frames - min(len(t.Frames), stripFrames); left > 0 {
		strip.Cells = append(strip.Cells, Cell{Lines: []string{"and " + show.CountGrouped(int64(left), "frame"), "more"}})
	}
	text := "The first frame carries the opcode, the others have opcode 0; the last has FIN set. Its fragments may not be mixed with those of " +
		"another message, but control frames may be between them."
	d.add(Part{Name: "fragments", Title: "The fragments (RFC 6455 section 5.4)", Text: []string{text}, Data: strip})
}

func (t *Exchange) cell(i int) Cell {
	f := &t.Frames[i]
	head := kind(f.Opcode)
	if f.Opcode == ws.OpContinuation {
		head = "cont."
	}
	marks := ""
	if f.RSV&4 != 0 {
		marks = " RSV1"
	}
	if f.Fin {
		marks += " FIN"
	}
	c := Cell{Frame: f.N, Lines: []string{"#" + strconv.Itoa(f.N) + " " + head + marks, t.size(f)}}
	if p := t.sent().run(t.start(i), min(max(f.Len, 0), 64)); len(p) > 0 {
		c.Lines = append(c.Lines, t.piece(p))
	}
	if len(f.Findings) > 0 {
		c.Lines = append(c.Lines, "!"+f.Findings[0].ID)
	}
	return c
}

// piece shows the start of a frame's payload in a few characters.
func (t *Exchange) piece(p []byte) string {
	if t.Message.Compressed || t.Message.Opcode == ws.OpBinary {
		return shortHex(p)
	}
	return cut(Preview(p[:min(len(p), 18)], 18), 30)
}

func otherCell(f *ws.Frame) Cell {
	return Cell{Frame: f.N, Other: true, Lines: []string{"#" + strconv.Itoa(f.N) + " " + kind(f.Opcode), show.CountGrouped(f.Len, "byte"), "(in between)"}}
}

// otherFrames lists the frames that are not taken apart.
func (t *Exchange) otherFrames(d *Document) {
	if len(t.Frames) <= fullFrames {
		return
	}
	table := &Table{Columns: []string{"frame", "FIN", "RSV", "opcode", "MASK", "length", "header bytes", "rules"}}
	last := min(len(t.Frames), listFrames)
	for i := fullFrames; i < last; i++ {
		f := &t.Frames[i]
		rules := ""
		for _, r := range f.Findings {
			rules += "  !" + r.ID
		}
		table.Rows = append(table.Rows, []any{int64(f.N), f.Fin, fmt.Sprintf("%03b", f.RSV), "0x" + strconv.FormatUint(uint64(f.Opcode), 16),
			f.Masked, f.Len, spaced(HeaderBytes(f)), rules})
	}
	p := Part{Name: "frames", Title: "The other frames", Data: table}
	if left := t.Message.Frames - last; left > 0 {
		p.After = []string{"and " + show.CountGrouped(int64(left), "frame") + " more, which `wspeek frames` lists."}
	}
	d.add(p)
}

// deflate lists the blocks of a compressed message (RFC 7692 section 7.2.2).
func (t *Exchange) deflate(d *Document) {
	m := t.Message
	if !m.Compressed {
		return
	}
	wire := t.sent().data
	blocks, bad := Blocks(wire)
	table := &Table{Columns: []string{"block", "BFINAL", "BTYPE", "bits", "inflates to", "remark"}}
	for i, b := range blocks {
		table.Rows = append(table.Rows, []any{int64(i + 1), bit(b.Final), btypes[b.Type], fmt.Sprintf("%d-%d", b.Bit, b.End-1), show.CountGrouped(b.Output, "byte"),
			blockRemark(&b)})
	}
	p := Part{Name: "deflate", Title: "The DEFLATE data (RFC 7692 section 7.2.2, RFC 1951 section 3.2.3)", Data: table}
	p.Text = []string{"The sender flushed its compressor, which ends with the 4 bytes 00 00 FF FF, and left them out. They are put back before inflating. " +
		"Bits are counted from the least significant of each byte, as DEFLATE does."}
	switch {
	case len(m.Holes) > 0 && m.State != ws.Guessed:
		p.Data, p.After = nil, []string{"Bytes of it are missing, so its blocks are not known."}
	case bad != "":
		p.After = append(p.After, "Here the data stops making sense: "+bad+".")
	default:
		p.After = append(p.After, t.ratio(blocks))
	}
	if len(table.Rows) == 0 {
		p.Data = nil
	}
	d.add(p)
}

var btypes = map[string]string{"stored": "00 stored", "fixed": "01 fixed", "dynamic": "10 dynamic"}

func bit(v bool) int64 {
	if v {
		return 1
	}
	return 0
}

func blockRemark(b *DeflateBlock) string {
	switch {
	case b.Tail && b.Type == "stored" && b.Output == 0:
		return "the empty block of the flush: its end 00 00 FF FF was left out and is put back"
	case b.Tail:
		return "reaches into the 4 bytes that were put back"
	case b.Type == "stored" && b.Output == 0:
		return "empty: a flush in the middle of the message"
	case b.Final:
		return "BFINAL is set; what follows starts at the next whole byte (RFC 7692 section 7.2.3.4)"
	case b.Type == "fixed":
		return "Huffman codes that RFC 1951 fixes"
	case b.Type == "dynamic":
		return "Huffman codes of its own, at the start of the block"
	}
	return "bytes as they are"
}

// ratio says how well it compressed.
func (t *Exchange) ratio(blocks []DeflateBlock) string {
	m, out := t.Message, int64(0)
	for _, b := range blocks {
		out += b.Output
	}
	if out == 0 {
		return fmt.Sprintf("%s on the wire, nothing when inflated: the message is empty.", show.CountGrouped(m.WireLen, "byte"))
	}
	s := fmt.Sprintf("%s on the wire, %s when inflated: %.2f times as many.", show.CountGrouped(m.WireLen, "byte"), show.CountGrouped(out, "byte"), float64(out)/float64(m.WireLen))
	if out < m.WireLen {
		s += " It grew by being compressed; the sender could have sent it as it is, with RSV1 clear."
	}
	return s
}

// content shows what the message says.
func (t *Exchange) content(d *Document) {
	m := t.Message
	if m.Opcode == ws.OpClose || len(m.Payload) == 0 || m.State == ws.Undecodable {
		return
	}
	d.words("content", "What it says", Preview(m.Marked(m.Payload), 300))
}
