package ladder

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/trace"
	"github.com/wspeek/wspeek/decode/ws"
)

// Kind is what a Row shows.
type Kind uint8

const (
	// Handshake is the request or the response of the opening handshake.
	Handshake Kind = iota
	// Data is a data message or a frame of one.
	Data
	// Control is a ping or pong.
	Control
	// Close is a Close frame.
	Close
	// TCP is what TCP did: a FIN or RST, segments sent again.
	TCP
	// Gap is time in which nothing was sent. It has no direction.
	Gap
	// Remark has no direction either.
	Remark
)

// Row is a line of a ladder.
type Row struct {
	Kind Kind
	Dir  ws.Dir
	// At is the packet that completed it. Since is the time since the row before, 0 for the first.
	At    ws.Stamp
	Since capture.Time
	// Message is the number of the message, 0 for what is none; Frame that of the frame, 0 for a whole message.
	Message, Frame int
	// Text says what it is, Preview what it carries. Both are inert. Bad marks what breaks a rule or is in doubt.
	Text, Preview string
	Bad           bool
	order         int
}

// Options says what rows there are. The zero value shows messages, both handshakes and how it ended.
type Options struct {
	// Frames shows each frame, TCP what TCP did.
	Frames, TCP bool
	// TLS are the handshake messages and alerts of TLS to be shown.
	TLS []*decode.TLSPart
	// NoPayload leaves previews out.
	NoPayload bool
	// Messages is how many messages are shown, the first; 0 means all.
	Messages int
	// Gap is from which length on a silence is marked; 0 means a second.
	Gap capture.Time
	// Pause is called between messages, so that who holds a lock over the Trace can let others in for a moment; messages
	// may be added to it and forgotten then. Where it returns false there are no further messages. Nil is never called.
	Pause func() bool
}

// preview is how many bytes of a payload are looked at: as many as the widest ladder can show.
const preview = 200

// Rows are the rows of a session in the order of time. An error is that of the Trace's Payloads. A session that does not exist has none.
func Rows(t *trace.Trace, session int, opt Options) ([]Row, error) {
	s := t.Session(session)
	if s == nil {
		return nil, nil
	}
	b := &builder{t: t, s: s, opt: opt}
	b.handshake()
	b.tls()
	more, err := b.messages()
	if !more {
		b.tcp()
		b.ending()
	}
	slices.SortStableFunc(b.rows, func(x, y Row) int {
		return cmp.Or(cmp.Compare(x.At.Packet, y.At.Packet), cmp.Compare(x.order, y.order))
	})
	if more && len(b.rows) > 0 {
		b.rows = append(b.rows, Row{Kind: Remark, Text: "more messages follow", At: b.rows[len(b.rows)-1].At})
	}
	return b.gaps(), err
}

type builder struct {
	t    *trace.Trace
	s    *decode.Session
	opt  Options
	rows []Row
}

func (b *builder) add(r Row) { b.rows = append(b.rows, r) }

// asked is the packet after which the request is put: it came after the TLS handshake.
func (b *builder) asked() int {
	at := b.s.First
	for _, p := range b.opt.TLS {
		if p.Message != nil && p.Message.Time <= b.s.Started {
			at = max(at, p.Message.Packet)
		}
	}
	return at
}

// handshake adds the opening handshake's arrows.
func (b *builder) handshake() {
	s := b.s
	if s.HasStarted {
		b.add(Row{Kind: Handshake, Dir: ws.C2S, At: ws.Stamp{Packet: b.asked(), Time: s.Started},
			Text: show.Inert(strings.Join([]string{s.Method, s.Path}, " ")), order: -2})
	}
	if s.Status == 0 {
		return
	}
	at := ws.Stamp{Packet: s.Answered, Time: s.Opened}
	if !s.HasOpened {
		at.Time = s.Ended
	}
	text := strings.TrimRight(strconv.Itoa(s.Status)+" "+s.Reason, " ")
	for _, part := range []string{s.Subprotocol, s.Extensions} {
		if part != "" {
			text += ", " + part
		}
	}
	b.add(Row{Kind: Handshake, Dir: ws.S2C, At: at, Text: show.Inert(text), Bad: s.State == decode.Refused, order: -1})
}

// messages adds messages or their frames. It reports whether there are more than are wanted.
func (b *builder) messages() (more bool, err error) {
	var m ws.Message
	shown := 0
	first := b.t.FirstKept(b.s.N)
	for n := first; n <= b.t.MessageCount(b.s.N); n++ {
		if b.t.Index(b.s.N, n) < 0 {
			continue
		}
		if b.opt.Messages > 0 && shown == b.opt.Messages || b.opt.Pause != nil && !b.opt.Pause() {
			return true, err
		}
		i := b.t.Index(b.s.N, n)
		if i < 0 { // it was forgotten in the pause
			continue
		}
		b.t.MessageInto(i, &m)
		if shown++; shown == 1 && first > 1 {
			b.past(m.Start, n-1)
		}
		text, e := b.preview(i, &m)
		if err == nil {
			err = e
		}
		if !b.opt.Frames || !b.frames(&m, text) {
			b.add(Row{Kind: kindOf(m.Opcode), Dir: m.Dir, At: m.Last, Message: m.N, Text: describe(&m), Preview: text, Bad: bad(&m), order: m.N})
		}
	}
	if shown == 0 && first > 1 {
		b.past(ws.Stamp{Packet: max(b.s.Answered, b.s.First), Time: max(b.s.Opened, b.s.Started)}, 0)
	}
	return false, err
}

// past says that messages were forgotten.
func (b *builder) past(at ws.Stamp, order int) {
	b.add(Row{Kind: Remark, At: at, Text: "earlier messages are no longer kept", order: order})
}

func kindOf(op ws.Opcode) Kind {
	switch {
	case op == ws.OpClose:
		return Close
	case op.Control():
		return Control
	}
	return Data
}

func bad(m *ws.Message) bool {
	return len(m.Findings) > 0 || m.State != ws.Exact
}

// describe says what a message is.
func describe(m *ws.Message) string {
	out := name(m.Opcode)
	if m.Opcode == ws.OpClose {
		if m.CloseCode >= 0 {
			out = strings.TrimRight(fmt.Sprintf("close %d %s", m.CloseCode, ws.CloseName(m.CloseCode)), " ")
		}
		return out + marks(m)
	}
	if m.Len < 0 {
		return out + " ? B" + marks(m)
	}
	return out + " " + strconv.FormatInt(m.Len, 10) + " B" + marks(m)
}

// marks says what is special about a message.
func marks(m *ws.Message) string {
	var parts []string
	if m.Compressed {
		parts = append(parts, "deflate "+strconv.FormatInt(m.WireLen, 10))
	}
	if m.Frames > 1 {
		parts = append(parts, strconv.Itoa(m.Frames)+" frames")
	}
	if m.State != ws.Exact {
		parts = append(parts, m.State.String())
	}
	for _, r := range m.Findings {
		parts = append(parts, "!"+r.ID)
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// name is the kind of a message; a reserved opcode is shown with its number.
func name(op ws.Opcode) string {
	if op.Reserved() {
		return fmt.Sprintf("opcode 0x%x", uint8(op))
	}
	return op.String()
}

// preview is the start of a payload: text as it is, other bytes in hex.
func (b *builder) preview(i int, m *ws.Message) (string, error) {
	if b.opt.NoPayload {
		return "", nil
	}
	p, err := b.t.Prefix(i, preview)
	if m.Opcode == ws.OpClose && m.State != ws.Undecodable {
		p = p[min(2, len(p)):]
	}
	if m.State == ws.Undecodable || m.Opcode != ws.OpText && !m.ValidUTF8 {
		return hexOf(p), err
	}
	return string(show.AppendInert(nil, m.Marked(whole(p)))), err
}

func hexOf(p []byte) string {
	var out []byte
	for i, c := range p[:min(len(p), preview/3)] {
		if i > 0 {
			out = append(out, ' ')
		}
		out = fmt.Appendf(out, "%02x", c)
	}
	return string(out)
}

// whole is p without a character that a cut at its end has halved.
func whole(p []byte) []byte {
	if len(p) < preview {
		return p
	}
	for n := 1; n <= 3; n++ {
		if c := p[len(p)-n]; c >= 0xc0 {
			return p[:len(p)-n]
		} else if c < 0x80 {
			break
		}
	}
	return p
}

// frames adds the frames of a message, and reports whether there are any.
func (b *builder) frames(m *ws.Message, text string) bool {
	list := b.t.MessageFrames(b.s.N, m.N, max(m.Frames, 1))
	for i := range list {
		f := &list[i]
		what := fmt.Sprintf("%s %d B fin=%d", name(f.Opcode), f.Len, bit(f.Fin))
		if f.RSV != 0 {
			what += fmt.Sprintf(" rsv=%03b", f.RSV)
		}
		if f.Masked {
			what += " masked"
		}
		for _, r := range f.Findings {
			what += " !" + r.ID
		}
		r := Row{Kind: kindOf(m.Opcode), Dir: f.Dir, At: f.Last, Message: m.N, Frame: f.N, Text: what, Bad: len(f.Findings) > 0 || f.State != ws.Exact, order: f.N}
		if i == len(list)-1 {
			r.Preview = text
		}
		b.add(r)
	}
	return len(list) > 0
}

func bit(v bool) int {
	if v {
		return 1
	}
	return 0
}

// gaps sets the time since the row before, and adds rows for long silences.
func (b *builder) gaps() []Row {
	from := b.opt.Gap
	if from <= 0 {
		from = 1e9
	}
	var out []Row
	for i, r := range b.rows {
		if i > 0 {
			r.Since = r.At.Time - b.rows[i-1].At.Time
		}
		if r.Since >= from {
			out = append(out, Row{Kind: Gap, At: b.rows[i-1].At, Since: r.Since, Text: show.Duration(r.Since)})
		}
		out = append(out, r)
	}
	return out
}
