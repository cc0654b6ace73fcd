// Package link finds the IP packet in a captured packet: it takes off link-layer headers, encapsulations and tunnels.
//
// It is rank 0 and imports only capture.
//
//	Packet ──▶ Unwrapper.Link (link header, tags, labels) ──▶ Inner: begins with IP
//	             Unwrapper.Tunnel (the payload of that IP packet) ──▶ Inner: begins with IP again
//
// Contract: an Inner is a part of the packet's bytes; nothing is copied or allocated. Length fields are never trusted
// beyond what was captured. A packet in which no IP was found has a reason (Skip), which tells headers that the
// capture cut from headers that are damaged, and both from protocols that are not decoded.
package link
