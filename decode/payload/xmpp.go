package payload

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

const xmppName = "xmpp"

var xmppRow = Protocol{
	Name: "XMPP", ID: xmppName, Spec: "RFC 7395, RFC 6120",
	Decodes: "stanzas and stream elements by name, type, addresses and body; iq results and errors with what asked for them",
	Tokens:  []string{"xmpp"}, Evidence: `the first message is <open xmlns="urn:ietf:params:xml:ns:xmpp-framing"`,
	Recognise: recogniseXMPP,
	Begin:     func(*Opening) Decoder { return xmppDecoder{} },
}

func recogniseXMPP(o *Opening, first []Message) Certainty {
	if o.Token == "xmpp" {
		return Yes
	}
	if len(first) == 0 {
		return Maybe
	}
	if p := first[0].Payload; bytes.HasPrefix(p, []byte("<open")) && bytes.Contains(p, []byte("urn:ietf:params:xml:ns:xmpp-framing")) {
		return Yes
	}
	return No
}

// xmppDecoder needs no state: each message is one element (RFC 7395 section 3.3).
type xmppDecoder struct{}

// Lost implements Decoder.
func (xmppDecoder) Lost(bool) {}

// element is the outermost element of a message.
type element struct {
	name  string
	attr  map[string]string
	child string // the first element inside, with its name space
	space string
	body  string // the text of the element body
}

// Decode implements Decoder.
func (xmppDecoder) Decode(m *Message, out []App) []App {
	e, ok := readElement(m.Payload)
	if !ok && !m.Cut || e.name == "" {
		return out
	}
	a := App{Protocol: xmppName, Event: e.name, ID: e.attr["id"], Also: map[string]any{}}
	for _, k := range []string{"type", "to", "from"} {
		if v, ok := e.attr[k]; ok {
			a.Also[k] = v
		}
	}
	if e.body != "" {
		a.Args, a.Also["body"] = e.body, e.body
	}
	e.exchange(&a, m)
	to := e.attr["to"]
	if to == "" {
		to = e.attr["from"]
	}
	a.Summary = line(e.name, e.attr["type"], a.Name, to, body(a.Args), number(a.ID))
	return append(out, a)
}

// exchange says what asks and what answers, and what has failed.
func (e *element) exchange(a *App, m *Message) {
	switch kind := e.attr["type"]; e.name {
	case "iq":
		a.Name = e.child
		if a.Error = kind == "error"; a.Error || kind == "result" {
			a.answers(m, Reply, "iq "+a.ID)
		} else {
			a.begins(m, "iq "+a.ID)
			a.Heartbeat = e.space == "urn:xmpp:ping"
		}
	case "auth":
		a.Name = e.attr["mechanism"]
		a.begins(m, "sasl")
	case "success":
		a.answers(m, Reply, "sasl")
	case "challenge":
		a.answers(m, Item, "sasl")
	case "failure":
		a.Error, a.Name = true, e.child
		a.answers(m, Reply, "sasl")
	case "stream:error":
		a.Error, a.Name = true, e.child
	case "presence", "message":
		a.Error = kind == "error"
	}
}

// readElement reads the outermost element. ok reports that the message is one well-formed element.
func readElement(p []byte) (e element, ok bool) {
	d := xml.NewDecoder(bytes.NewReader(p))
	var open []string
	inBody := false
	var text strings.Builder
	for {
		t, err := d.RawToken()
		if err != nil {
			e.body = text.String()
			return e, errors.Is(err, io.EOF) && len(open) == 0 && e.name != ""
		}
		switch t := t.(type) {
		case xml.StartElement:
			if len(open) == 0 && e.name != "" {
				return e, false // a second one
			}
			e.start(t, len(open))
			open = append(open, xmlName(t.Name))
			inBody = len(open) == 2 && t.Name.Local == "body"
		case xml.EndElement:
			if len(open) == 0 || open[len(open)-1] != xmlName(t.Name) {
				return e, false
			}
			open, inBody = open[:len(open)-1], false
		case xml.CharData:
			if inBody {
				text.Write(t)
			}
			if len(open) == 0 && len(bytes.TrimSpace(t)) > 0 {
				return e, false
			}
		case xml.Directive, xml.ProcInst:
			return e, false // not allowed (RFC 6120 section 11.1)
		}
	}
}

func (e *element) start(t xml.StartElement, depth int) {
	switch {
	case depth == 0:
		e.name, e.attr = xmlName(t.Name), map[string]string{}
		for _, a := range t.Attr {
			e.attr[xmlName(a.Name)] = a.Value
		}
	case depth == 1 && e.child == "":
		e.child = t.Name.Local
		for _, a := range t.Attr {
			if xmlName(a.Name) == "xmlns" {
				e.space = strings.TrimSpace(a.Value)
			}
		}
	}
}

// xmlName is a name with its prefix, as it is written.
func xmlName(n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	return n.Space + ":" + n.Local
}
