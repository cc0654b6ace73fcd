// Package pty opens pseudo-terminals, for tests and measurements of what is shown on a terminal.
//
//	program ──▶ slave ══ kernel ══ master ──▶ test
package pty
