package export

import (
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"strconv"
	"unicode/utf8"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/http1"
	"github.com/wspeek/wspeek/decode/payload"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/ws"
)

// Schema is the version of the JSON; it goes up when a meaning changes.
const Schema = 1

// JSON appends lines of JSON. The zero value writes everything but hashes.
type JSON struct {
	// NoPayload leaves out text, base64 and close.reason.
	NoPayload bool
	// Hash adds sha256.
	Hash bool
	// FileOf names the file that a packet came from; nil where one file is read.
	FileOf func(packet int) string
	// Redact replaces secrets in payloads; nil writes them as they are. A line whose text was changed has
	// "redacted":N, no sha256, and len and holes as captured.
	Redact *Redactor
	// Apps are what the next message says; Message leaves Summary and Args out where NoPayload is set.
	Apps  []payload.App
	ends  map[*decode.SessionRef]string
	clock stampClock
}

func (j *JSON) open(dst []byte, typ string) []byte {
	dst = append(dst, `{"schema":1,"type":"`...)
	dst = append(dst, typ...)
	return append(dst, '"')
}

// session appends what each line of a session begins with.
func (j *JSON) session(dst []byte, ref *decode.SessionRef, packet int) []byte {
	dst = appendInt(dst, "session", int64(ref.N))
	dst = appendInt(dst, "stream", int64(ref.Stream.N))
	return j.file(dst, packet)
}

func (j *JSON) file(dst []byte, packet int) []byte {
	if j.FileOf == nil {
		return dst
	}
	return appendText(dst, "file", j.FileOf(packet))
}

// endpoints appends client and server; the text of a session's is made once.
func (j *JSON) endpoints(dst []byte, ref *decode.SessionRef) []byte {
	s, ok := j.ends[ref]
	if !ok {
		s = string(appendEndpoints(nil, ref.Client, ref.Server))
		if j.ends == nil || len(j.ends) > 1<<14 {
			j.ends = map[*decode.SessionRef]string{}
		}
		j.ends[ref] = s
	}
	return append(dst, s...)
}

func appendEndpoints(dst []byte, client, server netip.AddrPort) []byte {
	dst = append(dst, `,"client":"`...)
	dst = client.AppendTo(dst)
	dst = append(dst, `","server":"`...)
	dst = server.AppendTo(dst)
	return append(dst, '"')
}

// time appends a moment.
func (j *JSON) time(dst []byte, name string, t capture.Time) []byte {
	dst = append(appendKey(dst, name), '"')
	return append(j.clock.append(dst, t), '"')
}

func appendPackets(dst []byte, lo, hi int) []byte {
	dst = append(dst, `,"packets":[`...)
	dst = strconv.AppendInt(dst, int64(lo), 10)
	dst = append(dst, ',')
	dst = strconv.AppendInt(dst, int64(hi), 10)
	return append(dst, ']')
}

func appendFindings(dst []byte, rules []*rule.Rule) []byte {
	dst = append(dst, `,"findings":[`...)
	for i, r := range rules {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(append(append(dst, '"'), r.ID...), '"')
	}
	return append(dst, ']')
}

func appendWord(dst []byte, name, word string) []byte {
	dst = append(appendKey(dst, name), '"')
	return append(append(dst, word...), '"')
}

// Message appends the line of a message.
func (j *JSON) Message(dst []byte, ref *decode.SessionRef, m *ws.Message) []byte {
	redacted := 0
	if !j.NoPayload {
		m, redacted = j.Redact.Message(m)
	}
	dst = j.session(j.open(dst, "message"), ref, m.Max)
	dst = j.endpoints(appendInt(dst, "n", int64(m.N)), ref)
	dst = appendWord(dst, "dir", m.Dir.String())
	dst = appendInt(dst, "opcode", int64(m.Opcode))
	dst = appendWord(dst, "kind", m.Opcode.String())
	dst = j.time(dst, "time", m.Last.Time)
	dst = appendPackets(dst, m.Min, m.Max)
	if m.Len >= 0 {
		dst = appendInt(dst, "len", m.Len)
	}
	dst = appendInt(dst, "wire_len", m.WireLen)
	dst = appendInt(dst, "frames", int64(m.Frames))
	dst = appendBool(dst, "compressed", m.Compressed)
	dst = j.state(dst, m)
	if !j.NoPayload {
		dst = appendPayload(dst, m)
	}
	if m.Opcode == ws.OpClose {
		dst = j.close(dst, m)
	}
	dst = j.apps(dst)
	if redacted > 0 {
		dst = appendInt(dst, "redacted", int64(redacted))
	} else if j.Hash && !m.Torn() {
		dst = appendHash(dst, m.Reason())
	}
	return append(appendFindings(dst, m.Findings), '}', '\n')
}

// Update appends the line that amends a message or frame already printed. One whose state already claims less
// than Conflict keeps it.
func (j *JSON) Update(dst []byte, e *decode.Event) []byte {
	dst = j.session(j.open(dst, "update"), e.Session, e.Session.Stream.First)
	if e.Kind == decode.KindAmendFrame {
		dst = appendInt(dst, "message", int64(e.Of))
	}
	dst = appendInt(dst, "n", int64(e.N))
	if e.Worse {
		return append(appendBool(dst, "conflict", true), '}', '\n')
	}
	return append(appendWord(dst, "state", e.State.String()), '}', '\n')
}

func (j *JSON) state(dst []byte, m *ws.Message) []byte {
	dst = appendWord(dst, "state", m.State.String())
	if m.Conflict && m.State != ws.Conflict {
		dst = appendBool(dst, "conflict", true)
	}
	if m.State == ws.Partial || len(m.Holes) > 0 {
		dst = appendInt(dst, "missing", m.Missing)
		dst = append(dst, `,"holes":[`...)
		for i, h := range m.Holes {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = strconv.AppendInt(append(dst, `{"at":`...), h.At, 10)
			dst = strconv.AppendInt(append(dst, `,"n":`...), h.N, 10)
			if m.State == ws.Guessed {
				dst = append(dst, `,"why":"window"`...)
			}
			dst = append(dst, '}')
		}
		dst = append(dst, ']')
	}
	if m.State == ws.Undecodable {
		dst = appendWord(dst, "why", m.Why.String())
	}
	if m.Confidence > 0 {
		dst = strconv.AppendFloat(appendKey(dst, "confidence"), float64(m.Confidence), 'f', -1, 32)
	}
	return dst
}

func appendPayload(dst []byte, m *ws.Message) []byte {
	p := m.Reason()
	if wholeText(m) && isText(m.Opcode) {
		return appendQuoted(appendKey(dst, "text"), p)
	}
	return appendBase64(dst, "base64", p)
}

func isText(op ws.Opcode) bool {
	return op == ws.OpText || op == ws.OpClose || op == ws.OpPing || op == ws.OpPong
}

func (j *JSON) close(dst []byte, m *ws.Message) []byte {
	dst = append(dst, `,"close":{`...)
	if m.CloseCode >= 0 {
		dst = strconv.AppendInt(append(dst, `"code":`...), int64(m.CloseCode), 10)
		if !j.NoPayload {
			dst = appendText(dst, "reason", m.Reason())
		}
	}
	return append(dst, '}')
}

func appendHash(dst, p []byte) []byte {
	sum := sha256.Sum256(p)
	dst = append(appendKey(dst, "sha256"), '"')
	return append(hex.AppendEncode(dst, sum[:]), '"')
}

// Frame appends the line of a frame.
func (j *JSON) Frame(dst []byte, ref *decode.SessionRef, f *ws.Frame) []byte {
	dst = j.session(j.open(dst, "frame"), ref, f.Max)
	dst = appendInt(dst, "message", int64(f.Message))
	dst = appendInt(dst, "n", int64(f.N))
	dst = appendWord(dst, "dir", f.Dir.String())
	dst = j.time(dst, "time", f.MaxTime)
	dst = appendPackets(dst, f.Min, f.Max)
	dst = appendBool(dst, "fin", f.Fin)
	dst = appendInt(dst, "rsv", int64(f.RSV))
	dst = appendInt(dst, "opcode", int64(f.Opcode))
	dst = appendBool(dst, "masked", f.Masked)
	if f.Masked {
		dst = append(appendKey(dst, "mask_key"), '"')
		dst = append(hex.AppendEncode(dst, f.MaskKey[:]), '"')
	}
	dst = appendInt(dst, "header_len", int64(f.HeaderLen))
	if f.Len >= 0 {
		dst = appendInt(dst, "len", f.Len)
	} else {
		dst = strconv.AppendUint(appendKey(dst, "len"), uint64(f.Len), 10)
	}
	dst = appendInt(dst, "offset", f.Offset)
	dst = appendWord(dst, "state", f.State.String())
	return append(appendFindings(dst, f.Findings), '}', '\n')
}

// Finding appends the line of a finding.
func (j *JSON) Finding(dst []byte, ref *decode.SessionRef, f *ws.Finding) []byte {
	dst = j.session(j.open(dst, "finding"), ref, f.At.Packet)
	if f.Message > 0 {
		dst = appendInt(dst, "message", int64(f.Message))
	}
	if f.Frame > 0 {
		dst = appendInt(dst, "frame", int64(f.Frame))
	}
	dst = appendWord(dst, "dir", f.Dir.String())
	dst = appendWord(dst, "rule", f.Rule.ID)
	dst = appendWord(dst, "level", f.Rule.Level.String())
	if f.Rule.RFC != "" {
		dst = appendWord(appendWord(dst, "rfc", f.Rule.RFC), "section", f.Rule.Section)
	}
	dst = appendQuoted(appendKey(dst, "text"), f.Rule.Text)
	if f.Detail != "" {
		dst = appendText(dst, "detail", f.Detail)
	}
	dst = appendInt(dst, "packet", int64(f.At.Packet))
	if f.Offset >= 0 {
		dst = appendInt(dst, "offset", f.Offset)
	}
	return append(j.time(dst, "time", f.At.Time), '}', '\n')
}

// appendHeaders appends pairs of name and value; a pair that is not UTF-8 appears in NAME_base64,
// at its place, and as ["",""] in NAME.
func appendHeaders(dst []byte, name string, hs []http1.Header) []byte {
	if hs == nil {
		return dst
	}
	valid := true
	for _, h := range hs {
		valid = valid && utf8.ValidString(h.Name) && utf8.ValidString(h.Value)
	}
	if !valid {
		name += "_base64"
	}
	dst = append(appendKey(dst, name), '[')
	for i, h := range hs {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, '[')
		dst = append(appendHeaderPart(dst, h.Name, valid), ',')
		dst = append(appendHeaderPart(dst, h.Value, valid), ']')
	}
	return append(dst, ']')
}

func appendHeaderPart(dst []byte, s string, valid bool) []byte {
	if valid {
		return appendQuoted(dst, s)
	}
	b := appendBase64(nil, "", []byte(s))
	return append(dst, b[len(`,"":`):]...)
}
