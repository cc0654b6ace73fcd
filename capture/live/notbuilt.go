//go:build !linux && !libpcap

package live

import (
	"runtime"

	"github.com/wspeek/wspeek/capture"
)

// Capture is a live capture. It is not built in here: Open says so.
type Capture struct{}

// Open returns a *NotBuiltError.
func Open(Options) (*Capture, error) { return nil, notBuilt() }

// Interfaces returns a *NotBuiltError.
func Interfaces() ([]Interface, error) { return nil, notBuilt() }

// NotBuiltError says that this program was built without live capture.
type NotBuiltError struct {
	// System is the operating system (GOOS), Tag the build tag with which live
	// capture is built in.
	System, Tag string
}

func (e *NotBuiltError) Error() string {
	return "live capture is not built in for " + e.System + ": build with -tags " + e.Tag +
		", or read a pipe: sudo tcpdump -U -w - | wspeek live -r -"
}

func notBuilt() error { return &NotBuiltError{System: runtime.GOOS, Tag: "libpcap"} }

// ReadBatch implements Source.
func (*Capture) ReadBatch(*capture.Batch) error { return notBuilt() }

// Stats returns nothing.
func (*Capture) Stats() Stats { return Stats{} }

// Stop does nothing.
func (*Capture) Stop() {}

// Close does nothing.
func (*Capture) Close() error { return nil }
