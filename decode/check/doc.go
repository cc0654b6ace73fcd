// Package check says what became of a session and why: a verdict in one sentence with the packets that prove it,
// and measurements of its pings, silences, compression, fragments, slow messages and bytes in flight.
//
//	Event ─▶ Run.Apply ─▶ Report (when the session has ended) ─▶ Text.Report, AppendJSON
//
// It is rank 5 and sans-IO. What was captured is reported as a fact; what is concluded from it is
// called probable, and where there is nothing to conclude from, it says that it cannot tell. What it keeps of a session
// is bounded: counts, the pings that wait for their pongs, and the slowest messages.
package check
