//go:build !linux

package main

import (
	"fmt"
	"os"
	"runtime"
)

// dropRights cannot give rights up here; it refuses to go on as root.
func dropRights(who identity) error {
	if who.uid < 0 || who.uid == os.Geteuid() {
		return nil
	}
	return fmt.Errorf("giving up root's rights is not built for %s: run wspeek as yourself, behind sudo tcpdump -U -w - | wspeek live -r -", runtime.GOOS)
}
