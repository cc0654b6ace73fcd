package export

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"slices"
	"strings"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/http1"
	"github.com/wspeek/wspeek/decode/payload"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
)

// Secret is where a secret was found.
type Secret uint8

// The kinds of secrets.
const (
	// SecretHeader means: a header that carries credentials (Authorization, X-Api-Key).
	SecretHeader Secret = iota
	// SecretCookie means: the value of a cookie.
	SecretCookie
	// SecretSubprotocol means: a bearer token in Sec-WebSocket-Protocol.
	SecretSubprotocol
	// SecretQuery means: a parameter of a URL or of a form.
	SecretQuery
	// SecretUserinfo means: user and password in a URL (RFC 3986 section 3.2.1).
	SecretUserinfo
	// SecretJWT means: a JSON Web Token (RFC 7519).
	SecretJWT
	// SecretBearer means: what follows the word Bearer (RFC 6750 section 2.1).
	SecretBearer
	// SecretField means: a field of JSON, or a header line, in a payload.
	SecretField
	secrets
)

var secretNames = [secrets]string{
	"header", "cookie", "subprotocol", "query value", "userinfo", "JWT", "bearer token", "field",
}

// String is a word for people and for JSON.
func (s Secret) String() string { return secretNames[s] }

// MarkPrefix is what marks start with; twelve hexadecimal digits follow, the same for the same value.
const MarkPrefix = "REDACTED-"

// Redactor replaces secrets with marks: credentials in handshakes and URLs, JWTs and fields that are named like
// secrets in payloads. Under one key the same secret has the same mark; without the key a mark reveals nothing about
// it. It finds what it knows: what was replaced is counted, what was missed nobody knows. What is compressed,
// encrypted or encoded inside a message is not searched.
//
// A nil Redactor changes nothing.
type Redactor struct {
	mac hash.Hash
	sum []byte
	// Counts is how many values were replaced, by Secret.
	Counts [secrets]int64
	// offered are the subprotocols that were taken for tokens: a server may repeat one.
	offered map[string]bool
	body    []byte
	// found are the values that known replaced in the last message, with their marks.
	found []marked
}

// marked is a secret and its mark.
type marked struct{ value, mark []byte }

// NewRedactor makes a Redactor. Whoever has key can test what a mark stands for.
func NewRedactor(key []byte) *Redactor {
	return &Redactor{mac: hmac.New(sha256.New, key), offered: map[string]bool{}}
}

// Replaced is how many values were replaced.
func (r *Redactor) Replaced() (n int64) {
	if r == nil {
		return 0
	}
	for _, c := range r.Counts {
		n += c
	}
	return n
}

// mark appends the mark of a secret.
func (r *Redactor) mark(dst []byte, s Secret, value []byte) []byte {
	const digits = 6 // bytes of the sum: 48 bits
	r.Counts[s]++
	r.mac.Reset()
	r.mac.Write(value)
	r.sum = r.mac.Sum(r.sum[:0])
	return hex.AppendEncode(append(dst, MarkPrefix...), r.sum[:digits])
}

func (r *Redactor) markString(s Secret, value string) string {
	return string(r.mark(nil, s, []byte(value)))
}

// Message is m with the secrets of its payload replaced, and how many these were: m itself if there are none. Len
// and Holes stay those of what was captured. What it returns is valid until the next call.
func (r *Redactor) Message(m *ws.Message) (*ws.Message, int) {
	if r == nil || len(m.Payload) == 0 {
		return m, 0
	}
	r.found = r.found[:0]
	head := len(m.Payload) - len(m.Reason())
	before := r.Replaced()
	s := scanner{r: r, p: m.Payload[head:], torn: m.Torn()}
	s.out = append(r.body[:0], m.Payload[:head]...)
	r.body = r.known(m.Opcode, s.scan())
	n := int(r.Replaced() - before)
	if n == 0 {
		return m, 0
	}
	clean := *m
	clean.Payload = r.body
	return &clean, n
}

// known is p with what no name tells, but the protocol: it has been searched for the rest. In binary messages marks are as long as
// what they replace, because lengths are counted there.
func (r *Redactor) known(op ws.Opcode, p []byte) []byte {
	kind := payload.Text
	if op == ws.OpBinary {
		kind = payload.Binary
	} else if op != ws.OpText {
		return p
	}
	spans := payload.Secrets(kind, p)
	for i := len(spans) - 1; i >= 0; i-- {
		s := spans[i]
		value := bytes.Clone(p[s.From:s.To])
		if bytes.HasPrefix(value, []byte(MarkPrefix)) {
			continue
		}
		mark := r.mark(nil, SecretField, value)
		if kind == payload.Binary {
			mark = append(mark, bytes.Repeat([]byte{'*'}, max(0, len(value)-len(mark)))...)[:len(value)]
		}
		r.found = append(r.found, marked{value, mark})
		p = slices.Replace(p, s.From, s.To, mark...)
	}
	return p
}

// Text is s with its secrets replaced.
func (r *Redactor) Text(s string) string {
	if r == nil || s == "" {
		return s
	}
	scan := scanner{r: r, p: []byte(s)}
	return string(scan.scan())
}

// Session is a copy of s with its secrets replaced.
func (r *Redactor) Session(s *decode.Session) *decode.Session {
	if r == nil {
		return s
	}
	c := *s
	c.RequestHeaders = r.Headers(s.RequestHeaders)
	c.ResponseHeaders = r.Headers(s.ResponseHeaders)
	c.Path, c.Subprotocol = r.Text(s.Path), r.subprotocols(s.Subprotocol)
	if i := strings.LastIndexByte(s.Host, '@'); i >= 0 {
		c.Host = r.markString(SecretUserinfo, s.Host[:i]) + s.Host[i:]
	}
	if s.Close != nil {
		end := *s.Close
		end.Reason = []byte(r.Text(string(end.Reason)))
		c.Close = &end
	}
	return &c
}

// Headers is a copy of hs with the secrets replaced.
func (r *Redactor) Headers(hs []http1.Header) []http1.Header {
	if r == nil || hs == nil {
		return hs
	}
	out := make([]http1.Header, len(hs))
	for i, h := range hs {
		h.Value = r.header(h.Name, h.Value)
		out[i] = h
	}
	return out
}

// Said is what was replaced, in words.
func (r *Redactor) Said() string {
	if r == nil {
		return "nothing is redacted: secrets are inside"
	}
	var parts []string
	for s, n := range r.Counts {
		if n > 0 {
			parts = append(parts, show.Count(n, Secret(s).String()))
		}
	}
	if len(parts) == 0 {
		return "no secrets were found to redact, which does not say that there are none"
	}
	return "redacted, with the same mark for the same value: " + strings.Join(parts, ", ")
}
