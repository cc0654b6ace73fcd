package pcaps

import "embed"

//go:embed samples
var files embed.FS

// Sample is a capture with what its endpoints logged.
type Sample struct {
	// Name says what is inside: "deflate-one-sided".
	Name string
	// File is the name with the extensions of a file: "gzip-sll2.pcap.gz".
	File string
	// Title is one line for people.
	Title string
	// Incomplete says that the capture lacks bytes that the endpoints had: not all of
	// the truth can be told, but nothing told as exact may differ from it.
	Incomplete bool
	// Data is the capture file. The caller owns it.
	Data []byte
	// Truth is the JSON that README.md describes. The caller owns it.
	Truth []byte
}

// Samples are all samples, the most instructive first: the order of `wspeek demo`.
func Samples() []Sample {
	out := make([]Sample, len(samples))
	for i, s := range samples {
		s.Data, s.Truth = file(s.File), file(s.Name+".truth.json")
		out[i] = s
	}
	return out
}

// Get is the sample of that name. It panics where there is none.
func Get(name string) Sample {
	for _, s := range samples {
		if s.Name == name {
			s.Data, s.Truth = file(s.File), file(s.Name+".truth.json")
			return s
		}
	}
	panic("pcaps: no sample " + name)
}

func file(name string) []byte {
	b, err := files.ReadFile("samples/" + name)
	if err != nil {
		panic(err)
	}
	return b
}

var samples = []Sample{
	{Name: "graphql", File: "graphql.pcap", Title: "GraphQL subscriptions (graphql-transport-ws), then the closing handshake"},
	{Name: "socketio", File: "socketio.pcap", Title: "Socket.IO: polling first, then a WebSocket with text and binary events"},
	{Name: "jsonrpc", File: "jsonrpc.pcap", Title: "JSON-RPC requests, answers and errors"},
	{Name: "fragments-ping", File: "fragments-ping.pcap", Title: "fragmented messages with pings between the fragments"},
	{Name: "deflate", File: "deflate.pcap", Title: "permessage-deflate with context takeover, small messages uncompressed"},
	{Name: "deflate-one-sided", File: "deflate-one-sided.pcap", Title: "client_no_context_takeover: only the server keeps its window"},
	{Name: "deflate-window9", File: "deflate-window9.pcap", Title: "windows of 512 bytes both ways"},
	{Name: "deflate-fragments", File: "deflate-fragments.pcap", Title: "compressed messages in fragments, pings between"},
	{Name: "broken-rules", File: "broken-rules.pcap", Title: "frames that break rules: mask, RSV bits, length forms, control frames"},
	{Name: "broken-deflate", File: "broken-deflate.pcap", Title: "compressed messages that do not inflate"},
	{Name: "broken-accept", File: "broken-accept.pcap", Title: "a 101 with the wrong Sec-WebSocket-Accept"},
	{Name: "broken-length", File: "broken-length.pcap", Title: "a frame that declares far more than is sent"},
	{Name: "fragments-edges", File: "fragments-edges.pcap", Title: "legal oddities: empty fragments, UTF-8 cut between fragments"},
	{Name: "control-between-fragments", File: "control-between-fragments.pcap", Title: "a ping between two fragments, from the tests of Suricata"},
	{Name: "close-3000", File: "close-3000.pcap", Title: "the server closes with code 3000 and a reason"},
	{Name: "close-empty", File: "close-empty.pcap", Title: "Close frames without a code"},
	{Name: "reset", File: "reset.pcap", Title: "no Close frame: the client's TCP resets"},
	{Name: "refused-426", File: "refused-426.pcap", Title: "a handshake refused with 426 Upgrade Required"},
	{Name: "keepalive-upgrade", File: "keepalive-upgrade.pcap", Title: "three ordinary requests, then the upgrade on the same connection"},
	{Name: "tunnel-connect", File: "tunnel-connect.pcap", Title: "Chromium through an HTTP proxy (CONNECT)"},
	{Name: "tunnel-socks5", File: "tunnel-socks5.pcap", Title: "through a SOCKS5 proxy, both legs"},
	{Name: "ipv6", File: "ipv6.pcap", Title: "over IPv6: texts, binaries and pings of many lengths"},
	{Name: "bridge-sll2", File: "bridge-sll2.pcap", Title: "tcpdump -i any on a bridge: each packet twice, link type SLL2"},
	{Name: "gzip-sll2", File: "gzip-sll2.pcap.gz", Title: "a capture compressed with gzip"},
	{Name: "two-interfaces", File: "two-interfaces.pcapng", Title: "pcapng of two interfaces"},
	{Name: "vxlan-fragments", File: "vxlan-fragments.pcap", Title: "inside VXLAN, whose datagrams are IP fragments"},
	{Name: "port-reuse", File: "port-reuse.pcap", Title: "two connections one after the other from the same port"},
	{Name: "midstream", File: "midstream.pcap", Title: "captured from the middle of the session on", Incomplete: true},
	{Name: "lossy", File: "lossy.pcap", Title: "packets that the capture lost and the peers did not", Incomplete: true},
}
