// Package live captures packets from network interfaces.
//
// It is rank 0 and imports only capture.
//
//	interfaces ──▶ sockets, each with a filter and a ring of memory ──▶ Capture (a capture.Source) ──▶ Batch
//
// On Linux it uses packet sockets with a ring that is shared with the kernel (AF_PACKET, TPACKET_V3). On other systems,
// or with the build tag libpcap, it uses libpcap; without that tag Open returns a *NotBuiltError.
//
// Contract: Open does all that needs permission. Every packet that passed the filter is returned once or counted as
// dropped; packets on the loopback interface, which the kernel shows on their way out and in, are returned once. A
// Capture never waits for its reader: if the reader is slow, the kernel drops packets and counts them.
package live
