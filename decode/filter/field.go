package filter

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/wspeek/wspeek/decode/http1"
	"github.com/wspeek/wspeek/decode/payload"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/ws"
)

// Field is a row of the language's table of fields.
type Field struct {
	// Name is written as it is; case does not count. ws.json.PATH and ws.header.NAME stand for many.
	Name string
	// Type is what it can be compared with, in a word or two: "number", "yes or no".
	Type string
	// Text says in one sentence what it is.
	Text string
}

// kind is what the values of a field are.
type kind uint8

const (
	kindNumber kind = iota
	kindBool
	kindFloat
	kindSeconds
	kindTime
	kindOpcode
	kindName // one of field.names
	kindText
	kindRule
	kindBytes
	kindPayload // bytes, or the text in them
	kindAddress
	kindJSON
	kindNone // only there or not
)

var (
	equality = []operator{opEq, opNe, opAllEq, opAnyNe, opIn}
	ordering = append([]operator{opGt, opLt, opGe, opLe}, equality...)
	inside   = append([]operator{opContains, opMatches}, equality...)
)

// kinds are the rows of the kinds: name, with its article, and the operators that go with it.
var kinds = [...]struct {
	name, article string
	ops           []operator
}{
	kindNumber:  {"number", "a number", append([]operator{opBits}, ordering...)},
	kindBool:    {"yes or no", "yes or no", equality},
	kindFloat:   {"number", "a number", ordering},
	kindSeconds: {"seconds", "a number of seconds", ordering},
	kindTime:    {"time", "a time (seconds since 1970, or a date in quotes)", ordering},
	kindOpcode:  {"opcode", "an opcode", append([]operator{opBits}, ordering...)},
	kindName:    {"name", "one of a few names", ordering},
	kindText:    {"text", "a text", append([]operator{opContains, opMatches}, ordering...)},
	kindRule:    {"rule", "the name of a rule", inside},
	kindBytes:   {"bytes", "bytes (aa:bb:cc)", inside},
	kindPayload: {"bytes or text", "bytes or text", inside},
	kindAddress: {"address", "an address or a network", equality},
	kindJSON:    {"JSON", "a value of JSON", append([]operator{opContains, opMatches}, ordering...)},
	kindNone:    {"there or not", "only there or not", nil},
}

func (k kind) takes(op operator) bool { return slices.Contains(kinds[k].ops, op) }
func (k kind) article() string        { return kinds[k].article }

// where says in which rows a field is known.
type where uint8

const (
	inSession where = 1 << iota
	inMessage
	inFrame
	inFinding
	// late fields are known when the session has ended.
	late

	ofSession = inSession | inMessage | inFrame | inFinding
	ofEnd     = ofSession | late
	ofAll     = inMessage | inFrame | inFinding
	ofBoth    = inMessage | inFrame
)

// name is a name of a value.
type name struct {
	name  string
	value int64
}

// field is a Field with how its values are found in a row. Exactly one of the functions is set, but for present.
type field struct {
	Field
	kind  kind
	where where
	needs Needs
	// names are those of the values, values all that a text can be.
	names  []name
	values []string
	// bareIsTrue: the field by itself tests for true, not for presence.
	bareIsTrue bool
	// textual: a word is text, never hex. Skip is how many bytes of the payload come before the value.
	textual bool
	skip    int
	// bits is the length of an address, 0 for both.
	bits int

	num        func(*Row) (int64, bool)
	nums       func(*Row) ([2]int64, int)
	float      func(*Row) (float64, bool)
	str        func(*Row) (string, bool)
	addr       func(*Row) ([2]netip.Addr, int)
	bytes      func(*Row) ([]byte, bool)
	rule       func(*rule.Rule) string
	frame      func(*ws.Frame) (int64, bool)
	frameBytes func(*ws.Frame) ([]byte, bool)
	present    func(*Row) bool
	// said and saidNum are of what a message says: there may be several.
	said    func(*payload.App) string
	saidNum func(*payload.App) (int64, bool)
	header  string
	json    bool
	// args says that the path leads into what a packet carries.
	args bool
	path []step
	// mapped changes the bytes of a text, header or payload before they are compared, not their number; nil for none.
	mapped func([]byte) []byte
}

const headerPrefix = "ws.header."

// lookup finds a field by its name.
func lookup(word string) (*field, bool) {
	for i := range fields {
		if strings.EqualFold(fields[i].Name, word) {
			return &fields[i], !fields[i].pattern()
		}
	}
	switch {
	case hasPrefixFold(word, jsonPrefix):
		return jsonField(word, word[len(jsonPrefix):])
	case hasPrefixFold(word, argsPrefix):
		return argsField(word, word[len(argsPrefix):])
	case hasPrefixFold(word, "app.args["):
		return argsField(word, word[len("app.args"):])
	case hasPrefixFold(word, "ws.json["):
		return jsonField(word, word[len("ws.json"):])
	case hasPrefixFold(word, headerPrefix) && len(word) > len(headerPrefix):
		f := *headerField
		f.Name, f.header = word, word[len(headerPrefix):]
		return &f, true
	}
	return sliceField(word)
}

// knows reports whether a word is the name of one of the field's values.
func (f *field) knows(word string) bool {
	return slices.Contains(f.values, word) ||
		slices.ContainsFunc(f.names, func(n name) bool { return strings.EqualFold(n.name, word) })
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// pattern reports whether the row stands for many fields.
func (f *field) pattern() bool {
	return strings.HasSuffix(f.Name, "PATH") || strings.HasSuffix(f.Name, "NAME")
}

func jsonField(word, at string) (*field, bool) {
	path, ok := parsePath(at)
	if !ok {
		return nil, false
	}
	return &field{
		Field: Field{Name: word}, kind: kindJSON, where: inMessage, json: true, path: path,
		needs: Needs{Payload: true, JSON: true},
	}, true
}

// header asks about the values of a header field of the handshake, of both sides.
func (r *Row) header(name string, all bool, test func(string) bool) bool {
	if r.Session == nil {
		return false
	}
	found := false
	for _, side := range [2][]http1.Header{r.Session.RequestHeaders, r.Session.ResponseHeaders} {
		for _, h := range side {
			if !strings.EqualFold(h.Name, name) {
				continue
			}
			if found = true; test(h.Value) != all {
				return !all
			}
		}
	}
	return all && found
}

// anyRule reports whether one of the rules that a row breaks passes a test.
func (r *Row) anyRule(test func(*rule.Rule) bool) bool {
	rules := r.Rules
	switch {
	case r.Finding != nil:
		return test(r.Finding.Rule)
	case r.Frame != nil:
		rules = r.Frame.Findings
	case r.Message != nil:
		rules = r.Message.Findings
	}
	return slices.ContainsFunc(rules, test)
}

// Fields are the fields of the language: Wireshark's, then our own. The slice is the caller's.
func Fields() []Field {
	out := make([]Field, len(fields))
	for i := range fields {
		out[i] = fields[i].Field
		out[i].Type = kinds[fields[i].kind].name
	}
	return out
}
