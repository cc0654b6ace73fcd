package bpf_test

import (
	"fmt"

	"github.com/wspeek/wspeek/capture/bpf"
)

func Example() {
	f, err := bpf.Parse("tcp port 80 or 443")
	if err != nil {
		fmt.Println(err)
		return
	}
	program, _ := f.Socket(bpf.Ethernet)
	fmt.Println(len(program) > 0, f.Loses().Fragments)
	_, err = bpf.Parse("tcp and inbound")
	fmt.Println(err)
	// Output:
	// true true
	// capture filter: "inbound" at byte 8: not understood here
}
