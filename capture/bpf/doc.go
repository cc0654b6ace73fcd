// Package bpf compiles capture filters in tcpdump's syntax to programs for the kernel's
// packet filter (classic BPF).
//
// It is rank 0 and imports nothing of ours: link types are numbers of the pcap registry.
//
//	"tcp port 80 or 443" ──▶ Parse ──▶ Filter ──▶ Socket(link) or File(link) ──▶ instructions
//	                                     nodes ──▶ formula ──▶ decisions ──▶ steps
//
// A formula is and, or and questions about bytes, common first questions taken out. A decision is its
// first question, with what the formula comes to after either answer; equal ones are one. So
// long lists of ports or hosts ask once which headers there are.
//
// Contract: what Parse takes means what it means to libpcap, with two exceptions. Where
// a sum reads bytes of several protocols ("ip[2:2] - tcp[12]"), a packet has to have all of
// them. And in a packet that ends inside the headers that it announces, bytes are looked at in
// another order: it may be decided before those that are missing, or not. What libpcap knows
// and this package does not is refused with its place, never guessed at. Names of hosts,
// networks and services are not looked up.
package bpf
