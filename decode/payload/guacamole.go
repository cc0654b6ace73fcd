package payload

import "unicode/utf8"

const (
	guacamoleName = "guacamole"
	// maxInstruction is how many elements an instruction has at most here.
	maxInstruction = 1 << 12
)

var guacamoleRow = Protocol{
	Name: "Guacamole", ID: guacamoleName, Spec: "Apache Guacamole manual, The Guacamole protocol",
	Decodes: "instructions with their arguments; a sync with the client's answer",
	Tokens:  []string{"guacamole"}, Evidence: "the first messages are instructions: elements with their length before them, ended by a semicolon",
	Recognise: recogniseGuacamole,
	Begin:     func(*Opening) Decoder { return guacamoleDecoder{} },
}

func recogniseGuacamole(o *Opening, first []Message) Certainty {
	if o.Token == "guacamole" {
		return Yes
	}
	for i := range first {
		m := &first[i]
		if m.Kind != Text || m.Cut || len(m.Payload) == 0 {
			return No
		}
		for p := m.Payload; len(p) > 0; {
			words, n := instruction(p)
			if n == 0 || words[0] != "" && (words[0][0] < 'a' || words[0][0] > 'z') {
				return No
			}
			p = p[n:]
		}
	}
	if len(first) < 2 {
		return Maybe
	}
	return Yes
}

type guacamoleDecoder struct{}

// Lost implements Decoder: instructions do not span messages.
func (guacamoleDecoder) Lost(bool) {}

// Decode implements Decoder.
func (guacamoleDecoder) Decode(m *Message, out []App) []App {
	before := len(out)
	for p := m.Payload; len(p) > 0 && len(out)-before < maxParts; {
		words, n := instruction(p)
		if n == 0 {
			if m.Cut {
				return out
			}
			return out[:before]
		}
		p = p[n:]
		a := App{Protocol: guacamoleName, Event: words[0], AskedByClient: m.FromClient}
		args := make([]any, len(words)-1)
		for i, w := range words[1:] {
			args[i] = w
		}
		a.Args = args
		switch a.Event {
		case "sync":
			a.Heartbeat, a.Role, a.AskedByClient = true, Request, false
			if len(args) > 0 {
				a.ID, a.Key = words[1], words[1]
			}
			if m.FromClient {
				a.Role = Reply
			}
		case "nop":
			a.Heartbeat = true
		case "": // between the web application's two halves
			a.Event, a.Heartbeat = "internal", len(words) > 1 && words[1] == "ping"
		case "error":
			a.Error = true
		}
		a.Summary = line(a.Event, inBrief(a.Args))
		out = append(out, a)
	}
	return out
}

// instruction reads one, such as 4.size,1.0,4.1024; The lengths count characters. n is 0 if p does not start with one.
func instruction(p []byte) (words []string, n int) {
	for len(words) < maxInstruction {
		size, i := 0, n
		for ; i < len(p) && '0' <= p[i] && p[i] <= '9' && i-n < 8; i++ {
			size = size*10 + int(p[i]-'0')
		}
		if i == n || i >= len(p) || p[i] != '.' {
			return nil, 0
		}
		i++
		start := i
		for ; size > 0 && i < len(p); size-- {
			_, k := utf8.DecodeRune(p[i:])
			i += k
		}
		if size > 0 || i >= len(p) {
			return nil, 0
		}
		words = append(words, string(p[start:i]))
		switch n = i + 1; p[i] {
		case ';':
			return words, n
		case ',':
		default:
			return nil, 0
		}
	}
	return nil, 0
}
