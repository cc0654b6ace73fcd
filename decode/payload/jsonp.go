package payload

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"
)

// PolledBody is the body of the polling transport without what JSONP puts around it: a call of ___eio[N] with a string by the server, a
// form with the field d by the client (engine.io-protocol 3, "JSONP"). ok is false where that is not whole.
func (p *Polled) PolledBody(fromClient bool, body []byte) (inner []byte, ok bool) {
	switch {
	case !p.JSONP || len(body) == 0 || string(body) == "ok":
		return body, true
	case fromClient:
		return jsonpForm(body)
	}
	return jsonpCall(body)
}

// jsonpCall reads ___eio[0]("..."); with a comment before it in old versions.
func jsonpCall(body []byte) (inner []byte, ok bool) {
	rest := bytes.TrimSpace(body)
	if bytes.HasPrefix(rest, []byte("/*")) {
		_, rest, _ = bytes.Cut(rest, []byte("*/"))
	}
	rest, ok = bytes.CutPrefix(rest, []byte("___eio["))
	if !ok {
		return nil, false
	}
	n := digits(rest)
	if rest, ok = bytes.CutPrefix(rest[n:], []byte("](")); !ok {
		return nil, false
	}
	rest = bytes.TrimSuffix(rest, []byte(";"))
	if rest, ok = bytes.CutSuffix(rest, []byte(")")); !ok {
		return nil, false
	}
	var s string
	if json.Unmarshal(rest, &s) != nil {
		return nil, false
	}
	return []byte(s), true
}

// jsonpForm reads d=... . Browsers change line feeds in a form, so they are sent as \n, and what was \n as \\n.
func jsonpForm(body []byte) (inner []byte, ok bool) {
	q, err := url.ParseQuery(string(bytes.TrimSpace(body)))
	if err != nil || !q.Has("d") {
		return nil, false
	}
	return []byte(strings.NewReplacer(`\\n`, `\n`, `\n`, "\n").Replace(q.Get("d"))), true
}
