package calls

import (
	"errors"
	"strings"

	"github.com/wspeek/wspeek/decode/jsontext"
)

// Pair says which field of a reply repeats which field of its request, in JSON of no known protocol.
type Pair struct {
	Request, Reply Path
	// Found says that it was found from the data; else it was given.
	Found bool
	// Asks says which sides send requests, by ws.Dir.
	Asks [2]bool
}

// ErrPair is the error of ParsePair.
var ErrPair = errors.New(`want json:PATH, as json:$.id, json:REQUEST=REPLY if the two fields differ, or none`)

// ParsePair reads json:PATH or json:PATH=PATH; nil for none.
func ParsePair(s string) (*Pair, error) {
	if s == "none" {
		return nil, nil
	}
	paths, ok := strings.CutPrefix(s, "json:")
	a, b, two := strings.Cut(paths, "=")
	if !two {
		b = a
	}
	request, err1 := ParsePath(a)
	reply, err2 := ParsePath(b)
	if !ok || err1 != nil || err2 != nil {
		return nil, ErrPair
	}
	return &Pair{Request: request, Reply: reply}, nil
}

// String is the path, or both as REQUEST=REPLY if they differ.
func (p *Pair) String() string {
	if p.same() {
		return p.Request.text
	}
	return p.Request.text + "=" + p.Reply.text
}

func (p *Pair) same() bool { return p.Request.text == p.Reply.text }

// seen is what a message has of what matters to a call. What is missing is nil.
type seen struct {
	request, reply, name []byte
	failed               bool
}

// look reads a JSON text whose object or array starts at i, once from its start to its end.
func (p *Pair) look(text []byte, i int) (s seen) {
	if text[i] == '[' {
		return p.lookArray(text, i)
	}
	rank := len(nameWords)
	for i = jsontext.Space(text, i+1); i >= 0; {
		name, at := jsontext.Member(text, i)
		end := jsontext.Value(text, at)
		if end < 0 {
			break
		}
		v, in := text[at:end], jsontext.Inner(name)
		p.take(&s, v, in, 0)
		if rank > 0 && v[0] == '"' {
			if r := nameRank(in); r < rank {
				s.name, rank = v, r
			}
		}
		s.failed = s.failed || tellsFailure(in, v)
		i = jsontext.Next(text, end)
	}
	if s.name == nil {
		s.name = p.deeperName(text)
	}
	return s
}

// lookArray is look for an array: the name is its last text that does not pair, as in [2,"17","Heartbeat",{}].
func (p *Pair) lookArray(text []byte, i int) (s seen) {
	i = jsontext.Space(text, i+1)
	for k := 0; i >= 0; k++ {
		end := jsontext.Value(text, i)
		if end < 0 {
			break
		}
		v := text[i:end]
		taken := p.take(&s, v, nil, k)
		if !taken && v[0] == '"' {
			s.name = v
		}
		i = jsontext.Next(text, end)
	}
	return s
}

// take follows the paths into a member or element of the outermost value, and reports whether one of them goes there.
func (p *Pair) take(s *seen, v, name []byte, k int) (taken bool) {
	if st := &p.Request.steps[0]; st.index == k && st.name == string(name) {
		s.request, taken = idIn(v, p.Request.steps[1:]), true
	}
	if st := &p.Reply.steps[0]; st.index == k && st.name == string(name) {
		s.reply, taken = idIn(v, p.Reply.steps[1:]), true
	}
	return taken
}

// idIn is the value that the steps lead to if it can tie a reply to a request, else nil.
func idIn(v []byte, steps []step) []byte {
	if v = findAll(v, steps); isID(v) {
		return v
	}
	return nil
}

// deeperName looks for the name beside the field that pairs: in $.meta for $.meta.id.
func (p *Pair) deeperName(text []byte) (name []byte) {
	steps := p.Request.steps
	if len(steps) < 2 {
		return nil
	}
	start := jsontext.Space(text, 0)
	in := findAll(text[start:], steps[:len(steps)-1])
	if len(in) == 0 || in[0] != '{' {
		return nil
	}
	rank := len(nameWords)
	for i := jsontext.Space(in, 1); i >= 0; {
		key, at := jsontext.Member(in, i)
		end := jsontext.Value(in, at)
		if end < 0 {
			break
		}
		if r := nameRank(jsontext.Inner(key)); r < rank && in[at] == '"' {
			name, rank = in[at:end], r
		}
		i = jsontext.Next(in, end)
	}
	return name
}

// nameWords are the members that name what is asked for, the surest first.
var nameWords = [...]string{"method", "action", "command", "cmd", "operation", "op", "procedure", "function", "func", "rpc", "event",
	"type", "messageType", "message_type", "msgType", "msg_type", "name", "service", "route", "path", "request", "req", "kind", "topic", "t"}

// nameRank is the place of a member's name in nameWords.
func nameRank(name []byte) int {
	if len(name) > len("message_type") {
		return len(nameWords)
	}
	for i := range nameWords {
		if len(nameWords[i]) == len(name) && nameWords[i] == string(name) {
			return i
		}
	}
	return len(nameWords)
}

// tellsFailure reports whether a member of a reply tells of an error.
func tellsFailure(name, v []byte) bool {
	switch string(name) {
	case "error", "err", "errors", "exception":
		switch string(v) {
		case "null", "false", "0", `""`, "[]", "{}":
			return false
		}
		return true
	case "ok", "success", "succeeded":
		return string(v) == "false"
	case "status", "state", "type", "result", "event", "kind", "outcome":
		switch string(v) {
		case `"error"`, `"Error"`, `"ERROR"`, `"fail"`, `"failed"`, `"failure"`, `"FAILED"`, `"FAILURE"`:
			return true
		}
		return string(name) == "status" && len(v) == 3 && (v[0] == '4' || v[0] == '5') && isWhole(v)
	}
	return false
}
