// Package forge makes WebSocket conversations for wspeek build: right ones, and for each rule that has a name to break it
// by, one that breaks that rule and as few others as can be.
//
//	Plan (frames, handshake, what goes wrong) ──▶ Bytes, Conversation (a capture)
//
// To add a way to break a rule, add a row to Breakers.
package forge
