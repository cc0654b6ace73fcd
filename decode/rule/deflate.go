package rule

// Rules of permessage-deflate (RFC 7692).
var (
	// DeflateRSV1 means: RSV1 on a control frame or on a continuation.
	DeflateRSV1 = &Rule{ID: "deflate.rsv1", RFC: rfc7692, Section: "6.1", Level: Must,
		Text:   "RSV1 is set on the first frame of a compressed data message only.",
		Why:    "A message is compressed as a whole. The first frame speaks for all of them, and control frames stand outside.",
		Look:   "A sender that sets RSV1 on every fragment, as an older extension that compressed frame by frame did.",
		Fields: []string{FieldRSV1},
		Break:  "rsv1", How: "RSV1 on a continuation",
	}
	// DeflateParams means: parameters of permessage-deflate that are invalid or do not answer the offer.
	DeflateParams = &Rule{ID: "deflate.params", RFC: rfc7692, Section: "7.1", Level: Must,
		Text:  "The parameters of permessage-deflate are known, valid, given once, and those of a response answer the offer.",
		Why:   "Both sides must use the same window, or the receiver inflates with the wrong past: DEFLATE has no checksum, so wrong bytes come out without an error.",
		Look:  "A response with parameters that the offer did not have, values outside 8 to 15, or a proxy that repeats the offer as its answer.",
		Break: "deflate-params", How: "a window of 7 bits",
	}
	// DeflateWindow means: a compressed message refers further back than the window that was agreed on.
	DeflateWindow = &Rule{ID: "deflate.window", RFC: rfc7692, Section: "7.1.2", Level: Must,
		Text:   "A compressed message refers no further back than the window that was agreed on.",
		Why:    "A receiver keeps only as much of the past as was agreed on, and cannot inflate what refers to more: it closes with 1007 or 1002.",
		Look:   "A compressor that ignores max_window_bits, or zlib asked for a window of 8 bits, which uses 9.",
		Fields: []string{FieldPayload},
		Break:  "window", How: "a copy from further back than the window",
	}
	// DeflateTail means: the sender left 00 00 FF FF in, or bytes follow the last block.
	DeflateTail = &Rule{ID: "deflate.tail", RFC: rfc7692, Section: "7.2.1", Level: Must,
		Text:   "The sender removes the 4 bytes 00 00 FF FF from the end of the compressed message.",
		Why:    "Every compressed message would end with the same 4 bytes; leaving them out saves them, and the receiver puts them back.",
		Look:   "A sender that forgot to cut its compressor's flush, or appended something to the compressed payload.",
		Fields: []string{FieldPayload},
		Break:  "deflate-tail", How: "00 00 FF FF is left in",
	}
	// DeflateData means: the compressed data is damaged.
	DeflateData = &Rule{ID: "deflate.data", RFC: rfc7692, Section: "7.2.2", Level: Must,
		Text:   "The payload of a compressed message is DEFLATE data.",
		Why:    "What is marked as compressed must inflate, or the receiver cannot know its content.",
		Look:   "RSV1 on a message that is not compressed, a window that the sender keeps and the receiver does not (no_context_takeover), a raw zlib or gzip header, or damage.",
		Fields: []string{FieldPayload},
		Break:  "deflate-data", How: "RSV1 on text that is not compressed",
	}
)
