package check

import "github.com/wspeek/wspeek/decode/ws"

// Rules of what is measured. None of them is broken by an endpoint for certain: they are notes.
var (
	// RulePingUnanswered: a ping without a pong, though the session went on.
	RulePingUnanswered = &ws.Rule{ID: "ping.unanswered", RFC: "RFC 6455", Section: "5.5.2", Level: ws.Note,
		Text: "A ping is answered with a pong as soon as is practical; the newest one stands for older ones."}
	// RuleGrew: half of the compressed messages of a direction, or all together, are longer than what they hold.
	RuleGrew = &ws.Rule{ID: "deflate.grew", RFC: "RFC 7692", Section: "6", Level: ws.Note,
		Text: "An endpoint may send a message uncompressed where compression makes it longer."}
	// RuleTakeoverUnused: both sides keep 32 KiB for every direction that are never referred to.
	RuleTakeoverUnused = &ws.Rule{ID: "deflate.takeover-unused", RFC: "RFC 7692", Section: "7.1.1", Level: ws.Note,
		Text: "Context takeover costs memory for as long as the connection lives, and pays only where messages resemble earlier ones."}
	// RuleTiny: messages in fragments of a few bytes.
	RuleTiny = &ws.Rule{ID: "frame.tiny", RFC: "RFC 6455", Section: "5.4", Level: ws.Note,
		Text: "Each fragment costs a header of 2 to 14 bytes; fragments are for messages whose length is not known yet."}
	// RuleSlow: a message that took long from its first byte to its last.
	RuleSlow = &ws.Rule{ID: "message.slow", Level: ws.Note,
		Text: "A message took long from its first byte to its last."}
)

// Rules are all rows.
var Rules = []*ws.Rule{RulePingUnanswered, RuleGrew, RuleTakeoverUnused, RuleTiny, RuleSlow}
