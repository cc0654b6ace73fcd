package stack_test

import (
	"testing"

	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/pcaps"
)

// A capture that stands still for a while loses megabytes of both directions: the connection goes on, its bytes are missing, and
// nothing after them is exact.
func TestBothDirectionsLoseMegabytes(t *testing.T) {
	t.Parallel()
	const lost = 3 << 20
	c := upgraded("")
	c.SendFrames(pcaps.S2C, pcaps.Text("before"))
	for _, d := range []pcaps.Dir{pcaps.C2S, pcaps.S2C} {
		c.Skip(d, lost)
	}
	for range 8 {
		c.SendFrames(pcaps.C2S, clientText("hello after the loss"))
		c.SendFrames(pcaps.S2C, pcaps.Text("welcome after the loss"))
	}
	c.Close()
	r := tell(t, c)
	r.only(t)
	if r.account.Bytes.Missing < 2*lost || len(r.account.Why) == 0 {
		t.Errorf("missing %d, incomplete because of %q", r.account.Bytes.Missing, r.account.Why)
	}
	if x := r.sessions[0].TCP.Doubts; x[0].Outside+x[1].Outside > 0 {
		t.Errorf("%d and %d bytes have no place, want none", x[0].Outside, x[1].Outside)
	}
	if got := len(r.of(1, ws.C2S)) + len(r.of(1, ws.S2C)); got < 17 {
		t.Errorf("%d messages, want the one before and the 16 after the loss", got)
	}
	exact := 0
	for d := ws.C2S; d <= ws.S2C; d++ {
		for _, m := range r.of(1, d) {
			if m.State == ws.Exact {
				exact++
			}
		}
	}
	if exact != 1 {
		t.Errorf("%d messages are exact, want the one before the loss", exact)
	}
}

// A request at numbers that lie ahead is another connection between the same ports, whose SYN was not captured.
func TestRequestAheadIsAnotherConnection(t *testing.T) {
	t.Parallel()
	c := upgraded("")
	c.SendFrames(pcaps.S2C, pcaps.Text("first"))
	for _, d := range []pcaps.Dir{pcaps.C2S, pcaps.S2C} {
		c.Skip(d, 3<<20)
	}
	c.Send(pcaps.C2S, pcaps.Request{Target: "/second"}.Bytes())
	c.Send(pcaps.S2C, pcaps.Response{}.Bytes())
	c.SendFrames(pcaps.S2C, pcaps.Text("second"))
	c.Close()
	r := tell(t, c)
	if len(r.sessions) != 2 || r.sessions[1].Path != "/second" {
		t.Fatalf("%d sessions", len(r.sessions))
	}
	r.want(t, 1, ws.S2C, "exact first")
}
