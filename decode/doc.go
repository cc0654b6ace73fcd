// Package decode joins the layers: it sniffs what a TCP connection carries,
// follows HTTP/1, tunnels and the opening handshake to the WebSocket frames, and
// tells all of it as one stream of events.
//
//	Segment ─▶ Decoder (one a worker) ─▶ Batch of events ─▶ Merger (order, numbers) ─▶ Trace.Apply, export, ...
//
// It is rank 3 and sans-IO. A Decoder sees only some of the connections (they are
// spread by Flow.Hash); the Merger puts the events of all Decoders in the order of
// packets and gives streams and sessions their numbers, so that the result
// does not depend on how many Decoders there are. An event is never changed after it
// was told: a conflict found later is an event of its own.
package decode
