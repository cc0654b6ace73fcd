package rule

// Rules of the closing handshake and of text (RFC 6455 sections 7 and 8).
var (
	// NoClose means: TCP ended without a closing handshake.
	NoClose = &Rule{ID: "ws.no-close", RFC: rfc6455, Section: "7.1.5", Level: Note,
		Text:  "A connection that ends without a Close frame is reported to the application as 1006.",
		Why:   "The Close frame is how a side learns that the other ended on purpose and received everything.",
		Look:  "RST (a crash, a load balancer), FIN without Close (a process that was stopped), or nothing (lost network). `wspeek explain --close 1006` says more.",
		Break: "no-close", How: "TCP resets without a Close frame",
	}
	// TCPKeptOpen means: the server left TCP open after the closing handshake.
	TCPKeptOpen = &Rule{ID: "ws.tcp-kept-open", RFC: rfc6455, Section: "7.1.1", Level: Should,
		Text:  "After both Close frames the server closes the TCP connection at once.",
		Why:   "The side that closes TCP first keeps its port in TIME_WAIT. If the server does, clients can reconnect at once; if it does not, they wait and give up.",
		Look:  "A server library that leaves closing to the client, a proxy that keeps its side open, or a handler that does not return.",
		Break: "tcp-kept-open", How: "the client closes TCP 10 s after both Close frames",
	}
	// CloseCodeReserved means: 1005, 1006 or 1015 on the wire.
	CloseCodeReserved = &Rule{ID: "ws.close-code-reserved", RFC: rfc6455, Section: "7.4.1", Level: Must,
		Text:   "Close codes 1005, 1006 and 1015 are never sent in a Close frame.",
		Why:    "These numbers are for telling the application about things that were not said on the wire; on the wire they would be lies.",
		Look:   "A proxy or library that passes on the code that it received, without checking it.",
		Fields: []string{FieldCode},
		Break:  "close-code", How: "a Close with 1005",
	}
	// CloseCodeRange means: a close code that is not defined or outside all ranges.
	CloseCodeRange = &Rule{ID: "ws.close-code-range", RFC: rfc6455, Section: "7.4.2", Level: Should,
		Text:   "A close code is one that is registered or in 3000-4999; others have no meaning.",
		Why:    "Receivers act by the code: one without a meaning helps nobody, and may get one later.",
		Look:   "HTTP statuses or errno values sent as close codes. Codes of one's own belong into 4000 to 4999.",
		Fields: []string{FieldCode},
		Break:  "close-range", How: "a Close with 999",
	}
	// UTF8 means: a text message or close reason is not UTF-8.
	UTF8 = &Rule{ID: "ws.utf8", RFC: rfc6455, Section: "8.1", Level: Must,
		Text:   "Text messages and close reasons are valid UTF-8.",
		Why:    "Text is handed to applications as strings. A receiver that accepts bad bytes hands on something other than was sent.",
		Look:   "Binary data sent as text, a string cut in the middle of a character, Latin-1. A character cut between two fragments is fine: the message as a whole counts.",
		Fields: []string{FieldPayload, FieldReason},
		Break:  "utf8", How: "Latin-1 as text",
	}
)
