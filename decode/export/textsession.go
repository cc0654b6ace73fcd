package export

import (
	"fmt"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
)

// Session appends the lines of a session: what it is, and below it what went over it and how it ended.
func (t *Text) Session(dst []byte, s *decode.Session) []byte {
	dst = t.Heading(dst, s)
	dst = fmt.Appendf(dst, "        %s", s.State)
	for d, arrow := range [...]string{ws.C2S: "→", ws.S2C: "←"} {
		dst = fmt.Appendf(dst, "  %s %s, %s", arrow, show.Count(s.Messages[d], "message"), show.Count(s.Bytes[d], "byte"))
	}
	if s.HasOpened && s.HasEnded {
		dst = fmt.Appendf(dst, "  %.3f s", float64(s.Ended-s.Opened)/1e9)
	}
	dst = t.ending(append(dst, ' ', ' '), s)
	if s.Findings > 0 {
		dst = t.paint(append(dst, ' ', ' '), badColor, show.Count(int64(s.Findings), "finding"))
	}
	return append(trimRight(dst), '\n')
}

// Heading appends one line that says what a session is.
func (t *Text) Heading(dst []byte, s *decode.Session) []byte {
	dst = t.paint(dst, strongColor, fmt.Sprintf("session %d  %s", s.N, show.Inert(Address(s))))
	dst = fmt.Appendf(dst, "  %s → %s  stream %d", s.Client, s.Server, s.Stream)
	if s.Status > 0 {
		dst = fmt.Appendf(dst, "  %d", s.Status)
	}
	if s.State == decode.Refused {
		dst = t.paint(append(dst, ' '), badColor, "refused")
	}
	for _, part := range []struct{ label, text string }{
		{"", s.Draft}, {"subprotocol ", s.Subprotocol}, {"", s.Extensions},
	} {
		if part.text != "" {
			dst = show.AppendInert(append(append(dst, ' ', ' '), part.label...), part.text)
		}
	}
	dst = appendCarriers(dst, s)
	switch {
	case s.Unanswered:
		dst = t.paint(append(dst, ' ', ' '), badColor, fmt.Sprintf("[guessed, %.2f: the server never answered the handshake]", s.Confidence))
	case s.Confidence > 0:
		dst = t.paint(append(dst, ' ', ' '), badColor, fmt.Sprintf("[guessed, %.2f: the handshake was not captured]", s.Confidence))
	}
	return append(dst, '\n')
}

// appendCarriers appends what lies between TCP and the session, and whose it is.
func appendCarriers(dst []byte, s *decode.Session) []byte {
	if s.TLS != nil {
		dst = show.AppendInert(append(dst, "  TLS "...), s.TLS.Version)
	}
	if s.H2Stream != 0 {
		dst = fmt.Appendf(dst, "  HTTP/2 stream %d", s.H2Stream)
	}
	if s.Tunnel != nil {
		dst = show.AppendInert(fmt.Appendf(dst, "  through %s to ", s.Tunnel.Type), s.Tunnel.Target)
	}
	if s.Peer > 0 {
		dst = fmt.Appendf(dst, "  the other leg of session %d", s.Peer)
	}
	if s.Process != nil {
		dst = show.AppendInert(append(dst, "  by "...), s.Process.String())
	}
	if p := s.Proxied; p != nil && p.Client.IsValid() {
		dst = fmt.Appendf(dst, "  for %s (PROXY protocol)", p.Client)
	}
	return dst
}

// TLSWords are the version and cipher of the TLS that carries a session, with what was agreed on; empty for a session in clear. They
// are inert.
func TLSWords(s *decode.Session) string {
	t := s.TLSOf()
	if s.TLS == nil {
		return ""
	}
	out := t.Version + " " + t.Cipher
	for _, part := range []struct{ name, text string }{{"server name", t.SNI}, {"ALPN", t.ALPN}, {"keys from", t.Keys}} {
		if part.text != "" {
			out += ", " + part.name + " " + part.text
		}
	}
	if t.Resumed {
		out += ", resumed"
	}
	return show.Inert(out)
}

// Address is the URL of a session, as far as it is known. It is not inert.
func Address(s *decode.Session) string {
	host := s.Host
	if host == "" {
		host = "?"
	}
	return s.Scheme + "://" + host + s.Path
}

func (t *Text) ending(dst []byte, s *decode.Session) []byte {
	if c := s.Close; c != nil {
		by := "by the server"
		switch {
		case !c.HasBy:
			by = "(by which side first is not known)"
		case c.By == ws.C2S:
			by = "by the client"
		}
		if c.Code < 0 {
			return fmt.Appendf(dst, "closed %s without a code", by)
		}
		dst = fmt.Appendf(dst, "closed %s: %d %s ", by, c.Code, ws.CloseName(c.Code))
		return show.AppendInert(dst, c.Reason)
	}
	if s.State == decode.Refused {
		return dst
	}
	dst = append(dst, endings[s.End]...)
	if s.End != decode.EndFIN && s.End != decode.EndRST || !s.HasEndBy {
		return dst
	}
	if s.EndBy == ws.C2S {
		return append(dst, " of the client"...)
	}
	return append(dst, " of the server"...)
}

// endings say how a session without a Close frame ended.
var endings = [...]string{
	decode.EndFIN: "ended by FIN", decode.EndRST: "ended by RST", decode.EndTimeout: "ended by a timeout",
	decode.EndReplaced: "replaced by a new connection of the same ports", decode.EndEvicted: "dropped: a limit was reached",
	decode.EndCapture: "the capture ends before it",
}

// Undecrypted is one line about a TLS connection: its addresses, server name, version and cipher, and why it was not
// decrypted. It is inert.
func Undecrypted(t *decode.TLSConn) string {
	s := fmt.Sprintf("tls  %s -> %s", t.Client, t.Server)
	for _, part := range []string{t.SNI, t.Version, t.Cipher, t.Reason} {
		if part != "" {
			s += "  " + part
		}
	}
	for _, a := range t.Alerts {
		s += "; " + a
	}
	return show.Inert(s)
}
