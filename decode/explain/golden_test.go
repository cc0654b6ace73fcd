package explain

import (
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/http1"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/pcaps"
)

// TestSamplesForPrint holds explanations of what is in samples.
func TestSamplesForPrint(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		sample           string
		session, message int
	}{
		{"control-between-fragments", 1, 1}, {"deflate", 1, 2}, {"close-3000", 1, 4}, {"close-empty", 1, 3}, {"broken-rules", 1, 5}, {"broken-rules", 1, 7},
		{"broken-deflate", 1, 1}, {"broken-length", 1, 2}, {"lossy", 2, 9}, {"midstream", 1, 2},
		{"graphql", 1, 0}, {"deflate-window9", 1, 0}, {"broken-accept", 1, 0}, {"refused-426", 1, 0},
	} {
		t.Run(row.sample, func(t *testing.T) {
			t.Parallel()
			s := decodeSample(t, pcaps.Get(row.sample).Data)
			name, d := "samples/"+row.sample+"-handshake", (*Document)(nil)
			if row.message > 0 {
				exchange := s.exchanges[[2]int{row.session, row.message}]
				exchange.Closes = s.closes(row.session)
				name, d = "samples/"+row.sample+"-message-"+show.Thousands(int64(row.message)), exchange.Explain()
			} else {
				d = (&Exchange{Session: s.trace.Session(row.session), Findings: s.trace.Findings(row.session)}).Handshake()
			}
			pcaps.Golden(t, name, Text{}.Append(nil, d))
		})
	}
}

func TestCodesAndRulesForPrint(t *testing.T) {
	t.Parallel()
	for name, d := range map[string]*Document{"close-1000": CloseCode(1000), "close-1005": CloseCode(1005), "close-1006": CloseCode(1006), "close-4001": CloseCode(4001),
		"rule-mask": Rule("ws.mask-required"), "rule-gap": Rule("capture.gap")} {
		pcaps.Golden(t, "words/"+name, Text{}.Append(nil, d))
	}
}

// TestAcceptOfTheRFC computes the example of RFC 6455 section 1.3, which prints key, digest and result.
func TestAcceptOfTheRFC(t *testing.T) {
	t.Parallel()
	s := &decode.Session{N: 1, Method: "GET", Path: "/chat", HTTPVersion: "1.1", Status: 101,
		RequestHeaders:  []http1.Header{{Name: "Sec-WebSocket-Key", Value: "dGhlIHNhbXBsZSBub25jZQ=="}},
		ResponseHeaders: []http1.Header{{Name: "Sec-WebSocket-Accept", Value: "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="}}}
	got := string(Text{Width: 200}.Append(nil, (&Exchange{Session: s}).Handshake()))
	for _, want := range []string{"dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11",
		"b3 7a 4f 2c c0 62 4f 16 90 f6 46 06 cf 38 59 45 b2 be c4 ea", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "They are equal"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
}
