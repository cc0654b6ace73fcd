package check_test

import (
	"fmt"
	"time"

	"github.com/wspeek/wspeek/decode/check"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/reassembly"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
)

// A session that fell silent and was ended by the server a minute later, as its events would tell it.
func ExampleSessionCheck() {
	at := func(packet int, d time.Duration) ws.Stamp { return ws.Stamp{Packet: packet, Time: capture.Time(d)} }
	var w check.SessionCheck
	w.Session(&decode.Session{N: 1, HasOpened: true, Answered: 6, Status: 101})
	w.Message(&ws.Message{N: 1, Opcode: ws.OpText, Start: at(8, time.Second), Last: at(8, time.Second), Frames: 1, CloseCode: -1}, nil)
	end := &decode.Session{N: 1, HasOpened: true, Answered: 6, Status: 101, End: decode.EndFIN, EndBy: ws.S2C, HasEndBy: true}
	end.TCP = &decode.TCP{Last: at(12, 61*time.Second)}
	end.TCP.FIN[ws.S2C] = at(10, 61*time.Second)
	end.TCP.Stats = [2]reassembly.Stats{{Segments: 6}, {Segments: 6}}
	v := w.Report(end).Verdict
	fmt.Println(v.Cause, v.Certainty, v.Packets)
	fmt.Println(v.Likely)
	// Output:
	// idle probable [8 10]
	// nothing had been sent for exactly 60 s (since packet 8): probably an idle timeout (as of nginx and AWS load balancers by default)
}
