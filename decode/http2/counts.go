package http2

// Counts are running totals of one connection.
type Counts struct {
	// Frames counts the frames of both directions by type: DATA, HEADERS and so on up to CONTINUATION, then all others.
	Frames [typeUnknown + 1]int64
	// Requests counts streams that the client opened; Followed those of which the Sink wanted to hear more.
	Requests, Followed int64
	// NotFollowed counts streams that the Sink was not asked about because of Limits.Streams.
	NotFollowed int64
	// BlocksCut counts header blocks of which Limits.Block did not let everything be kept or decoded.
	BlocksCut int64
	// Overdue counts streams that waited for an answer no longer because of Limits.Pending.
	Overdue int64
	// Losses counts how often the place of the next frame became unknown; Resyncs how often one was found after that.
	Losses, Resyncs int64
	// Unreported counts findings beyond the first of each rule.
	Unreported int64
}

func (c *Counts) frame(t frameType) { c.Frames[min(t, typeUnknown)]++ }
