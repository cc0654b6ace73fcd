package tui

import (
	"context"
	"io"

	"github.com/wspeek/wspeek/decode"
)

// Feed is where events come from: a capture file that is read, or an interface.
type Feed interface {
	// Run hands every event in order to visit until the source ends, ctx is done or visit returns an error. It is called
	// once, in a goroutine of its own. Options of its decoders: Keep and Frames. When ctx is done, one that is live hands over what
	// it has and returns: the account is then that of the whole capture.
	Run(ctx context.Context, visit func(*decode.Batch, *decode.Event) error) error
	// Progress says how far it is. It is called from other goroutines than Run, at any time.
	Progress() Progress
	// Account adds what the Feed knows to a. It is called once, after Run has returned.
	Account(a *decode.Account)
}

// Progress is how far a Feed is.
type Progress struct {
	// Packets is how many packets were read, Dropped how many were lost before that, and Lost where, as far as that is known.
	Packets, Dropped int64
	Lost             Lost
	// Unseen is how many bytes were acknowledged by who they were sent to and never captured, as far as is known.
	Unseen int64
	// Unwritten is how many of the packets that were read could not be written to the file that keeps them.
	Unwritten int64
	// Trouble is the newest thing that has gone wrong while capturing, empty if there is none: it is shown at once, and stays.
	Trouble string
	// Done and Total are bytes; Total is 0 or less where it is not known.
	Done, Total int64
}

// Lost are packets by where they were lost: the kernel's buffer was full, the interface lost them, or decoding and the
// screen were too slow.
type Lost struct{ Kernel, Interface, Slow int64 }

// Packets are the packets that what is shown was read from.
type Packets interface {
	// Save writes packets to a file, and answers in half a line what it wrote and what of it is missing. It is called
	// in the background, one call at a time. When ctx is done it returns an error; whenever it returns an error, no file is
	// left.
	Save(ctx context.Context, what Saving) (string, error)
}

// Saving says which packets are saved, and where.
type Saving struct {
	// Name is the file; it is made by Save. Over says that one of that name is replaced.
	Name string
	Over bool
	// Sessions are the numbers of the sessions of whose TCP connections all packets are wanted, in rising order. None
	// stands for every packet.
	Sessions []int
}

// Options say what Run shows. Feed must be set; all else may be zero.
type Options struct {
	Feed Feed
	// Packets saves packets for :w; nil if there are none.
	Packets Packets
	// Title names what is read.
	Title string
	// Note is what is said until a key is pressed.
	Note string
	// Live says that packets arrive as they are captured: the list follows them, and Run waits for the Feed's end.
	Live bool
	// Filter is a display filter to start with; Run returns its error where it is not valid.
	Filter string
	// Apart says that the sessions have nothing to do with each other: times are shown relative to each one's start.
	Apart bool
	// Session opens the messages of that session as soon as it is there; 0 starts with the list of sessions.
	Session int
	// Clock is how times are shown at first.
	Clock Clock
	// Budget is how many bytes of payload are kept in memory (default 256 MiB); the rest goes to an unlinked temporary file.
	Budget int64
	// History, where it is not 0, is how many bytes of messages are kept at most, all in memory, whatever Budget says: the
	// oldest are dropped. Sessions is then how many closed sessions are kept, 0 for any number.
	History  int64
	Sessions int
	// FileOf names the file that a packet came from, for exports; nil where one file is read.
	FileOf func(packet int) string
	// Command is how a person names the same input to another command: "wspeek explain chat.pcap". Empty where there is no way.
	Command string
	// In and Out are the terminal; nil is standard input (or the terminal, where that is none) and standard output.
	In  io.Reader
	Out io.Writer
	// ASCII draws with the characters of ASCII alone, whatever the locale says.
	ASCII bool
	// Environ is what says what the terminal can do (TERM, NO_COLOR); nil is the process's own.
	Environ []string
}

// Clock is how times are shown in the list.
type Clock uint8

// The clocks.
const (
	SinceFirst Clock = iota
	SinceAbove
	OfDay
)

// ClockNamed is the Clock that fits a value of the flag -t best (tcpdump's and tshark's): d, r, or one of day.
func ClockNamed(flag string) Clock {
	switch flag {
	case "", "r":
		return SinceFirst
	case "d":
		return SinceAbove
	}
	return OfDay
}
