//go:build !linux && !libpcap

package capture

import "runtime"

// Live is a live capture. It is not built in here: OpenLive says so.
type Live struct{}

// OpenLive returns a *NotBuiltError.
func OpenLive(LiveOptions) (*Live, error) { return nil, notBuilt() }

// Interfaces returns a *NotBuiltError.
func Interfaces() ([]Interface, error) { return nil, notBuilt() }

func notBuilt() error { return &NotBuiltError{System: runtime.GOOS, Tag: "libpcap"} }

// ReadBatch implements Source.
func (*Live) ReadBatch(*Batch) error { return notBuilt() }

// Stats returns nothing.
func (*Live) Stats() LiveStats { return LiveStats{} }

// Stop does nothing.
func (*Live) Stop() {}

// Close does nothing.
func (*Live) Close() error { return nil }
