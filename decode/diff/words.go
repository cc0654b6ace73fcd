package diff

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

const (
	// maxWords is how many words of two texts are aligned, allWords how many of all texts of a comparison; beyond that a text
	// has one change, from the first difference to the last.
	maxWords, allWords = 20_000, 2_000_000
	// wordEdits is aligner.edits for words.
	wordEdits = 200
)

// token is a piece of a text: a word, white space, a sign, or what a rule or detector covers.
type token struct {
	from, to int
	hash     uint64
	// by is that of the span where covered.
	by      int
	covered bool
}

// text compares texts by words.
func (c *comparer) text(a, b []byte) {
	if c.covered(a, b) {
		return
	}
	ta, tb := tokens(a, c.w.printA.find(a)), tokens(b, c.w.printB.find(b))
	if c.words += len(ta) + len(tb); len(ta)+len(tb) > maxWords || c.words > allWords {
		from := common(a, b)
		end := commonEnd(a[from:], b[from:])
		for from > 0 && from < len(a) && !utf8.RuneStart(a[from]) {
			from--
		}
		c.change(both("text from byte "+strconv.Itoa(from), string(a[from:max(from, len(a)-end)]), string(b[from:max(from, len(b)-end)])))
		return
	}
	c.hunks(a, b, ta, tb, align(hashesOf(ta), hashesOf(tb), false, wordEdits))
}

func hashesOf(ts []token) []uint64 {
	out := make([]uint64, len(ts))
	for i := range ts {
		out[i] = ts[i].hash
	}
	return out
}

// hunks adds a change for each run of words without a match. Runs with but white space between them are one.
func (c *comparer) hunks(a, b []byte, ta, tb []token, match []int32) {
	words, i, j := 0, 0, 0
	for i < len(ta) || j < len(tb) {
		if i < len(ta) && int(match[i]) == j {
			c.same(a, b, &ta[i], &tb[j])
			words += wordIn(a, &ta[i])
			i, j = i+1, j+1
			continue
		}
		i0, j0, w0 := i, j, words
		for {
			for i < len(ta) && match[i] < 0 {
				words += wordIn(a, &ta[i])
				i++
			}
			end := len(tb)
			if i < len(ta) {
				end = int(match[i])
			}
			j = end
			if i+1 >= len(ta) || !blank(a, &ta[i]) || match[i+1] >= 0 && int(match[i+1]) == j+1 {
				break
			}
			i++
		}
		c.change(hunk("word "+strconv.Itoa(w0+1), part(a, ta[i0:i]), part(b, tb[j0:j])))
	}
}

func hunk(path, a, b string) Change {
	return Change{Path: path, A: a, B: b, InA: a != "", InB: b != ""}
}

// same looks at a match whose hashes are the same: covered tokens that differ are counted, others would be a change.
func (c *comparer) same(a, b []byte, ta, tb *token) {
	sa, sb := a[ta.from:ta.to], b[tb.from:tb.to]
	switch {
	case bytes.Equal(sa, sb):
	case ta.covered && tb.covered && ta.by == tb.by:
		c.uses.span(span{by: ta.by})
	default:
		c.change(both("word", string(sa), string(sb)))
	}
}

func part(s []byte, ts []token) string {
	if len(ts) == 0 {
		return ""
	}
	return string(s[ts[0].from:ts[len(ts)-1].to])
}

func wordIn(s []byte, t *token) int {
	if isWide(s[t.from]) {
		return 1
	}
	return 0
}

func blank(s []byte, t *token) bool { return isBlank(s[t.from]) }

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// isWide reports whether c is part of a word in any script.
func isWide(c byte) bool { return isAlnum(c) || c == '_' || c >= utf8.RuneSelf }

// tokens cuts a text; spans are whole tokens.
func tokens(s []byte, spans []span) []token {
	out := make([]token, 0, len(s)/4)
	for i := 0; i < len(s); {
		end := len(s)
		if len(spans) > 0 {
			if p := spans[0]; i == p.from {
				m := markOf(p)
				out = append(out, token{p.from, p.to, hashBytes(3, m[:]), p.by, true})
				i, spans = p.to, spans[1:]
				continue
			}
			end = spans[0].from
		}
		n := 1
		switch rest := s[i:end]; {
		case isWide(s[i]):
			n = run(rest, isWide)
		case isBlank(s[i]):
			n = run(rest, isBlank)
		}
		out = append(out, token{from: i, to: i + n, hash: hashBytes(4, s[i:i+n])})
		i += n
	}
	return out
}
