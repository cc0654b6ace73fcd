package handlertest

import (
	"testing"

	"github.com/wspeek/wspeek/reassembly"
)

// Build makes the Handler under test. What it passes on must go to next; report, nil for none, is called
// after the last call and returns what the Handler has found besides, as text.
type Build func(next reassembly.Handler) (h reassembly.Handler, report func() string)

// longest is the largest piece that a script is cut into.
const longest = 64

// Run plays calls on a Handler that build makes, whole and cut into pieces of 1 to 64 bytes. It fails the test
// if the Handler breaks the contract towards next, or if a cut changes what next is called with or what is
// reported. It returns what next was called with.
func Run(t testing.TB, calls []Call, build Build) *Checker {
	t.Helper()
	whole, want := play(t, "whole", calls, 1<<30, build)
	for size := 1; size <= longest && !t.Failed(); size++ {
		k, got := play(t, "cut", calls, size, build)
		if k.Calls() != whole.Calls() {
			t.Errorf("cut into pieces of %d bytes, passed on:\n%s\nwant:\n%s", size, k.Calls(), whole.Calls())
		}
		if got != want {
			t.Errorf("cut into pieces of %d bytes, reported:\n%s\nwant:\n%s", size, got, want)
		}
	}
	return whole
}

// play plays calls once.
func play(t testing.TB, name string, calls []Call, size int, build Build) (*Checker, string) {
	t.Helper()
	next := &Checker{T: t, Name: name}
	h, report := build(next)
	input := &Checker{T: t, Name: "the script itself", Next: h, Unrecorded: true}
	cut(calls, size, input)
	input.Done()
	next.Done()
	if report == nil {
		return next, ""
	}
	return next, report()
}
