package tui_test

import (
	"fmt"

	"github.com/wspeek/wspeek/tui"
)

// The flag -t of tcpdump and tshark chooses how times are shown.
func ExampleClockNamed() {
	fmt.Println(tui.ClockNamed("d") == tui.SinceAbove, tui.ClockNamed("ad") == tui.OfDay)
	// Output: true true
}
