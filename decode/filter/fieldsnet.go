package filter

import (
	"net/netip"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/ws"
)

// fieldsOfNetwork are Wireshark's fields of packets, TCP and IP.
var fieldsOfNetwork = []field{
	{Field: Field{Name: "frame", Text: "By itself everything. With contains or matches: the payload of a message."},
		kind: kindPayload, where: ofSession, present: anyRow, needs: payloadNeeded, bytes: wholePayload},
	{Field: Field{Name: "frame.number", Text: "The number of the packet that completed it; of a session its first."},
		kind: kindNumber, where: ofSession, num: packetOf},
	{Field: Field{Name: "frame.time_epoch", Text: "When that packet was captured, in seconds since 1970."},
		kind: kindTime, where: ofSession, num: timeOf},
	{Field: Field{Name: "frame.time", Text: "The same, for dates: \"2026-11-20 10:00:00\" (UTC where no zone is named)."},
		kind: kindTime, where: ofSession, num: timeOf},
	{Field: Field{Name: "frame.time_relative", Text: "Seconds from the first packet of the capture to that packet."},
		kind: kindSeconds, where: ofSession, num: sinceFirst},
	{Field: Field{Name: "tcp", Text: "Everything."}, kind: kindNone, where: ofSession, present: anyRow},
	{Field: Field{Name: "tls", Text: "The session went over TLS that was decrypted."}, kind: kindNone, where: ofSession,
		present: func(r *Row) bool { return r.Session != nil && r.Session.Scheme == "wss" }},
	{Field: Field{Name: "tcp.stream", Text: "The number of the TCP connection, from 0."},
		kind: kindNumber, where: ofSession, num: session(func(s *decode.Session) int64 { return int64(s.Stream) })},
	{Field: Field{Name: "tcp.port", Text: "The TCP port of one side or the other."},
		kind: kindNumber, where: ofSession, nums: func(r *Row) (v [2]int64, n int) {
			a, b, ok := ends(r)
			if !ok {
				return v, 0
			}
			return [2]int64{int64(a.Port()), int64(b.Port())}, 2
		}},
	{Field: Field{Name: "tcp.srcport", Text: "The sender's TCP port; of a session the client's."},
		kind: kindNumber, where: ofSession, num: func(r *Row) (int64, bool) { a, _, ok := ends(r); return int64(a.Port()), ok }},
	{Field: Field{Name: "tcp.dstport", Text: "The receiver's TCP port; of a session the server's."},
		kind: kindNumber, where: ofSession, num: func(r *Row) (int64, bool) { _, b, ok := ends(r); return int64(b.Port()), ok }},
	{Field: Field{Name: "ip", Text: "IPv4."}, kind: kindNone, where: ofSession, present: version(true)},
	{Field: Field{Name: "ip.addr", Text: "The IPv4 address of one side or the other; == takes a network too."},
		kind: kindAddress, where: ofSession, bits: 32, addr: addresses(true, true, true)},
	{Field: Field{Name: "ip.src", Text: "The sender's IPv4 address; of a session the client's."},
		kind: kindAddress, where: ofSession, bits: 32, addr: addresses(true, true, false)},
	{Field: Field{Name: "ip.dst", Text: "The receiver's IPv4 address; of a session the server's."},
		kind: kindAddress, where: ofSession, bits: 32, addr: addresses(true, false, true)},
	{Field: Field{Name: "ipv6", Text: "IPv6."}, kind: kindNone, where: ofSession, present: version(false)},
	{Field: Field{Name: "ipv6.addr", Text: "The IPv6 address of one side or the other; == takes a network too."},
		kind: kindAddress, where: ofSession, bits: 128, addr: addresses(false, true, true)},
	{Field: Field{Name: "ipv6.src", Text: "The sender's IPv6 address; of a session the client's."},
		kind: kindAddress, where: ofSession, bits: 128, addr: addresses(false, true, false)},
	{Field: Field{Name: "ipv6.dst", Text: "The receiver's IPv6 address; of a session the server's."},
		kind: kindAddress, where: ofSession, bits: 128, addr: addresses(false, false, true)},
}

// fieldsOfHandshake are Wireshark's fields of the opening handshake. Each row of a session has them.
var fieldsOfHandshake = []field{
	{Field: Field{Name: "http", Text: "The opening handshake was seen, or a part of it."}, kind: kindNone, where: ofSession,
		present: func(r *Row) bool { return r.Session != nil && (r.Session.Method != "" || r.Session.Status != 0) }},
	{Field: Field{Name: "http.request", Text: "The request of the opening handshake was seen."}, kind: kindNone, where: ofSession,
		present: func(r *Row) bool { return r.Session != nil && r.Session.Method != "" }},
	{Field: Field{Name: "http.response", Text: "The response of the opening handshake was seen."}, kind: kindNone, where: ofSession,
		present: func(r *Row) bool { return r.Session != nil && r.Session.Status != 0 }},
	{Field: Field{Name: "http.host", Text: "The Host of the request."}, kind: kindText, where: ofSession,
		str: known(func(s *decode.Session) string { return s.Host })},
	{Field: Field{Name: "http.request.uri", Text: "The request's target, with its query."}, kind: kindText, where: ofSession,
		str: known(func(s *decode.Session) string { return s.Path })},
	{Field: Field{Name: "http.request.method", Text: "The request's method."}, kind: kindText, where: ofSession,
		str: known(func(s *decode.Session) string { return s.Method })},
	{Field: Field{Name: "http.response.code", Text: "The response's status code."}, kind: kindNumber, where: ofSession, num: statusOf},
	{Field: Field{Name: "http.user_agent", Text: "The User-Agent of the request."}, kind: kindText, where: ofSession, header: "User-Agent"},
	{Field: Field{Name: "http.cookie", Text: "The Cookie of the request."}, kind: kindText, where: ofSession, header: "Cookie"},
	{Field: Field{Name: "http.upgrade", Text: "The Upgrade of request and response."}, kind: kindText, where: ofSession, header: "Upgrade"},
	{Field: Field{Name: "http.connection", Text: "The Connection of request and response."}, kind: kindText, where: ofSession, header: "Connection"},
	{Field: Field{Name: "http.referer", Text: "The Referer of the request."}, kind: kindText, where: ofSession, header: "Referer"},
	{Field: Field{Name: "http.server", Text: "The Server of the response."}, kind: kindText, where: ofSession, header: "Server"},
	{Field: Field{Name: "http.location", Text: "The Location of the response."}, kind: kindText, where: ofSession, header: "Location"},
	{Field: Field{Name: "http.date", Text: "The Date of the response."}, kind: kindText, where: ofSession, header: "Date"},
	{Field: Field{Name: "http.x_forwarded_for", Text: "The X-Forwarded-For of the request."}, kind: kindText, where: ofSession, header: "X-Forwarded-For"},
	{Field: Field{Name: "http.authorization", Text: "The Authorization of the request."}, kind: kindText, where: ofSession, header: "Authorization"},
	{Field: Field{Name: "http.sec_websocket_key", Text: "The Sec-WebSocket-Key of the request."},
		kind: kindText, where: ofSession, header: "Sec-WebSocket-Key"},
	{Field: Field{Name: "http.sec_websocket_accept", Text: "The Sec-WebSocket-Accept of the response."},
		kind: kindText, where: ofSession, header: "Sec-WebSocket-Accept"},
	{Field: Field{Name: "http.sec_websocket_version", Text: "The Sec-WebSocket-Version."},
		kind: kindText, where: ofSession, header: "Sec-WebSocket-Version"},
	{Field: Field{Name: "http.sec_websocket_protocol", Text: "The Sec-WebSocket-Protocol of request and response."},
		kind: kindText, where: ofSession, header: "Sec-WebSocket-Protocol"},
	{Field: Field{Name: "http.sec_websocket_extensions", Text: "The Sec-WebSocket-Extensions of request and response."},
		kind: kindText, where: ofSession, header: "Sec-WebSocket-Extensions"},
}

func anyRow(*Row) bool { return true }

// session makes the getter of a number that every session has.
func session(get func(*decode.Session) int64) func(*Row) (int64, bool) {
	return func(r *Row) (int64, bool) {
		if r.Session == nil {
			return 0, false
		}
		return get(r.Session), true
	}
}

// known makes the getter of a text of the session that is absent where it is empty.
func known(get func(*decode.Session) string) func(*Row) (string, bool) {
	return func(r *Row) (string, bool) {
		if r.Session == nil {
			return "", false
		}
		s := get(r.Session)
		return s, s != ""
	}
}

func statusOf(r *Row) (int64, bool) {
	if r.Session == nil {
		return 0, false
	}
	return int64(r.Session.Status), r.Session.Status > 0
}

func packetOf(r *Row) (int64, bool) {
	switch {
	case r.Frame != nil:
		return int64(r.Frame.Max), true
	case r.Message != nil:
		return int64(r.Message.Max), true
	case r.Finding != nil:
		return int64(r.Finding.At.Packet), true
	case r.Session != nil:
		return int64(r.Session.First), true
	}
	return 0, false
}

// sinceFirst is timeOf from the first packet of the capture on.
func sinceFirst(r *Row) (int64, bool) {
	t, ok := timeOf(r)
	if !ok || r.Session == nil {
		return 0, false
	}
	return t - int64(r.Session.Zero), true
}

func timeOf(r *Row) (int64, bool) {
	switch {
	case r.Frame != nil:
		return int64(r.Frame.Last.Time), true
	case r.Message != nil:
		return int64(r.Message.Last.Time), true
	case r.Finding != nil:
		return int64(r.Finding.At.Time), true
	case r.Session != nil:
		return int64(r.Session.Started), r.Session.HasStarted
	}
	return 0, false
}

// ends are sender and receiver.
func ends(r *Row) (from, to netip.AddrPort, ok bool) {
	if r.Session == nil {
		return from, to, false
	}
	if d, _ := dirOf(r); ws.Dir(d) == ws.S2C {
		return r.Session.Server, r.Session.Client, true
	}
	return r.Session.Client, r.Session.Server, true
}

// addresses makes the getter of the sender's and receiver's addresses of one version of IP.
func addresses(four, src, dst bool) func(*Row) ([2]netip.Addr, int) {
	return func(r *Row) (v [2]netip.Addr, n int) {
		a, b, ok := ends(r)
		if !ok || isFour(a.Addr()) != four {
			return v, 0
		}
		if src {
			v[n] = a.Addr().Unmap().WithZone("")
			n++
		}
		if dst {
			v[n] = b.Addr().Unmap().WithZone("")
			n++
		}
		return v, n
	}
}

func isFour(a netip.Addr) bool { return a.Is4() || a.Is4In6() }

func version(four bool) func(*Row) bool {
	return func(r *Row) bool {
		a, _, ok := ends(r)
		return ok && a.IsValid() && isFour(a.Addr()) == four
	}
}
