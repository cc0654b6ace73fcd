// Package http1 follows HTTP/1.x (RFC 9112) on both directions of a connection,
// up to the point where it becomes something else: an upgrade (101) or a tunnel
// (CONNECT). It matches responses to requests, skips bodies exactly, and never
// takes the bytes of a body for anything else.
//
//	Handler.Data | Gap ─▶ Request, Response ─▶ Sink ─▶ (the next Handler)
//
// It is rank 2 and sans-IO, and knows nothing of WebSocket.
package http1
