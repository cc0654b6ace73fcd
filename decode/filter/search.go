package filter

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// search looks for a text in any case: of ASCII letters byte by byte, of others by the simple folding of Unicode.
type search struct {
	lower []byte
	// rare is the place in lower of the byte that is rarest in what people send, lo and hi its two cases.
	rare   int
	lo, hi byte
	// folded are the characters of a text that is not ASCII, starts those that its first may be.
	folded []rune
	starts [][]byte
}

func newSearch(text string) *search {
	if !isASCII(text) && utf8.ValidString(text) {
		return newFolded(text)
	}
	s := &search{lower: lowered(text)}
	best := -1
	for i, c := range s.lower {
		if n := rarity(c); n > best {
			s.rare, best = i, n
		}
	}
	s.lo = s.lower[s.rare]
	s.hi = upper(s.lo)
	return s
}

// byFrequency are the bytes of messages, the most frequent first; others are rarer.
var byFrequency = []byte(`e"atoinsrl,dc:u0pmhg12 fby_3456789{}vwk-./[]xjqz`)

func rarity(c byte) int {
	if i := bytes.IndexByte(byFrequency, c); i >= 0 {
		return i
	}
	return len(byFrequency)
}

func upper(c byte) byte {
	if 'a' <= c && c <= 'z' {
		return c - 'a' + 'A'
	}
	return c
}

func lowered(s string) []byte {
	b := []byte(s)
	for i, c := range b {
		b[i] = lower(c)
	}
	return b
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf })
}

func newFolded(text string) *search {
	s := &search{}
	for _, r := range text {
		s.folded = append(s.folded, fold(r))
	}
	first := s.folded[0]
	s.starts = append(s.starts, utf8.AppendRune(nil, first))
	for r := unicode.SimpleFold(first); r != first; r = unicode.SimpleFold(r) {
		s.starts = append(s.starts, utf8.AppendRune(nil, r))
	}
	return s
}

// fold is the least of the characters that differ from r in case only.
func fold(r rune) rune {
	least := r
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		least = min(least, f)
	}
	return least
}

// findFolded is find for a text that is not ASCII.
func (s *search) findFolded(p []byte) (at, n int) {
	at = -1
	for _, start := range s.starts {
		end := len(p)
		if at >= 0 {
			end = min(at+len(start)-1, len(p))
		}
		for i := 0; i < end; i++ {
			k := bytes.Index(p[i:end], start)
			if k < 0 {
				break
			}
			i += k
			if m := s.foldedLen(p[i:]); m > 0 {
				at, n = i, m
				break
			}
		}
	}
	return at, n
}

// foldedLen is the length of the text where p starts with it, else 0.
func (s *search) foldedLen(p []byte) int {
	n := 0
	for _, want := range s.folded {
		r, w := utf8.DecodeRune(p[n:])
		if w == 0 || r != want && fold(r) != want {
			return 0
		}
		n += w
	}
	return n
}

func (s *search) in(p []byte) bool {
	at, _ := s.find(p)
	return at >= 0
}

// find is the first place of the text in p, and its length; at -1 if there is none.
func (s *search) find(p []byte) (at, n int) {
	if s.folded != nil {
		return s.findFolded(p)
	}
	n = len(s.lower)
	lo, hi := next(p, s.rare, s.lo), len(p)
	if s.hi != s.lo {
		hi = next(p, s.rare, s.hi)
	}
	for {
		i := min(lo, hi)
		if i-s.rare+n > len(p) || i == len(p) {
			return -1, 0
		}
		if equalFold(p[i-s.rare:i-s.rare+n], s.lower) {
			return i - s.rare, n
		}
		if i == lo {
			lo = next(p, i+1, s.lo)
		} else {
			hi = next(p, i+1, s.hi)
		}
	}
}

// next is the place of c in p from i on, len(p) if there is none.
func next(p []byte, i int, c byte) int {
	if i < len(p) {
		if k := bytes.IndexByte(p[i:], c); k >= 0 {
			return i + k
		}
	}
	return len(p)
}

func equalFold(p, lowered []byte) bool {
	for i, c := range p {
		if lower(c) != lowered[i] {
			return false
		}
	}
	return true
}
