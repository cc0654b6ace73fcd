package rule

// Notes on the capture: no document has them.
var (
	// Gap means: bytes of the stream were never captured.
	Gap = &Rule{ID: "capture.gap", Level: Note,
		Text:  "Bytes of the stream are missing from the capture.",
		Why:   "What the capture lacks can change the meaning of what is there; so it is said, and what depends on it is marked.",
		Look:  "tcpdump's dropped packets, a small snaplen, a mirror port that is too slow. If the peer acknowledged the bytes, only the capture lost them.",
		Break: "gap", How: "bytes that the capture lacks",
	}
	// Conflict means: copies of the same stream bytes differ.
	Conflict = &Rule{ID: "capture.conflict", Level: Note,
		Text:  "Retransmissions of the same bytes differ; the peer may have seen the other copy.",
		Why:   "The receiver saw one of the copies, and a capture cannot tell which. Evading a filter works just so.",
		Look:  "An attack or a test of one, a middlebox that rewrites, faulty memory; look at the checksums.",
		Break: "conflict", How: "a retransmission with other bytes",
	}
	// Limit means: a bound of Limits bit.
	Limit = &Rule{ID: "capture.limit", Level: Note,
		Text:  "A limit of this program was reached, and something was not kept or not decoded.",
		Why:   "Traffic may be made to exhaust whoever reads it: so everything that is kept has a bound, and reaching it is said.",
		Look:  "A very large message, a compression bomb, very many fragments. Frames after it are still decoded.",
		Break: "limit", How: "a compression bomb of 64 MiB",
	}
)
