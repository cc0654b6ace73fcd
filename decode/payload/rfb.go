package payload

import (
	"encoding/binary"
	"fmt"
	"strings"
)

const rfbName = "rfb"

// rfbPhase is what comes next in a direction (RFC 6143 section 7).
type rfbPhase uint8

const (
	rfbVersion rfbPhase = iota
	rfbSecurity
	rfbAuth
	rfbResult
	rfbReason
	rfbInit
	rfbRunning
	rfbOpaque // a security type that is not taken apart
)

var rfbRow = Protocol{
	Name: "RFB (VNC)", ID: rfbName, Spec: "RFC 6143",
	Decodes:   "the handshake and the names of messages, keys, pointer, clipboard; pictures are counted, not drawn",
	Tokens:    []string{"rfb"},
	Evidence:  "the server's first message is RFB 003.008 and a line feed, or the like",
	Recognise: recogniseRFB,
	Begin:     func(*Opening) Decoder { return &rfbDecoder{format: rfbFormat{bytes: 4}} },
}

func recogniseRFB(_ *Opening, first []Message) Certainty {
	if !begunBy(false, first) {
		return No
	}
	p, ok := joined(first, false, anyKind, 12)
	if !ok || len(p) < 12 {
		return startsWith(p, "RFB 003.008\n")
	}
	if rfbIsVersion(p) {
		return Yes
	}
	return No
}

func rfbIsVersion(p []byte) bool {
	return string(p[:4]) == "RFB " && p[7] == '.' && p[11] == '\n' && rfbDigits(p[4:7]) && rfbDigits(p[8:11])
}

func rfbDigits(p []byte) bool {
	for _, c := range p {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

type rfbDecoder struct {
	halves
	phase  [2]rfbPhase // of the client, of the server
	minor  int         // of the version that both speak: 3, 7 or 8
	auth   byte        // the security type
	format rfbFormat
	walked rfbWalk
}

// Decode implements Decoder.
func (d *rfbDecoder) Decode(m *Message, out []App) []App {
	if d.phase[mqttSide(m.FromClient)] == rfbOpaque {
		return append(out, App{Protocol: rfbName, Event: part, Summary: "not taken apart: a security type with a protocol of its own"})
	}
	return d.of(m.FromClient).feed(rfbName, d, m, out)
}

// Lost implements Decoder. What was lost may be all of the handshake that is left.
func (d *rfbDecoder) Lost(fromClient bool) {
	d.of(fromClient).lose()
	d.phase[mqttSide(fromClient)], d.walked = rfbRunning, rfbWalk{}
}

func (d *rfbDecoder) measure(p []byte, fromClient bool) (n, want int) {
	switch {
	case d.phase[mqttSide(fromClient)] == rfbOpaque:
		return len(p), 0
	case d.phase[mqttSide(fromClient)] == rfbRunning && fromClient:
		n = rfbClientLength(p)
	case d.phase[1] == rfbRunning && !fromClient:
		n = d.serverLength(p)
	default:
		n = d.handshakeLength(p, fromClient)
	}
	switch {
	case n < 0:
		return -1, 0
	case n > len(p):
		return 0, n
	}
	return n, 0
}

// need returns the length of a message with a fixed part and what its length field counts, least if that is not there yet.
func need(p []byte, least int, more func([]byte) int) int {
	if len(p) < least {
		return least
	}
	return least + more(p)
}

// text32 returns the length of a string with 32 bits of length at i; -1 if it cannot be.
func text32(p []byte, i int) int {
	n := binary.BigEndian.Uint32(p[i:])
	if n > maxPacket {
		return -maxPacket * 2
	}
	return int(n)
}

func (d *rfbDecoder) handshakeLength(p []byte, fromClient bool) int {
	switch phase := d.phase[mqttSide(fromClient)]; {
	case phase == rfbVersion:
		if len(p) >= 12 && !rfbIsVersion(p) {
			return -1
		}
		return 12
	case phase == rfbAuth:
		return 16
	case fromClient:
		return 1 // the security type, ClientInit
	case phase == rfbSecurity && d.minor < 7:
		return 4
	case phase == rfbSecurity:
		return need(p, 1, func(p []byte) int { return int(p[0]) })
	case phase == rfbReason:
		return need(p, 4, func(p []byte) int { return text32(p, 0) })
	case phase == rfbInit:
		return need(p, 24, func(p []byte) int { return text32(p, 20) })
	}
	return 4 // SecurityResult
}

func (d *rfbDecoder) tell(p []byte, m *Message, _ int64, out []App) []App {
	a := App{Protocol: rfbName, AskedByClient: m.FromClient}
	if d.minor != 0 {
		a.Version = fmt.Sprintf("3.%d", d.minor)
	}
	phase := d.phase[mqttSide(m.FromClient)]
	switch {
	case phase == rfbOpaque:
		a.Event = part
	case phase == rfbRunning && m.FromClient:
		d.tellClient(&a, p)
	case phase == rfbRunning:
		d.tellServer(&a, p)
	case phase == rfbVersion:
		d.tellVersion(&a, p, m.FromClient)
	case m.FromClient:
		d.tellChoice(&a, p)
	default:
		d.tellHandshake(&a, p)
	}
	a.Summary = line(a.Event, a.Summary)
	return append(out, a)
}

func (d *rfbDecoder) tellVersion(a *App, p []byte, fromClient bool) {
	a.Event, a.Summary = "ProtocolVersion", strings.TrimSpace(string(p))
	d.phase[mqttSide(fromClient)] = rfbSecurity
	if fromClient { // the client's decides (section 7.1.1)
		d.minor = int(p[10] - '0')
		if d.minor != 7 && d.minor != 8 {
			d.minor = 3
			d.phase[0] = rfbInit
		}
		a.Version = fmt.Sprintf("3.%d", d.minor)
	}
}

// Security types (section 7.1.2).
const (
	rfbNone = 1
	rfbVNC  = 2
)

// tellChoice tells of what a client sends in the handshake.
func (d *rfbDecoder) tellChoice(a *App, p []byte) {
	switch d.phase[0] {
	case rfbSecurity:
		a.Event, a.Summary = "SecurityType", rfbTypes(p)
		d.choose(p[0])
	case rfbAuth:
		a.Event, d.phase[0] = "VNCAuthResponse", rfbInit
	default:
		a.Event, d.phase[0] = "ClientInit", rfbRunning
		a.Also = map[string]any{"shared": p[0] != 0}
	}
}

func (d *rfbDecoder) choose(security byte) {
	switch d.auth = security; {
	case security == rfbVNC:
		d.phase = [2]rfbPhase{rfbAuth, rfbAuth}
	case security == rfbNone && d.minor == 8:
		d.phase = [2]rfbPhase{rfbInit, rfbResult}
	case security == rfbNone:
		d.phase = [2]rfbPhase{rfbInit, rfbInit}
	default:
		d.phase = [2]rfbPhase{rfbOpaque, rfbOpaque}
	}
}

// rfbTypes are security types for people.
func rfbTypes(p []byte) string {
	var words []string
	for _, t := range p {
		switch t {
		case rfbNone:
			words = append(words, "none")
		case rfbVNC:
			words = append(words, "VNC password")
		default:
			words = append(words, fmt.Sprint(t))
		}
	}
	return strings.Join(words, ", ")
}

// tellHandshake tells of what a server sends in the handshake, after the version.
func (d *rfbDecoder) tellHandshake(a *App, p []byte) {
	switch d.phase[1] {
	case rfbSecurity:
		a.Event = "SecurityTypes"
		if d.minor < 7 {
			a.Summary = rfbTypes(p[3:])
			if d.choose(p[3]); p[3] == 0 {
				a.Error, d.phase[1] = true, rfbReason
			}
			return
		}
		if a.Summary = rfbTypes(p[1:]); p[0] == 0 {
			a.Error, d.phase[1] = true, rfbReason
		}
	case rfbAuth:
		a.Event, d.phase[1] = "VNCAuthChallenge", rfbResult
	case rfbResult:
		a.Event, d.phase[1] = "SecurityResult", rfbInit
		if a.Error = binary.BigEndian.Uint32(p) != 0; a.Error {
			a.Summary = "failed"
			if d.phase[1] = rfbOpaque; d.minor == 8 {
				d.phase[1] = rfbReason
			}
		}
	case rfbReason:
		a.Event, a.Error, a.Args, d.phase[1] = "Reason", true, latin1(p[4:]), rfbOpaque
		a.Summary = body(a.Args)
	default:
		a.Event, d.phase[1] = "ServerInit", rfbRunning
		d.format.set(p[4:])
		w, h := binary.BigEndian.Uint16(p), binary.BigEndian.Uint16(p[2:])
		name := latin1(p[24:])
		a.Also = map[string]any{"width": int64(w), "height": int64(h), "name": name}
		a.Summary = line(fmt.Sprintf("%dx%d", w, h), body(name))
	}
}

// latin1 is text in ISO 8859-1, as RFB has it (section 7.5.6), or in UTF-8, as many send it.
func latin1(p []byte) string {
	if s, ok := content(p).(string); ok {
		return s
	}
	var b strings.Builder
	for _, c := range p {
		b.WriteRune(rune(c))
	}
	return b.String()
}
