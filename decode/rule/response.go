package rule

// Rules of the opening handshake's response (RFC 6455 sections 4.1, 4.2.2, 9.1 and 11.3.4).
var (
	// Accept means: Sec-WebSocket-Accept is missing, repeated or wrong.
	Accept = &Rule{ID: "http.accept", RFC: rfc6455, Section: "4.1", Level: Must,
		Text:  "Sec-WebSocket-Accept is the base64 of the SHA-1 of the key and the fixed GUID.",
		Why:   "It proves that whoever answered has read this request and speaks WebSocket: not a cache, and not a server that repeats what it is sent.",
		Look:  "A key with blanks around it, the GUID mistyped, the digest in hex, or the answer to another request. `wspeek explain FILE --handshake N` computes it step by step.",
		Break: "accept", How: "the accept value of another key",
	}
	// ResponseUpgrade means: the 101's Upgrade field is not websocket.
	ResponseUpgrade = &Rule{ID: "http.response-upgrade", RFC: rfc6455, Section: "4.1", Level: Must,
		Text:  "The response contains an Upgrade header field with the value websocket.",
		Why:   "The server names what it switches to; 101 alone could be any protocol.",
		Look:  "A proxy that removed it, or another value than websocket.",
		Break: "response-upgrade", How: "the 101 has no Upgrade",
	}
	// ResponseConnection means: the 101's Connection field lacks Upgrade.
	ResponseConnection = &Rule{ID: "http.response-connection", RFC: rfc6455, Section: "4.1", Level: Must,
		Text:  "The response contains a Connection header field with the token Upgrade.",
		Why:   "It goes with Upgrade on the way back too.",
		Look:  "A proxy that answers with keep-alive or close.",
		Break: "response-connection", How: "the 101 has no Connection",
	}
	// ResponseMissing means: the server sent frames and never answered the handshake, or only after them.
	ResponseMissing = &Rule{ID: "http.response-missing", RFC: rfc6455, Section: "4.2.2", Level: Must,
		Text:  "A server answers the opening handshake before it sends frames.",
		Why:   "The response proves that the server understood the handshake, and names what was agreed on. A client that has not read it must not take the bytes for frames.",
		Look:  "A server that accepts the connection and starts to send at once, or one whose response was written after its first frames.",
		Break: "no-response", How: "frames of the server without a 101",
	}
	// SentAfterRefusal means: the client sent frames after a response that is not 101.
	SentAfterRefusal = &Rule{ID: "http.frames-after-refusal", RFC: rfc6455, Section: "4.1", Level: Must,
		Text:  "After any response but a 101 there is no WebSocket connection, and the client sends no frames.",
		Why:   "The server goes on to speak HTTP on the connection: it reads the frame as a request that it cannot understand.",
		Look:  "A client that does not look at the status before it sends.",
		Break: "frames-after-refusal", How: "a text frame after a 403",
	}
	// ExtensionNotOffered means: the response names an extension that the request did not.
	ExtensionNotOffered = &Rule{ID: "http.extension-not-offered", RFC: rfc6455, Section: "4.1", Level: Must,
		Text:  "The server accepts only extensions that the client offered.",
		Why:   "A client cannot obey an extension that it may not know; it must fail the connection.",
		Look:  "A server that compresses for everybody without looking at the offer.",
		Break: "extension", How: "an extension that was not offered",
	}
	// SubprotocolNotOffered means: the response names a subprotocol that the request did not.
	SubprotocolNotOffered = &Rule{ID: "http.subprotocol-not-offered", RFC: rfc6455, Section: "4.1", Level: Must,
		Text:  "The server selects only a subprotocol that the client offered.",
		Why:   "The client would be spoken to in a language that it did not name; browsers fail the connection.",
		Look:  "A server with a fixed subprotocol in its response, also for clients that offered none.",
		Break: "subprotocol", How: "a subprotocol that was not offered",
	}
	// ResponseVersion means: the server took a version that it cannot have agreed on, or refused one without naming its own.
	ResponseVersion = &Rule{ID: "http.response-version", RFC: rfc6455, Section: "4.2.2", Level: Must,
		Text:  "A server that does not speak the client's version refuses it and names the versions that it speaks.",
		Why:   "A client that speaks other versions too can try again with one that both speak.",
		Look:  "A server that answers 400 alone where it does not know the version, or accepts any number.",
		Break: "response-version", How: "version 99 refused without naming others",
	}
	// ExtensionSyntax means: Sec-WebSocket-Extensions breaks its grammar.
	ExtensionSyntax = &Rule{ID: "http.extension-syntax", RFC: rfc6455, Section: "9.1", Level: Must,
		Text:  "Sec-WebSocket-Extensions follows its grammar: extensions by comma, parameters by semicolon, values are tokens.",
		Why:   "Both sides must read the same extensions and parameters out of the field.",
		Look:  "Commas and semicolons confused, values in single quotes, an empty field.",
		Break: "extension-syntax", How: "a semicolon is missing",
	}
	// SubprotocolMany means: the response names more than one subprotocol.
	SubprotocolMany = &Rule{ID: "http.subprotocol-many", RFC: rfc6455, Section: "11.3.4", Level: Must,
		Text:  "The response contains at most one Sec-WebSocket-Protocol, with one subprotocol.",
		Why:   "There is one language for the messages of a connection.",
		Look:  "A server that repeats the client's whole list.",
		Break: "subprotocol-many", How: "two subprotocols chosen",
	}
)
