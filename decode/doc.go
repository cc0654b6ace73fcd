// Package decode has the words that flow from the decoders to the views: events, batches of them, sessions,
// limits, and the account of a run. It has no machinery: decode/stack makes events, decode/trace keeps them.
//
//	Segment -> stack.Decoder (one a worker) -> Batch of events -> stack.Merger (order, numbers) -> trace.Trace, export, ...
//
// It is rank 3 and sans-IO. An event is not changed after it was reported: a conflict found later is an event of its own.
package decode
