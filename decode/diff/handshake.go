package diff

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/http1"
)

// nonces are headers that differ in every handshake (RFC 6455 section 4.1, RFC 9110 section 6.6.1).
var nonces = []string{"Sec-Websocket-Key", "Sec-Websocket-Accept", "Date"}

// negotiated are response headers that are compared by what was chosen.
var negotiated = []string{"Sec-Websocket-Protocol", "Sec-Websocket-Extensions"}

// secrets are headers that a browser leaves out of a HAR.
var secrets = []string{"Cookie", "Set-Cookie", "Authorization", "Proxy-Authorization"}

// handshake compares the opening handshakes. Order and case of the names of headers do not count.
func (w *work) handshake() {
	row := Pair{}
	w.cmp.row = &row
	a, b := w.a.Info, w.b.Info
	if !a.HandshakeSeen || !b.HandshakeSeen {
		w.unseen(a, b)
		return
	}
	for _, f := range []struct{ name, a, b string }{
		{"scheme", a.Scheme, b.Scheme},
		{"method", a.Method, b.Method},
		{"path", a.Path, b.Path},
		{"status", strconv.Itoa(a.Status), strconv.Itoa(b.Status)},
		{"subprotocol", a.Subprotocol, b.Subprotocol},
		{"extensions", a.Extensions, b.Extensions},
		{"draft", a.Draft, b.Draft},
		{"TLS version", a.TLSOf().Version, b.TLSOf().Version},
		{"TLS cipher", a.TLSOf().Cipher, b.TLSOf().Cipher},
		{"TLS server name", a.TLSOf().SNI, b.TLSOf().SNI},
		{"TLS ALPN", a.TLSOf().ALPN, b.TLSOf().ALPN},
	} {
		if strings.HasPrefix(f.name, "TLS") && (w.a.Bare || w.b.Bare || a.TLS == nil || b.TLS == nil) {
			continue // a HAR does not say, and the scheme says whether there is TLS
		}
		switch {
		case f.a == f.b:
		case w.veiled(f.a, f.b):
			w.note("secrets in the %s were replaced in the HAR: they are not compared", f.name)
		case !w.cmp.covered([]byte(f.a), []byte(f.b)):
			w.cmp.change(Change{Path: f.name, A: f.a, B: f.b, InA: f.a != "", InB: f.b != ""})
		}
	}
	w.headers("request header ", a.RequestHeaders, b.RequestHeaders, nil)
	w.headers("response header ", a.ResponseHeaders, b.ResponseHeaders, negotiated)
	w.out.Handshake = row.Changes
}

// unseen says that there is nothing to compare.
func (w *work) unseen(a, b *decode.Session) {
	of := "A"
	switch {
	case !a.HandshakeSeen && !b.HandshakeSeen:
		of = "A and B"
	case a.HandshakeSeen:
		of = "B"
	}
	w.note("the opening handshake of %s was not captured whole: it is not compared", of)
}

func (w *work) note(format string, args ...any) {
	w.out.Notes = append(w.out.Notes, fmt.Sprintf(format, args...))
}

func (w *work) headers(what string, a, b []http1.Header, skip []string) {
	va, vb := byName(a), byName(b)
	names := slices.Sorted(maps.Keys(va))
	for _, name := range slices.Sorted(maps.Keys(vb)) {
		if _, twice := va[name]; !twice {
			names = append(names, name)
		}
	}
	for _, name := range names {
		if !slices.Contains(skip, name) && !slices.Equal(va[name], vb[name]) {
			w.header(what+name, name, va[name], vb[name])
		}
	}
}

// byName are the values of headers by their canonical names; pseudo-header fields are left out.
func byName(hs []http1.Header) map[string][]string {
	out := map[string][]string{}
	for _, h := range hs {
		if !strings.HasPrefix(h.Name, ":") {
			name := headerName(h.Name)
			out[name] = append(out[name], h.Value)
		}
	}
	return out
}

// header reports a header with different values.
func (w *work) header(path, name string, a, b []string) {
	if rule, ignored := w.opt.Ignore.headers[name]; ignored {
		w.cmp.uses.rule(rule)
		return
	}
	if !w.opt.Strict && slices.Contains(nonces, name) && a != nil && b != nil {
		w.cmp.uses.class(classHeader)
		return
	}
	if slices.Contains(secrets, name) && (w.a.Bare && a == nil || w.b.Bare && b == nil) {
		w.note("%s is not in the HAR: it is not compared", name)
		return
	}
	sa, sb := strings.Join(a, ", "), strings.Join(b, ", ")
	if w.a.Bare && strings.Contains(sa, redacted) || w.b.Bare && strings.Contains(sb, redacted) {
		w.note("%s was replaced in the HAR: it is not compared", name)
		return
	}
	if !w.cmp.covered([]byte(sa), []byte(sb)) {
		w.cmp.change(Change{Path: path, A: sa, B: sb, InA: a != nil, InB: b != nil})
	}
}

// headerName is the name of a header as it is usually written: case does not count (RFC 9110 section 5.1).
func headerName(s string) string {
	b, upper := []byte(s), true
	for i, c := range b {
		switch {
		case upper && c >= 'a' && c <= 'z':
			b[i] = c - 'a' + 'A'
		case !upper && c >= 'A' && c <= 'Z':
			b[i] = c - 'A' + 'a'
		}
		upper = c == '-'
	}
	return string(b)
}
