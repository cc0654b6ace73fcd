//go:build !libpcap

package live

import (
	"time"

	"golang.org/x/sys/unix"
)

// ringState is what has become of a ring's interface.
type ringState uint8

const (
	// ringUp: packets may come.
	ringUp ringState = iota
	// ringFailed: the socket has an error; its last block may still be open.
	ringFailed
	// ringDown: that has been reported; packets come again if the interface does.
	ringDown
)

// checkDown is how often an interface that is down is looked for, in milliseconds.
const checkDown = 500

// trouble notes the error of the socket.
func (r *ring) trouble() {
	code, err := unix.GetsockoptInt(r.fd, unix.SOL_SOCKET, unix.SO_ERROR)
	if err != nil || code == 0 || r.state == ringFailed {
		return
	}
	r.state, r.since, r.cause = ringFailed, time.Now(), unix.Errno(code)
}

// loss is called when no block is ready. It returns what to report about the interface,
// or after how many milliseconds to ask again; -1 if there is no need to.
func (r *ring) loss() (*InterfaceError, int) {
	switch {
	case r.gone || r.state == ringUp:
		return nil, -1
	case r.state == ringDown && r.exists():
		return nil, checkDown
	case r.state == ringFailed && time.Since(r.since) < settle:
		return nil, 5
	}
	e := &InterfaceError{Name: r.name, What: "has gone away"}
	switch {
	case r.cause != unix.ENETDOWN:
		e.What, e.Err = "cannot be read", r.cause
	case r.exists():
		e.What, e.Again = "went down", true
	}
	r.state, r.gone = ringDown, !e.Again
	return e, 0
}

// exists asks for the interface by its number: its name may have changed.
func (r *ring) exists() bool {
	var req unix.Ifreq
	req.SetUint32(uint32(r.index))
	return unix.IoctlIfreq(r.fd, unix.SIOCGIFNAME, &req) == nil
}
