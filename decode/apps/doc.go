// Package apps adds to the messages of a run what they say.
//
// A Stream takes the events of a run and passes them on in the same order, each message with the packets of the application
// protocol that it holds. It has a payload.Reader for each session. What comes before the protocol of a session is known waits, and
// all that comes after waits with it: that is a few messages at most, and its memory is bounded. Decoding changes nothing of what
// the WebSocket layer reports.
//
//	events --> Stream --> events, with []payload.App beside each message
//	             |
//	             +-- payload.Reader of each session
package apps
