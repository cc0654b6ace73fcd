// Package pcaps holds sample captures with their truth, and builders for captures that no sample holds.
//
// It imports nothing else of wspeek: what a test expects must never come from the
// decoder under test. Tests of every package may import it, and cmd/wspeek for `demo`.
//
//	Bits, Hex, Frame, Deflater, Request, Response      bytes of a WebSocket stream
//	      |
//	Conversation (Open, Send, Fin, ...)                TCP over IPv4 or IPv6, over a Link
//	      |
//	[]Packet  <- Drop, Move, Duplicate, Cut, Merge     what the capture lost or disordered
//	      |
//	Pcap{}.Bytes, NG                                   a capture file
//
// Builders hand out new slices that the caller owns. They panic where a test asks for
// something that cannot be written; that is a bug of the test.
package pcaps
