// Package ws decodes the WebSocket protocol: frames (RFC 6455 section 5),
// messages, permessage-deflate (RFC 7692), close codes, the checks of the opening
// handshake, and the table of rules that a passive observer can check.
//
//	Handler.Data | Gap | Conflict ─▶ frames ─▶ unmask ─▶ messages ─▶ inflate, UTF-8 ─▶ Sink
//
// It is rank 2 and sans-IO: a Conn is pushed ordered bytes of both directions
// and calls a Sink. It gives the same events however its input is cut.
package ws
