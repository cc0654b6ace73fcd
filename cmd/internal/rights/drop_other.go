//go:build !linux

package rights

import (
	"fmt"
	"os"
	"runtime"
)

// Drop cannot drop root's privileges here; it refuses to continue as root.
func Drop(who Identity) error {
	if who.UID < 0 || who.UID == os.Geteuid() {
		return nil
	}
	return fmt.Errorf("dropping root's privileges is not built for %s: run wspeek as yourself, after sudo tcpdump -U -w - | wspeek live -r -", runtime.GOOS)
}
