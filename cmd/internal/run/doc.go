// Package run is what every command of wspeek does with its inputs: it reads packets, decodes them on several
// cores, visits the events in order, adds up the account, and says with which status the command ends.
//
//	inputs ──▶ dissect ──▶ shard 1..4 (stack.Decoder) ──▶ merge ──▶ visit ──▶ Account, Status
//
// A command is a visitor:
//
//	r, err := run.Open(names, run.Options{Decode: decode.Options{Keep: true}})
//	...
//	defer r.Close()
//	err = r.Each(ctx, visit)
//	... what comes last, with r.Account() ...
//	return r.Status(ctx)
//
// Everything that concerns all commands is connected here and nowhere else: limits, key logs, damage in an input,
// what a file says about its own packets.
package run
