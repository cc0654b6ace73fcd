package payload

import (
	"bytes"
	"encoding/binary"
	"strings"
)

const jupyterToken = "v1.kernel.websocket.jupyter.org"

var jupyterRow = Protocol{
	Name: "Jupyter", ID: "jupyter", Tokens: []string{jupyterToken}, Evidence: "the path is /api/kernels/ID/channels; messages have header, parent_header, content and channel",
	Decodes:   "messages by channel and type, also in the binary form; replies and outputs with their requests",
	Spec:      "jupyter-client.readthedocs.io, Messaging in Jupyter; jupyter-server, WebSocket kernel wire protocols",
	Recognise: within(1, provesJupyter),
	Begin:     func(o *Opening) Decoder { return &jupyter{v1: strings.EqualFold(o.Token, jupyterToken)} },
}

func provesJupyter(o *Opening, m *Message) bool {
	path, _, _ := strings.Cut(o.Target, "?")
	if strings.Contains(path, "/api/kernels/") && strings.HasSuffix(path, "/channels") {
		return true
	}
	return m.isText() && len((&jupyter{}).Decode(m, nil)) > 0
}

// jupyter decodes messages of Jupyter kernels.
type jupyter struct{ v1 bool }

func (d *jupyter) Lost(bool) {}

// jupyterMessage is a message in its parts, as JSON.
type jupyterMessage struct {
	channel                 string
	header, parent, content []byte
	buffers                 [][]byte
}

func (d *jupyter) Decode(m *Message, out []App) []App {
	x, ok := d.read(m)
	header, isHeader := object(x.header)
	if !ok || !isHeader || !isString(header.Get("msg_id")) || !isString(header.Get("msg_type")) {
		return out
	}
	a := App{Event: str(header.Get("msg_type")), ID: str(header.Get("msg_id")), Topic: x.channel, Version: str(header.Get("version"))}
	content, _ := object(x.content)
	a.Error = a.Event == "error" || str(content.Get("status")) == "error"
	parent := str(member(x.parent, "msg_id"))
	switch {
	case strings.HasSuffix(a.Event, "_request"):
		a.begins(m, a.ID)
	case strings.HasSuffix(a.Event, "_reply"):
		a.answers(m, Reply, parent)
	case parent != "":
		a.answers(m, Item, parent)
	}
	if !m.Brief {
		a.Args, a.Summary = own(x.content), line(x.channel, a.Event, jupyterWords(a.Event, x.content))
		if len(x.buffers) > 0 {
			list := []any{}
			for _, b := range x.buffers {
				list = append(list, bytes.Clone(b))
			}
			a.set("buffers", list)
		}
	}
	return append(out, a)
}

// jupyterWords is what a person wants to see of the content.
func jupyterWords(event string, content []byte) string {
	switch event {
	case "execute_request", "execute_input", "complete_request", "inspect_request":
		return str(member(content, "code"))
	case "stream":
		return str(member(content, "text"))
	case "status":
		return str(member(content, "execution_state"))
	case "error":
		return line(str(member(content, "ename"))+":", str(member(content, "evalue")))
	case "execute_result", "display_data":
		if s := str(member(content, "data", "text/plain")); s != "" {
			return s
		}
	}
	return brief(content)
}

// read takes a message apart in the form that it has.
func (d *jupyter) read(m *Message) (x jupyterMessage, ok bool) {
	if m.Cut {
		return x, false
	}
	if m.Kind == Text {
		return jupyterJSON(m.Payload)
	}
	if d.v1 {
		return jupyterParts(m.Payload)
	}
	parts := offsetParts(m.Payload)
	if len(parts) == 0 {
		return x, false
	}
	x, ok = jupyterJSON(parts[0])
	x.buffers = parts[1:]
	return x, ok
}

func jupyterJSON(p []byte) (x jupyterMessage, ok bool) {
	o, ok := object(p)
	x = jupyterMessage{str(o.Get("channel")), o.Get("header"), o.Get("parent_header"), o.Get("content"), nil}
	return x, ok && isObject(x.header) && isObject(x.content)
}

// jupyterParts reads the form of v1.kernel.websocket.jupyter.org: the number of offsets, the offsets, and what is between them, all
// lengths 64 bits, the smallest byte first.
func jupyterParts(p []byte) (x jupyterMessage, ok bool) {
	if len(p) < 8 {
		return x, false
	}
	n := binary.LittleEndian.Uint64(p)
	if n < 6 || n > uint64(len(p)/8) || 8+8*n > uint64(len(p)) {
		return x, false
	}
	var parts [][]byte
	for i := range n - 1 {
		from, to := binary.LittleEndian.Uint64(p[8+8*i:]), binary.LittleEndian.Uint64(p[16+8*i:])
		if from > to || to > uint64(len(p)) {
			return x, false
		}
		parts = append(parts, p[from:to])
	}
	x = jupyterMessage{string(parts[0]), parts[1], parts[2], parts[4], parts[5:]}
	return x, true
}

// offsetParts reads the older binary form: the number of parts, their offsets, 32 bits each, the largest byte first.
func offsetParts(p []byte) (parts [][]byte) {
	if len(p) < 8 {
		return nil
	}
	n := binary.BigEndian.Uint32(p)
	if n == 0 || uint64(n) > uint64(len(p)/4) || 4+4*uint64(n) > uint64(len(p)) {
		return nil
	}
	for i := range n {
		from, to := binary.BigEndian.Uint32(p[4+4*i:]), uint32(len(p))
		if i+1 < n {
			to = binary.BigEndian.Uint32(p[8+4*i:])
		}
		if from > to || uint64(to) > uint64(len(p)) {
			return nil
		}
		parts = append(parts, p[from:to])
	}
	return parts
}
