// Package reassembly puts TCP streams in order.
//
//	Packet ─▶ Dissector (IP, defragmentation, TCP header) ─▶ Segment ─▶ Table ─▶ Handler.Data | Gap | Conflict | Close
//
// It is rank 1 and sans-IO: it receives segments through method calls and reports through a Handler; it has
// no clock, goroutine, lock or log. Offsets are 64-bit and relative: offset 0
// of a direction is the byte after its SYN, or the first byte seen.
//
// Ownership: the payloads of segments must stay valid until Table.EndBatch,
// which copies the little that is still needed. A Chunk's data is valid during
// the call only.
package reassembly
