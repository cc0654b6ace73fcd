package filter

import (
	"bytes"
	"regexp"
)

// search looks for a text in any case: of ASCII letters at once, of others by a regular expression.
type search struct {
	lower []byte
	// rare is the place in lower of the byte that is rarest in what people send, lo and hi its two cases.
	rare   int
	lo, hi byte
	other  *regexp.Regexp
}

func newSearch(text string) *search {
	for _, c := range []byte(text) {
		if c >= 0x80 {
			return &search{other: regexp.MustCompile("(?i)" + regexp.QuoteMeta(text))}
		}
	}
	s := &search{lower: bytes.ToLower([]byte(text))}
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

func (s *search) in(p []byte) bool {
	if s.other != nil {
		return s.other.Match(p)
	}
	at, _ := s.find(p)
	return at >= 0
}

// find is the first place of the text in p, and its length; at -1 where there is none.
func (s *search) find(p []byte) (at, n int) {
	if s.other != nil {
		if m := s.other.FindIndex(p); m != nil {
			return m[0], m[1] - m[0]
		}
		return -1, 0
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

// next is the place of c in p from i on, len(p) where there is none.
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
