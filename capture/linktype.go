package capture

import "strconv"

// The link types that are decoded (LINKTYPE_ numbers of the pcap registry).
const (
	// LinkNull is the BSD loopback header: an address family in the byte order of the capturing host.
	LinkNull LinkType = 0
	// LinkEthernet is IEEE 802.3, with or without padding and check sequence.
	LinkEthernet LinkType = 1
	// LinkPPP is PPP, with or without HDLC's address and control bytes (RFC 1661, RFC 1662).
	LinkPPP LinkType = 9
	// LinkRawBSD and LinkRawOpenBSD are the numbers of LinkRaw on systems that write DLT_ values into files.
	LinkRawBSD     LinkType = 12
	LinkRawOpenBSD LinkType = 14
	// LinkPPPHDLC is PPP in HDLC framing, or Cisco HDLC.
	LinkPPPHDLC LinkType = 50
	// LinkPPPoE is a PPPoE session without the Ethernet header (RFC 2516).
	LinkPPPoE LinkType = 51
	// LinkRaw is an IPv4 or IPv6 packet without any header before it.
	LinkRaw LinkType = 101
	// LinkCiscoHDLC is Cisco HDLC.
	LinkCiscoHDLC LinkType = 104
	// LinkWiFi is IEEE 802.11 without a header before it.
	LinkWiFi LinkType = 105
	// LinkLoop is the OpenBSD loopback header: an address family, big-endian.
	LinkLoop LinkType = 108
	// LinkSLL is Linux's cooked header, version 1 ("-i any" of older tools).
	LinkSLL LinkType = 113
	// LinkPrism is IEEE 802.11 after a Prism header.
	LinkPrism LinkType = 119
	// LinkRadiotap is IEEE 802.11 after a radiotap header.
	LinkRadiotap LinkType = 127
	// LinkUser2 is reserved for private use. Apple's libpcap writes it for LinkPKTAP.
	LinkUser2 LinkType = 149
	// LinkAVS is IEEE 802.11 after an AVS header.
	LinkAVS LinkType = 163
	// LinkPPPD is PPP with a direction byte in place of HDLC's address.
	LinkPPPD LinkType = 166
	// LinkPPI is the Per-Packet Information header; another link header follows.
	LinkPPI LinkType = 192
	// LinkIPNet is what Solaris's IP observability devices (ipnet) deliver.
	LinkIPNet LinkType = 226
	// LinkIPv4 is an IPv4 packet without any header before it.
	LinkIPv4 LinkType = 228
	// LinkIPv6 is an IPv6 packet without any header before it.
	LinkIPv6 LinkType = 229
	// LinkNFLog is what Linux's netfilter log delivers ("-i nflog").
	LinkNFLog LinkType = 239
	// LinkUpperPDU is what Wireshark exports: tags, then an IP packet, a frame or the payload of a TCP segment.
	LinkUpperPDU LinkType = 252
	// LinkPKTAP is Apple's header around packets of several interfaces; another link header follows.
	LinkPKTAP LinkType = 258
	// LinkSLL2 is Linux's cooked header, version 2.
	LinkSLL2 LinkType = 276
)

// linkNames are the link types that files are known to have, decoded or not.
var linkNames = map[LinkType]string{
	LinkNull: "BSD loopback", LinkEthernet: "Ethernet", 3: "AX.25", 6: "Token Ring", 7: "ARCNET",
	8: "SLIP", LinkPPP: "PPP", 10: "FDDI", LinkRawBSD: "raw IP", LinkRawOpenBSD: "raw IP",
	LinkPPPHDLC: "PPP in HDLC framing", LinkPPPoE: "PPPoE", 100: "ATM", LinkRaw: "raw IP",
	LinkCiscoHDLC: "Cisco HDLC", LinkWiFi: "IEEE 802.11", 107: "Frame Relay", LinkLoop: "OpenBSD loopback",
	LinkSLL: "Linux cooked", 114: "LocalTalk", 117: "OpenBSD pflog", LinkPrism: "IEEE 802.11 with Prism header",
	122: "IP over Fibre Channel", 123: "SunATM", LinkRadiotap: "IEEE 802.11 with radiotap header",
	138: "Apple IP over IEEE 1394", 143: "DOCSIS", 144: "IrDA", 147: "user 0", 148: "user 1", LinkUser2: "user 2",
	150: "user 3", 151: "user 4", 152: "user 5", 153: "user 6", 154: "user 7", 155: "user 8", 156: "user 9",
	157: "user 10", 158: "user 11", 159: "user 12", 160: "user 13", 161: "user 14", 162: "user 15",
	LinkAVS: "IEEE 802.11 with AVS header", 165: "BACnet MS/TP", LinkPPPD: "PPP with direction",
	169: "GPRS LLC", 177: "Linux LAPD", 187: "Bluetooth HCI", 189: "Linux USB", LinkPPI: "PPI",
	195: "IEEE 802.15.4", 201: "Bluetooth HCI with direction", 203: "LAPD", 204: "PPP with direction flag",
	220: "Linux USB, padded", 224: "Fibre Channel", LinkIPNet: "Solaris ipnet", 227: "SocketCAN",
	LinkIPv4: "IPv4", LinkIPv6: "IPv6", 230: "IEEE 802.15.4 without check sequence", 231: "D-Bus",
	235: "DVB-CI", LinkNFLog: "nflog", 240: "netANALYZER", 242: "IP over InfiniBand", 243: "MPEG-2 TS",
	245: "NFC LLCP", 247: "InfiniBand", 248: "SCTP", 249: "USBPcap", 251: "Bluetooth LE",
	LinkUpperPDU: "Wireshark upper PDU", 253: "Linux netlink", 254: "Bluetooth monitor", LinkPKTAP: "Apple pktap",
	265: "ITU-T G.7041", 272: "Z-Wave", 274: "Apple dock USB", 275: "DisplayPort AUX", LinkSLL2: "Linux cooked, version 2",
	278: "OpenVizsla", 283: "IEEE 802.15.4 with TAP header", 288: "USB 2.0",
}

// String is the number with the name, if there is one: "link type 105 (IEEE 802.11)".
func (l LinkType) String() string {
	s := "link type " + strconv.Itoa(int(l))
	if name, ok := linkNames[l]; ok {
		s += " (" + name + ")"
	}
	return s
}
