package payload

// Protocol is a row: what is known of one application protocol.
type Protocol struct {
	// Name is what people call the protocol.
	Name string
	// ID is its name in JSON, filters and flags.
	ID string
	// Decodes says in a sentence what is taken apart, and Spec where the protocol is specified, for people.
	Decodes, Spec string
	// Tokens are the values of Sec-WebSocket-Protocol that name it (RFC 6455 section 11.3.4).
	Tokens []string
	// Evidence says how the protocol shows when no token names it, for people.
	Evidence string
	// Recognise judges by how a session was opened and by its first data messages, both directions, at most MaxFirst. It is asked
	// again as messages come until it says No or Yes. Nil where the protocol is not decoded.
	Recognise func(o *Opening, first []Message) Certainty
	// Begin returns what takes the messages of one session apart; nil where the protocol is not decoded.
	Begin func(o *Opening) Decoder
	// Claim takes a single message apart if the message by itself proves that it is this: it appends nothing otherwise. It is
	// asked where no protocol claims the session, and is for encodings.
	Claim func(m *Message, out []App) []App
}

// Kind is what kind of data message a payload is from (RFC 6455 section 5.6).
type Kind uint8

// The kinds of data messages.
const (
	Text Kind = iota
	Binary
)

// RecordEnd ends each JSON record of SignalR (ASP.NET Core's hub protocol, section "JSON encoding").
const RecordEnd = 0x1e

// within makes a Recognise of what a single message proves: it is sure when one of the first n messages proves it, and gives up
// after them.
func within(n int, proves func(o *Opening, m *Message) bool) func(*Opening, []Message) Certainty {
	return func(o *Opening, first []Message) Certainty {
		if proves(o, &first[len(first)-1]) {
			return Yes
		}
		if len(first) < n {
			return Maybe
		}
		return No
	}
}
