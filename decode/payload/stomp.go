package payload

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
)

const (
	stompName = "stomp"
	// maxStompHead is how long command and headers of a frame are at most here.
	maxStompHead = 1 << 16
)

// The commands of client and server (STOMP 1.2, Frames).
var (
	stompClient = []string{"CONNECT", "STOMP", "SEND", "SUBSCRIBE", "UNSUBSCRIBE", "ACK", "NACK", "BEGIN", "COMMIT", "ABORT", "DISCONNECT"}
	stompServer = []string{"CONNECTED", "MESSAGE", "RECEIPT", "ERROR"}
)

var stompRow = Protocol{
	Name: "STOMP", ID: stompName, Spec: "stomp.github.io, STOMP 1.0, 1.1, 1.2",
	Decodes: "frames over message boundaries, destinations, headers, bodies; receipts with what asked for them",
	Tokens:  []string{"v10.stomp", "v11.stomp", "v12.stomp"}, Evidence: "the client's first message is a frame CONNECT or STOMP",
	Recognise: recogniseSTOMP,
	Begin:     func(*Opening) Decoder { return &stompDecoder{} },
}

func recogniseSTOMP(o *Opening, first []Message) Certainty {
	if slices.Contains([]string{"v10.stomp", "v11.stomp", "v12.stomp"}, o.Token) {
		return Yes
	}
	if !begunBy(true, first) {
		return No
	}
	p, _ := joined(first, true, anyKind, maxStompHead)
	c := max(startsWith(p, "CONNECT\n"), startsWith(p, "STOMP\n"), startsWith(p, "CONNECT\r\n"), startsWith(p, "STOMP\r\n"))
	if c != Yes {
		return c
	}
	switch n, _ := (&stompDecoder{}).measure(p, true); {
	case n < 0:
		return No
	case n == 0:
		return Maybe
	}
	return Yes
}

type stompDecoder struct {
	halves
	version string
	connect bool   // CONNECT was not answered
	beat    string // the heart-beat header of CONNECT
}

// Decode implements Decoder.
func (d *stompDecoder) Decode(m *Message, out []App) []App {
	h := d.of(m.FromClient)
	if !m.Cut && h.waits(m.Payload, 0) {
		return h.hold(stompName, m, out)
	}
	return h.feed(stompName, d, m, out)
}

// Lost implements Decoder.
func (d *stompDecoder) Lost(fromClient bool) { d.of(fromClient).lose() }

// stompLine returns the line that p starts with, and the length of it with its end; 0 if the end is missing.
func stompLine(p []byte) (text []byte, n int) {
	i := bytes.IndexByte(p, '\n')
	if i < 0 {
		return nil, 0
	}
	return bytes.TrimSuffix(p[:i], []byte("\r")), i + 1
}

// stompBeats is how many bytes of line ends p starts with.
func stompBeats(p []byte) int {
	for i := 0; ; i++ {
		switch {
		case i < len(p) && p[i] == '\n':
		case i+1 < len(p) && p[i] == '\r' && p[i+1] == '\n':
		default:
			return i
		}
	}
}

func (d *stompDecoder) measure(p []byte, fromClient bool) (n, want int) {
	if n := stompBeats(p); n > 0 {
		return n, 0
	}
	head, size, ok := stompHead(p, fromClient)
	if !ok || head == 0 {
		if !ok || len(p) > maxStompHead {
			return -1, 0
		}
		return 0, 0
	}
	end := head + size
	if size < 0 {
		i := bytes.IndexByte(p[head:], 0)
		if i < 0 {
			return 0, 0
		}
		end = head + i
	}
	if len(p) <= end {
		return 0, end + 1
	}
	if p[end] != 0 {
		return -1, 0
	}
	end++
	// RabbitMQ ends each frame with a line feed, which is no heart-beat.
	if bytes.HasPrefix(p[end:], []byte("\r\n")) {
		end++
	}
	if bytes.HasPrefix(p[end:], []byte("\n")) {
		end++
	}
	return end, 0
}

// stompHead returns the length of command and headers, 0 if they do not end in p, and what the first content-length says, -1 if
// there is none. ok is false if p is no frame.
func stompHead(p []byte, fromClient bool) (n, size int, ok bool) {
	commands := stompServer
	if fromClient {
		commands = stompClient
	}
	command, i := stompLine(p)
	if i == 0 {
		return 0, 0, slices.ContainsFunc(commands, func(c string) bool { return strings.HasPrefix(c+"\r", string(p[:min(len(p), len(c)+1)])) })
	}
	if !slices.Contains(commands, string(command)) {
		return 0, 0, false
	}
	size = -1
	for {
		l, n := stompLine(p[i:])
		if n == 0 {
			return 0, 0, bytes.IndexByte(p[i:], 0) < 0
		}
		if i += n; len(l) == 0 {
			return i, size, true
		}
		name, v, ok := bytes.Cut(l, []byte(":"))
		if !ok || bytes.IndexByte(l, 0) >= 0 {
			return 0, 0, false
		}
		if size < 0 && string(name) == "content-length" {
			v, err := strconv.ParseUint(string(bytes.TrimSpace(v)), 10, 30)
			if err != nil {
				return 0, 0, false
			}
			size = int(v)
		}
	}
}

var stompUnescape = strings.NewReplacer(`\n`, "\n", `\r`, "\r", `\c`, ":", `\\`, `\`)

// stompFrame is a frame taken apart. Of headers that are repeated the first counts (STOMP 1.2, Repeated Header Entries).
func (d *stompDecoder) frame(p []byte, fromClient bool) (command string, headers map[string]any, body []byte) {
	n, size, _ := stompHead(p, fromClient)
	lines := strings.Split(string(p[:n]), "\n")
	command = strings.TrimSuffix(lines[0], "\r")
	plain := command == "CONNECT" || command == "CONNECTED" || d.version == "1.0"
	headers = map[string]any{}
	for _, l := range lines[1:] {
		name, v, ok := strings.Cut(strings.TrimSuffix(l, "\r"), ":")
		if !ok {
			continue
		}
		if !plain {
			name, v = stompUnescape.Replace(name), stompUnescape.Replace(v)
		}
		if _, twice := headers[name]; !twice {
			headers[name] = v
		}
	}
	body = p[n:]
	if size < 0 {
		size = bytes.IndexByte(body, 0)
	}
	return command, headers, body[:size]
}

func (d *stompDecoder) tell(p []byte, m *Message, _ int64, out []App) []App {
	if p[0] == '\n' || p[0] == '\r' {
		return append(out, App{Protocol: stompName, Version: d.version, Event: "heartbeat", Heartbeat: true, Summary: "heart-beat"})
	}
	command, headers, text := d.frame(p, m.FromClient)
	get := func(name string) string { s, _ := headers[name].(string); return s }
	a := App{Protocol: stompName, Event: command, Topic: get("destination"), Args: content(text), Also: map[string]any{"headers": headers}}
	a.ID = get("id")
	switch command {
	case "CONNECT", "STOMP":
		a.Role, a.Key, d.connect, d.beat = Request, "CONNECT", true, get("heart-beat")
	case "CONNECTED":
		if d.version = get("version"); d.version == "" {
			d.version = "1.0"
		}
		a.Role, a.Key, d.connect = Reply, "CONNECT", false
		a.promisesStomp(d.beat, get("heart-beat"))
	case "MESSAGE":
		a.ID = get("message-id")
	case "ACK", "NACK":
		if a.ID == "" {
			a.ID = get("message-id")
		}
	case "RECEIPT":
		a.ID = get("receipt-id")
		a.Role, a.Key = Reply, "receipt "+a.ID
	case "ERROR":
		a.Error = true
		if id := get("receipt-id"); id != "" {
			a.Role, a.Key, a.ID = Reply, "receipt "+id, id
		} else if d.connect {
			a.Role, a.Key, d.connect = Reply, "CONNECT", false
		}
	}
	a.asksReceipt(get("receipt"), m.FromClient)
	a.Version, a.AskedByClient = d.version, true
	a.Summary = line(command, a.Topic, get("message"), body(a.Args), number(a.ID))
	return append(out, a)
}

// asksReceipt makes a frame with a receipt header the request for it.
func (a *App) asksReceipt(id string, fromClient bool) {
	if id != "" && a.Role == Alone && fromClient {
		a.Role, a.Key, a.Also["receipt"] = Request, "receipt "+id, id
	}
}
