package ws

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"github.com/wspeek/wspeek/decode/rule"
)

// Fault is a rule that an opening handshake breaks: a finding that has no place in a stream yet.
type Fault struct {
	Rule *rule.Rule
	// Dir is C2S for the request, S2C for the response.
	Dir Dir
	// Detail holds the values. It may quote the wire and is not yet inert.
	Detail string
}

// faults collects.
type faults struct {
	list []Fault
	dir  Dir
}

func (f *faults) add(r *rule.Rule, format string, args ...any) {
	f.list = append(f.list, Fault{r, f.dir, fmt.Sprintf(format, args...)})
}

// CheckHandshake checks an opening handshake against RFC 6455 sections 4 and 9.1, RFC 7692 section 7.1, and what
// RFC 9110 says of it. Either may be nil (not captured): what needs both is then not checked.
func CheckHandshake(req *Request, resp *Response) []Fault {
	var f faults
	if req != nil {
		checkRequest(&f, req)
	}
	if resp == nil {
		return f.list
	}
	f.dir = S2C
	if resp.Status != 101 {
		checkRefusal(&f, req, resp)
		return f.list
	}
	checkAccept(&f, req, resp)
	checkSwitch(&f, resp)
	checkVersionTaken(&f, req)
	checkSubprotocol(&f, req, resp)
	n := negotiate(req, resp)
	f.list = append(f.list, n.faults...)
	return f.list
}

func checkRequest(f *faults, r *Request) {
	if r.Method != "" && r.Method != "GET" {
		f.add(rule.HTTPMethod, "method is %s", r.Method)
	}
	if r.Version != "" && !atLeast11(r.Version) {
		f.add(rule.HTTPVersion, "HTTP version is %s", r.Version)
	}
	one(f, rule.Host, r.Fields, "Host", r.Partial)
	wantToken(f, rule.Upgrade, r.Fields, "Upgrade", "websocket", r.Partial)
	wantToken(f, rule.Connection, r.Fields, "Connection", "Upgrade", r.Partial)
	if !DraftOf(r, nil).Framed() {
		f.add(rule.Version, "old draft %s, not decoded", DraftOf(r, nil))
		return
	}
	if key, ok := one(f, rule.Key, r.Fields, "Sec-WebSocket-Key", r.Partial); ok {
		checkKey(f, key)
	}
	checkVersion(f, r)
	if v := r.Fields.Values("Origin"); len(v) > 1 {
		f.add(rule.Origin, "%d Origin fields", len(v))
	}
	checkOffers(f, r)
	checkRequestBody(f, r)
}

// atLeast11 compares an HTTP version with 1.1; what is not a version is not.
func atLeast11(v string) bool {
	major, minor, ok := strings.Cut(v, ".")
	return ok && len(major) == 1 && (major > "1" && major <= "9" || major == "1" && minor >= "1")
}

// one reports a field that is missing or repeated, and gives its first value.
func one(f *faults, rule *rule.Rule, fields Fields, name string, partial bool) (string, bool) {
	v := fields.Values(name)
	switch {
	case len(v) == 0:
		if !partial {
			f.add(rule, "%s is missing", name)
		}
		return "", false
	case len(v) > 1:
		f.add(rule, "%s is given %d times", name, len(v))
	}
	return v[0], true
}

// wantToken reports a list field that lacks a token.
func wantToken(f *faults, rule *rule.Rule, fields Fields, name, token string, partial bool) {
	if fields.Has(name, token) {
		return
	}
	v := fields.Values(name)
	switch {
	case len(v) > 0:
		f.add(rule, "%s is %q", name, strings.Join(v, ", "))
	case !partial:
		f.add(rule, "%s is missing", name)
	}
}

func checkKey(f *faults, key string) {
	raw, err := base64.StdEncoding.DecodeString(key)
	switch {
	case err != nil:
		f.add(rule.Key, "Sec-WebSocket-Key %q is not base64", key)
	case len(raw) != 16:
		f.add(rule.Key, "Sec-WebSocket-Key has %d bytes, not 16", len(raw))
	}
}

func checkVersion(f *faults, r *Request) {
	v, ok := one(f, rule.Version, r.Fields, "Sec-WebSocket-Version", r.Partial)
	if !ok || v == "13" {
		return
	}
	if d := DraftOf(r, nil); d != RFC6455 {
		f.add(rule.Version, "version is %s (draft %s)", v, d)
		return
	}
	f.add(rule.Version, "version is %q", v)
}

func checkOffers(f *faults, r *Request) {
	seen := map[string]bool{}
	for _, p := range subprotocols(r.Fields) {
		switch {
		case !isToken(p):
			f.add(rule.SubprotocolSyntax, "%q is not a token", p)
		case seen[p]:
			f.add(rule.SubprotocolSyntax, "%s is offered twice", p)
		}
		seen[p] = true
	}
	offers, bad := ParseExtensions(r.Fields.Values("Sec-WebSocket-Extensions"))
	if bad != "" {
		f.add(rule.ExtensionSyntax, "%s", bad)
	}
	for i := range offers {
		if offers[i].Name == permessageDeflate {
			for _, p := range deflateProblems(&offers[i], false) {
				f.add(rule.DeflateParams, "offer: %s", p)
			}
		}
	}
}

// subprotocols are the elements of all Sec-WebSocket-Protocol fields; empty elements are left out.
func subprotocols(fields Fields) []string {
	var list []string
	for _, v := range fields.Values("Sec-WebSocket-Protocol") {
		for p := range strings.SplitSeq(v, ",") {
			if p = strings.Trim(p, " \t"); p != "" {
				list = append(list, p)
			}
		}
	}
	return list
}

func checkRequestBody(f *faults, r *Request) {
	if v := r.Fields.Get("Content-Length"); v != "" && strings.Trim(v, "0") != "" {
		f.add(rule.RequestBody, "Content-Length is %s", v)
	}
	if v := r.Fields.Get("Transfer-Encoding"); v != "" {
		f.add(rule.RequestBody, "Transfer-Encoding is %s", v)
	}
}

// checkRefusal checks a response that does not switch protocols.
func checkRefusal(f *faults, req *Request, resp *Response) {
	if resp.Partial {
		return
	}
	if resp.Status == 426 && resp.Fields.Get("Upgrade") == "" {
		f.add(rule.UpgradeRequired, "Upgrade is missing")
	}
	if req == nil || resp.Status < 400 || resp.Status > 499 {
		return
	}
	v := req.Fields.Get("Sec-WebSocket-Version")
	if v != "" && v != "13" && resp.Status == 426 && resp.Fields.Get("Sec-WebSocket-Version") == "" {
		f.add(rule.ResponseVersion, "version %s refused without Sec-WebSocket-Version", v)
	}
}

func checkAccept(f *faults, req *Request, resp *Response) {
	got, ok := one(f, rule.Accept, resp.Fields, "Sec-WebSocket-Accept", resp.Partial)
	if !ok || req == nil {
		return
	}
	keys := req.Fields.Values("Sec-WebSocket-Key")
	if len(keys) == 0 {
		return
	}
	for _, k := range keys {
		if Accept(k) == got {
			return
		}
	}
	f.add(rule.Accept, "expected %s, got %s", Accept(keys[0]), got)
}

func checkSwitch(f *faults, r *Response) {
	v := r.Fields.Values("Upgrade")
	switch {
	case len(v) == 0 && !r.Partial:
		f.add(rule.ResponseUpgrade, "Upgrade is missing")
	case len(v) > 0 && !strings.EqualFold(strings.Join(v, ", "), "websocket"):
		f.add(rule.ResponseUpgrade, "Upgrade is %q", strings.Join(v, ", "))
	}
	wantToken(f, rule.ResponseConnection, r.Fields, "Connection", "Upgrade", r.Partial)
	for _, name := range [...]string{"Content-Length", "Transfer-Encoding"} {
		if v := r.Fields.Get(name); v != "" {
			f.add(rule.ResponseBody, "%s is %s", name, v)
		}
	}
}

// checkVersionTaken reports a server that switched although it cannot know the version asked for.
func checkVersionTaken(f *faults, req *Request) {
	if req == nil {
		return
	}
	v := req.Fields.Get("Sec-WebSocket-Version")
	if _, draft := versions[v]; v != "" && v != "13" && !draft {
		f.add(rule.ResponseVersion, "accepted version %q, which does not exist", v)
	}
}

func checkSubprotocol(f *faults, req *Request, resp *Response) {
	fields := resp.Fields.Values("Sec-WebSocket-Protocol")
	chosen := subprotocols(resp.Fields)
	if len(fields) > 1 || len(chosen) > 1 {
		f.add(rule.SubprotocolMany, "%d subprotocols: %q", len(chosen), strings.Join(chosen, ", "))
	}
	if len(fields) > 0 && len(chosen) == 0 {
		f.add(rule.SubprotocolNotOffered, "the subprotocol is empty")
	}
	if req == nil {
		return
	}
	offered := subprotocols(req.Fields)
	for _, p := range chosen {
		if !slices.Contains(offered, p) && !req.Partial {
			f.add(rule.SubprotocolNotOffered, "%q was not offered", p)
		}
	}
}

// Subprotocol is the subprotocol that a response selects, empty for none (RFC 6455 section 4.2.2); of several, the first.
func Subprotocol(resp *Response) string {
	if resp == nil {
		return ""
	}
	if p := subprotocols(resp.Fields); len(p) > 0 {
		return p[0]
	}
	return ""
}
