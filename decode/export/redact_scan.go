package export

import (
	"bytes"
)

// scanner copies p to out with the secrets replaced. It looks at each byte about once: what
// it looks back or ahead for is bounded, or is not looked at again.
//
//	eyJ..        a JWT
//	Bearer ..    a token
//	name: ..     a JSON field, or a header line (STOMP, HTTP)
//	://..@       user and password
//	name=..      a parameter
type scanner struct {
	r   *Redactor
	p   []byte
	out []byte
	// done is how much of p is in out, or replaced.
	done int
	// torn says that p may end, or have a hole, within a secret.
	torn bool
}

// shortestJWT is the length of what may be a JWT: {"alg":..} in base64url.
const shortestJWT = 16

// triggers are the bytes at which something is looked for.
var triggers = [256]bool{'e': true, ':': true, '=': true, 'B': true, 'b': true}

// tokenByte marks what base64, base64url and tokens are made of (RFC 9110's token68 without "=").
var tokenByte = func() (t [256]bool) {
	for c := range t {
		t[c] = c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' ||
			c == '-' || c == '_' || c == '+' || c == '/' || c == '.' || c == '~'
	}
	return t
}()

// scan returns out.
func (s *scanner) scan() []byte {
	for i := 0; i < len(s.p); {
		if !triggers[s.p[i]] {
			i++
			continue
		}
		i = max(s.at(i), i+1)
	}
	return append(s.out, s.p[s.done:]...)
}

// at looks at the trigger at i, and returns from where on to look further.
func (s *scanner) at(i int) int {
	switch s.p[i] {
	case 'e':
		return s.jwt(i)
	case '=':
		return s.param(i)
	case ':':
		return s.colon(i)
	}
	return s.bearer(i)
}

// replace puts a mark in the place of p[from:to].
func (s *scanner) replace(from, to int, kind Secret) int {
	return s.replaceValue(from, to, kind, s.p[from:to])
}

// replaceValue is replace where what is there is an encoding of value.
func (s *scanner) replaceValue(from, to int, kind Secret, value []byte) int {
	s.out = append(s.out, s.p[s.done:from]...)
	s.out = s.r.mark(s.out, kind, value)
	s.done = to
	return to
}

// jwt replaces a JWT: parts of base64url with dots between, of which the first is a JSON object.
func (s *scanner) jwt(i int) int {
	if !bytes.HasPrefix(s.p[i:], []byte("eyJ")) {
		return i
	}
	end, dots := i, 0
	for end < len(s.p) && (base64url(s.p[end]) || s.p[end] == '.') {
		if s.p[end] == '.' {
			dots++
		}
		end++
	}
	whole := end
	for end > i && s.p[end-1] == '.' { // a full stop
		end--
		dots--
	}
	if end-i < shortestJWT || dots < 1 && !s.torn {
		return whole
	}
	return max(s.replace(i, end, SecretJWT), whole)
}

func base64url(c byte) bool { return tokenByte[c] && c != '.' && c != '+' && c != '/' && c != '~' }

// bearer replaces the token after the word.
func (s *scanner) bearer(i int) int {
	const word, shortest = "earer", 8
	if len(s.p)-i <= len("Bearer ") || !bytes.EqualFold(s.p[i+1:i+6], []byte(word)) || i > 0 && letter(s.p[i-1]) {
		return i
	}
	from := i + len("Bearer")
	switch {
	case s.p[from] == ' ', s.p[from] == '+':
		from++
	case bytes.HasPrefix(s.p[from:], []byte("%20")):
		from += 3
	default:
		return i
	}
	end := from
	for end < len(s.p) && (tokenByte[s.p[end]] || s.p[end] == '=') {
		end++
	}
	if end-from < shortest {
		return i
	}
	return s.replace(from, end, SecretBearer)
}

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// param replaces the value of a parameter: name=value, where the name starts a word.
func (s *scanner) param(i int) int {
	from := i
	for from > s.done && i-from <= maxName && paramByte(s.p[from-1]) {
		from--
	}
	if from == i || i-from > maxName || !s.begins(from) || !secretParam(s.p[from:i]) {
		return i
	}
	end := i + 1
	for end < len(s.p) && !endsParam(s.p[end]) {
		end++
	}
	if end == i+1 || s.p[i+1] == '=' {
		return i
	}
	return s.replaceValue(i+1, end, SecretQuery, unescapePercent(s.p[i+1:end]))
}

func paramByte(c byte) bool {
	return tokenByte[c] && c != '/' && c != '+' && c != '~' || c == '[' || c == ']'
}

// begins reports whether a parameter may start at i.
func (s *scanner) begins(i int) bool {
	return i == 0 || bytes.IndexByte([]byte("?&;#, \t\r\n\"'({"), s.p[i-1]) >= 0
}

func endsParam(c byte) bool {
	return c <= ' ' || bytes.IndexByte([]byte("&;#\"'<>\\),"), c) >= 0
}

// unescapePercent undoes percent-encoding (RFC 3986 section 2.1), so that a value has the same mark in a URL
// as elsewhere.
func unescapePercent(p []byte) []byte {
	if bytes.IndexByte(p, '%') < 0 {
		return p
	}
	var out []byte
	for i := 0; i < len(p); i++ {
		if hi, lo := hexAt(p, i+1), hexAt(p, i+2); p[i] == '%' && hi >= 0 && lo >= 0 {
			out = append(out, byte(hi<<4|lo))
			i += 2
			continue
		}
		out = append(out, p[i])
	}
	return out
}

func hexAt(p []byte, i int) int {
	if i >= len(p) {
		return -1
	}
	switch c := p[i]; {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}
