// Package http1 follows HTTP/1.x (RFC 9112) on both directions of a connection,
// up to the point where it becomes something else: an upgrade (101) or a tunnel
// (CONNECT). It matches responses to requests, skips bodies exactly, and never
// takes the bytes of a body for anything else.
//
//	Handler.Data | Gap ─▶ Request, Response ─▶ Sink ─▶ (the next Handler)
//
// It is rank 2 and sans-IO, and knows nothing of WebSocket.
//
// Which direction is the client's is shown by the first start line, never by who
// opened the connection. Bytes wait, as copies within Limits, in two cases: the
// client's after a request that may change the protocol, until its response was
// read; and the server's where a response comes before its request, as in
// captures that are not in order (for at most 32 packets, 64 KiB or a second).
//
// A direction whose next message boundary is not known is lost: its bytes are
// undecoded until a segment starts with a start line. From then on responses
// are matched to requests by what had been acknowledged, and where that is not
// conclusive they are reported without a request.
//
// It gives the same calls however its input is cut; a packet may come in
// several chunks. Each byte of Data adds one to Bytes.HTTP or Bytes.Undecoded,
// each of Gap one to Bytes.Missing, unless the next Handler was given it.
package http1
