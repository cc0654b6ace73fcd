// Package diff compares WebSocket sessions message by message.
//
//	[]Side, []Side ─▶ Pairings (path, subprotocol, order) ─▶ Compare ─▶ Comparison: Pairs, Changes ─▶ Text, JSON, panes
//
// It is rank 5 and sans-IO. Messages are aligned by direction in levels: first what is equal as it is, then
// what is equal but for values that change from run to run (times, ids, counters), then what is
// similar. The levels only decide what is compared with what; that two messages are the same is decided by
// comparing them. Work is bounded for whatever input: where an alignment would cost too much, messages are paired
// with what is near.
package diff
