package bpf

import (
	"fmt"

	"golang.org/x/net/bpf"
)

// Link types whose packets can be filtered (LINKTYPE_ numbers of the pcap registry).
const (
	Ethernet uint16 = 1
	SLL      uint16 = 113
	SLL2     uint16 = 276
)

// Accept is how many bytes an accepting program says to keep.
const Accept = 262_144

// maxInstructions is the longest program that a kernel takes.
const maxInstructions = 4096

// Filter is a parsed expression. It is not changed after Parse.
type Filter struct {
	source string
	root   node // nil: everything
	tagged bool // it asks for VLAN tags
}

// Whole is the Pos of an Error that is about the whole expression.
const Whole = -1

// Error is an expression that cannot be compiled, and the place of the reason.
type Error struct {
	// Expr is the expression; Pos is a byte offset in it, len(Expr) at its end, or Whole.
	Expr string
	Pos  int
	// Token is the word at that place, "" at the end.
	Token string
	// Why says what is wrong with it.
	Why string
	// Unsupported means: tcpdump may take it, we do not. Else it is a mistake.
	Unsupported bool
}

// longestToken is how many bytes of a token are shown.
const longestToken = 40

// Error names the place and the reason.
func (e *Error) Error() string {
	switch {
	case e.Pos == Whole:
		return "capture filter: " + e.Why
	case e.Token == "":
		return "capture filter: at the end: " + e.Why
	case len(e.Token) > longestToken:
		return fmt.Sprintf("capture filter: %q... at byte %d: %s", e.Token[:longestToken], e.Pos, e.Why)
	}
	return fmt.Sprintf("capture filter: %q at byte %d: %s", e.Token, e.Pos, e.Why)
}

// String is the expression as it was given to Parse.
func (f *Filter) String() string { return f.source }

// Socket compiles the filter for a packet socket of Linux whose packets become link
// type link: Ethernet, or SLL2 for a socket that yields packets from their network header
// on (SOCK_DGRAM). The kernel keeps the outer VLAN tag apart there; as with libpcap,
// packets match whatever their tag is, unless the expression asks for one.
// Errors are *Error.
func (f *Filter) Socket(link uint16) ([]bpf.RawInstruction, error) {
	return f.compile(target{link: link, socket: true})
}

// File compiles the filter for packets as capture files have them, of link type
// Ethernet, SLL or SLL2. Errors are *Error.
func (f *Filter) File(link uint16) ([]bpf.RawInstruction, error) {
	return f.compile(target{link: link})
}

func (f *Filter) compile(t target) ([]bpf.RawInstruction, error) {
	if !t.known() {
		return nil, &Error{Expr: f.source, Pos: Whole, Why: fmt.Sprintf("packets of link type %d cannot be filtered", t.link)}
	}
	c := newCoder(t)
	root := c.root(f)
	if c.fault != nil {
		c.fault.Expr = f.source
		return nil, c.fault
	}
	list := c.program(root)
	switch {
	case len(list) == 0:
		return nil, &Error{Expr: f.source, Pos: Whole, Why: "no packet can match: the expression rejects all packets"}
	case len(list) > maxInstructions:
		return nil, tooLong(f.source, len(list))
	}
	return bpf.Assemble(list)
}

// tooLong is the error that a kernel does not take the program of an expression.
func tooLong(expr string, instructions int) *Error {
	return &Error{Expr: expr, Pos: Whole, Unsupported: true,
		Why: fmt.Sprintf("too long for the kernel: %d instructions", instructions)}
}

// Loss describes traffic that the filter should match but misses.
type Loss struct {
	// Fragments means: IP fragments after the first carry no ports, so they do not match.
	Fragments bool
	// Tunnels means: packets inside tunnels are judged by the outer headers.
	Tunnels bool
}

// String is one line for the user, "" if nothing is missed.
func (l Loss) String() string {
	const fragments = "IP fragments after the first do not match (add: or ip[6:2] & 0x1fff != 0)"
	const tunnels = "packets inside tunnels are not looked at"
	switch {
	case l.Fragments && l.Tunnels:
		return fragments + "; " + tunnels
	case l.Fragments:
		return fragments
	case l.Tunnels:
		return tunnels
	}
	return ""
}

// Loses reports what the filter may miss. A filter that only excludes ("not port 22") misses nothing.
func (f *Filter) Loses() Loss {
	var l Loss
	if f.root != nil {
		f.root.loses(&l, true)
	}
	return l
}
