// Package tap is where the packets of a live capture come from: it reads an interface or a pipe, and passes packets to
// the decoders, to the files of -w, and to what keeps them for :w on the screen. None of these slows the reading of an
// interface down: what there is no room for is dropped, counted and reported.
//
//	interface, pipe ──▶ drain ──▶ backlog ──▶ ReadBatch (run.Run)
//	                         ├──▶ backlog ──▶ Keeper (-w)
//	                         └──▶ backlog ──▶ keep.Ring (:w on the screen)
package tap
