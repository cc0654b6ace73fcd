// Package explain takes WebSocket traffic apart for people who learn or debug: a frame bit by bit, a message with its
// fragments and DEFLATE blocks, the arithmetic of the opening handshake, a close code, a rule.
//
//	ws.Frame ─▶ Header ─▶ []Field ─┬▶ Document ─▶ Text | Markdown
//	ws.Message, decode.Session ────┘         └──▶ JSON
//
// A Field is a run of bits with its name, value and meaning. It is the one thing that text, Markdown, JSON and
// the detail pane of the UI are made of, so that they cannot disagree.
//
// It is rank 4 and sans-IO. Every string that it hands out is inert: what came from the wire went through show.Inert.
package explain
