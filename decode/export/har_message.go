package export

import (
	"encoding/base64"

	"github.com/wspeek/wspeek/decode/ws"
)

// harTypes are the words of Chrome, by Dir.
var harTypes = [2]string{ws.C2S: "send", ws.S2C: "receive"}

// Message appends a message of the session whose entry is open, or nothing where a HAR has no place for it. Text
// whose bytes are not whole UTF-8 text is base64, which "_encoding":"base64" says; what is not exact has a "_state".
func (h *HAR) Message(dst []byte, m *ws.Message) []byte {
	if !h.counted(m) {
		return dst
	}
	m, redacted := h.Redact.Message(m)
	if h.messages++; h.messages > 1 {
		dst = append(dst, ',')
	}
	dst = append(append(append(dst, "\n"+`{"type":"`...), harTypes[m.Dir]...), `","time":`...)
	dst = appendInt(appendEpoch(dst, m.Last.Time), "opcode", int64(m.Opcode))
	if m.Opcode == ws.OpText && wholeText(m) {
		dst = appendQuoted(appendKey(dst, "data"), m.Payload)
	} else {
		dst = append(appendKey(dst, "data"), '"')
		dst = append(base64.StdEncoding.AppendEncode(dst, m.Payload), '"')
	}
	if m.Opcode == ws.OpText && !wholeText(m) {
		dst = appendWord(dst, "_encoding", "base64")
	}
	if m.State != ws.Exact {
		dst = appendWord(dst, "_state", m.State.String())
	}
	if m.State == ws.Partial || len(m.Holes) > 0 {
		dst = appendInt(dst, "_missing", m.Missing)
	}
	if m.State == ws.Undecodable {
		dst = appendWord(dst, "_why", m.Why.String())
	}
	if redacted > 0 {
		dst = appendInt(dst, "_redacted", int64(redacted))
	}
	return append(dst, '}')
}

// wholeText says that the payload is whole and valid UTF-8.
func wholeText(m *ws.Message) bool {
	return m.ValidUTF8 && !m.Torn()
}

// counted counts what is lost of m, and reports whether it has a place.
func (h *HAR) counted(m *ws.Message) bool {
	switch m.Opcode {
	case ws.OpText, ws.OpBinary:
	case ws.OpPing, ws.OpPong, ws.OpClose:
		if !h.Control {
			h.lost.control++
			return false
		}
	default:
		h.lost.reserved++
		return false
	}
	for _, l := range []struct {
		n    *int64
		here bool
	}{
		{&h.lost.masked, m.Dir == ws.C2S},
		{&h.lost.fragmented, m.Frames > 1},
		{&h.lost.compressed, m.Compressed},
		{&h.lost.encoded, m.Opcode == ws.OpText && !wholeText(m)},
		{&h.lost.doubtful, m.State != ws.Exact},
	} {
		if l.here {
			*l.n++
		}
	}
	return true
}
