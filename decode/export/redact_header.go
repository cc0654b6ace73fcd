package export

import "strings"

// schemes are authentication schemes (RFC 9110 section 11.1): they stay, what follows is the secret.
var schemes = []string{"Bearer ", "Basic ", "Digest ", "Token ", "Negotiate ", "NTLM ", "AWS4-HMAC-SHA256 "}

// schemeLen is how many bytes at the start of a value name the scheme.
func schemeLen[T ~string | ~[]byte](value T) int {
	for _, s := range schemes {
		if len(value) > len(s) && strings.EqualFold(string(value[:len(s)]), s) {
			return len(s)
		}
	}
	return 0
}

// header is the value of a header with its secrets replaced.
func (r *Redactor) header(name, value string) string {
	switch lower := strings.ToLower(name); {
	case value == "", lower == "sec-websocket-key", lower == "sec-websocket-accept":
		return value
	case lower == "cookie":
		return r.cookies(value)
	case lower == "set-cookie":
		first, rest, found := strings.Cut(value, ";")
		if found {
			rest = ";" + rest
		}
		return r.cookie(first) + rest
	case lower == "sec-websocket-protocol":
		return r.subprotocols(value)
	case secretField(lower):
		n := schemeLen(value)
		return value[:n] + r.markString(SecretHeader, value[n:])
	}
	return r.Text(value)
}

func (r *Redactor) cookies(value string) string {
	pairs := strings.Split(value, ";")
	for i, p := range pairs {
		pairs[i] = r.cookie(p)
	}
	return strings.Join(pairs, ";")
}

// cookie keeps the name.
func (r *Redactor) cookie(pair string) string {
	name, value, found := strings.Cut(pair, "=")
	switch {
	case !found && strings.TrimSpace(pair) == "", found && value == "":
		return pair
	case !found:
		return r.markString(SecretCookie, pair)
	}
	return name + "=" + r.markString(SecretCookie, value)
}

// subprotocols replaces the tokens among subprotocols: browsers cannot set headers, so programs hide them here.
func (r *Redactor) subprotocols(value string) string {
	items := strings.Split(value, ",")
	next := false
	for i, item := range items {
		name := strings.TrimSpace(item)
		from := secretFrom(name)
		if next || r.offered[name] {
			from = 0
		}
		next = announces(name)
		if from >= len(name) || next {
			continue
		}
		r.remember(name, from)
		items[i] = strings.Replace(item, name, name[:from]+r.markString(SecretSubprotocol, name[from:]), 1)
	}
	return strings.Join(items, ",")
}

func (r *Redactor) remember(name string, from int) {
	const most = 4096
	if from == 0 && len(r.offered) < most {
		r.offered[name] = true
	}
}

// announces recognises a subprotocol that says that the next one is a token.
func announces(name string) bool {
	var buf [maxName]byte
	f := folded(&buf, name)
	return secretField(name) || ends(f, []string{"bearer", "auth", "authentication"})
}

// secretFrom is where the token starts in a subprotocol, its length if there is none.
func secretFrom(name string) int {
	if i := strings.Index(name, "eyJ"); i >= 0 && len(name)-i >= shortestJWT {
		return i
	}
	if i := strings.LastIndexAny(name, ".:|"); i > 0 && i+1 < len(name) {
		if head := strings.ToLower(name[:i]); hinting(head) {
			return i + 1
		}
	}
	if !strings.ContainsAny(name, ".") && random(name) {
		return 0
	}
	return len(name)
}

// hinting recognises the start of a subprotocol that says what its end is ("base64url.bearer.authorization.k8s.io").
func hinting(head string) bool {
	for _, word := range []string{"bearer", "token", "auth", "api-key", "apikey", "secret", "password", "session", "jwt"} {
		if strings.Contains(head, word) {
			return true
		}
	}
	return false
}
