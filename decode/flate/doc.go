// Package flate decodes DEFLATE (RFC 1951) as permessage-deflate uses it: many short messages on two directions
// of many connections, each of which refers to what its direction sent before.
//
// A Buffer is one direction: its window and, right after it, the output of the message being decoded, so that a match is a
// copy within one slice. A Decoder holds the tables and the state of one DEFLATE stream, and no window: one serves
// all directions of a worker in turn.
//
//	Buffer   [ window: the last 32 KiB at most | output since Begin | room ]
//	                ^ From                      ^ a match copies from the left
//
// Input may be cut anywhere: Decode takes all of it, and goes on with the next piece. It stops at the end of a final block,
// at an error, and where the output has no more room; the caller then makes room (Slide, Move) or stops. Nothing is
// allocated by Decode.
//
// An Error says what is wrong and at which bit. A Sink, if there is one, hears each block, literal and match; without one
// the loop that knows of it is not entered.
package flate
