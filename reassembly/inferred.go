package reassembly

// GapInferrer is a second interface that a Handler may have. A layer that cannot always know how many of its bytes
// are missing (TLS: records may be padded; HTTP/2: the lengths of frames may be lost) calls it right before a Gap whose
// length it inferred. A Handler without it hears of the Gap alone.
type GapInferrer interface {
	// Inferred says that the length n of the Gap that follows, with the same d and off, is a conclusion and not a
	// count: between least and most bytes are missing. All offsets of d after it are as uncertain, and a boundary
	// that is only known from before it is a guess. The bytes after it are not in doubt.
	//
	// With n 0 no Gap follows, since nothing is known of how many bytes are missing there: there may be none.
	Inferred(d Dir, off, n, least, most int64)
}
