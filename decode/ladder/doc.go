// Package ladder draws a session as two lines, the client's and the server's, with its messages as arrows
// between them.
//
//	Trace ─▶ Rows ─▶ Draw.Row ─▶ spans of a line (for a screen) ─▶ Draw.Append (for text)
//
// It is rank 4 and sans-IO. A row is made once and drawn for any width. Text from the wire is inert in rows.
package ladder
