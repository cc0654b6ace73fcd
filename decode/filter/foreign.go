package filter

import "strings"

// foreign is a name of Wireshark's that is not a field here, and what serves instead.
type foreign struct {
	// name is that of a field or, ending with a dot, the start of several; a bare protocol has no dot.
	name string
	// use is our field; empty if there is none.
	use string
	// text says what that is, or why there is none.
	text string
}

// foreigners is the table, longer names first where one starts like another.
var foreigners = []foreign{
	{"frame.time_delta", "ws.gap", "the seconds since the previous message of the session"},
	{"frame.time_delta_displayed", "ws.gap", "the seconds since the previous message of the session"},
	{"frame.len", "ws.wire_len", "the payload's length on the wire"},
	{"frame.cap_len", "ws.missing", "the bytes of a payload that were not captured"},
	{"frame.protocols", "", "every row is a WebSocket's"},
	{"frame.interface_", "", "interfaces are not kept apart"},
	{"tcp.len", "ws.wire_len", "the payload's length on the wire"},
	{"tcp.payload", "websocket.payload", "the payload after unmasking and inflation"},
	{"tcp.segment_data", "websocket.payload", "the payload after unmasking and inflation"},
	{"tcp.time_delta", "ws.gap", "the seconds since the previous message of the session"},
	{"tcp.time_relative", "frame.time_relative", "the seconds since the first packet of the capture"},
	{"tcp.seq", "frame.number", "sequence numbers are not kept; the number of a packet is"},
	{"tcp.seq_raw", "frame.number", "sequence numbers are not kept; the number of a packet is"},
	{"tcp.nxtseq", "frame.number", "sequence numbers are not kept; the number of a packet is"},
	{"tcp.ack", "frame.number", "acknowledgement numbers are not kept; the number of a packet is"},
	{"tcp.ack_raw", "frame.number", "acknowledgement numbers are not kept; the number of a packet is"},
	{"tcp.window_size", "", "windows of TCP are not kept"},
	{"tcp.options.", "", "options of TCP are not kept"},
	{"tcp.analysis.", "ws.retransmissions", "how many segments of the session carried bytes again"},
	{"tcp.flags", "ws.end", "how the session ended"},
	{"tcp.flags.", "ws.end", "how the session ended"},
	{"json.", "ws.json.PATH", "for example ws.json.items[0].id"},
	{"http.request.full_uri", "ws.path", "the path with its query; the host is ws.host"},
	{"http.request.uri.", "ws.path", "the path with its query"},
	{"http.request.line", "ws.header.NAME", "for example ws.header.origin"},
	{"http.request.version", "", "the handshake's version is not a field"},
	{"http.response.line", "ws.header.NAME", "for example ws.header.server"},
	{"http.response.phrase", "http.response.code", "the status code"},
	{"http.response_for.", "ws.path", "the path with its query"},
	{"http.file_data", "websocket.payload", "bodies of HTTP messages are not kept"},
	{"http.", "ws.header.NAME", "for example ws.header.origin"},
	{"ip.host", "ip.addr", "names are not looked up"},
	{"ip.", "ip.addr", "other fields of IP are not kept"},
	{"ipv6.host", "ipv6.addr", "names are not looked up"},
	{"tls.", "tls", "whether the session was decrypted from TLS"},
	{"ssl", "tls", "whether the session was decrypted from TLS"},
	{"_ws.expert", "ws.finding", "the rule that is broken"},
	{"_ws.col.info", "websocket.payload", "the payload"},
	{"_ws.col.", "", "columns are not fields"},
	{"eth", "ip.addr", "link layers are not kept"},
	{"sll", "ip.addr", "link layers are not kept"},
	{"vlan", "ip.addr", "link layers are not kept"},
	{"wlan", "ip.addr", "link layers are not kept"},
	{"udp", "tcp.port", "only TCP carries WebSockets here"},
	{"h2", "http2", "the session is on an HTTP/2 stream"},
	{"ppp", "ip.addr", "link layers are not kept"},
	{"quic", "tcp.port", "only TCP carries WebSockets here"},
	{"dns", "ws.host", "the Host of the request"},
	{"arp", "ip.addr", "only TCP is decoded"},
	{"icmp", "ip.addr", "only TCP is decoded"},
	{"icmpv6", "ipv6.addr", "only TCP is decoded"},
	{"mqtt", "ws.subprotocol", "for example ws.subprotocol == mqtt"},
	{"mqtt.", "websocket.payload", "the payload's bytes"},
}

// foreignOf finds a word in the table; nil if it is not there. Exact leaves out the rows of several fields, and those of
// protocols for their fields.
func foreignOf(word string, exact bool) *foreign {
	word = strings.ToLower(word)
	protocol, _, _ := strings.Cut(word, ".")
	for i := range foreigners {
		n := foreigners[i].name
		if n == word || !exact && (n == protocol || strings.ContainsAny(n[len(n)-1:], "._") && strings.HasPrefix(word, n)) {
			return &foreigners[i]
		}
	}
	return nil
}

// unknownField is the error for a word that looks like a field.
func (p *parser) unknownField(t token) *Error {
	err := p.fail(t, "unknown field %s", t.text)
	x := foreignOf(t.text, true)
	if x == nil {
		protocol, _, _ := strings.Cut(t.text, ".")
		x = foreignOf(protocol, true) // eth.addr is not a misspelt ip.addr
	}
	if x == nil {
		if err.Suggestion = suggest(t.text); err.Suggestion != "" {
			return err
		}
		x = foreignOf(t.text, false)
	}
	if x != nil {
		err.Reason = x.reason(t.text)
	}
	err.Reason += "; put text to search for in quotes"
	return err
}

// reason says why a word is not a field, and what serves instead.
func (x *foreign) reason(word string) string {
	s := word + " is a field that only Wireshark has"
	if !strings.Contains(word, ".") {
		s = word + " is a protocol that only Wireshark has"
	}
	if x.use == "" {
		return s + ": " + x.text
	}
	return s + "; use " + x.use + " (" + x.text + ")"
}
