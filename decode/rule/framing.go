package rule

// Rules of the framing (RFC 6455 section 5).
var (
	// MaskRequired means: a client's frame is not masked.
	MaskRequired = &Rule{ID: "ws.mask-required", RFC: rfc6455, Section: "5.1", Level: Must,
		Text:   "A client masks every frame that it sends.",
		Why:    "A page's script chooses the payload. Without a key that it cannot foresee it could send bytes that look like an HTTP request, and poison the cache of a proxy that does not know WebSocket.",
		Look:   "A client library in a test mode, a server's frame writer used for a client, or a capture whose sides are confused. A server must close with 1002.",
		Fields: []string{FieldMask},
		Break:  "mask", How: "the client does not mask",
	}
	// MaskForbidden means: a server's frame is masked.
	MaskForbidden = &Rule{ID: "ws.mask-forbidden", RFC: rfc6455, Section: "5.1", Level: Must,
		Text:   "A server masks no frame that it sends.",
		Why:    "Only clients need the protection, and a masked frame from a server shows that the two sides are not sure of their roles.",
		Look:   "A server that sends frames with a client's code. A client must close with 1002.",
		Fields: []string{FieldMask},
		Break:  "mask-server", How: "the server masks",
	}
	// RSV means: a reserved bit is set that no negotiated extension claims.
	RSV = &Rule{ID: "ws.rsv", RFC: rfc6455, Section: "5.2", Level: Must,
		Text:   "RSV1, RSV2 and RSV3 are 0 unless a negotiated extension gives them a meaning.",
		Why:    "The bits are room for extensions. A receiver that does not know the extension cannot know how it changes the payload, so it must not guess.",
		Look:   "A sender that compresses although permessage-deflate was not negotiated (RSV1), or a proxy that dropped Sec-WebSocket-Extensions from the handshake; or bytes that are no frame header at all.",
		Fields: []string{FieldRSV1, FieldRSV2, FieldRSV3},
		Break:  "rsv", How: "RSV2 is set",
	}
	// OpcodeReserved means: opcode 3-7 or 11-15.
	OpcodeReserved = &Rule{ID: "ws.opcode-reserved", RFC: rfc6455, Section: "5.2", Level: Must,
		Text:   "Opcodes 0x3-0x7 and 0xB-0xF are reserved; an unknown opcode fails the connection.",
		Why:    "New kinds of frames may be defined one day; until then nobody can know what they mean.",
		Look:   "Mostly a sender that lost its place in the stream, so that payload is read as a header.",
		Fields: []string{FieldOpcode},
		Break:  "opcode", How: "opcode 3",
	}
	// LengthMinimal means: a longer form of the payload length than needed.
	LengthMinimal = &Rule{ID: "ws.length-minimal", RFC: rfc6455, Section: "5.2", Level: Must,
		Text:   "The payload length is encoded in the smallest number of bytes that can hold it.",
		Why:    "Each length has one encoding, so that a filter and an endpoint cannot read the same bytes differently.",
		Look:   "A sender that always writes 16 or 64 bits. The length itself is right, so decoding goes on.",
		Fields: []string{FieldExtended},
		Break:  "length", How: "the length in 16 bits where 7 are enough",
	}
	// LengthMSB means: the top bit of the 64-bit length is set.
	LengthMSB = &Rule{ID: "ws.length-msb", RFC: rfc6455, Section: "5.2", Level: Must,
		Text:   "The most significant bit of the 64-bit payload length is 0.",
		Why:    "Lengths fit into a signed 64-bit number, which many languages only have.",
		Look:   "Payload read as a header, or a deliberate attack on the receiver's arithmetic. Nothing after it can be decoded, since the next frame's begin is not known.",
		Fields: []string{FieldExtended},
		Break:  "length-msb", How: "the top bit of the 64-bit length is set",
	}
	// NotWebSocket means: what follows the handshake is not a frame.
	NotWebSocket = &Rule{ID: "ws.not-websocket", RFC: rfc6455, Section: "5.2", Level: Must,
		Text:   "After the opening handshake the stream consists of frames and nothing else.",
		Why:    "After the 101 there is no other protocol on the connection.",
		Look:   "A server that writes an error page or a log line after its 101, or something else that took the connection over. Look at the raw bytes.",
		Fields: []string{FieldOpcode},
		Break:  "not-websocket", How: "HTTP goes on after the 101",
	}
	// MaskZero means: the masking key is 0, or always the same.
	MaskZero = &Rule{ID: "ws.mask-zero", RFC: rfc6455, Section: "5.3", Level: Note,
		Text:   "The masking key is unpredictable and chosen afresh for each frame.",
		Why:    "The key protects only if whoever chooses the payload cannot foresee it. The RFC asks for a strong source of randomness and a fresh key for each frame.",
		Look:   "A client on a small device, or one that saves the work of masking on purpose; a random generator that failed.",
		Fields: []string{FieldKey},
		Break:  "mask-zero", How: "the masking key is 0",
	}
	// ContinuationUnexpected means: a continuation frame with nothing to continue.
	ContinuationUnexpected = &Rule{ID: "ws.continuation-unexpected", RFC: rfc6455, Section: "5.4", Level: Must,
		Text:   "A continuation frame follows a frame of the same message that had FIN clear.",
		Why:    "A continuation has no opcode of its own: without the frames before it nobody knows whether it is text or binary.",
		Look:   "A fragment sent after its message's FIN, a sender that set opcode 0 by mistake, or a lost first frame.",
		Fields: []string{FieldOpcode},
		Break:  "continuation", How: "a continuation of nothing",
	}
	// ContinuationExpected means: a new data frame inside an unfinished message.
	ContinuationExpected = &Rule{ID: "ws.continuation-expected", RFC: rfc6455, Section: "5.4", Level: Must,
		Text:   "The fragments of one message are not interleaved with those of another.",
		Why:    "Frames do not say which message they belong to, so fragments of two messages could not be told apart. Only control frames may come between.",
		Look:   "Two threads that write to one connection without a lock.",
		Fields: []string{FieldOpcode},
		Break:  "interleave", How: "a new message inside an unfinished one",
	}
	// Unfinished means: the last fragment of a message never came.
	Unfinished = &Rule{ID: "ws.unfinished", RFC: rfc6455, Section: "5.4", Level: Note,
		Text:   "A fragmented message ends with a frame that has FIN set.",
		Why:    "A message exists only when its last fragment has come; what was there before is thrown away.",
		Look:   "A connection that ended in the middle, or a capture that did.",
		Fields: []string{FieldFin, FieldPayload},
		Break:  "unfinished", How: "the last fragment never comes",
	}
	// ControlLength means: a control frame of more than 125 bytes.
	ControlLength = &Rule{ID: "ws.control-length", RFC: rfc6455, Section: "5.5", Level: Must,
		Text:   "A control frame has a payload of 125 bytes or less.",
		Why:    "Control frames must be handled at once, also between fragments, so they must fit into a small buffer and the short form of the length.",
		Look:   "A Close with a reason over 123 bytes (an error message, cut at characters and not at bytes), or a ping with a large payload.",
		Fields: []string{FieldLen},
		Break:  "control", How: "a ping of 126 bytes",
	}
	// ControlFragmented means: a control frame without FIN.
	ControlFragmented = &Rule{ID: "ws.control-fragmented", RFC: rfc6455, Section: "5.5", Level: Must,
		Text:   "A control frame is not fragmented.",
		Why:    "They are small enough to be sent whole, and fragments of a control frame between fragments of a message would need a second level of bookkeeping.",
		Look:   "A sender that fragments everything above some size.",
		Fields: []string{FieldFin},
		Break:  "control-fragment", How: "a ping without FIN",
	}
	// CloseLength means: a close body of one byte.
	CloseLength = &Rule{ID: "ws.close-length", RFC: rfc6455, Section: "5.5.1", Level: Must,
		Text:   "The body of a Close frame is empty or begins with a 2-byte close code.",
		Why:    "A close code has two bytes; one byte is neither a code nor none.",
		Look:   "A code written as a character, or cut off.",
		Fields: []string{FieldPayload},
		Break:  "close-length", How: "a Close body of one byte",
	}
	// DataAfterClose means: a data frame after the sender's Close.
	DataAfterClose = &Rule{ID: "ws.data-after-close", RFC: rfc6455, Section: "5.5.1", Level: Must,
		Text:   "After a Close frame an endpoint sends no more data frames.",
		Why:    "Close is the last word of a side. What follows may never be read, and the sender cannot know whether it was.",
		Look:   "A sender whose queue was not emptied before it closed, or another thread that still writes.",
		Fields: []string{FieldOpcode},
		Break:  "data-after-close", How: "text after a Close",
	}
	// ControlAfterClose means: a ping, pong or second Close after the sender's Close.
	ControlAfterClose = &Rule{ID: "ws.control-after-close", RFC: rfc6455, Section: "5.5.1", Level: Note,
		Text:   "After a Close frame there is nothing left for a control frame to do.",
		Why:    "Allowed by the letter, but without use: the answer to a ping cannot come any more.",
		Look:   "A heartbeat timer that was not stopped; two parts of a program that both close.",
		Fields: []string{FieldOpcode},
		Break:  "control-after-close", How: "a ping after a Close",
	}
)
