// Package packets writes packets of chosen sessions to capture files: for :w on the screen and for export. Packets are
// not kept for this: Connections notes, while events are visited, which packets carry which session, and they are read
// again, from files or from what a live capture keeps.
//
//	events ──▶ Connections ──▶ Of(sessions) ─┐
//	files, keep.Ring ──▶ Reader ──────────── Copy ──▶ capture.Writer
package packets
