package payload

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf8"
)

// Encodings are claimed for single messages that no protocol claims, and only on strong evidence: the whole message is such a
// value, and holds something that chance does not make.
var (
	gzipRow = Protocol{
		Name: "gzip", ID: "gzip", Spec: "RFC 1952", Decodes: "what is inside: JSON, text, MessagePack, CBOR or bytes",
		Evidence: "a binary message with gzip's magic that can be inflated to its end",
		Claim:    func(m *Message, out []App) []App { return claimPacked("gzip", gzipHead, m, out) },
	}
	zlibRow = Protocol{
		Name: "zlib", ID: "zlib", Spec: "RFC 1950", Decodes: "as gzip",
		Evidence: "a binary message with zlib's header that can be inflated to its end, with the right checksum",
		Claim:    func(m *Message, out []App) []App { return claimPacked("zlib", "\x78", m, out) },
	}
	zstdRow = Protocol{
		Name: "Zstandard", ID: "zstd", Spec: "RFC 8878", Decodes: "as gzip",
		Evidence: "a binary message with Zstandard's magic that can be decoded to its end",
		Claim:    func(m *Message, out []App) []App { return claimPacked("zstd", zstdHead, m, out) },
	}
	brotliRow = Protocol{
		Name: "Brotli", ID: "brotli", Spec: "RFC 7932", Decodes: "as gzip",
		Evidence: "a binary message that can be decoded to its end and is JSON or text then",
		Claim:    func(m *Message, out []App) []App { return claimPacked("brotli", "", m, out) },
	}
	msgpackRow = Protocol{
		Name: "MessagePack", ID: "msgpack", Spec: "github.com/msgpack/msgpack, spec.md", Decodes: "the value",
		Evidence: "a binary message that is one map or array with text in it, to its last byte",
		Claim: func(m *Message, out []App) []App {
			if v, name := packedValue(m.Payload); m.Kind == Binary && !m.Cut && name == "msgpack" {
				return append(out, App{Protocol: name, Event: "value", Args: v, Summary: inBrief(v)})
			}
			return out
		},
	}
	cborRow = Protocol{
		Name: "CBOR", ID: "cbor", Spec: "RFC 8949", Decodes: "the value",
		Evidence: "a binary message that is one map or array with text in it, to its last byte",
		Claim: func(m *Message, out []App) []App {
			if v, name := packedValue(m.Payload); m.Kind == Binary && !m.Cut && name == "cbor" {
				return append(out, App{Protocol: name, Event: "value", Args: v, Summary: inBrief(v)})
			}
			return out
		},
	}
)

// minPacked is how long a message is at least that is claimed for an encoding.
const minPacked = 4

// packedValue reads p as MessagePack or CBOR, whichever it is: name is "" if it is none, or could be either.
func packedValue(p []byte) (v any, name string) {
	if len(p) < minPacked {
		return nil, ""
	}
	best := 0
	if c := p[0]; c >= 0x80 && c < 0xa0 || c >= 0xdc && c < 0xe0 { // a map or array
		r := msgpack{wire: wire{p: p}, left: maxValues}
		value := r.value(0)
		if !r.bad && !r.odd && len(r.p) == 0 {
			if best = evidence(value); best > 0 {
				v, name = value, "msgpack"
			}
		}
	}
	if c := p[0]; c >= 0x80 && c < 0xc0 || bytes.HasPrefix(p, []byte("\xd9\xd9\xf7")) { // an array or map, or said to be CBOR
		if value, ok := cborAll(p); ok {
			switch n := evidence(value); {
			case n == best:
				return nil, ""
			case n > best:
				return value, "cbor"
			}
		}
	}
	return v, name
}

// evidence is how much of a map or array is text that people could read, in bytes; 0 is no evidence.
func evidence(v any) int {
	n := 0
	switch v := v.(type) {
	case map[string]any:
		if inside, ok := tagged(v); ok {
			return weigh(inside)
		}
		for k, e := range v {
			if !isText([]byte(k)) {
				return 0
			}
			n += len(k) + weigh(e)
		}
	case []any:
		for _, e := range v {
			n += weigh(e)
		}
		if n < 2 { // one letter in an array is chance
			return 0
		}
	}
	return n
}

// tagged is what is in an extension of MessagePack or a tag of CBOR, whose names are our own words.
func tagged(v map[string]any) (inside any, ok bool) {
	if _, ext := v["ext"]; ext && len(v) == 2 {
		inside, ok = v["data"]
	} else if _, tag := v["tag"]; tag && len(v) == 2 {
		inside, ok = v["value"]
	}
	return inside, ok
}

func weigh(v any) int {
	if s, ok := v.(string); ok && isText([]byte(s)) {
		return len(s)
	}
	return evidence(v)
}

// claimPacked claims a message that starts with magic and can be inflated.
func claimPacked(name, magic string, m *Message, out []App) []App {
	p := m.Payload
	if m.Kind != Binary || m.Cut || len(p) < minPacked || !bytes.HasPrefix(p, []byte(magic)) || utf8.Valid(p) && isText(p) {
		return out
	}
	plain, much, ok := inflateAll(name, p)
	if !ok {
		return out
	}
	a := App{Protocol: name, Also: map[string]any{"inflated": int64(len(plain))}}
	size := fmt.Sprintf("%d bytes", len(plain))
	if much {
		a.Event, size = "binary", "more than "+size
		if name == "brotli" {
			return out
		}
	} else {
		a.Event, a.Args = inside(plain)
	}
	if name == "brotli" && (a.Event == "binary" || a.Event == "text" && len(plain) < 2*minPacked) {
		return out
	}
	a.Summary = line(name, size, body(a.Args))
	return append(out, a)
}

// inside says what a plain message is.
func inside(p []byte) (kind string, v any) {
	if json.Valid(p) {
		return "json", json.RawMessage(bytes.TrimSpace(p))
	}
	if isText(p) {
		return "text", string(p)
	}
	if v, name := packedValue(p); name != "" {
		return name, v
	}
	return "binary", slices.Clone(p)
}
