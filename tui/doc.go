// Package tui is the terminal UI: sessions, messages and frames, and the payload beside them; a session as a ladder; two
// messages or sessions side by side.
//
//	Feed ──events──▶ rows.Store ──rows.Filter──▶ panes ──draw.Line──▶ the screen
//	                     └──doc.Request──▶ documents ──┘
//
// Run starts it. A goroutine lets the Feed hand its events to the store; the screen learns at most once every
// refreshEvery that something has changed, and copies only the rows that it shows. What takes long (filtering,
// searching, laying out a payload, writing a file) runs in the background, and can be cancelled.
//
// There is one Bubble Tea model (model.go). Everything drawn that came from the wire is made inert, and every row is cut
// to its width, by package draw. All keys are in one table (keys.go): a row has the keys, the places where they work,
// the words for the help and the footer, and the function that they call.
package tui
