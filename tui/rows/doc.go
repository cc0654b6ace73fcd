// Package rows is the model of the screen: it owns the Trace, and decides which of its messages are rows of the list.
//
//	events ──Visit──▶ Store (the Trace, payloads, marks; one lock) ◀──Look, Read── whoever draws
//	                    │
//	                    └─▶ Filter (which rows a Spec shows; grows by Scan) ──Cells──▶ copies of the visible rows
//
// One goroutine calls Visit; the screen and work in the background read. The lock is taken in lock.go and nowhere
// else: Look for one short look, Read for long work, which is divided into steps so that nobody waits for more than a
// millisecond. Everything that is handed out is a copy, or is never changed.
//
// In runs that do not end the oldest messages and closed sessions are dropped (Limits.History): rows of those become
// entries of kind Dropped until Filter.Trim removes them.
package rows
