package filter

import (
	"net/netip"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/ws"
)

// ownOfMessages are our fields of messages and frames.
var ownOfMessages = []field{
	{Field: Field{Name: "ws.session", Text: "The number of the session, from 1."},
		kind: kindNumber, where: ofSession, num: session(func(s *decode.Session) int64 { return int64(s.N) })},
	{Field: Field{Name: "ws.n", Text: "The number of the message in its session, from 1."},
		kind: kindNumber, where: ofAll, num: numberOf},
	{Field: Field{Name: "ws.dir", Text: "The direction: c2s (sent by the client) or s2c."},
		kind: kindName, where: ofAll, names: dirs, num: dirOf},
	{Field: Field{Name: "ws.kind", Text: "The name of the opcode; reserved for those that have none."},
		kind: kindText, where: ofBoth, values: kindNames, str: func(r *Row) (string, bool) {
			op, ok := opcodeOf(r)
			return ws.Opcode(op).String(), ok
		}},
	{Field: Field{Name: "ws.state", Text: "How far it is known: exact < conflict < partial < guessed < undecodable."},
		kind: kindName, where: ofBoth, names: states, num: stateOf},
	{Field: Field{Name: "ws.why", Text: "Why a message is undecodable."}, kind: kindText, where: inMessage,
		values: []string{"window lost", "window evicted", "limit", "unknown extension", "inflate error", "bad length"},
		str: func(r *Row) (string, bool) {
			if r.Message == nil || r.Message.Why == 0 {
				return "", false
			}
			return r.Message.Why.String(), true
		}},
	{Field: Field{Name: "ws.finding", Text: "The rule that it breaks: ws.utf8. Alone: it breaks any."},
		kind: kindRule, where: ofSession, values: ruleIDs, rule: func(r *rule.Rule) string { return r.ID }},
	{Field: Field{Name: "ws.finding.level", Text: "How strongly the rule is worded: must, should or note."},
		kind: kindRule, where: ofSession, values: levels, rule: func(r *rule.Rule) string { return r.Level.String() }},
	{Field: Field{Name: "ws.len", Text: "The length in bytes of the application data after inflation; of a close of its reason."},
		kind: kindNumber, where: inMessage, num: lenOf},
	{Field: Field{Name: "ws.wire_len", Text: "The payload length on the wire, of all frames together."},
		kind: kindNumber, where: ofBoth, num: wireLen},
	{Field: Field{Name: "ws.ratio", Text: "ws.len divided by ws.wire_len: more than 1 where compression helped."},
		kind: kindFloat, where: inMessage, float: func(r *Row) (float64, bool) {
			n, ok := lenOf(r)
			if !ok || r.Message.WireLen <= 0 {
				return 0, false
			}
			return float64(n) / float64(r.Message.WireLen), true
		}},
	{Field: Field{Name: "ws.frames", Text: "How many frames the message has."},
		kind: kindNumber, where: inMessage, num: message(func(m *ws.Message) int64 { return int64(m.Frames) })},
	{Field: Field{Name: "ws.compressed", Text: "The message was compressed. Alone: it was."},
		kind: kindBool, where: inMessage, names: yesNo, bareIsTrue: true, num: message(func(m *ws.Message) int64 { return bit(m.Compressed) })},
	{Field: Field{Name: "ws.valid_utf8", Text: "Its application data is whole and valid UTF-8 (of text, close, ping and pong). Alone: it is."},
		kind: kindBool, where: inMessage, names: yesNo, bareIsTrue: true, num: message(func(m *ws.Message) int64 { return bit(m.ValidUTF8) })},
	{Field: Field{Name: "ws.missing", Text: "How many bytes of the payload were not captured."},
		kind: kindNumber, where: inMessage, num: message(func(m *ws.Message) int64 { return m.Missing })},
	{Field: Field{Name: "ws.heartbeat", Text: "It only keeps the connection alive: ping, pong, or what applications use instead. Alone: it does."},
		kind: kindBool, where: inMessage, names: yesNo, bareIsTrue: true, needs: Needs{Payload: true, App: true}, num: func(r *Row) (int64, bool) {
			if r.Message == nil {
				return 0, false
			}
			return bit(r.heartbeat()), true
		}},
	{Field: Field{Name: "ws.gap", Text: "Seconds since the previous message of the session, either way; absent of the first."},
		kind: kindSeconds, where: inMessage, needs: Needs{Gap: true}, num: func(r *Row) (int64, bool) { return int64(r.Gap), r.HasGap }},
	{Field: Field{Name: "ws.json", Text: "The payload is JSON."}, kind: kindNone, where: inMessage,
		needs: Needs{Payload: true, JSON: true}, present: presentJSON(nil)},
	{Field: Field{Name: "json", Text: "The same, by Wireshark's name."}, kind: kindNone, where: inMessage,
		needs: Needs{Payload: true, JSON: true}, present: presentJSON(nil)},
	{Field: Field{Name: "ws.json.PATH", Text: "A field of a JSON payload: ws.json.items[0].id, [*] for any element, \"a key\" in quotes."},
		kind: kindJSON, where: inMessage, needs: Needs{Payload: true, JSON: true}, json: true},
}

// ownOfSessions are our fields of sessions. Each row of a session has them.
var ownOfSessions = []field{
	{Field: Field{Name: "ws.host", Text: "The Host of the request."}, kind: kindText, where: ofSession,
		str: known(func(s *decode.Session) string { return s.Host })},
	{Field: Field{Name: "ws.path", Text: "The path of the request, with its query."}, kind: kindText, where: ofSession,
		str: known(func(s *decode.Session) string { return s.Path })},
	{Field: Field{Name: "ws.scheme", Text: "ws, or wss where TLS was decrypted."}, kind: kindText, where: ofSession,
		values: []string{"ws", "wss"}, str: known(func(s *decode.Session) string { return s.Scheme })},
	{Field: Field{Name: "ws.status", Text: "The response's status code; 101 where it was accepted."}, kind: kindNumber, where: ofSession, num: statusOf},
	{Field: Field{Name: "ws.subprotocol", Text: "The subprotocol that the response chose."}, kind: kindText, where: ofSession,
		str: known(func(s *decode.Session) string { return s.Subprotocol })},
	{Field: Field{Name: "ws.extensions", Text: "The extensions that the response chose."}, kind: kindText, where: ofSession,
		str: known(func(s *decode.Session) string { return s.Extensions })},
	{Field: Field{Name: "ws.client", Text: "The client's address."}, kind: kindAddress, where: ofSession, addr: side(func(s *decode.Session) netip.AddrPort { return s.Client })},
	{Field: Field{Name: "ws.server", Text: "The server's address."}, kind: kindAddress, where: ofSession, addr: side(func(s *decode.Session) netip.AddrPort { return s.Server })},
	{Field: Field{Name: "ws.tunnel", Text: "What the tunnel that carries the session was asked for: host:port."}, kind: kindText, where: ofSession,
		str: known(func(s *decode.Session) string {
			if s.Tunnel == nil {
				return ""
			}
			return s.Tunnel.Target
		})},
	{Field: Field{Name: "process", Text: "The program that the connection belongs to, as a comment of a packet names it (ptcpdump)."}, kind: kindText, where: ofSession,
		str: ofProcess(func(p *decode.Process) string { return p.Name })},
	{Field: Field{Name: "process.pid", Text: "The number of that process."}, kind: kindNumber, where: ofSession, num: pidOf},
	{Field: Field{Name: "process.args", Text: "Its command line."}, kind: kindText, where: ofSession,
		str: ofProcess(func(p *decode.Process) string { return p.Args })},
	{Field: Field{Name: "process.container", Text: "The container that it is in."}, kind: kindText, where: ofSession,
		str: ofProcess(func(p *decode.Process) string { return p.Container })},
	{Field: Field{Name: "process.pod", Text: "The pod that it is in."}, kind: kindText, where: ofSession,
		str: ofProcess(func(p *decode.Process) string { return p.Pod })},
	{Field: Field{Name: "ws.peer_session", Text: "The number of the session on the other side of a proxy, where both were captured."}, kind: kindNumber,
		where: ofEnd, num: func(r *Row) (int64, bool) {
			if r.Session == nil {
				return 0, false
			}
			return int64(r.Session.Peer), r.Session.Peer > 0
		}},
	{Field: Field{Name: "ws.guessed", Text: "The session was found without its handshake. Alone: it was."}, kind: kindBool, where: ofSession,
		names: yesNo, bareIsTrue: true, num: session(func(s *decode.Session) int64 { return bit(s.Confidence > 0) })},
	{Field: Field{Name: "ws.session.state", Text: "How far the session got."}, kind: kindName, where: ofEnd,
		names: sessionStates, num: session(func(s *decode.Session) int64 { return int64(s.State) })},
	{Field: Field{Name: "ws.closed_by", Text: "The side that closed the session: c2s (the client) or s2c; of its first Close, else of its first FIN or RST."},
		kind: kindName, where: ofEnd, names: dirs, num: closedBy},
	{Field: Field{Name: "ws.close_code", Text: "The code of the first Close."}, kind: kindNumber, where: ofEnd, num: func(r *Row) (int64, bool) {
		if r.Session == nil || r.Session.Close == nil {
			return 0, false
		}
		return int64(r.Session.Close.Code), r.Session.Close.Code >= 0
	}},
	{Field: Field{Name: "ws.end", Text: "How the session ended."}, kind: kindName, where: ofEnd, names: endNames, num: func(r *Row) (int64, bool) {
		if r.Session == nil {
			return 0, false
		}
		return int64(r.Session.End), r.Session.End != decode.EndNone
	}},
	{Field: Field{Name: "ws.duration", Text: "Seconds from the 101 to the end of the session."}, kind: kindSeconds, where: ofEnd, num: func(r *Row) (int64, bool) {
		if r.Session == nil || !r.Session.HasOpened || !r.Session.HasEnded {
			return 0, false
		}
		return int64(r.Session.Ended - r.Session.Opened), true
	}},
	{Field: Field{Name: "ws.messages", Text: "How many messages the session has, control frames counted."}, kind: kindNumber, where: ofEnd,
		num: session(func(s *decode.Session) int64 { return s.Messages[0] + s.Messages[1] })},
	{Field: Field{Name: "ws.bytes", Text: "The bytes of all its messages after inflation."}, kind: kindNumber, where: ofEnd,
		num: session(func(s *decode.Session) int64 { return s.Bytes[0] + s.Bytes[1] })},
	{Field: Field{Name: "ws.retransmissions", Text: "How many of its segments carried bytes again."}, kind: kindNumber, where: ofEnd,
		num: session(func(s *decode.Session) int64 { return int64(s.Retransmissions) })},
}

var sessionStates = func() (out []name) {
	for s := decode.Connecting; s <= decode.Unknown; s++ {
		out = append(out, name{s.String(), int64(s)})
	}
	return out
}()

var endNames = func() (out []name) {
	for e := decode.EndClose; e <= decode.EndCapture; e++ {
		out = append(out, name{e.String(), int64(e)})
	}
	return out
}()

// message makes the getter of a number that every message has.
func message(get func(*ws.Message) int64) func(*Row) (int64, bool) {
	return func(r *Row) (int64, bool) {
		if r.Message == nil {
			return 0, false
		}
		return get(r.Message), true
	}
}

func numberOf(r *Row) (int64, bool) {
	switch {
	case r.Frame != nil:
		return int64(r.Frame.Message), true
	case r.Message != nil:
		return int64(r.Message.N), true
	case r.Finding != nil:
		return int64(r.Finding.Message), r.Finding.Message > 0
	}
	return 0, false
}

func dirOf(r *Row) (int64, bool) {
	switch {
	case r.Frame != nil:
		return int64(r.Frame.Dir), true
	case r.Message != nil:
		return int64(r.Message.Dir), true
	case r.Finding != nil:
		return int64(r.Finding.Dir), true
	}
	return 0, false
}

func stateOf(r *Row) (int64, bool) {
	switch {
	case r.Frame != nil:
		return int64(r.Frame.State), true
	case r.Message != nil:
		return int64(r.Message.State), true
	}
	return 0, false
}

func lenOf(r *Row) (int64, bool) {
	if r.Message == nil {
		return 0, false
	}
	return r.Message.Len, r.Message.Len >= 0
}

func closedBy(r *Row) (int64, bool) {
	switch s := r.Session; {
	case s == nil:
	case s.Close != nil:
		return int64(s.Close.By), s.Close.HasBy
	case s.HasEndBy:
		return int64(s.EndBy), true
	}
	return 0, false
}

// side makes the getter of one address.
func side(get func(*decode.Session) netip.AddrPort) func(*Row) ([2]netip.Addr, int) {
	return func(r *Row) (v [2]netip.Addr, n int) {
		if r.Session == nil {
			return v, 0
		}
		a := get(r.Session).Addr()
		if !a.IsValid() {
			return v, 0
		}
		v[0] = a.Unmap().WithZone("")
		return v, 1
	}
}
