package poll

import (
	"os"
	"testing"
	"time"
)

// Deadline is how long a test waits before it fails. It must be much longer than anything takes on a busy machine.
const Deadline = 2 * time.Minute

// every is the time between two looks.
const every = 5 * time.Millisecond

// TimesCount reports whether a test may fail because something took too long. It depends on what else the machine
// does, so only where WSPEEK_TIMES is set (make bench sets it).
func TimesCount() bool { return os.Getenv("WSPEEK_TIMES") != "" }

// For waits until a state holds, and returns false if it does not within Deadline.
func For(holds func() bool) bool {
	for end := time.Now().Add(Deadline); !holds(); time.Sleep(every) {
		if time.Now().After(end) {
			return false
		}
	}
	return true
}

// Until waits until a state holds, and fails the test with its name if it does not.
func Until(t testing.TB, state string, holds func() bool) {
	t.Helper()
	if !For(holds) {
		t.Fatalf("%s: not within %v", state, Deadline)
	}
}
