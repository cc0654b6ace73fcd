package diff

import (
	"strings"

	"github.com/wspeek/wspeek/decode/ws"
)

// redacted is what the marks start with that wspeek puts in the place of secrets; marked is how long they are.
const (
	redacted = "REDACTED-"
	marked   = len(redacted) + 12
)

// veiled reports whether a and b may be the same, for a mark in a HAR stands where they differ.
func (w *work) veiled(a, b string) bool {
	return w.a.Bare && mayBe(a, b) || w.b.Bare && mayBe(b, a)
}

// mayBe reports whether marks put into text could make s of it: what is around the marks of s is in text, in that order.
func mayBe(s, text string) bool {
	head, s, found := cutMark(s)
	if !found || !strings.HasPrefix(text, head) {
		return false
	}
	text = text[len(head):]
	for {
		head, s, found = cutMark(s)
		if !found {
			return strings.HasSuffix(text, head)
		}
		_, text, found = strings.Cut(text, head)
		if !found {
			return false
		}
	}
}

// cutMark is what is before the first mark of s, and after it.
func cutMark(s string) (before, after string, found bool) {
	for at := 0; ; {
		n := strings.Index(s[at:], redacted)
		if n < 0 {
			return s, "", false
		}
		at += n
		if at+marked <= len(s) && run([]byte(s[at+len(redacted):at+marked]), isHexByte) == marked-len(redacted) {
			return s[:at], s[at+marked:], true
		}
		at += len(redacted)
	}
}

// replaced reports whether secrets of one of the messages were replaced: they may be the same whatever they look like.
func (t *matcher) replaced(i, j int, a, b *ws.Message) bool {
	return a.Opcode == b.Opcode && (t.a.side.Redacted[t.ia[i]] || t.b.side.Redacted[t.ib[j]])
}
