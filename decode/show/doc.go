// Package show writes numbers, durations, sizes and text from the wire for people.
//
// All text from the wire goes through AppendInert before it reaches a terminal.
package show
