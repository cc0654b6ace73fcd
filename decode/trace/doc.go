// Package trace keeps the model of a run: sessions, messages, frames and findings, packed, made of events by
// Trace.Apply and by nothing else. Views only read it.
//
// It is rank 4 and sans-IO. In a run that does not end the oldest is dropped (Retention); numbers and indexes of
// everything else stay as they are.
package trace
