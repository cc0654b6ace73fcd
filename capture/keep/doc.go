// Package keep holds packets of a live capture until somebody works on them, and keeps the newest ones on disk.
//
// It is rank 0 and imports only capture.
//
//	capture ──▶ Backlog (memory, bounded) ──▶ decoder, writer
//	        └─▶ Backlog ──▶ Ring (temporary files, bounded) ──▶ View ──▶ reader
//
// Contract: putting packets never blocks. If there is no room, they are dropped and counted. A Ring's files have no
// names and mode 0600; their space is free again as soon as neither the Ring nor a View holds them.
package keep
