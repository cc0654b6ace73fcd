package decode

import (
	"strings"
)

// RealClient is the client that a proxy on the way says it speaks for: in the PROXY protocol, Forwarded (RFC 7239) or X-Forwarded-For.
// Empty where none does. It is what the sender claims, quotes the wire, and is not inert.
func (s *Session) RealClient() string {
	if p := s.Proxied; p != nil && p.Client.IsValid() {
		return p.Client.String()
	}
	plain := ""
	for _, h := range s.RequestHeaders {
		switch {
		case strings.EqualFold(h.Name, "Forwarded"):
			if c := forwardedFor(h.Value); c != "" {
				return c
			}
		case plain == "" && strings.EqualFold(h.Name, "X-Forwarded-For"):
			first, _, _ := strings.Cut(h.Value, ",")
			plain = strings.TrimSpace(first)
		}
	}
	return plain
}

// forwardedFor is the first node that a value of Forwarded names by "for" (RFC 7239 section 4): the client, where the proxies can be trusted.
func forwardedFor(value string) string {
	for _, pair := range strings.FieldsFunc(value, outsideQuotes(";,")) {
		name, node, _ := strings.Cut(strings.TrimSpace(pair), "=")
		if strings.EqualFold(name, "for") {
			return strings.ReplaceAll(strings.Trim(node, "\""), "\\", "")
		}
	}
	return ""
}

// outsideQuotes tells, of runes in order, which are one of those given and not in a quoted string.
func outsideQuotes(these string) func(rune) bool {
	quoted, escaped := false, false
	return func(r rune) bool {
		if escaped {
			escaped = false
			return false
		}
		switch {
		case quoted && r == '\\':
			escaped = true
		case r == '"':
			quoted = !quoted
		}
		return !quoted && strings.ContainsRune(these, r)
	}
}
