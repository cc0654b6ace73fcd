package live

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/net/bpf"

	"github.com/wspeek/wspeek/capture"
)

// AnyInterface is the name under which all interfaces are captured at once.
const AnyInterface = "any"

// Options are what is captured and how. Interfaces has to be set; the zero
// value of all else works.
type Options struct {
	// Interfaces are names as Interfaces lists them. AnyInterface cannot be combined with others.
	Interfaces []string
	// Promisc asks the interfaces for packets to other stations too. It has no effect
	// on AnyInterface.
	Promisc bool
	// Snaplen is how many bytes of a packet are kept; 0 means 262,144, and packets
	// longer than a ring block (256 KiB) are cut in any case.
	Snaplen int
	// Buffer is the size in bytes of the kernel's buffer for each interface; 0 means
	// 32 MiB. It is rounded to whole blocks; if memory is short it becomes smaller.
	Buffer int
	// Filter, if not nil, gives the program that chooses packets, for sockets whose
	// packets have a link type (LinkEthernet, or LinkSLL2 whose packets start with
	// their network header while the filter looks at them); bpf.Filter.Live does.
	// Programs in which every accepting return is constant keep Snaplen. An error ends Open as it is.
	Filter func(link capture.LinkType) ([]bpf.RawInstruction, error)
}

const (
	defaultSnaplen = 262_144
	defaultBuffer  = 32 << 20
	// batchBytes is the memory of a batch: room for some full blocks.
	batchBytes = 1 << 20
)

func (o Options) withDefaults() Options {
	if o.Snaplen <= 0 || o.Snaplen > defaultSnaplen {
		o.Snaplen = defaultSnaplen
	}
	if o.Buffer <= 0 {
		o.Buffer = defaultBuffer
	}
	return o
}

// check finds names that cannot be captured together.
func (o Options) check() error {
	if len(o.Interfaces) == 0 {
		return &InterfaceError{What: "no interface named"}
	}
	seen := map[string]bool{}
	for _, name := range o.Interfaces {
		switch {
		case seen[name]:
			return &InterfaceError{Name: name, What: "named twice"}
		case name == AnyInterface && len(o.Interfaces) > 1:
			return &InterfaceError{Name: name, What: "means all interfaces and cannot be combined with another"}
		}
		seen[name] = true
	}
	return nil
}

// Stats are the counts of a live capture since it was opened.
type Stats struct {
	// Received are packets that ReadBatch returned. Dropped are packets that passed the filter and were lost because
	// the kernel's buffer was full.
	Received, Dropped uint64
	// Missed are packets that the interfaces lost before the kernel saw them, as far as their drivers count them;
	// packets that the filter excludes are among them.
	Missed uint64
	// Interfaces has the same counts for each of Options.Interfaces, in that order.
	Interfaces []capture.InterfaceStats
}

// sum adds up the counts of the interfaces.
func (s *Stats) sum() {
	for _, i := range s.Interfaces {
		s.Received += i.Received
		s.Dropped += i.Dropped
		s.Missed += i.Missed
	}
}

// Interface is an interface that can be captured on.
type Interface struct {
	// Name is what Options.Interfaces takes.
	Name string
	// Index is the system's number of it; 0 for AnyInterface.
	Index int
	// Description is the system's description, "" if it has none.
	Description string
	// Addresses are its network addresses with their prefix lengths ("127.0.0.1/8").
	Addresses []string
	// Up: switched on. Running: and able to carry packets. Loopback: it leads back here.
	Up, Running, Loopback bool
}

// InterfaceError is an interface that cannot be captured on, or no longer.
type InterfaceError struct {
	// Name is the interface as it was named, "" if none was.
	Name string
	// What is wrong: "no such interface", "is down", "has gone away".
	What string
	// Known are the names that could have been meant, if the name is not known.
	Known []string
	// Again means: reading may go on, and returns packets when the interface is back.
	Again bool
	// Err is the system's error, nil if there was none.
	Err error
}

// Unwrap returns Err.
func (e *InterfaceError) Unwrap() error { return e.Err }

func (e *InterfaceError) Error() string {
	s := "interface: " + e.What
	if e.Name != "" {
		s = "interface " + strconv.Quote(e.Name) + ": " + e.What
	}
	if len(e.Known) > 0 {
		s += ": there are " + strings.Join(e.Known, ", ")
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// FilterLengthError is a filter that the kernel has no room for.
type FilterLengthError struct {
	// Instructions is the length of its program.
	Instructions int
	// Err is the system's error.
	Err error
}

// Unwrap returns Err.
func (e *FilterLengthError) Unwrap() error { return e.Err }

func (e *FilterLengthError) Error() string {
	return fmt.Sprintf("too long for the kernel: %d instructions: %v", e.Instructions, e.Err)
}

// PermissionError says that the rights to capture are missing, and what of them.
type PermissionError struct {
	// Interface is the one that was to be opened first.
	Interface string
	// Program is the path of the running program, "" if that is not known.
	Program string
	// Setcap means: giving the file the capability cap_net_raw would mend it ("setcap
	// cap_net_raw+ep PROGRAM"). If not, Why says why not.
	Setcap bool
	// Why is set if Setcap is false: "the file system of the program is mounted
	// nosuid", "no_new_privs is set", "the capability is not in this system's bounding set".
	Why string
	// Err is the system's error.
	Err error
}

// Unwrap returns Err.
func (e *PermissionError) Unwrap() error { return e.Err }

func (e *PermissionError) Error() string {
	s := "interface " + strconv.Quote(e.Interface) + ": no right to capture packets"
	if e.Why != "" {
		s += " (" + e.Why + ")"
	}
	return s + ": " + e.Err.Error()
}
