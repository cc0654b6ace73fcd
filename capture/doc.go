// Package capture reads and writes captured packets: classic pcap and pcapng files, compressed or not, and standard
// input. It is rank 0 and knows nothing of TCP or WebSocket.
//
//	file, stdin (here) ─┐
//	interface (live) ───┴─▶ Source ──▶ Batch{Packet...} ──▶ link.Unwrapper ──▶ IP packet
//	                                    └──▶ keep.Backlog, Writer
//
// The packages beside it use its types: live captures from interfaces, link takes headers off, keep holds packets that
// wait, bpf compiles capture filters.
//
// Contract: a Source fills batches. The bytes of a batch's packets are in the batch's own memory, so that a batch can
// be passed to another goroutine whole and be used again when its receiver has finished with it. Nothing is allocated
// by a length from the input before that many bytes have been read.
package capture
