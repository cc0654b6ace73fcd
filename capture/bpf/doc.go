// Package bpf compiles capture filters in tcpdump's syntax to programs for the kernel's
// packet filter (classic BPF).
//
// It is rank 0 and imports nothing of ours: link types are numbers of the pcap registry.
//
//	"tcp port 80 or 443" ──▶ Parse ──▶ Filter ──▶ Socket(link) or File(link) ──▶ instructions
//
// Contract: what Parse takes means what it means to libpcap, with one exception: where
// a sum reads bytes of several protocols ("ip[2:2] - tcp[12]"), a packet has to have all of
// them. What libpcap knows and this package does not is refused with its place, never
// guessed at. Names of hosts, networks and services are not looked up.
package bpf
