package reassembly

import "github.com/wspeek/wspeek/capture"

// Limits bounds what a Table keeps. The zero value means the defaults; a field
// that is not positive means its default.
type Limits struct {
	// Waiting is how many bytes of one connection may wait for bytes before them (default 8 MiB).
	// A waiting segment counts waitingOverhead bytes beside its payload.
	Waiting int
	// WaitingAll bounds the same for all connections of a Table together (default 64 MiB).
	WaitingAll int
	// Unacked is how many bytes of a direction are kept after they were passed on, to compare
	// retransmissions with until they are acknowledged (default 256 KiB).
	Unacked int
	// UnackedAll bounds the same for all connections of a Table together (default 64 MiB).
	UnackedAll int
	// Conns is how many connections may be open (default 1,000,000).
	Conns int
	// Closed is how many closed connections are remembered, so that late segments of
	// theirs do not look like new ones (default 65,536).
	Closed int
	// Wait is for how long a gap that the peer has acknowledged is kept open, in nanoseconds of
	// capture time (default one second), and WaitPackets for how many later packets of the
	// connection (default 1,000); whichever comes first.
	Wait        capture.Time
	WaitPackets int
}

const (
	// waitingOverhead is what a waiting segment counts beside its payload. It
	// bounds their number, and with it the cost of sorting one in.
	waitingOverhead = 512
	// spanOverhead is the same for bytes passed on but not acknowledged.
	spanOverhead = 64
	// unknownWindow is the largest window there can be (RFC 7323 section 2.3), taken where scales are unknown.
	unknownWindow = 1 << 30
	// windowSlack is how far beyond the advertised window a segment or ACK may lie: captures lose window updates.
	windowSlack = 1 << 20
	// maxGap is the largest gap that is believed without captured and acknowledged bytes after it.
	maxGap = 64 << 20
	// recheckPackets is for how many later packets of the connection bytes are still compared after they were
	// acknowledged, or for Limits.Wait, and recheckRuns how many such runs of bytes a direction has.
	recheckPackets = 8
	recheckRuns    = 8
	// maxEnding is how many connections may be about to end.
	maxEnding = 1024
	// maxReorder is how far before the first byte seen a SYN may lie that belongs to it.
	maxReorder = 256 << 10
)

// withDefaults puts the defaults in the place of what is not positive.
func (l Limits) withDefaults() Limits {
	orDefault(&l.Waiting, 8<<20)
	orDefault(&l.WaitingAll, 64<<20)
	orDefault(&l.Unacked, 256<<10)
	orDefault(&l.UnackedAll, 64<<20)
	orDefault(&l.Conns, 1_000_000)
	orDefault(&l.Closed, 65_536)
	orDefault(&l.WaitPackets, 1000)
	if l.Wait <= 0 {
		l.Wait = 1_000_000_000
	}
	return l
}

func orDefault(v *int, d int) {
	if *v <= 0 {
		*v = d
	}
}
