package payload

import (
	"fmt"
	"math"
	"strconv"

	"google.golang.org/protobuf/encoding/protowire"
)

const (
	protobufName = "protobuf"
	// maxGuessField is the highest number of a field that is believed without a schema.
	maxGuessField = 1 << 15
	// maxGuessNest is how deep messages are looked for in messages without a schema.
	maxGuessNest = 16
)

var protobufRow = Protocol{
	Name: "Protocol Buffers", ID: protobufName, Spec: "protobuf.dev, Encoding",
	Decodes:  "without a schema a guess: numbers of fields and what their values look like; all with --proto or --proto-desc",
	Evidence: "a binary message that is fields to its last byte, in order, with text or messages in them",
	Claim:    claimProtobuf,
}

func claimProtobuf(m *Message, out []App) []App {
	if m.Kind != Binary || m.Cut || len(m.Payload) < minPacked || isText(m.Payload) {
		return out
	}
	v, found := guessProto(m.Payload, 0)
	if v == nil || found == 0 {
		return out
	}
	return append(out, App{
		Protocol: protobufName, Event: "guess", Args: v, Also: map[string]any{"guess": true}, Summary: "guessed " + inBrief(v),
	})
}

// guessProto reads p as a message whose schema is not known: fields by number. v is nil if it is none. found is how much there is
// that chance does not make: letters, and messages inside.
func guessProto(p []byte, depth int) (v map[string]any, found int) {
	if depth > maxGuessNest || len(p) == 0 {
		return nil, 0
	}
	v = map[string]any{}
	for last := 0; len(p) > 0; {
		f, n := nextField(p)
		if n == 0 || f.number > maxGuessField || f.number < last || n != fieldSize(&f) {
			return nil, 0
		}
		last, p = f.number, p[n:]
		one, letters := guessValue(&f, depth)
		found += letters
		key := strconv.Itoa(f.number)
		switch old := v[key].(type) {
		case nil:
			v[key] = one
		case []any:
			v[key] = append(old, one)
		default:
			v[key] = []any{old, one}
		}
	}
	return v, found
}

// fieldSize is how long a field is if its numbers are as short as they can be, as all encoders write them.
func fieldSize(f *protoField) int {
	n := protowire.SizeTag(protowire.Number(f.number)) //nolint:gosec // it was read as one
	switch f.kind {
	case protowire.VarintType:
		return n + protowire.SizeVarint(f.value)
	case protowire.Fixed32Type:
		return n + 4
	case protowire.Fixed64Type:
		return n + 8
	}
	return n + protowire.SizeBytes(len(f.bytes))
}

// guessValue says what a value may be: text, a message or bytes; a number, and of eight bytes a double if that is not absurd.
func guessValue(f *protoField, depth int) (v any, found int) {
	switch f.kind {
	case protowire.VarintType:
		return unsigned(f.value), 0
	case protowire.Fixed32Type:
		if x := float64(math.Float32frombits(uint32(f.value))); plausible(x) { //nolint:gosec // 32 bits
			return x, 0
		}
		return unsigned(f.value), 0
	case protowire.Fixed64Type:
		if x := math.Float64frombits(f.value); plausible(x) {
			return x, 0
		}
		return unsigned(f.value), 0
	}
	readable := isText(f.bytes)
	if !readable || len(f.bytes) > 1 && f.bytes[0] < ' ' {
		if in, letters := guessProto(f.bytes, depth+1); in != nil {
			return in, letters + 1
		}
	}
	if readable {
		return string(f.bytes), len(f.bytes)
	}
	return append([]byte{}, f.bytes...), 0
}

// plausible reports whether a floating point number is one that people use.
func plausible(x float64) bool {
	x = math.Abs(x)
	return x == 0 || x > 1e-9 && x < 1e15
}

// Schema reads a Protobuf message whose type is known: a value for Args, and the name of the type. ok is false if p is none.
type Schema func(p []byte) (v any, name string, ok bool)

// WithSchema is a row for sessions whose messages are of known types; either may be nil.
func WithSchema(fromClient, fromServer Schema) *Protocol {
	row := protobufRow
	row.Claim = nil
	row.Begin = func(*Opening) Decoder { return schemaDecoder{fromClient, fromServer} }
	return &row
}

type schemaDecoder struct{ fromClient, fromServer Schema }

// Lost implements Decoder: messages stand for themselves.
func (schemaDecoder) Lost(bool) {}

// Decode implements Decoder.
func (d schemaDecoder) Decode(m *Message, out []App) []App {
	read := d.fromServer
	if m.FromClient {
		read = d.fromClient
	}
	if m.Kind != Binary || m.Cut {
		return out
	}
	if read == nil {
		return claimProtobuf(m, out)
	}
	v, name, ok := read(m.Payload)
	if !ok { // of another type
		return claimProtobuf(m, out)
	}
	return append(out, App{Protocol: protobufName, Event: "message", Name: name, Args: v, Summary: fmt.Sprintf("%s %s", name, inBrief(v))})
}
