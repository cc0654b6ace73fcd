package filter

import "slices"

// protocol is a protocol of Wireshark that is not a field here, and what serves instead.
type protocol struct {
	names  []string
	serves string
}

// protocols are names that would else be searched for as words, which finds what nobody meant: eth finds "method".
var protocols = []protocol{
	{[]string{"eth", "sll", "vlan", "wlan", "ppp"}, "link layers are not kept; addresses are ip.addr and ipv6.addr"},
	{[]string{"udp", "quic", "dns", "icmp", "icmpv6", "arp"}, "WebSocket goes over TCP: tcp, or tcp.port"},
	{[]string{"ssl"}, "the name is tls"},
	{[]string{"http2", "h2"}, "the fields of a handshake are http.host, ws.path and the like"},
	{[]string{"data-text-lines"}, "text is websocket.payload.text"},
	{[]string{"_ws.col.info", "_ws.expert"}, "findings are ws.finding and ws.finding.level"},
}

// servesFor is what to use for a protocol of Wireshark that is not a field here; empty if word is not one.
func servesFor(word string) string {
	for i := range protocols {
		if slices.Contains(protocols[i].names, word) {
			return protocols[i].serves
		}
	}
	return ""
}
