package calls

import (
	"strings"

	"github.com/wspeek/wspeek/decode"
)

// asked are the subprotocols that the client offered (RFC 6455 section 11.3.4).
func asked(s *decode.Session) (out []string) {
	for _, h := range s.RequestHeaders {
		if !strings.EqualFold(h.Name, "Sec-WebSocket-Protocol") {
			continue
		}
		for t := range strings.SplitSeq(h.Value, ",") {
			if t = strings.TrimSpace(t); t != "" {
				out = append(out, t)
			}
		}
	}
	return out
}
