// Package compare reads what wspeek diff compares: a capture file, a HAR file or standard input, or one session of it.
//
//	FILE#N ──▶ Input ──▶ har.Parse, or run.Run and a Trace ──▶ diff.Side, one per session
package compare
