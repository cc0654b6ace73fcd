package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// message identifies a message by what both sides know of it. Code is 0 for an empty Close.
type message struct {
	kind, sha256 string
	len, code    int
}

// newMessage returns the message, without what is not comparable: the hash of nothing, and codes of other kinds.
func newMessage(kind string, n int, sha256 string, code int) message {
	m := message{kind: kind, len: n}
	if n > 0 {
		m.sha256 = sha256
	}
	if kind == "close" && code != noStatus {
		m.code = code
	}
	return m
}

// noStatus stands for a Close frame without a code in a log (RFC 6455 section 7.4.1).
const noStatus = 1005

func (m message) isData() bool { return m.kind == "text" || m.kind == "binary" }

// data returns the data messages.
func data(all []message) (out []message) {
	for _, m := range all {
		if m.isData() {
			out = append(out, m)
		}
	}
	return out
}

// The directions, as the files name them.
var dirs = []string{"c2s", "s2c"}

// truth is what the endpoints of a capture logged.
type truth struct {
	connections []connection
	// scripted says that a script wrote the bytes, so that its log does not describe the session.
	scripted bool
}

// connection is one connection of a truth.
type connection struct {
	client                        string // "" if nobody knew it
	path, subprotocol, extensions string
	// status is that of a refusal, else 0.
	status int
	// sent are the messages by direction. As many as open says, the last of them may not have reached the wire.
	sent map[string][]message
	open map[string]int
}

func (c connection) count() (n int) {
	for _, all := range c.sent {
		n += len(all)
	}
	return n
}

// isOf says whether the connection may be the one of a client address.
func (c connection) isOf(client string) bool { return c.client == "" || c.client == client }

func (t truth) count() (n int) {
	for _, c := range t.connections {
		n += c.count()
	}
	return n
}

// truthOf returns the name of a capture's truth, "" if there is none.
func truthOf(stem string) string {
	for _, e := range []string{".truth.json", ".truth.jsonl"} {
		if _, err := os.Stat(stem + e); err == nil {
			return stem + e
		}
	}
	return ""
}

func readTruth(stem string) (truth, error) {
	name := truthOf(stem)
	text, err := os.ReadFile(name)
	if err != nil {
		return truth{}, err
	}
	parse := parseTruth
	if strings.HasSuffix(name, "l") {
		parse = parseGenerated
	}
	t, err := parse(text)
	if err != nil {
		return truth{}, fmt.Errorf("%s: %w", name, err)
	}
	return t, nil
}

// logged is the JSON of a truth.
type logged struct {
	Scenario    string
	Connections []struct {
		Client      string `json:"client_addr"`
		Path        string
		Subprotocol string
		Extensions  string
		Refused     any
		Uncertain   []string `json:"tail_uncertain"`
		Messages    []struct {
			Dir, Type, SHA256 string
			Len, Code         int
			Unconfirmed       bool
		}
	}
}

// uncertainTail is how many of the last messages of a direction listed in tail_uncertain may be missing.
const uncertainTail = 8

func parseTruth(text []byte) (truth, error) {
	var l logged
	if err := json.Unmarshal(text, &l); err != nil {
		return truth{}, err
	}
	t := truth{scripted: strings.HasPrefix(l.Scenario, "edge-")}
	for _, in := range l.Connections {
		c := connection{client: in.Client, path: in.Path, subprotocol: in.Subprotocol, extensions: in.Extensions,
			sent: map[string][]message{}, open: map[string]int{}}
		if c.client == "?" {
			c.client = ""
		}
		c.status, _ = strconv.Atoi(fmt.Sprint(in.Refused)) // else it was not refused with a status
		for _, dir := range in.Uncertain {
			c.open[dir] = uncertainTail
		}
		last := map[string]bool{}
		for _, m := range in.Messages {
			c.sent[m.Dir] = append(c.sent[m.Dir], newMessage(m.Type, m.Len, m.SHA256, m.Code))
			last[m.Dir] = m.Unconfirmed
		}
		for dir, unconfirmed := range last {
			if unconfirmed {
				c.open[dir] = 1
			}
		}
		t.connections = append(t.connections, c)
	}
	return t, nil
}

// kinds are the kinds of message by opcode.
var kinds = map[int]string{1: "text", 2: "binary", 9: "ping", 10: "pong"}

// parseGenerated reads what gencap writes. Close frames are left out, since their hash includes the code.
func parseGenerated(text []byte) (truth, error) {
	index := map[string]int{}
	var t truth
	for in := json.NewDecoder(bytes.NewReader(text)); ; {
		var m struct {
			Client, Dir, SHA256 string
			Len, Opcode         int
		}
		if err := in.Decode(&m); errors.Is(err, io.EOF) {
			return t, nil
		} else if err != nil {
			return truth{}, err
		}
		i, ok := index[m.Client]
		if !ok {
			i, index[m.Client] = len(t.connections), len(t.connections)
			t.connections = append(t.connections, connection{client: m.Client, sent: map[string][]message{}})
		}
		if kind := kinds[m.Opcode]; kind != "" {
			sent := t.connections[i].sent
			sent[m.Dir] = append(sent[m.Dir], newMessage(kind, m.Len, m.SHA256, 0))
		}
	}
}
