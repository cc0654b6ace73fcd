package filter

import "github.com/wspeek/wspeek/decode"

// fieldsOfTLS are the fields of what carries a session: TLS and HTTP/2. Each row of a session has them.
var fieldsOfTLS = []field{
	{Field: Field{Name: "tls.handshake.extensions_server_name", Text: "The server name that the client asked for (SNI)."},
		kind: kindText, where: ofSession, str: overTLS(func(t *decode.TLS) string { return t.SNI })},
	{Field: Field{Name: "tls.handshake.extensions_alpn_str", Text: "The protocol that was agreed on (ALPN). (Wireshark's has those offered too.)"},
		kind: kindText, where: ofSession, str: overTLS(func(t *decode.TLS) string { return t.ALPN })},
	{Field: Field{Name: "tls.sni", Text: "The server name that the client asked for."},
		kind: kindText, where: ofSession, str: overTLS(func(t *decode.TLS) string { return t.SNI })},
	{Field: Field{Name: "tls.alpn", Text: "The protocol that was agreed on."}, kind: kindText, where: ofSession, values: []string{"h2", "http/1.1"},
		str: overTLS(func(t *decode.TLS) string { return t.ALPN })},
	{Field: Field{Name: "tls.version", Text: "The version of TLS."}, kind: kindText, where: ofSession, values: []string{"1.0", "1.1", "1.2", "1.3"},
		str: overTLS(func(t *decode.TLS) string { return t.Version })},
	{Field: Field{Name: "tls.cipher", Text: "The cipher suite, by its IANA name."}, kind: kindText, where: ofSession,
		str: overTLS(func(t *decode.TLS) string { return t.Cipher })},
	{Field: Field{Name: "tls.keys", Text: "Where the secrets come from."}, kind: kindText, where: ofSession, values: []string{"keylog", "dsb", "rsa"},
		str: overTLS(func(t *decode.TLS) string { return t.Keys })},
	{Field: Field{Name: "tls.resumed", Text: "The TLS session was resumed. Alone: it was."}, kind: kindBool, where: ofSession, names: yesNo, bareIsTrue: true,
		num: tlsBit(func(t *decode.TLS) bool { return t.Resumed })},
	{Field: Field{Name: "tls.early_data", Text: "The server accepted early data (0-RTT). Alone: it did."}, kind: kindBool, where: ofSession, names: yesNo, bareIsTrue: true,
		num: tlsBit(func(t *decode.TLS) bool { return t.EarlyData })},
	{Field: Field{Name: "http2", Text: "The session is on an HTTP/2 stream (RFC 8441)."}, kind: kindNone, where: ofSession,
		present: func(r *Row) bool { return r.Session != nil && r.Session.H2Stream != 0 }},
	{Field: Field{Name: "http2.streamid", Text: "The number of the HTTP/2 stream that the session is on."}, kind: kindNumber, where: ofSession,
		num: func(r *Row) (int64, bool) {
			if r.Session == nil {
				return 0, false
			}
			return int64(r.Session.H2Stream), r.Session.H2Stream != 0
		}},
}

// overTLS makes the getter of a text of TLS that is absent if it is empty, or the session is in clear.
func overTLS(get func(*decode.TLS) string) func(*Row) (string, bool) {
	return func(r *Row) (string, bool) {
		if r.Session == nil || r.Session.TLS == nil {
			return "", false
		}
		s := get(r.Session.TLS)
		return s, s != ""
	}
}

// tlsBit makes the getter of a yes or no of TLS, absent if the session is in clear.
func tlsBit(get func(*decode.TLS) bool) func(*Row) (int64, bool) {
	return func(r *Row) (int64, bool) {
		if r.Session == nil || r.Session.TLS == nil {
			return 0, false
		}
		return bit(get(r.Session.TLS)), true
	}
}
