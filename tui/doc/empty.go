package doc

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/tui/rows"
)

// maxReasons is how many reasons of one kind are named.
const maxReasons = 4

// WhyEmpty says why a capture that has ended shows no session: what its packets were, and what to do. It is empty while
// the capture goes on, and if there are sessions.
func WhyEmpty(c *rows.Counts) []string {
	if !c.Done || c.Sessions > 0 {
		return nil
	}
	a := &c.Account
	out := skippedWords(a)
	if n := tlsConnections(a); n > 0 {
		out = append(out, tlsWords(a, n)...)
	}
	clear := a.Bytes.Stream
	switch {
	case len(out) > 0:
	case a.Read == 0:
		out = append(out, "The capture holds no packets.")
	case clear == 0:
		out = append(out, "No TCP connection carried data.")
	default:
		out = append(out, show.CountGrouped(clear, "byte")+" in TCP connections, and no WebSocket handshake among them.",
			"A port that carries WebSocket without its handshake: -d tcp.port==PORT,websocket")
	}
	return append([]string{"No WebSocket session was found."}, out...)
}

// skippedWords says which packets were not decoded, the most frequent reason first.
func skippedWords(a *decode.Account) (out []string) {
	reasons := slices.SortedFunc(maps.Keys(a.Skipped), func(x, y string) int {
		return cmp.Or(cmp.Compare(a.Skipped[y], a.Skipped[x]), cmp.Compare(x, y))
	})
	for i, why := range reasons {
		if i == maxReasons {
			return append(out, fmt.Sprintf("... and %d more reasons", len(reasons)-i))
		}
		if n := a.Skipped[why]; n > 0 {
			out = append(out, fmt.Sprintf("%s of %s not decoded: %s", show.Thousands(n), show.CountGrouped(a.Read, "packet"), show.Inert(why)))
		}
	}
	return out
}

func tlsConnections(a *decode.Account) (n int) {
	for _, k := range a.Encrypted {
		n += k
	}
	return n
}

// tlsWords says that n connections are encrypted, to which ports, what to do, and of the first ones why each was not decrypted.
func tlsWords(a *decode.Account, n int) (out []string) {
	s := show.CountGrouped(int64(n), "TLS connection") + " not decoded, to port"
	for i, port := range slices.Sorted(maps.Keys(a.Encrypted)) {
		if i == maxReasons {
			s += " and others"
			break
		}
		if i > 0 {
			s += ","
		}
		s += fmt.Sprintf(" %d", port)
	}
	out = append(out, s+". "+tlsAdvice(a))
	for i, t := range a.Sealed {
		if i == maxReasons {
			return append(out, fmt.Sprintf("... and %d more: wspeek sessions -v", n-i))
		}
		out = append(out, sealedWords(t))
	}
	return out
}

// tlsAdvice is what to do to see what is in TLS.
func tlsAdvice(a *decode.Account) string {
	if a.NotDecrypted["no key"] > 0 {
		return "Let a side write its keys (SSLKEYLOGFILE=keys.log before the browser is started) and give them: --keylog keys.log."
	}
	return "See wspeek help tls for what each reason means."
}

// sealedWords is a TLS connection that was not decrypted: where to, which server was asked for, and why not.
func sealedWords(t *decode.TLSConn) string {
	s := t.Server.String()
	if t.SNI != "" {
		s = t.SNI + " (" + s + ")"
	}
	s += ": " + t.Reason
	for _, a := range t.Alerts {
		s += "; " + a
	}
	return show.Inert(s)
}
