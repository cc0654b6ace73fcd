// Package har reads the WebSocket sessions of HAR files: entries with _webSocketMessages, as
// Chrome, mitmproxy and HTTP Toolkit write them.
//
//	bytes of a file ─▶ Parse ─▶ Session, ws.Message (no packets, no frames)
//
// It is rank 4 and sans-IO. What a HAR does not hold (packets, frames, masking, compression, as a rule
// control frames, and how the TCP connection ended) stays zero. A file that is cut off gives what is before the cut.
package har
