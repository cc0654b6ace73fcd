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
	// Damaged means: segments have a wrong TCP checksum, in a direction whose checksums are right otherwise.
	Damaged = &Rule{ID: "capture.damaged", Level: Note,
		Text:  "Segments have a wrong TCP checksum: the receiver drops them and waits for a good copy.",
		Why:   "Bytes of a segment that fails its checksum are not known, so only a good copy is decoded; if none was captured, what there is is marked.",
		Look:  "A bad cable or memory, a middlebox that rewrites payloads, a capture file that was edited; with offloading all checksums of a side are wrong, and it is not said.",
		Break: "checksum", How: "a segment with a wrong checksum",
	}
	// Outside means: bytes were captured that fit no place in the connection.
	Outside = &Rule{ID: "capture.outside", Level: Note,
		Text:  "Bytes were captured that have no place in the stream: outside the window, or after its end.",
		Why:   "They may belong to another connection between the same ports, or be forged; either way they are not decoded, so it is said.",
		Look:  "Two networks with the same addresses in one capture, ports used again, injected packets, or a RST after which a side went on.",
		Break: "outside", How: "a segment from beyond the window",
	}
	// Unchecked means: retransmissions were not compared with the first copy.
	Unchecked = &Rule{ID: "capture.unchecked", Level: Note,
		Text:  "Retransmitted bytes were not compared with the first copy, which was no longer kept.",
		Why:   "A retransmission with other bytes means that the peer may have seen something else; beyond a bound of memory that is not looked at.",
		Look:  "Very large windows, a capture of one direction only, in which nothing is acknowledged, or bytes sent again long after they were acknowledged.",
		Break: "unchecked", How: "bytes sent again that are no longer kept",
	}
	// Limit means: a bound of Limits bit.
	Limit = &Rule{ID: "capture.limit", Level: Note,
		Text:  "A limit of this program was reached, and something was not kept or not decoded.",
		Why:   "Traffic may be made to exhaust whoever reads it: so everything that is kept has a bound, and reaching it is said.",
		Look:  "A very large message, a compression bomb, very many fragments. Frames after it are still decoded.",
		Break: "limit", How: "a compression bomb of 64 MiB",
	}
)
