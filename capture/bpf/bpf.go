package bpf

import (
	"fmt"
	"strings"

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

// Error is an expression that cannot be compiled, and the place of the reason.
type Error struct {
	// Expr is the expression; Pos is a byte offset in it, len(Expr) at its end.
	Expr string
	Pos  int
	// Token is what stands there, "" at the end.
	Token string
	// Why says what is wrong with it.
	Why string
	// Unsupported: tcpdump may understand it, we do not. Else it is a mistake.
	Unsupported bool
}

// Error names the place, and for Unsupported the way through tcpdump.
func (e *Error) Error() string {
	where := "at the end"
	if e.Token != "" {
		where = fmt.Sprintf("%q at byte %d", e.Token, e.Pos)
	}
	s := "capture filter: " + where + ": " + e.Why
	if e.Unsupported {
		s += "; tcpdump may know it: " + Pipe(e.Expr)
	}
	return s
}

// Pipe is the shell command that lets tcpdump do the filtering.
func Pipe(expr string) string {
	quoted := "'" + strings.ReplaceAll(visible(expr), "'", `'\''`) + "'"
	return "sudo tcpdump -U -w - " + quoted + " | wspeek live -r -"
}

// visible leaves no control characters in what goes to a terminal.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f {
			return '?'
		}
		return r
	}, s)
}

// String is the expression as it was given to Parse.
func (f *Filter) String() string { return f.source }

// Socket compiles the filter for a packet socket of Linux whose packets become link
// type link: Ethernet, or SLL2 for a socket that yields packets from their network header
// on (SOCK_DGRAM). The kernel keeps the outer VLAN tag apart there; as with libpcap,
// packets match whatever their tag is, where the expression does not ask for one.
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
		return nil, &Error{Expr: f.source, Token: f.source, Why: fmt.Sprintf("packets of link type %d cannot be filtered", t.link)}
	}
	c := newCoder(t)
	root := c.root(f)
	if c.fault != nil {
		c.fault.Expr = f.source
		return nil, c.fault
	}
	list := c.program(root)
	if len(list) > maxInstructions {
		return nil, &Error{Expr: f.source, Token: f.source,
			Why: fmt.Sprintf("the program has %d instructions, and a kernel takes %d", len(list), maxInstructions)}
	}
	return bpf.Assemble(list)
}

// Loss is what belongs to the chosen traffic and does not match all the same.
type Loss struct {
	// Fragments: IP fragments after the first carry no ports, so that they do not match.
	Fragments bool
	// Tunnels: packets inside tunnels are judged by the outer headers.
	Tunnels bool
}

// String is one line for the user, "" if nothing is lost.
func (l Loss) String() string {
	const fragments = "IP fragments after the first carry no ports: this capture filter loses them" +
		" (add: or (ip[6:2] & 0x1fff != 0))"
	const tunnels = "this capture filter sees the outer headers only: what is inside tunnels is lost"
	switch {
	case l.Fragments && l.Tunnels:
		return fragments + "; it sees the outer headers only, and loses what is inside tunnels"
	case l.Fragments:
		return fragments
	case l.Tunnels:
		return tunnels
	}
	return ""
}

// Loses says what the filter may lose. What it excludes ("not port 22") loses nothing.
func (f *Filter) Loses() Loss {
	var l Loss
	if f.root != nil {
		f.root.loses(&l, true)
	}
	return l
}
