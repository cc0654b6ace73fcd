// Package doc makes documents about sessions, messages and frames: what is shown beside the list.
//
//	Request (subject, view, width) ──Answer──▶ Document: rows that are drawn when they are on the screen
//
// A message is shown as text, JSON or hex (text.go, json.go, hex.go), or as its frames with every field of a header
// taken apart (frames.go); a session with its handshake, its end and its findings (session.go). Laying out a long
// payload takes time: Answer runs in the background, and Cancel ends it early.
package doc
