package handlertest_test

import (
	"fmt"
	"testing"

	"github.com/wspeek/wspeek/reassembly"
	"github.com/wspeek/wspeek/reassembly/handlertest"
)

// A test of a layer plays a script on it. The layer passes its payload on to next.
func ExampleRun() {
	script := new(handlertest.Script).
		Send(reassembly.Fwd, ">hello").
		Send(reassembly.Rev, "<world").
		End(reassembly.Fwd, reassembly.CloseFIN)
	test := func(t testing.TB) {
		passed := handlertest.Run(t, script.Calls, func(next reassembly.Handler) (reassembly.Handler, func() string) {
			return &dropper{next: next}, nil
		})
		fmt.Printf("%s %s\n", passed.Bytes(reassembly.Fwd, '?'), passed.Bytes(reassembly.Rev, '?'))
	}
	test(&fake{})
	// Output: hello world
}
