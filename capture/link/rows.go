package link

import "github.com/wspeek/wspeek/capture"

// header is one of the headers that can be taken off. Each has a row in take.
type header uint8

const (
	headNone header = iota // of a number that is not known
	headIP                 // nothing to take off: IP by its version field
	headIPNet
	headEthernet
	headTag4 // IEEE 802.1Q
	headVNTag
	headETag
	headITag
	headMACsec
	headLLC
	headPPP
	headPPPoE
	headHDLC
	headMPLS
	headNSH
	headSLL
	headSLL2
	headFamily
	headNFLog
	headPKTAP
	headPKTAP149
	headPPI
	headRadiotap
	headPrism
	headAVS
	headWiFi
	headPDU
	headUDP
	headGRE
	headWCCP
	headERSPAN2
	headERSPAN3
	headEtherIP
	headVXLAN
	headVXLANGPE
	headGeneve
	headGTP
	headL2TP
	headL2TPv3
	headTZSP
	headESPinUDP
)

// take takes one header off and says what follows it.
func (h header) take(r *Inner) (header, Skip) { //nolint:gocyclo,funlen // a flat switch, one row a header
	switch h {
	case headIPNet:
		return ipnet(r)
	case headEthernet:
		return r.ethernet()
	case headTag4:
		return r.tag4()
	case headVNTag:
		return r.vnTag()
	case headETag:
		return r.eTag()
	case headITag:
		return r.iTag()
	case headMACsec:
		return macsec(r)
	case headLLC:
		return llc(r)
	case headPPP:
		return ppp(r)
	case headPPPoE:
		return pppoe(r)
	case headHDLC:
		return hdlc(r)
	case headMPLS:
		return mpls(r)
	case headNSH:
		return nsh(r)
	case headSLL:
		return sll(r)
	case headSLL2:
		return sll2(r)
	case headFamily:
		return family(r)
	case headNFLog:
		return nflog(r)
	case headPKTAP:
		return pktap(r)
	case headPKTAP149:
		return pktap149(r)
	case headPPI:
		return ppi(r)
	case headRadiotap:
		return radiotap(r)
	case headPrism:
		return prism(r)
	case headAVS:
		return avs(r)
	case headWiFi:
		return plainWiFi(r)
	case headPDU:
		return pdu(r)
	case headUDP:
		return udp(r)
	case headGRE:
		return gre(r)
	case headWCCP:
		return wccp(r)
	case headERSPAN2:
		return erspan2(r)
	case headERSPAN3:
		return erspan3(r)
	case headEtherIP:
		return etherIP(r)
	case headVXLAN:
		return vxlan(r)
	case headVXLANGPE:
		return vxlanGPE(r)
	case headGeneve:
		return geneve(r)
	case headGTP:
		return gtp(r)
	case headL2TP:
		return l2tp(r)
	case headL2TPv3:
		return l2tpv3(r)
	case headTZSP:
		return tzsp(r)
	case headESPinUDP:
		return espInUDP(r)
	}
	return headIP, 0
}

// linkRows are the link types that are decoded, and their first headers.
var linkRows = [512]header{
	capture.LinkEthernet: headEthernet, capture.LinkRaw: headIP, capture.LinkRawBSD: headIP, capture.LinkRawOpenBSD: headIP,
	capture.LinkIPv4: headIP, capture.LinkIPv6: headIP, capture.LinkIPNet: headIPNet, capture.LinkSLL: headSLL,
	capture.LinkSLL2: headSLL2, capture.LinkNull: headFamily, capture.LinkLoop: headFamily, capture.LinkPPP: headPPP,
	capture.LinkPPPD: headPPP, capture.LinkPPPHDLC: headHDLC, capture.LinkCiscoHDLC: headHDLC, capture.LinkPPPoE: headPPPoE,
	capture.LinkNFLog: headNFLog, capture.LinkPKTAP: headPKTAP, capture.LinkUser2: headPKTAP149, capture.LinkPPI: headPPI,
	capture.LinkWiFi: headWiFi, capture.LinkRadiotap: headRadiotap, capture.LinkPrism: headPrism, capture.LinkAVS: headAVS,
	capture.LinkUpperPDU: headPDU,
}

// linkRow is the first header of a link type, headNone if it is not decoded.
func linkRow(l capture.LinkType) header {
	if int(l) < len(linkRows) {
		return linkRows[l]
	}
	return headNone
}

// etherRow is an EtherType (IEEE 802.3).
type etherRow struct {
	number uint16
	next   header
}

// etherRows are the EtherTypes that lead to IP, the usual ones first. GRE and Geneve use them too.
var etherRows = [...]etherRow{
	{0x0800, headIP},
	{0x86dd, headIP},
	{0x8100, headTag4},
	{0x88a8, headTag4}, // IEEE 802.1ad
	{0x9100, headTag4}, // before there was a standard
	{0x8864, headPPPoE},
	{0x8847, headMPLS},
	{0x8848, headMPLS},
	{0x6558, headEthernet}, // transparent Ethernet bridging
	{0x8926, headVNTag},
	{0x893f, headETag}, // IEEE 802.1BR
	{0x88e7, headITag}, // IEEE 802.1ah
	{0x88e5, headMACsec},
	{0x894f, headNSH},
	{0x880b, headPPP},
	{0x88be, headERSPAN2},
	{0x22eb, headERSPAN3},
	{0x883e, headWCCP},
}

// byEtherType is the header that an EtherType names.
func byEtherType(t uint16) (header, Skip) {
	for i := range etherRows {
		if etherRows[i].number == t {
			return etherRows[i].next, 0
		}
	}
	return 0, SkipNotIP
}

// ipRows are the IP protocol numbers of tunnels.
var ipRows = [256]header{
	17: headUDP, 47: headGRE, 97: headEtherIP, 115: headL2TPv3, 137: headMPLS,
}

// udpRow is the UDP port of a tunnel: its header, or why it is not decoded. A row with a check is only meant if the
// payload passes it.
type udpRow struct {
	port  uint16
	next  header
	skip  Skip
	check func([]byte) bool
}

// udpRows are looked up by the destination port: the source port of a tunnel only spreads the load.
var udpRows = [...]udpRow{
	{port: 4789, next: headVXLAN},
	{port: 8472, next: headVXLAN}, // Linux, before IANA assigned one
	{port: 4790, next: headVXLANGPE},
	{port: 6081, next: headGeneve},
	{port: 2152, next: headGTP},
	{port: 1701, next: headL2TP},
	{port: 4500, next: headESPinUDP},
	{port: 4754, next: headGRE},   // RFC 8086
	{port: 6635, next: headMPLS},  // RFC 7510
	{port: 37008, next: headTZSP}, // TaZmen Sniffer Protocol
	{port: 5247, skip: SkipCAPWAP, check: isCAPWAP},
	{port: 4341, skip: SkipLISP, check: isLISP},
	{port: 3544, skip: SkipTeredo, check: isTeredo},
	{port: 51820, skip: SkipWireGuard, check: isWireGuard},
}
