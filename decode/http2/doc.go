// Package http2 follows HTTP/2 (RFC 9113) on both directions of a connection, and passes the DATA of chosen
// streams on, such as those that an extended CONNECT request (RFC 8441) made a WebSocket connection. It reads
// frames, header blocks and HPACK (RFC 7541), and ignores flow control and priorities.
//
//	Handler.Data | Gap ─▶ Request, Response ─▶ Sink ─▶ (the next Handler of each stream)
//
// It is rank 2 and sans-IO, and knows of WebSocket only what RFC 8441 says of the request.
//
// The connection begins with the client's preface, which Sniff recognises; Config.Client says which side
// that is. The Sink is asked about each request. The DATA of a stream that is followed waits, as copies within
// Limits, until the response has been read. The Handler that the Sink then returns is given both directions of that
// stream, in offsets that count its DATA alone: END_STREAM closes a direction as FIN does, RST_STREAM closes both as
// RST does, and the end of the connection closes them as it was itself closed.
//
// A gap inside the payload of a frame costs these bytes alone: in DATA, the stream is given a Gap of the right length; in a
// header block, the section is Partial. A gap over a frame header loses the place of the next one, which is then
// searched for. What can be true of a stream after that is:
//
//   - how many of its bytes were lost is not known: its Handler hears that as reassembly.GapInferrer says, with no Gap;
//   - the direction's HPACK table is unknown: fields that refer to older entries are Field.Unknown, never wrong;
//   - requests and responses are Found until the other side confirms them.
//
// It gives the same calls however its input is cut, but for how DATA is cut. Each byte of Data adds one to
// Bytes.HTTP or Bytes.Undecoded, and each of Gap one to Bytes.Missing, unless the next Handler was given it.
package http2
