package pcaps

import (
	"crypto/sha1"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
)

// RFCNonce is the Sec-WebSocket-Key of the example in RFC 6455 section 1.3.
const RFCNonce = "dGhlIHNhbXBsZSBub25jZQ=="

// Accept is the Sec-WebSocket-Accept that answers a Sec-WebSocket-Key (RFC 6455 section 4.2.2).
func Accept(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// Request is the client's half of an opening handshake. The zero value is a right one, for "/".
type Request struct {
	// Method, Target and Version are the request line: GET / HTTP/1.1 where empty.
	Method, Target, Version string
	// Host is example.test where empty, Key is RFCNonce.
	Host, Key string
	// Headers follow the usual ones; one that is named here replaces the usual one of that name.
	Headers [][2]string
	// Omit names usual headers to be left out.
	Omit []string
	// Body follows the empty line.
	Body []byte
}

// Bytes is the request as on the wire.
func (r Request) Bytes() []byte {
	line := or(r.Method, "GET") + " " + or(r.Target, "/") + " " + or(r.Version, "HTTP/1.1")
	usual := [][2]string{
		{"Host", or(r.Host, "example.test")},
		{"Upgrade", "websocket"},
		{"Connection", "Upgrade"},
		{"Sec-WebSocket-Key", or(r.Key, RFCNonce)},
		{"Sec-WebSocket-Version", "13"},
	}
	return headed(line, usual, r.Headers, r.Omit, r.Body)
}

// Response is the server's half of an opening handshake. The zero value is a right 101 for RFCNonce.
type Response struct {
	// Version is HTTP/1.1 where empty, Status 101 where 0, Reason that of the status.
	Version string
	Status  int
	Reason  string
	// Key is the request's; the Sec-WebSocket-Accept is made from it. RFCNonce where empty.
	Key string
	// Headers and Omit are as in Request. The usual headers are only sent with a 101.
	Headers [][2]string
	Omit    []string
	// Body follows the empty line. Nothing adds a Content-Length.
	Body []byte
}

// reasons are the phrases of RFC 9110 section 15 for the statuses that handshakes are answered with.
var reasons = map[int]string{
	100: "Continue", 101: "Switching Protocols", 103: "Early Hints", 200: "OK", 204: "No Content",
	301: "Moved Permanently", 302: "Found", 304: "Not Modified", 400: "Bad Request",
	401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 407: "Proxy Authentication Required",
	426: "Upgrade Required", 500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable",
}

// Bytes is the response as on the wire.
func (r Response) Bytes() []byte {
	status := r.Status
	if status == 0 {
		status = 101
	}
	line := or(r.Version, "HTTP/1.1") + " " + strconv.Itoa(status) + " " + or(r.Reason, or(reasons[status], "Unknown"))
	var usual [][2]string
	if status == 101 {
		usual = [][2]string{
			{"Upgrade", "websocket"},
			{"Connection", "Upgrade"},
			{"Sec-WebSocket-Accept", Accept(or(r.Key, RFCNonce))},
		}
	}
	return headed(line, usual, r.Headers, r.Omit, r.Body)
}

// Extension is a Sec-WebSocket-Extensions header, for Request.Headers and Response.Headers.
func Extension(value string) [2]string { return [2]string{"Sec-WebSocket-Extensions", value} }

// Subprotocol is a Sec-WebSocket-Protocol header.
func Subprotocol(value string) [2]string { return [2]string{"Sec-WebSocket-Protocol", value} }

func headed(line string, usual, own [][2]string, omit []string, body []byte) []byte {
	out := append([]byte(line), "\r\n"...)
	for _, h := range usual {
		named := func(name string) bool { return strings.EqualFold(name, h[0]) }
		if slices.ContainsFunc(omit, named) || slices.ContainsFunc(own, func(o [2]string) bool { return named(o[0]) }) {
			continue
		}
		out = append(out, h[0]+": "+h[1]+"\r\n"...)
	}
	for _, h := range own {
		out = append(out, h[0]+": "+h[1]+"\r\n"...)
	}
	out = append(out, "\r\n"...)
	return append(out, body...)
}

func or(s, instead string) string {
	if s == "" {
		return instead
	}
	return s
}
