package payload

import "time"

// App is what one packet of an application protocol says. A message holds one packet in most protocols, several in some, and
// a packet may span messages.
type App struct {
	// Protocol is the protocol's name in JSON and filters (socket.io, mqtt, json-rpc); Version its version, where it is told.
	Protocol, Version string
	// Event is the protocol's own word for the kind of packet (event, ack, PUBLISH); Name the event, method, procedure or action.
	Event, Name string
	// Topic is the topic, channel, destination or subject; Namespace the namespace of Socket.IO.
	Topic, Namespace string
	// ID is what ties request and answer, or packet and acknowledgement, as it is written on the wire.
	ID string
	// ReplyTo is the number of the message that this one answers, from 1, or 0: that in which the request began. Reader sets it,
	// from Role and Key; a Decoder may know better.
	ReplyTo int64
	// First is the number of the message in which the packet began, where it is not the one in which it ends.
	First int64
	// Took is how long after that one it came. Reader sets it.
	Took time.Duration
	// Promised are the heartbeats that the packet promises, empty in nearly all.
	Promised []Promise
	// Error reports that the packet tells of a failure; Heartbeat that it only keeps the connection alive.
	Error, Heartbeat bool
	// Role is what the packet is in an exchange. Key tells the exchange apart from others that are open: with Asker it is unique in
	// the session. Empty with Role Alone.
	Role Role
	Key  string
	// AskedByClient reports that the exchange of Key was begun by the client.
	AskedByClient bool
	// Summary is one line for people. It may hold anything that the payload holds: who shows it makes it inert.
	Summary string
	// Args is what the packet carries: nil, bool, string, json.Number, float64, int64, uint64, []any, map[string]any, []byte, or
	// json.RawMessage for JSON that is valid and was not taken apart. It is owned by the App.
	Args any
	// Also is what else a protocol knows (qos, granted, kwargs), by the name it has in JSON; nil in most.
	Also map[string]any
}

// Role is what a packet is in an exchange of a request and its answers.
type Role uint8

// The roles of packets.
const (
	Alone   Role = iota // no exchange: an event, a publication
	Request             // begins an exchange
	Reply               // the answer that ends it
	Item                // one of several answers; the exchange stays open
	End                 // ends it without an answer of its own (complete, unsubscribed)
	Cancel              // the asker takes the request back
)

// Opening is how a session was opened, as far as the capture shows.
type Opening struct {
	// Token is the subprotocol that the server chose (Sec-WebSocket-Protocol, RFC 6455 section 4.2.2); Asked what the client offered.
	Token string
	Asked []string
	// Target is the request's path and query; empty where the handshake was not captured.
	Target string
}

// Message is one data message of a session (RFC 6455 section 5.6).
type Message struct {
	// N is its number in the session, from 1, over both directions.
	N          int64
	FromClient bool
	Kind       Kind
	// Payload is the message, inflated. It is borrowed: a Decoder that keeps it makes a copy.
	Payload []byte
	At      time.Time
	// Cut reports that Payload is not all of the message: it was lost, not captured or too long to keep.
	Cut bool
	// Brief says that nobody wants Summary and Args: they may be left empty.
	Brief bool
}

// Decoder takes the messages of one session apart. It is used by one goroutine at a time.
type Decoder interface {
	// Decode appends what m says to out, one App a packet, in order. It sees all data messages of both directions in the order of
	// their ends. It appends nothing where m contradicts the protocol, and an App with Event "part" where m is a part of a packet
	// that ends in a later message. It must take time and memory in proportion to the payload.
	Decode(m *Message, out []App) []App
	// Lost says that messages of a direction are missing here: a packet that spans messages starts afresh.
	Lost(fromClient bool)
}

// Envelope is a Decoder whose messages carry messages of other protocols.
type Envelope interface {
	Decoder
	// Inside are the messages in m, in order. It is asked after Decode.
	Inside(m *Message) [][]byte
}

// Certainty is how sure it is that a session speaks a protocol.
type Certainty uint8

// The degrees of certainty.
const (
	No    Certainty = iota // it does not
	Maybe                  // nothing speaks against it, but plain text could look so; more messages may tell
	Yes
)

// MaxFirst is how many messages Recognise is shown at most.
const MaxFirst = 8
