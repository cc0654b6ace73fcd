package ws

import "strings"

// Extension is one element of Sec-WebSocket-Extensions (RFC 6455 section 9.1).
type Extension struct {
	Name   string
	Params []Param
}

// Param is a parameter of an extension. HasValue tells "a" from "a=" and from a="".
type Param struct {
	Name, Value string
	HasValue    bool
}

// String writes e as it stands in the header field.
func (e Extension) String() string {
	var b strings.Builder
	b.WriteString(e.Name)
	for _, p := range e.Params {
		b.WriteString("; " + p.Name)
		if p.HasValue {
			b.WriteString("=" + p.Value)
		}
	}
	return b.String()
}

// get is the first parameter with this name; nil if there is none.
func (e *Extension) get(name string) *Param {
	for i := range e.Params {
		if e.Params[i].Name == name {
			return &e.Params[i]
		}
	}
	return nil
}

// maxExtensions bounds the elements read of a handshake, parameters counted too.
const maxExtensions = 256

// ParseExtensions reads the values of all Sec-WebSocket-Extensions fields of a request or response, joined in order. It reads on
// after what breaks the grammar, and says in bad where that is: empty if nowhere.
func ParseExtensions(values []string) (list []Extension, bad string) {
	budget := maxExtensions
	for _, v := range values {
		p := extensionParser{rest: v}
		before := len(list)
		for p.rest != "" && budget > 0 {
			budget--
			if e, ok := p.extension(&budget); ok {
				list = append(list, e)
			}
		}
		if p.bad == "" && len(list) == before {
			p.bad = "no extension"
		}
		if bad == "" {
			bad = p.bad
		}
	}
	if budget == 0 {
		bad = "too many extensions"
	}
	return list, bad
}

// extensionParser reads one field value; rest is what is still to be read.
type extensionParser struct{ rest, bad string }

// extension reads up to and with the next comma. Empty elements are legal, and none.
func (p *extensionParser) extension(budget *int) (e Extension, ok bool) {
	e.Name = p.token()
	for p.eat(';') && *budget > 0 {
		*budget--
		q := Param{Name: p.token()}
		if q.Name == "" {
			p.fail("parameter without a name")
		}
		if p.eat('=') {
			q.HasValue = true
			q.Value = p.value()
		}
		e.Params = append(e.Params, q)
	}
	if !p.eat(',') && p.rest != "" {
		p.fail("unexpected " + p.rest[:1])
		p.skip()
	}
	if e.Name == "" && len(e.Params) > 0 {
		p.fail("extension without a name")
	}
	return e, e.Name != ""
}

func (p *extensionParser) fail(what string) {
	if p.bad == "" {
		p.bad = what
	}
}

// skip goes past the next comma.
func (p *extensionParser) skip() {
	_, p.rest, _ = strings.Cut(p.rest, ",")
}

func (p *extensionParser) space() { p.rest = strings.TrimLeft(p.rest, " \t") }

// eat takes c, and white space around it.
func (p *extensionParser) eat(c byte) bool {
	p.space()
	if p.rest == "" || p.rest[0] != c {
		return false
	}
	p.rest = p.rest[1:]
	p.space()
	return true
}

func (p *extensionParser) token() string {
	p.space()
	n := 0
	for n < len(p.rest) && isTokenByte(p.rest[n]) {
		n++
	}
	t := p.rest[:n]
	p.rest = p.rest[n:]
	return t
}

// value reads a token, or a quoted string whose content must be a token.
func (p *extensionParser) value() string {
	if p.rest == "" || p.rest[0] != '"' {
		v := p.token()
		if v == "" {
			p.fail("value missing after =")
		}
		return v
	}
	var b strings.Builder
	for i := 1; i < len(p.rest); i++ {
		switch c := p.rest[i]; {
		case c == '"':
			p.rest = p.rest[i+1:]
			if !isToken(b.String()) {
				p.fail("quoted value is not a token")
			}
			return b.String()
		case c == '\\' && i+1 < len(p.rest):
			i++
			b.WriteByte(p.rest[i])
		default:
			b.WriteByte(c)
		}
	}
	p.fail("quote not closed")
	p.rest = ""
	return b.String()
}

// isToken reports whether s is a token (RFC 9110 section 5.6.2).
func isToken(s string) bool {
	for i := range len(s) {
		if !isTokenByte(s[i]) {
			return false
		}
	}
	return s != ""
}

func isTokenByte(c byte) bool {
	switch {
	case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		return true
	}
	return strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0
}
