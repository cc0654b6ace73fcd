// Package pairing is what wspeek calls does: it reads captures once, pairs requests with their replies, and writes the calls
// and what was measured of each name.
//
//	run.Run ──▶ filter ──▶ calls.Engine ──▶ lister ──▶ lines of calls, then a table
package pairing
