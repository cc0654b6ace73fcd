package bpf

import "strings"

// Numbers of protocols: EtherTypes and IP protocol numbers.
const (
	etherIPv4 = 0x0800
	etherARP  = 0x0806
	etherRARP = 0x8035
	etherIPv6 = 0x86dd

	ipICMP   = 1
	ipIGMP   = 2
	ipTCP    = 6
	ipUDP    = 17
	ipFrag6  = 44
	ipESP    = 50
	ipAH     = 51
	ipICMPv6 = 58
	ipSCTP   = 132
)

// layer is where a protocol's header is.
type layer uint8

const (
	noLayer   layer = iota // no protocol named
	linkLayer              // the packet's start
	netLayer               // the network header
	overIPv4               // after IPv4's header
	overIPv6               // after IPv6's fixed header
	overBoth               // after either
)

// protocol is a protocol that can be named.
type protocol struct {
	name   string
	layer  layer
	number uint32 // EtherType, or IP protocol number
	ports  bool
	bytes  bool // name[n] is understood
}

// protocols are what may come before a direction, a kind of address or a bracket.
var protocols = []protocol{
	{name: "ether", layer: linkLayer, bytes: true},
	{name: "link", layer: linkLayer, bytes: true},
	{name: "ip", layer: netLayer, number: etherIPv4, bytes: true},
	{name: "ip6", layer: netLayer, number: etherIPv6, bytes: true},
	{name: "arp", layer: netLayer, number: etherARP, bytes: true},
	{name: "rarp", layer: netLayer, number: etherRARP, bytes: true},
	{name: "tcp", layer: overBoth, number: ipTCP, ports: true, bytes: true},
	{name: "udp", layer: overBoth, number: ipUDP, ports: true, bytes: true},
	{name: "sctp", layer: overBoth, number: ipSCTP, ports: true, bytes: true},
	{name: "icmp", layer: overIPv4, number: ipICMP, bytes: true},
	{name: "igmp", layer: overIPv4, number: ipIGMP, bytes: true},
	{name: "icmp6", layer: overIPv6, number: ipICMPv6, bytes: true},
	{name: "ah", layer: overBoth, number: ipAH},
	{name: "esp", layer: overBoth, number: ipESP},
}

func protocolNamed(t token) (protocol, bool) {
	if t.kind == word {
		for _, p := range protocols {
			if p.name == t.text {
				return p, true
			}
		}
	}
	return protocol{}, false
}

// etherNames and ipNames are what may come, with a backslash, after "ether proto" and after
// "ip proto", "ip6 proto" and "proto".
var (
	etherNames = map[string]uint32{"ip": etherIPv4, "ip6": etherIPv6, "arp": etherARP, "rarp": etherRARP}
	ipNames    = map[string]uint32{
		"icmp": ipICMP, "igmp": ipIGMP, "tcp": ipTCP, "udp": ipUDP, "sctp": ipSCTP, "esp": ipESP, "ah": ipAH,
	}
)

// constants are names for numbers in sums: offsets, types and flags.
var constants = map[string]uint32{
	"icmptype": 0, "icmpcode": 1, "icmp-echoreply": 0, "icmp-unreach": 3, "icmp-sourcequench": 4,
	"icmp-redirect": 5, "icmp-echo": 8, "icmp-routeradvert": 9, "icmp-routersolicit": 10,
	"icmp-timxceed": 11, "icmp-paramprob": 12, "icmp-tstamp": 13, "icmp-tstampreply": 14,
	"icmp-ireq": 15, "icmp-ireqreply": 16, "icmp-maskreq": 17, "icmp-maskreply": 18,
	"tcpflags": 13, "tcp-fin": 1, "tcp-syn": 2, "tcp-rst": 4, "tcp-push": 8, "tcp-ack": 16,
	"tcp-urg": 32, "tcp-ece": 64, "tcp-cwr": 128,
}

// reservedWords is what reserved is made of, apart from protocols and constants.
const reservedWords = "and or not src dst host net mask port portrange proto less greater len length vlan " +
	"broadcast multicast gateway protochain inbound outbound ifindex mpls pppoed pppoes geneve iso clnp esis isis " +
	"atalk aarp decnet lat sca moprc mopdl stp ipx netbeui llc wlan fddi tr ppp slip radio carp vrrp pim igrp byte " +
	"type subtype dir direction addr1 addr2 addr3 addr4 ra ta on ifname rnr rulenum reason rset ruleset srnr subrulenum action " +
	"lane oam oamf4 metac bcc sc ilmic connectmsg metaconnect vpi vci hopcount sio opc dpc sls"

// tcpdumpOnly are the first words of terms that tcpdump accepts and we do not.
var tcpdumpOnly = strings.Fields("inbound outbound ifindex mpls pppoed pppoes geneve protochain iso clnp esis isis " +
	"atalk aarp decnet lat sca moprc mopdl stp ipx netbeui llc wlan carp vrrp pim igrp byte")
