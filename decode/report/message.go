package report

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
)

// messageRow is a message as the page has it.
type messageRow struct {
	Session, N                int
	Time, Dir, Arrow, Kind    string
	Size, State, Preview, Why string
	// Text is the payload as text, if it is some; Dump the first bytes of others in hex.
	Text, Dump string
	// Bytes is the payload in base64, where Text is not the same bytes.
	Bytes string
	// JSON says that Text is JSON.
	JSON bool
	// Notes are broken rules and what was cut.
	Notes []string
	// Frames are the frames, a line each.
	Frames []string
}

const (
	// previewLen is how many bytes of a text the row of a message shows, dumped how many bytes of a dump there are without the script.
	previewLen = 120
	dumped     = 256
)

// row makes the row of a message of session n; zero is the time of the first packet.
func (r *Report) row(n int, x *row, zero capture.Time) (*messageRow, error) {
	p, err := r.payload(x)
	if err != nil {
		return nil, err
	}
	m := x.m
	m.Payload = p
	clean, _ := r.opt.Redact.Message(&m)
	out := &messageRow{Session: n, N: m.N, Time: seconds(m.Last.Time - zero), Dir: m.Dir.String(), Arrow: arrow(m.Dir),
		Kind: m.Opcode.String(), Size: sizeWords(&m)}
	if m.State != ws.Exact {
		out.State = m.State.String()
	}
	if m.Why != 0 {
		out.Why = m.Why.String()
	}
	out.content(clean, r.opt.NoPayload)
	if x.size < x.whole && x.size > 0 {
		out.Notes = append(out.Notes, "the first "+show.Bytes(x.size)+" of "+show.Thousands(int64(x.whole))+" are in this page")
	}
	for _, b := range m.Findings {
		out.Notes = append(out.Notes, b.ID+": "+b.Text)
	}
	if m.Missing > 0 {
		out.Notes = append(out.Notes, show.Bytes(m.Missing)+" were not captured")
	}
	for i := range x.frames {
		out.Frames = append(out.Frames, x.frames[i].words())
	}
	if more := m.Frames - len(x.frames); more > 0 && len(x.frames) > 0 {
		out.Frames = append(out.Frames, fmt.Sprintf("and %s more", show.Count(more, "frame")))
	}
	return out, nil
}

// content sets what the payload says.
func (o *messageRow) content(m *ws.Message, hidden bool) {
	p := m.Payload
	if m.Opcode == ws.OpClose && m.CloseCode >= 0 {
		o.Preview = strconv.Itoa(m.CloseCode) + " " + ws.CloseName(m.CloseCode)
		p = m.Reason()
	}
	if hidden || len(p) == 0 {
		return
	}
	if m.State == ws.Undecodable || m.Opcode == ws.OpBinary && !printable(p) || !textual(p) {
		o.Preview = strings.TrimSpace(o.Preview + " " + hexLine(p))
		o.Dump = strings.TrimSuffix(hex.Dump(p[:min(len(p), dumped)]), "\n")
		o.Bytes = base64.StdEncoding.EncodeToString(p)
		return
	}
	o.Text = inertText(p)
	if o.Text != string(p) {
		o.Bytes = base64.StdEncoding.EncodeToString(p)
	}
	o.JSON = (p[0] == '{' || p[0] == '[') && json.Valid(p)
	o.Preview = strings.TrimSpace(o.Preview + " " + preview(p))
}

// textual reports whether p is shown as text: whole UTF-8, but that it may be cut off inside a character.
func textual(p []byte) bool {
	for i := 0; i < utf8.UTFMax && len(p) > 0; i++ {
		if utf8.Valid(p[:len(p)-i]) {
			return true
		}
		if utf8.RuneStart(p[len(p)-1-i]) && i > 0 || i+1 >= len(p) {
			return false
		}
	}
	return len(p) == 0
}

// printable reports whether bytes without a type look like text.
func printable(p []byte) bool {
	return utf8.Valid(p) && bytes.IndexFunc(p, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' && r != '\r' || r == 0x7f }) < 0
}

// inertText is text with its control characters made visible, but for the ends of lines and tabs.
func inertText(p []byte) string {
	var out []byte
	for len(p) > 0 {
		i := bytes.IndexAny(p, "\n\t")
		if i < 0 {
			return string(show.AppendInert(out, p))
		}
		out = append(show.AppendInert(out, p[:i]), p[i])
		p = p[i+1:]
	}
	return string(out)
}

func preview(p []byte) string {
	if len(p) <= previewLen {
		return show.Inert(string(p))
	}
	cut := p[:previewLen]
	for len(cut) > 0 && !utf8.RuneStart(p[len(cut)]) {
		cut = cut[:len(cut)-1]
	}
	return show.Inert(string(cut)) + "…"
}

func hexLine(p []byte) string {
	const n = 24
	out := fmt.Sprintf("% x", p[:min(len(p), n)])
	if len(p) > n {
		out += " …"
	}
	return out
}

// words is a frame in a line.
func (f *frame) words() string {
	out := fmt.Sprintf("FIN %d  RSV %03b  %s  %s", bit(f.fin), f.rsv, f.opcode, show.Bytes(f.length))
	if f.masked {
		out += "  mask " + hex.EncodeToString(f.key[:])
	}
	return out + fmt.Sprintf("  header of %s at %d, packet %d", show.Bytes(int(f.header)), f.offset, f.packet)
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

func arrow(d ws.Dir) string {
	if d == ws.C2S {
		return "→"
	}
	return "←"
}

// sizeWords is the length of a message, after and before inflation.
func sizeWords(m *ws.Message) string {
	size := "?"
	if m.Len >= 0 {
		size = show.Thousands(m.Len)
	}
	if m.Compressed {
		size += " (" + show.Thousands(m.WireLen) + ")"
	}
	return size
}

// seconds is a time since the first packet.
func seconds(d capture.Time) string { return strconv.FormatFloat(float64(d)/1e9, 'f', 6, 64) }
