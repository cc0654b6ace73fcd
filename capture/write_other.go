//go:build !unix

package capture

// Flags that this system does not have.
const (
	openNoFollow = 0
	openNonblock = 0
)
