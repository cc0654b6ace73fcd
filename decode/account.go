package decode

import (
	"maps"
	"slices"

	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/reassembly"
)

// Account says at the end of a run what became of everything that was read.
type Account struct {
	Files int
	// Read counts packets; Decoded those that reached a TCP connection; Skipped the rest by reason.
	Read, Decoded int64
	Skipped       map[string]int64
	// Cut counts those decoded of which the capture has not all bytes (snaplen).
	Cut int64
	// Dropped counts packets that the kernel or the interface lost in a live capture.
	Dropped                              int64
	Sessions, Messages, Frames, Findings int64
	// ByFrame says that KindFrame events are reported: Frames counts these, else the frames of messages.
	ByFrame bool
	// States counts messages by State.
	States [5]int64
	// Must counts the findings of level must.
	Must  int64
	Bytes reassembly.Bytes
	// ClockBack is how often a packet was captured before the one ahead of it.
	ClockBack int64
	// Unclear counts connections without a session of which so much was not captured that they may carry WebSocket.
	Unclear int64
	// Unlooked counts bytes that were captured again after their connection had ended, and not compared with the first copy.
	Unlooked int64
	// Evicted counts connections that were dropped before they ended, to stay within Limits.
	Evicted int64
	// EvictedWindows counts sessions with messages that could not be decoded because a compression window was dropped to stay
	// within Limits.
	EvictedWindows int64
	// PastMessages and PastSessions count what was shown and is no longer kept, in a view that bounds what it keeps.
	PastMessages, PastSessions int64
	// TLS counts TLS connections, Decrypted those that were decrypted, NotDecrypted the others by reason.
	TLS, Decrypted int64
	NotDecrypted   map[string]int64
	// Encrypted counts the TLS connections that were not decrypted by server port.
	Encrypted map[uint16]int
	// Sealed are the first TLS connections that were not decrypted.
	Sealed []*TLSConn
	// QUIC counts skipped packets of QUIC by server port.
	QUIC map[uint16]int64
	// Contradict counts messages that contradict the application protocol of their session, Faults those on which a decoder of
	// application protocols failed; both only where these are read.
	Contradict, Faults int64
	// Why says, each once, what makes the run incomplete; empty if it is complete.
	Why []string
}

// Count adds an event.
func (a *Account) Count(b *Batch, e *Event) {
	switch e.Kind {
	case KindTLS:
		a.tls(b.TLS(e))
	case KindFrame:
		if a.ByFrame {
			a.Frames++
		}
	case KindMessage:
		m := b.Message(e)
		a.Messages++
		if !a.ByFrame {
			a.Frames += int64(m.Frames)
		}
		a.States[m.State]++
	case KindFinding:
		a.Findings++
		a.finding(b.Finding(e).Rule)
	}
}

func (a *Account) finding(r *rule.Rule) {
	switch {
	case r.Level == rule.Must:
		a.Must++
	case r == rule.Gap:
		a.Incomplete("bytes missing in a session")
	case r == rule.Outside:
		a.Incomplete(noPlace)
	case r == rule.Limit:
		a.Incomplete("a limit was reached")
	}
}

// maxSealed is how many TLS connections an account names.
const maxSealed = 16

const noPlace = "bytes were captured that have no place in their connection"

func (a *Account) tls(t *TLSConn) {
	a.TLS++
	if t.Reason == "" {
		a.Decrypted++
		return
	}
	if a.NotDecrypted == nil {
		a.NotDecrypted, a.Encrypted = map[string]int64{}, map[uint16]int{}
	}
	if len(a.Sealed) < maxSealed {
		a.Sealed = append(a.Sealed, t)
	}
	a.NotDecrypted[t.Reason]++
	a.Encrypted[t.Server.Port()]++
}

// Incomplete adds a reason, once.
func (a *Account) Incomplete(why string) {
	if !slices.Contains(a.Why, why) {
		a.Why = append(a.Why, why)
	}
}

// AddUnclear adds a Decoder's counts of connections that may carry WebSocket, of bytes after the end of connections, and of copies
// there that were not compared.
func (a *Account) AddUnclear(n, afterEnd, unlooked int64) {
	a.Unlooked += unlooked
	if afterEnd > 0 {
		a.Incomplete(noPlace)
	}
	if a.Unclear += n; n > 0 {
		a.Incomplete("bytes missing or in doubt in connections that may carry WebSocket")
	}
}

// SkipReasons are the reasons of Skipped in a fixed order.
func (a *Account) SkipReasons() []string { return slices.Sorted(maps.Keys(a.Skipped)) }
