// Package microscope looks into DEFLATE data symbol by symbol: how much of it is literals and how much copies, how far
// back copies reach, what a smaller window or no context takeover would have cost at most, and which fields of JSON are never
// found again.
//
//	ws.Message.Wire, in order ─▶ Session.Message ─▶ Measure of the message ─▶ Measure.Add
//
// It listens to the same engine that decodes messages (decode/flate), so the two cannot disagree. Costs are
// upper bounds: what could not have been copied is counted as literals, of as many bits as the literals that are there; a sender would
// have found something nearer for some of it.
package microscope
