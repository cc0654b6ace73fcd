package bpf

import (
	"net/netip"
	"strings"
)

// kind is a kind of token.
type kind uint8

const (
	end     kind = iota
	word         // a keyword or a name
	escaped      // a name after a backslash
	number
	dotted // numbers with dots between them: an IPv4 address or the start of one
	ipv6
	mac
	sign // an operator or a bracket
)

// token is a piece of an expression. Names for operators are made one: && is and.
type token struct {
	kind kind
	text string
	pos  int
}

// is reports whether the token is one of the operators or keywords.
func (t token) is(texts ...string) bool {
	for _, s := range texts {
		if t.text == s && (t.kind == word || t.kind == sign) {
			return true
		}
	}
	return false
}

// signs are the operators, longer ones before shorter ones that they start with, and what they are called here.
var signs = []struct{ text, name string }{
	{"&&", "and"}, {"||", "or"}, {"<<", "<<"}, {">>", ">>"}, {"<=", "<="}, {">=", ">="},
	{"==", "="}, {"!=", "!="}, {"!", "not"}, {"=", "="}, {"<", "<"}, {">", ">"},
	{"(", "("}, {")", ")"}, {"[", "["}, {"]", "]"}, {":", ":"},
	{"+", "+"}, {"-", "-"}, {"*", "*"}, {"/", "/"}, {"&", "&"}, {"|", "|"},
}

// scan cuts an expression into tokens; the last is end.
func scan(expr string) ([]token, *Error) {
	var list []token
	for pos := 0; ; {
		for pos < len(expr) && strings.IndexByte(" \t\r\n", expr[pos]) >= 0 {
			pos++
		}
		if pos == len(expr) {
			return append(list, token{end, "", pos}), nil
		}
		t, n := next(expr[pos:])
		if n == 0 {
			sign := expr[pos : pos+1]
			return nil, &Error{Expr: expr, Pos: pos, Token: sign, Why: "unknown sign", Unsupported: sign == "^" || sign == "%"}
		}
		t.pos = pos
		list = append(list, t)
		pos += n
	}
}

// next is the token at the start of s and its length, 0 if there is none.
func next(s string) (token, int) {
	if run := span(s, isAddress); len(run) > 0 {
		if k := addressKind(run); k != end {
			return token{kind: k, text: run}, len(run)
		}
	}
	if isWordByte(s[0]) && s[0] != '-' && s[0] != '_' && s[0] != '.' {
		text := strings.TrimRight(span(s, isWordByte), "-_")
		return token{kind: wordKind(text), text: text}, len(text)
	}
	if s[0] == '\\' {
		text := span(s[1:], func(c byte) bool { return c > ' ' && c != '!' && c != '(' && c != ')' })
		return token{kind: escaped, text: text}, len(text) + 1
	}
	for _, o := range signs {
		if strings.HasPrefix(s, o.text) {
			return token{kind: sign, text: o.name}, len(o.text)
		}
	}
	return token{}, 0
}

// span is the start of s in which all bytes are of a kind.
func span(s string, of func(byte) bool) string {
	n := 0
	for n < len(s) && of(s[n]) {
		n++
	}
	return s[:n]
}

// isName reports whether the token may be a name that tcpdump would look up.
func (t token) isName() bool {
	return t.kind == escaped && t.text != "" || t.kind == word && !isDigit(t.text[0]) && !isReserved(t.text)
}

func isDigit(c byte) bool   { return c >= '0' && c <= '9' }
func isHex(c byte) bool     { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }
func isAddress(c byte) bool { return isHex(c) || c == ':' || c == '.' }
func isWordByte(c byte) bool {
	return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'z' || c == '-' || c == '_' || c == '.'
}

// addressKind distinguishes IPv6 and Ethernet addresses from what only starts like them.
func addressKind(run string) kind {
	colons := strings.Count(run, ":")
	if colons == 5 && !strings.Contains(run, "::") && !strings.Contains(run, ".") {
		return mac
	}
	if colons == 7 || strings.Contains(run, "::") {
		if a, err := netip.ParseAddr(run); err == nil && a.Is6() {
			return ipv6
		}
	}
	return end
}

func wordKind(text string) kind {
	switch {
	case span(text, isDigit) == text:
		return number
	case len(text) > 2 && (text[:2] == "0x" || text[:2] == "0X") && span(text[2:], isHex) == text[2:]:
		return number
	case span(text, func(c byte) bool { return isDigit(c) || c == '.' }) == text:
		return dotted
	}
	return word
}
