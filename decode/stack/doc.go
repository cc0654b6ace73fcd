// Package stack joins the layers: it recognises what a TCP connection carries, follows HTTP/1, tunnels and the
// opening handshake to the WebSocket frames, and reports all of it as one stream of events.
//
// It is rank 4 and sans-IO. A Decoder sees only some of the connections (they are spread by Flow.Hash); the Merger
// puts the events of all Decoders in the order of packets and gives streams and sessions their numbers, so that the result
// does not depend on how many Decoders there are.
package stack
