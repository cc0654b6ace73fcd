package rule

const (
	rfc8441 = "RFC 8441"
	rfc9113 = "RFC 9113"
)

// Rules of extended CONNECT (RFC 8441).
var (
	// H2ConnectSetting means: extended CONNECT without the server's setting.
	H2ConnectSetting = &Rule{ID: "h2.connect-setting", RFC: rfc8441, Section: "3", Level: Must,
		Text:  "A client uses :protocol only after the server has sent SETTINGS_ENABLE_CONNECT_PROTOCOL with the value 1.",
		Why:   "A server that does not know :protocol treats such a request as malformed, and resets the stream.",
		Look:  "A client that does not wait for the server's SETTINGS frame, or a server whose support is switched off.",
		Break: "h2-setting", How: "extended CONNECT without the server's setting",
	}
	// H2ConnectSettingValue means: another value than 0 or 1.
	H2ConnectSettingValue = &Rule{ID: "h2.connect-setting-value", RFC: rfc8441, Section: "3", Level: Must,
		Text:  "The value of SETTINGS_ENABLE_CONNECT_PROTOCOL is 0 or 1.",
		Why:   "The setting is a switch; other values have no meaning that both sides could agree on.",
		Look:  "A hand-written server, or a damaged frame.",
		Break: "h2-setting-value", How: "the setting with the value 2",
	}
	// H2ConnectSettingWithdrawn means: 0 after 1.
	H2ConnectSettingWithdrawn = &Rule{ID: "h2.connect-setting-withdrawn", RFC: rfc8441, Section: "3", Level: Must,
		Text:  "After SETTINGS_ENABLE_CONNECT_PROTOCOL with the value 1 a sender does not send the value 0.",
		Why:   "Requests that rely on the setting may already be on their way.",
		Look:  "A server that is reconfigured while connections are open.",
		Break: "h2-setting-withdrawn", How: "the setting with the value 0 after 1",
	}
	// H2ProtocolMethod means: :protocol with another method than CONNECT.
	H2ProtocolMethod = &Rule{ID: "h2.protocol-method", RFC: rfc8441, Section: "4", Level: Must,
		Text:  "The :protocol pseudo-header field is used with the method CONNECT.",
		Why:   "It says what is spoken on the stream, and only CONNECT makes a stream carry something else than HTTP.",
		Look:  "A client that sends the GET of the HTTP/1.1 handshake over HTTP/2.",
		Break: "h2-method", How: "GET with :protocol",
	}
	// H2ProtocolTarget means: :protocol without :scheme, :path or :authority.
	H2ProtocolTarget = &Rule{ID: "h2.protocol-target", RFC: rfc8441, Section: "4", Level: Must,
		Text:  "A request with :protocol includes :scheme, :path and :authority.",
		Why:   "Plain CONNECT names a host alone; extended CONNECT names a resource, and these fields are its URI.",
		Look:  "A client that builds the request as for plain CONNECT.",
		Break: "h2-target", How: "no :path beside :protocol",
	}
	// H2Scheme means: another scheme than http or https.
	H2Scheme = &Rule{ID: "h2.scheme", RFC: rfc8441, Section: "5", Level: Must,
		Text:  "The :scheme of a WebSocket request is https for wss and http for ws.",
		Why:   "The request is one of HTTP; wss and ws are the schemes of the URI that led to it.",
		Look:  "A client that copies wss or ws from the URI.",
		Break: "h2-scheme", How: "the scheme ws",
	}
	// H2UpgradeFields means: Connection or Upgrade in a WebSocket request.
	H2UpgradeFields = &Rule{ID: "h2.upgrade-fields", RFC: rfc8441, Section: "5", Level: Must,
		Text:  "A WebSocket request over HTTP/2 has no Connection and no Upgrade header field.",
		Why:   "These fields belong to HTTP/1.1; over HTTP/2 the :protocol pseudo-header field takes their place.",
		Look:  "A gateway that copies the fields of an HTTP/1.1 handshake.",
		Break: "h2-upgrade", How: "Connection and Upgrade in the request",
	}
	// H2KeyFields means: Sec-WebSocket-Key or -Accept.
	H2KeyFields = &Rule{ID: "h2.key-fields", RFC: rfc8441, Section: "5", Level: Note,
		Text:  "Sec-WebSocket-Key and Sec-WebSocket-Accept have no meaning over HTTP/2.",
		Why:   "They prove that the server has understood the upgrade; over HTTP/2 the setting and :protocol do so.",
		Look:  "A gateway or library that writes the same fields for all versions of HTTP.",
		Break: "h2-key", How: "Sec-WebSocket-Key in the request",
	}
	// H2ResetCode means: RST_STREAM with another code than CANCEL.
	H2ResetCode = &Rule{ID: "h2.reset-code", RFC: rfc8441, Section: "5", Level: Note,
		Text:  "A WebSocket connection that is aborted is reset with the code CANCEL.",
		Why:   "CANCEL stands for TCP's RST; another code says that HTTP/2 itself went wrong.",
		Look:  "The code: it names what the sender found wrong with the stream.",
		Break: "h2-reset", How: "RST_STREAM with INTERNAL_ERROR",
	}
)

// Rules of HTTP/2 (RFC 9113).
var (
	// H2Preface means: a side does not begin as it has to.
	H2Preface = &Rule{ID: "h2.preface", RFC: rfc9113, Section: "3.4", Level: Must,
		Text:  "Each side of a connection begins with its preface, and its first frame is SETTINGS.",
		Why:   "The preface makes servers of HTTP/1.1 fail at once, so that neither side misreads the other.",
		Look:  "A server that does not speak HTTP/2 and answers in HTTP/1.1.",
		Break: "h2-preface", How: "PING before the server's SETTINGS",
	}
	// H2FrameSize means: a frame longer than allowed, or of a wrong length for its type.
	H2FrameSize = &Rule{ID: "h2.frame-size", RFC: rfc9113, Section: "4.2", Level: Must,
		Text:  "The length of a frame is one that its type allows, and at most the receiver's SETTINGS_MAX_FRAME_SIZE.",
		Why:   "The receiver has room for what it announced, and frames of fixed form have one length.",
		Look:  "A sender that ignores the settings, or bytes that are not HTTP/2.",
		Break: "h2-frame-size", How: "WINDOW_UPDATE of three bytes",
	}
	// H2HeaderBlock means: a header block that HPACK cannot decode.
	H2HeaderBlock = &Rule{ID: "h2.header-block", RFC: rfc9113, Section: "4.3", Level: Must,
		Text:  "A field block is valid HPACK.",
		Why:   "Both sides keep the same table; after one bad block all later ones would be misread.",
		Look:  "An encoder that is used by two connections, or a proxy that drops blocks.",
		Break: "h2-hpack", How: "a field block that ends inside a field",
	}
	// H2StreamClosed means: frames on a stream after END_STREAM.
	H2StreamClosed = &Rule{ID: "h2.stream-closed", RFC: rfc9113, Section: "5.1", Level: Must,
		Text:  "After END_STREAM an endpoint sends no more DATA or HEADERS frames on that stream.",
		Why:   "END_STREAM is the FIN of a stream: the receiver may have dropped it.",
		Look:  "A sender that writes after it has closed, often two tasks that share a stream.",
		Break: "h2-stream-closed", How: "DATA after END_STREAM",
	}
	// H2StreamID means: a client's stream with an even identifier, or one that is not larger than the last.
	H2StreamID = &Rule{ID: "h2.stream-id", RFC: rfc9113, Section: "5.1.1", Level: Must,
		Text:  "A client's new stream has an odd identifier that is larger than all before.",
		Why:   "Identifiers are never used again, so that late frames cannot be taken for those of another stream.",
		Look:  "A hand-written client, or one that counts streams in two places.",
		Break: "h2-stream-id", How: "a stream with a lower number than the one before",
	}
	// H2StreamZero means: a frame on stream 0 that belongs to a stream, or the other way round.
	H2StreamZero = &Rule{ID: "h2.stream-zero", RFC: rfc9113, Section: "6", Level: Must,
		Text:  "Frames that concern the connection are on stream 0, and frames that concern a stream are not.",
		Why:   "Stream 0 is the connection itself and carries no message.",
		Look:  "A hand-written sender, or bytes that are not HTTP/2.",
		Break: "h2-stream-zero", How: "DATA on stream 0",
	}
	// H2Padding means: padding that is as long as the payload, or longer.
	H2Padding = &Rule{ID: "h2.padding", RFC: rfc9113, Section: "6.1", Level: Must,
		Text:  "The padding of a frame is shorter than its payload.",
		Why:   "Padding is a part of the payload; what exceeds it would reach into the next frame.",
		Look:  "A hand-written sender, or a test of the receiver.",
		Break: "h2-padding", How: "padding longer than its frame",
	}
	// H2Continuation means: a header block that other frames interrupt, or a CONTINUATION that continues nothing.
	H2Continuation = &Rule{ID: "h2.continuation", RFC: rfc9113, Section: "6.10", Level: Must,
		Text:  "A field block without END_HEADERS is followed by CONTINUATION frames of its stream alone.",
		Why:   "A block is decoded as one; between its parts the table is in no state that both sides share.",
		Look:  "Frames of two tasks that are written without a lock.",
		Break: "h2-continuation", How: "CONTINUATION after a whole block",
	}
	// H2FieldName means: a field name with upper case letters.
	H2FieldName = &Rule{ID: "h2.field-name", RFC: rfc9113, Section: "8.2.1", Level: Must,
		Text:  "Field names are not empty and are in lower case.",
		Why:   "Names are compared byte by byte in the tables of HPACK, and empty ones could hide fields from a gateway.",
		Look:  "A gateway that copies the names of HTTP/1.1 as they were.",
		Break: "h2-field-name", How: "a field name in upper case",
	}
	// H2ConnectionField means: Keep-Alive, Transfer-Encoding and their like.
	H2ConnectionField = &Rule{ID: "h2.connection-field", RFC: rfc9113, Section: "8.2.2", Level: Must,
		Text:  "A message has no connection-specific header fields such as Connection and Transfer-Encoding.",
		Why:   "HTTP/2 has frames for what they do, and a gateway that believes them can be made to misread a message.",
		Look:  "A gateway that copies the fields of HTTP/1.1.",
		Break: "h2-connection-field", How: "Transfer-Encoding in the request",
	}
	// H2PseudoField means: a pseudo-header field that is unknown, repeated or after a regular field.
	H2PseudoField = &Rule{ID: "h2.pseudo-field", RFC: rfc9113, Section: "8.3", Level: Must,
		Text:  "Pseudo-header fields are those defined, come before all other fields, and are given once.",
		Why:   "They are the start line of the message, of which there is one.",
		Look:  "A hand-written client, or a gateway that adds fields at the wrong end.",
		Break: "h2-pseudo-field", How: "a pseudo-header field that is not defined",
	}
	// H2ConnectedFrames means: HEADERS on a stream that CONNECT has opened.
	H2ConnectedFrames = &Rule{ID: "h2.connected-frames", RFC: rfc9113, Section: "8.5", Level: Must,
		Text:  "On a stream that CONNECT has opened there are only DATA, RST_STREAM, WINDOW_UPDATE and PRIORITY frames.",
		Why:   "Its DATA stands for a TCP connection, which knows no header fields; so there are no trailers.",
		Look:  "A server framework that sends trailers for every response.",
		Break: "h2-trailers", How: "HEADERS on the open stream",
	}
	// H2Status101 means: 101 as a status.
	H2Status101 = &Rule{ID: "h2.status-101", RFC: rfc9113, Section: "8.6", Level: Must,
		Text:  "The status 101 is not used in HTTP/2.",
		Why:   "There is nothing to switch: extended CONNECT is answered with 200.",
		Look:  "A server that answers as it would over HTTP/1.1.",
		Break: "h2-101", How: "the status 101 before 200",
	}
)
