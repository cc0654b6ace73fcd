package ladder

import (
	"net/netip"
	"testing"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/ws"
)

func TestMermaid(t *testing.T) {
	t.Parallel()
	m := &Mermaid{}
	s := &decode.Session{N: 2, Scheme: "ws", Host: "a.example", Path: "/x;y#z%%", Client: netip.MustParseAddrPort("192.0.2.1:5000"), Server: netip.MustParseAddrPort("[2001:db8::1]:80")}
	out := m.Head(nil, s)
	for _, r := range []Row{
		{Kind: Data, Dir: ws.C2S, Message: 1, Text: "text 5 bytes", Preview: "end; <script>%%{init}\x1b\nNote"},
		{Kind: Data, Dir: ws.S2C, Message: 2, Frame: 3, Text: "text", Bad: true},
		{Kind: Control, Dir: ws.S2C, Message: 3, Text: "ping"},
		{Kind: Gap, Text: "2 s of silence"},
	} {
		out = m.Row(out, &r)
	}
	const want = `sequenceDiagram
  participant C as client 192.0.2.1#58;5000
  participant S as server #91;2001#58;db8#58;#58;1#93;#58;80
  Note over C,S: session 2 ws#58;//a.example/x#59;y#35;z#37;#37;
  C->>S: 1 text 5 bytes end#59; #60;script#62;#37;#37;#123;init#125;#92;x1b#92;nNote (0 ns)
  S-xC: 2.3 text (0 ns)
  S-->>C: 3 ping (0 ns)
  Note over C,S: 2 s of silence
`
	if string(out) != want {
		t.Errorf("got\n%s\nwant\n%s", out, want)
	}
}
