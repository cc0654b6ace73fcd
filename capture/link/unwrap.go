package link

import "github.com/wspeek/wspeek/capture"

// MaxDepth is how many headers may be nested before the innermost IP header: Ethernet and PPP headers,
// tags, labels and tunnels together.
const MaxDepth = 16

// Inner is the part of a packet that remains when headers have been taken off.
type Inner struct {
	// Data are the captured bytes. They are a part of the packet's.
	Data []byte
	// Wire is how many bytes there were on the wire from Data[0] on, at least len(Data).
	Wire int
	// Depth is how many of the headers that MaxDepth counts were taken off.
	Depth int
	// FromHeader: Wire comes from a length field, not from the capture's length; an inner header that claims
	// more contradicts it.
	FromHeader bool
}

// Skip takes n bytes off. It returns false and changes nothing if fewer were captured.
func (r *Inner) Skip(n int) bool {
	if len(r.Data) < n {
		return false
	}
	r.Data, r.Wire = r.Data[n:], r.Wire-n
	return true
}

// short is the reason why a header of n bytes is not whole: the capture cut it, or the wire did not carry it.
func (r *Inner) short(n int, damaged Skip) Skip {
	if r.Wire >= n {
		return SkipCut
	}
	return damaged
}

// PlainIPv4 returns the IPv4 packet in an Ethernet frame without tags. False only means that Unwrapper.Link has to
// look.
func PlainIPv4(p *capture.Packet) ([]byte, bool) {
	b := p.Data
	if p.LinkType != capture.LinkEthernet || len(b) < 34 || len(b) > p.OrigLen || b[12] != 8 || b[13] != 0 {
		return nil, false
	}
	return b[14:], true
}

// Unwrapper takes link headers and tunnel headers off packets. The zero value is ready. It allocates nothing, and is
// for one goroutine at a time.
type Unwrapper struct {
	tunnels decoders
}

// Link takes off what comes before the first IP header. It does not look at the version of the IP header. If it
// returns a reason, Inner is not to be used.
func (u *Unwrapper) Link(p *capture.Packet) (Inner, Skip) {
	r := Inner{Data: p.Data, Wire: p.OrigLen}
	if len(p.Data) > p.OrigLen {
		return r, SkipLength
	}
	next, skip := linkHeader(p.LinkType, &r)
	if skip != 0 {
		return r, skip
	}
	skip = u.walk(next, &r)
	return r, skip
}

// walk takes headers off until IP. Each step but the last takes bytes off, and Depth bounds them.
func (u *Unwrapper) walk(t etherType, r *Inner) Skip {
	for first := true; ; first = false {
		if !first {
			r.Depth++
		}
		if r.Depth > MaxDepth {
			return SkipDepth
		}
		next, skip := u.step(t, r)
		if skip != 0 || next == 0 {
			return skip
		}
		t = next
	}
}
