// Package link finds the IP packet in a captured packet: it takes off link-layer headers, encapsulations and tunnels.
//
// It is rank 0 and imports only capture.
//
//	Packet ──▶ Unwrap (link header, tags, labels) ──▶ Inner: begins with IP
//	             Tunnel (the payload of that IP packet) ──▶ Inner: begins with IP again
//
// Everything that is known is a row in rows.go: link types, EtherTypes, IP protocols and UDP ports, each with the
// header that it leads to. To add one, add a row, and a header if there is none yet.
//
// Contract: an Inner is a part of the packet's bytes; nothing is copied or allocated, except for PDUs that Wireshark
// exported, whose headers are put together again. Length fields are never trusted beyond what was captured. A packet in
// which no IP was found has a reason (Skip), which tells headers that the capture cut from headers that are damaged, and
// both from protocols that are not decoded.
package link
