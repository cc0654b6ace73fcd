package diff

import (
	"bytes"
	"math"
	"strconv"

	"github.com/wspeek/wspeek/capture"
)

// class is a sort of value that changes from run to run.
type class uint8

const (
	classUUID class = iota
	classISO
	classEpoch
	classJWT
	classToken
	classHex
	classCounter
	classPing
	classID
	classHeader
	classes
)

// classRow describes a built-in detector.
type classRow struct{ name, text string }

var classRows = [classes]classRow{
	classUUID:    {"uuid", "a UUID (RFC 9562)"},
	classISO:     {"time", "a date with time of day as RFC 3339 or ISO 8601 write it"},
	classEpoch:   {"epoch", "seconds, milliseconds, microseconds or nanoseconds since 1970, within a day of the session"},
	classJWT:     {"jwt", "a JSON Web Token (RFC 7519)"},
	classToken:   {"token", "16 to 128 letters and digits that look random"},
	classHex:     {"hex", "16 hexadecimal digits or more"},
	classCounter: {"counter", "a number of JSON messages that goes up by the same step"},
	classPing:    {"ping-payload", "the application data of a ping or pong"},
	classID:      {"message-id", "what ties requests, answers and acknowledgements in the application protocol"},
	classHeader:  {"handshake-nonce", "Sec-WebSocket-Key, Sec-WebSocket-Accept, Date"},
}

// near is the time of a session, give or take a day, in nanoseconds: numbers in it may be times.
type near struct{ from, to capture.Time }

const day = 24 * 3600 * 1e9

func nearSpan(from, to capture.Time) near {
	if from == 0 {
		return near{1, 0}
	}
	return near{from - day, to + day}
}

func (n near) holds(ns float64) bool { return ns >= float64(n.from) && ns <= float64(n.to) }

// span is a part of a text that a detector or a rule covers.
type span struct {
	from, to int
	// by is the class, or -1-i for the i-th regular expression.
	by int
}

// minVolatile is the shortest text that a detector covers: an epoch in seconds.
const minVolatile = 10

// scan finds the spans of s that detectors cover, from left to right.
func scan(out []span, s []byte, when near) []span {
	if len(s) < minVolatile {
		return out
	}
	for i := 0; i < len(s); {
		if !isAlnum(s[i]) {
			i++
			continue
		}
		n, by := detect(s, i, when)
		if n > 0 {
			out = append(out, span{i, i + n, int(by)})
		} else {
			n = run(s[i:], isWordByte)
		}
		i += n
	}
	return out
}

// detect is the length of what a detector covers at s[i], where a word starts; 0 for nothing.
func detect(s []byte, i int, when near) (int, class) {
	s = s[i:]
	if isDigit(s[0]) {
		if n := isoTime(s); n > 0 {
			return n, classISO
		}
		if n := epoch(s, when); n > 0 {
			return n, classEpoch
		}
	}
	if len(s) < 16 {
		return 0, 0
	}
	word := run(s, isWordByte)
	switch {
	case word == 36 && isUUID(s[:36]):
		return 36, classUUID
	case bytes.HasPrefix(s, []byte("eyJ")):
		if n := jwt(s); n > 0 {
			return n, classJWT
		}
	}
	if word < 16 {
		return 0, 0
	}
	if isHex(s[:word]) {
		return word, classHex
	}
	if n := word + run(s[word:], isPadding); random(s[:word]) {
		return n, classToken
	}
	return 0, 0
}

func run(s []byte, in func(byte) bool) int {
	for i, c := range s {
		if !in(c) {
			return i
		}
	}
	return len(s)
}

func isWordByte(c byte) bool { return isAlnum(c) || c == '_' || c == '-' }

func isPadding(c byte) bool { return c == '=' }

func isHexByte(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

// isHex reports whether s is hexadecimal and not just a long number or word.
func isHex(s []byte) bool {
	digits := 0
	for _, c := range s {
		if !isHexByte(c) {
			return false
		}
		if isDigit(c) {
			digits++
		}
	}
	return digits > 1 && digits < len(s)-1
}

func isUUID(s []byte) bool {
	for i, c := range s {
		if dash := i == 8 || i == 13 || i == 18 || i == 23; dash != (c == '-') || !dash && !isHexByte(c) {
			return false
		}
	}
	return true
}

// isoPattern is the start of a time: 0 is any digit, T is a T or a space.
const isoPattern = "0000-00-00T00:00:00"

func isoTime(s []byte) int {
	if len(s) < len(isoPattern) {
		return 0
	}
	for i := range len(isoPattern) {
		c, want := s[i], isoPattern[i]
		if want == '0' && !isDigit(c) || want == 'T' && c|0x20 != 't' && c != ' ' || (want == '-' || want == ':') && c != want {
			return 0
		}
	}
	n := len(isoPattern)
	if n+1 < len(s) && (s[n] == '.' || s[n] == ',') && isDigit(s[n+1]) {
		n += 1 + run(s[n+1:], isDigit)
	}
	return n + zone(s[n:])
}

func zone(s []byte) int {
	switch {
	case len(s) > 0 && s[0]|0x20 == 'z':
		return 1
	case len(s) >= 6 && (s[0] == '+' || s[0] == '-') && s[3] == ':' && isDigit(s[1]) && isDigit(s[2]) && isDigit(s[4]) && isDigit(s[5]):
		return 6
	case len(s) >= 5 && (s[0] == '+' || s[0] == '-') && run(s[1:5], isDigit) == 4:
		return 5
	}
	return 0
}

// epoch is the length of a number at the start of s that is a time near the session.
func epoch(s []byte, when near) int {
	n := run(s, isDigit)
	if n != 10 && n != 13 && n != 16 && n != 19 {
		return 0
	}
	to := n
	if n+1 < len(s) && s[n] == '.' && isDigit(s[n+1]) {
		to += 1 + run(s[n+1:], isDigit)
	}
	if to < len(s) && isWordByte(s[to]) && s[to] != '-' {
		return 0
	}
	v, err := strconv.ParseFloat(string(s[:n]), 64)
	if err != nil || !when.holds(v*math.Pow10(19-n)) {
		return 0
	}
	return to
}

// jwt is the length of a JSON Web Token at the start of s: three parts of base64url.
func jwt(s []byte) int {
	n := 0
	for part := range 3 {
		k := run(s[n:], isWordByte)
		if k < 2 && part < 2 {
			return 0
		}
		n += k
		if part < 2 {
			if n >= len(s) || s[n] != '.' {
				return 0
			}
			n++
		}
	}
	return n
}

const maxToken = 128

// random reports whether a word looks like base64 of something random: upper and lower case and digits in
// frequent change.
func random(s []byte) bool {
	if len(s) > maxToken {
		return false
	}
	var upper, lower, digit, changes int
	last := byte(0)
	for _, c := range s {
		var sort byte
		switch {
		case isDigit(c):
			digit++
			sort = 'd'
		case c >= 'A' && c <= 'Z':
			upper++
			sort = 'u'
		case c >= 'a' && c <= 'z':
			lower++
			sort = 'l'
		}
		if sort != last {
			changes++
		}
		last = sort
	}
	return digit >= 1 && upper >= 2 && lower >= 2 && changes*3 >= len(s)
}

// scrubber replaces what rules and detectors cover by a mark.
type scrubber struct {
	opt  *Options
	when near
	// spans is memory for one text.
	spans []span
}

// find is what rules and detectors cover in s, from left to right; rules first. It is valid until the next call.
func (c *scrubber) find(s []byte) []span {
	c.spans = c.spans[:0]
	for i, re := range c.opt.Ignore.regexps {
		for _, m := range re.FindAllIndex(s, -1) {
			if m[1] > m[0] {
				c.spans = append(c.spans, span{m[0], m[1], -1 - i})
			}
		}
	}
	own := len(c.spans)
	if !c.opt.Strict {
		c.spans = scan(c.spans, s, c.when)
	}
	if own > 0 {
		c.spans = untangle(c.spans)
	}
	return c.spans
}

// rules are the spans of the user's rules alone.
func (c *scrubber) rules(s []byte) []span {
	if len(c.opt.Ignore.regexps) == 0 {
		return nil
	}
	all, out := c.find(s), c.spans[:0]
	for _, p := range all {
		if p.by < 0 {
			out = append(out, p)
		}
	}
	return out
}

// markOf is what replaces a span in a scrubbed text: text from the wire never holds two 0xff followed by a class.
func markOf(p span) [3]byte { return [3]byte{0xff, 0xff, byte(p.by)} }
