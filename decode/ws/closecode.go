package ws

import "github.com/wspeek/wspeek/decode/rule"

// CloseCode is a row of the registry of close codes (RFC 6455 section 7.4.1, and the WebSocket Close Code Number
// Registry of IANA).
type CloseCode struct {
	// Code is the number as in the first two bytes of a Close frame's body.
	Code int
	// Name is the registry's.
	Name string
	// Text is what it means, in one sentence.
	Text string
	// Source is where it is defined: a section of RFC 6455, or "IANA".
	Source string
	// Sent says that it may stand in a Close frame.
	Sent bool
}

// CloseCodes are the codes that have a meaning of their own, by number.
var CloseCodes = []CloseCode{
	{1000, "Normal Closure", "The purpose of the connection has been fulfilled.", "7.4.1", true},
	{1001, "Going Away", "The endpoint goes away: a server shuts down, or a browser leaves the page.", "7.4.1", true},
	{1002, "Protocol error", "The peer broke the protocol.", "7.4.1", true},
	{1003, "Unsupported Data", "The peer sent a type of data that the endpoint cannot accept.", "7.4.1", true},
	{1004, "Reserved", "No meaning is defined yet.", "7.4.1", false},
	{1005, "No Status Rcvd", "Stands for a Close frame without a code; never sent.", "7.4.1", false},
	{1006, "Abnormal Closure", "Stands for a connection that ended without a Close frame; never sent.", "7.4.1", false},
	{1007, "Invalid frame payload data", "The data of a message does not fit its type, such as text that is not UTF-8.", "7.4.1", true},
	{1008, "Policy Violation", "A message breaks the endpoint's policy.", "7.4.1", true},
	{1009, "Message Too Big", "A message is too big for the endpoint to process.", "7.4.1", true},
	{1010, "Mandatory Ext.", "The client needs an extension that the server did not accept.", "7.4.1", true},
	{1011, "Internal Error", "An unexpected condition keeps the server from fulfilling the request.", "7.4.1", true},
	{1012, "Service Restart", "The service is restarted; the client may reconnect after a random delay.", "IANA", true},
	{1013, "Try Again Later", "The service is overloaded; the client may connect elsewhere or later.", "IANA", true},
	{1014, "Bad Gateway", "A gateway received an invalid response from the server behind it.", "IANA", true},
	{1015, "TLS handshake", "Stands for a TLS handshake that failed; never sent.", "7.4.1", false},
}

// closeRanges name the codes without a meaning of their own (RFC 6455 section 7.4.2).
var closeRanges = []struct {
	first, last int
	name        string
}{
	{0, 999, "Unused"},
	{1000, 2999, "Reserved for the protocol"},
	{3000, 3999, "Registered for libraries and frameworks"},
	{4000, 4999, "Private Use"},
	{5000, 65535, "Undefined range"},
}

// FindCloseCode is the row of a code; nil for codes without a meaning of their own.
func FindCloseCode(code int) *CloseCode {
	if i := code - 1000; i >= 0 && i < len(CloseCodes) {
		return &CloseCodes[i]
	}
	return nil
}

// CloseName is the name of a code, or of the range that it lies in; empty for what is not a close code (below 0, over 65535).
func CloseName(code int) string {
	if c := FindCloseCode(code); c != nil {
		return c.Name
	}
	for _, r := range closeRanges {
		if code >= r.first && code <= r.last {
			return r.name
		}
	}
	return ""
}

// CloseRule is the rule that a code in a Close frame breaks; nil if it breaks none.
func CloseRule(code int) *rule.Rule {
	switch code {
	case 1005, 1006, 1015:
		return rule.CloseCodeReserved
	}
	if c := FindCloseCode(code); c != nil && c.Sent || code >= 3000 && code <= 4999 {
		return nil
	}
	return rule.CloseCodeRange
}
