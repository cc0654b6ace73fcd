package rule

// Rules about what is measured over a session. An endpoint does not break them for certain: they are notes.
var (
	// PingUnanswered means: a ping without a pong, though the session went on.
	PingUnanswered = &Rule{ID: "ping.unanswered", RFC: rfc6455, Section: "5.5.2", Level: Note,
		Text:  "A ping is answered with a pong as soon as is practical; the newest one stands for older ones.",
		Why:   "An endpoint that does not answer pings may be blocked or gone; the sender cannot tell which, and many libraries close the connection after a few.",
		Look:  "An event loop that is busy, a peer that stopped, a proxy that swallows control frames, or a pong that the capture lost.",
		Break: "pong", How: "a ping without a pong",
	}
	// Grew means: half of the compressed messages of a direction, or all together, are longer than what they hold.
	Grew = &Rule{ID: "deflate.grew", RFC: rfc7692, Section: "6", Level: Note,
		Text:  "An endpoint may send a message uncompressed where compression makes it longer.",
		Why:   "Short or random messages do not compress: DEFLATE adds a few bytes to each. RSV1 lets a sender choose for each message.",
		Look:  "A library that compresses everything above 0 bytes, or payloads that are already compressed (images, zipped logs).",
		Break: "grew", How: "compressed messages of one letter",
	}
	// TakeoverUnused means: both sides keep 32 KiB for every direction that are never referred to.
	TakeoverUnused = &Rule{ID: "deflate.takeover-unused", RFC: rfc7692, Section: "7.1.1", Level: Note,
		Text:  "Context takeover costs memory for as long as the connection lives, and pays only where messages resemble earlier ones.",
		Why:   "The window of earlier messages costs each side up to 32 KiB per direction for as long as the connection lives.",
		Look:  "Messages that share nothing with earlier ones. Negotiating no_context_takeover would cost nothing here.",
		Break: "takeover", How: "compressed messages that share nothing",
	}
	// Tiny means: messages in fragments of a few bytes.
	Tiny = &Rule{ID: "frame.tiny", RFC: rfc6455, Section: "5.4", Level: Note,
		Text:  "Each fragment costs a header of 2 to 14 bytes; fragments are for messages whose length is not known yet.",
		Why:   "Each frame costs a header, and usually a system call and a wakeup at the receiver.",
		Look:  "A writer that flushes after each small write, or a library with a fragment size set very low.",
		Break: "tiny", How: "fragments of one byte",
	}
	// Slow means: a message that took long from its first byte to its last.
	Slow = &Rule{ID: "message.slow", Level: Note,
		Text:  "A message took long from its first byte to its last.",
		Why:   "The receiver gets a message only when its last byte has come: a slow one delays everything after it.",
		Look:  "A sender that produces the message piece by piece, a full send window, lost segments; look at the TCP facts of the session.",
		Break: "slow", How: "a message with a pause of 2 seconds in it",
	}
)
