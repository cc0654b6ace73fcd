// Package draw draws rows of text for a terminal, and holds the state of what is drawn: lists, edited lines, bars.
//
//	text of ours ──Put──▶ Line (cuts, pads, styles) ──String──▶ a row of exactly Max cells
//	bytes of the wire ──Wire, Lit──▶ made inert by show.AppendInert ──▶ Line
//
// Every row of the screen is drawn by a Line, so that no row is wider than its pane, and nothing from the wire
// reaches the terminal uninterpreted. The package does no I/O, and knows nothing of sessions and messages but
// their two directions.
package draw
