package filter

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

type tokenKind uint8

const (
	tokenEnd tokenKind = iota
	tokenWord
	tokenText // in quotes; token.text is what they hold
	tokenSign
	tokenBad
)

// token is a piece of the source, at [pos,end).
type token struct {
	kind     tokenKind
	text     string
	pos, end int
	// raw marks a text without escapes, r"...".
	raw bool
}

// signs are the operators and brackets, longer ones first.
var signs = []string{"===", "!==", "==", "!=", ">=", "<=", "&&", "||", "~=", "(", ")", "{", "}", ",", "!", "=", ">", "<", "~", "&"}

// notInWords end a word, besides white space.
const notInWords = `(){}!=<>&|~",`

type lexer struct {
	src string
	at  int
}

// lex divides a source into tokens; the last one is tokenEnd.
func lex(src string) ([]token, *Error) {
	l := lexer{src: src}
	var out []token
	for {
		t, err := l.next()
		if err != nil {
			return out, err
		}
		out = append(out, t)
		if t.kind == tokenEnd {
			return out, nil
		}
	}
}

func (l *lexer) next() (token, *Error) {
	l.at += len(l.src[l.at:]) - len(strings.TrimLeftFunc(l.src[l.at:], unicode.IsSpace))
	rest := l.src[l.at:]
	switch {
	case rest == "":
		return token{kind: tokenEnd, pos: l.at, end: l.at}, nil
	case rest[0] == '"', rest[0] == '\'':
		return l.quoted(l.at, l.at+1, rest[0], false)
	case strings.HasPrefix(rest, `r"`), strings.HasPrefix(rest, `R"`), strings.HasPrefix(rest, `r'`):
		return l.quoted(l.at, l.at+2, rest[1], true)
	}
	for _, s := range signs {
		if strings.HasPrefix(rest, s) {
			return l.take(tokenSign, s, len(s)), nil
		}
	}
	if n := wordLen(rest); n > 0 {
		return l.take(tokenWord, rest[:n], n), nil
	}
	_, n := utf8.DecodeRuneInString(rest)
	err := l.fail(l.at, l.at+n, "a lone "+rest[:n]+" means nothing here; text with signs in it goes in quotes")
	if rest[0] == '|' {
		err.Suggestion = "||"
	}
	return token{}, err
}

func (l *lexer) take(k tokenKind, text string, n int) token {
	t := token{kind: k, text: text, pos: l.at, end: l.at + n}
	l.at += n
	return t
}

func (l *lexer) fail(pos, end int, reason string) *Error {
	return &Error{Src: l.src, Pos: pos, End: end, Reason: reason}
}

// wordLen is the length of the word that s starts with. Quotes are part of a word as a key of ws.json: ws.json."a b".
func wordLen(s string) int {
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '"' && i > 0 && isKeyStart(s[:i]):
			k := strings.IndexByte(s[i+1:], '"')
			if k < 0 {
				return i
			}
			n = k + 2
		case unicode.IsSpace(r), strings.ContainsRune(notInWords, r):
			return i
		}
		i += n
	}
	return len(s)
}

func isKeyStart(s string) bool {
	return len(s) >= len(jsonPrefix) && strings.EqualFold(s[:len(jsonPrefix)], jsonPrefix) &&
		(s[len(s)-1] == '.' || s[len(s)-1] == '[')
}

// quoted reads a text from its first byte on, at from, to the quote that ends it.
func (l *lexer) quoted(pos, from int, quote byte, raw bool) (token, *Error) {
	var b strings.Builder
	for i := from; i < len(l.src); i++ {
		switch c := l.src[i]; {
		case c == quote:
			l.at = i + 1
			return token{tokenText, b.String(), pos, i + 1, raw}, nil
		case c != '\\' || i+1 == len(l.src):
			b.WriteByte(c)
		case raw:
			b.WriteString(l.src[i : i+2])
			i++
		default:
			i += escape(&b, l.src[i+1:])
		}
	}
	return token{}, l.fail(pos, len(l.src), "the quote is not closed")
}

// escape writes what a backslash and the start of s stand for, and returns how many bytes of s that took. An
// escape that is none keeps its backslash, so that "\d" is a pattern.
func escape(b *strings.Builder, s string) int {
	switch s[0] {
	case '\\', '"', '\'':
		b.WriteByte(s[0])
		return 1
	case 'n', 'r', 't':
		b.WriteByte(map[byte]byte{'n': '\n', 'r': '\r', 't': '\t'}[s[0]])
		return 1
	case 'x':
		if v, ok := hexDigits(s[1:], 2); ok {
			b.WriteByte(byte(v))
			return 3
		}
	case 'u':
		if v, ok := hexDigits(s[1:], 4); ok {
			b.WriteRune(v)
			return 5
		}
	}
	b.WriteByte('\\')
	return 0
}

// hexDigits is the number that the first n characters of s are.
func hexDigits(s string, n int) (v rune, ok bool) {
	if len(s) < n {
		return 0, false
	}
	for _, c := range []byte(s[:n]) {
		d := strings.IndexByte("0123456789abcdef", lower(c))
		if d < 0 {
			return 0, false
		}
		v = v<<4 | rune(d)
	}
	return v, true
}

// lower is c, a small letter where it is an ASCII capital.
func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
