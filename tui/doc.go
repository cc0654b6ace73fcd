// Package tui is the terminal UI: sessions, messages and frames, and the payload beside them; a session as a ladder; two
// messages or sessions side by side.
//
//	Feed ─▶ store (owns the Trace, behind a short lock) ─▶ lens (which rows are shown) ─▶ panes ─▶ one Bubble Tea model
//
// Run starts it. A goroutine lets the Feed hand its events to the store; the screen is told at most once every
// refreshEvery that something has changed, and copies only the rows that it shows. What takes long (looking through
// messages, laying out a payload, writing a file) is a command beside the screen, and can be given up.
//
// Everything drawn that came from the wire is made inert by show.AppendInert, and every row is cut to its width in
// cells by line, which all panes draw with. All keys stand in one table (keys.go), from which the help, the footer and
// the actions are made.
package tui
