// Package capture reads packets: from classic pcap and pcapng files, compressed
// files, standard input and live interfaces, and takes link-layer headers off.
//
// It is rank 0: it knows nothing of TCP or WebSocket.
//
//	file / stdin / interface ──▶ Source ──▶ Batch{Packet...} ──▶ Network (link header off) ──▶ IP bytes
//
// Contract: a Source fills batches. The bytes of a batch's packets lie in the
// batch's own memory, so that a batch can be handed to another goroutine whole
// and be used again when its receiver is done with it. Nothing is allocated by
// a length from the input before that many bytes have been read.
package capture
