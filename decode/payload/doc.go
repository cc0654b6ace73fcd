// Package payload knows what application protocols write into WebSocket messages.
//
// It has one row for each protocol (Protocols): what it is called, which subprotocol tokens name it, how else it shows, and
// which of its messages only keep the connection alive. Filter, diff and screen ask here, so that each fact is written down
// once. Payloads are untrusted: nothing here allocates by a length from the wire, and all of it takes time in proportion to
// the payload at most.
//
//	        +--> Heartbeat   ping, {"type":"ping"}, 2, "\n" ...
//	payload +--> JSONStart   42/admin,["event",{}]
//	        +--> Prefix               ^
package payload
