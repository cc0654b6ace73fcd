//go:build unix

package capture

import "golang.org/x/sys/unix"

// Flags for a file that is not to be a link, and not to be waited for (a pipe).
const (
	openNoFollow = unix.O_NOFOLLOW
	openNonblock = unix.O_NONBLOCK
)
