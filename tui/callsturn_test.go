package tui

import (
	"testing"
	"time"

	"github.com/wspeek/wspeek/pcaps"
)

// turnsCapture is a session of a language model: a turn that is done, and one that is interrupted.
func turnsCapture() []byte {
	c := pcaps.Conversation{Step: time.Microsecond}
	c.Upgrade(pcaps.Request{Target: "/v1/realtime?model=m"}, pcaps.Response{})
	say := func(wait time.Duration, s string) {
		c.Wait(wait)
		c.Push(pcaps.S2C, pcaps.Text(s).Bytes())
	}
	for _, id := range []string{"r1", "r2"} {
		c.Push(pcaps.C2S, pcaps.Text(`{"type":"response.create"}`).Masked(pcaps.RFCKey).Bytes())
		say(100*time.Millisecond, `{"type":"response.created","response":{"id":"`+id+`","object":"realtime.response","model":"gpt-x"}}`)
		say(200*time.Millisecond, `{"type":"response.text.delta","response_id":"`+id+`","delta":"Good "}`)
		say(500*time.Millisecond, `{"type":"response.text.delta","response_id":"`+id+`","delta":"morning."}`)
		end := `"status":"completed","usage":{"input_tokens":3,"output_tokens":10}`
		if id == "r2" {
			end = `"status":"cancelled","status_details":{"reason":"turn_detected"}`
		}
		say(500*time.Millisecond, `{"type":"response.done","response":{"id":"`+id+`","object":"realtime.response",`+end+`}}`)
	}
	c.Close()
	return pcaps.Pcap{}.Bytes(c.Packets)
}

func TestCalls_Turns(t *testing.T) {
	t.Parallel()
	d := drive(t, turnsCapture(), 140, 40, Options{})
	d.keys("C", "o", "o").shows("response.create", "first 300.0ms, 10.0 tokens/s", "interrupted", "Good morning.")
	d.shows("turn  gpt-x first token after 300.0ms, ended after 1.30s, 10 tokens, 10.0 a second")
	d.keys("j").shows("interrupted (turn_detected)")
}
