package reassembly

// InexactGapHandler is a Handler that can be given gaps whose length is not certain: below TLS or HTTP/2,
// the length of what was lost is sometimes inferred, and sometimes not known at all.
type InexactGapHandler interface {
	Handler
	// InexactGap says that the number of bytes missing just before off is not certain. n is the length of the Gap
	// that ends at off, where that was inferred. With n 0 no Gap was given, since nothing is known of its length:
	// it may be 0. Offsets from off on are as if n was right. Whatever depends on n is at best a guess.
	InexactGap(d Dir, off, n int64)
}

// InexactGap passes an inexact gap on to h, and reports whether h can take it.
func InexactGap(h Handler, d Dir, off, n int64) bool {
	i, ok := h.(InexactGapHandler)
	if ok {
		i.InexactGap(d, off, n)
	}
	return ok
}
