package calls_test

import (
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/calls"
)

// The events are written as OpenAI's documents of Realtime and Responses have them.
func TestTurns_Responses(t *testing.T) {
	t.Parallel()
	x := newTalk(calls.Options{})
	x.lines(1,
		`c {"type":"response.create","model":"gpt-x","input":[{"type":"message","role":"user","content":"hi"}]}`,
		`s {"type":"response.created","sequence_number":0,"response":{"id":"resp_1","object":"response","status":"in_progress","model":"gpt-x-1"}}`,
		`s {"type":"response.in_progress","sequence_number":1,"response":{"id":"resp_1","object":"response","status":"in_progress"}}`,
		`s {"type":"response.output_text.delta","item_id":"m","delta":"Hel"}`,
		`s {"type":"response.output_text.delta","item_id":"m","delta":"lo \u00e4"}`,
		`s {"type":"response.output_text.done","item_id":"m","text":"Hello ä"}`,
		`s {"type":"response.completed","response":{"id":"resp_1","object":"response","status":"completed","usage":{"input_tokens":9,"output_tokens":6}}}`,
	)
	x.e.Finish()
	want(t, x.told(), "response.create#resp_1 1>7 answered")
	c := x.calls[0]
	if c.Items != 2 || c.First != 3e6 || c.Took != 6e6 || c.Protocol != "openai" {
		t.Errorf("measured %+v", c)
	}
	if u := c.Turn; u.Model != "gpt-x-1" || u.Input != 9 || u.Output != 6 || u.Rate != 2000 || string(u.Text) != "Hello ä" || u.Status != "completed" {
		t.Errorf("turn %+v %q", u, u.Text)
	}
}

func TestTurns_Realtime(t *testing.T) {
	t.Parallel()
	x := newTalk(calls.Options{})
	x.lines(1,
		`s {"type":"session.created","session":{"object":"realtime.session"}}`,
		`c {"type":"input_audio_buffer.append","audio":"AAAA"}`,
		`s {"type":"input_audio_buffer.speech_stopped","item_id":"u1"}`,
		`s {"type":"input_audio_buffer.committed","item_id":"u1"}`,
		`s {"type":"response.created","response":{"id":"resp_a","object":"realtime.response","status":"in_progress"}}`,
		`s {"type":"response.output_audio.delta","response_id":"resp_a","delta":"UklGRg=="}`,
		`s {"type":"response.output_audio_transcript.delta","response_id":"resp_a","delta":"Well"}`,
		`s {"type":"input_audio_buffer.speech_started"}`,
		`s {"type":"response.done","response":{"id":"resp_a","object":"realtime.response","status":"cancelled","status_details":{"type":"cancelled","reason":"turn_detected"},"usage":{"output_tokens":3}}}`,
		`c {"type":"response.create","event_id":"e7"}`,
		`s {"type":"error","error":{"type":"invalid_request_error","event_id":"e7"}}`,
		`c {"type":"response.create"}`,
		`s {"type":"response.created","response":{"id":"resp_b","object":"realtime.response"}}`,
		`s {"type":"response.text.delta","response_id":"resp_b","delta":"x"}`,
	)
	x.e.Finish()
	want(t, x.told(), "response.create#resp_a 3>9 cancelled", "response.create#e7 10>11 error", "response.create#resp_b 12>14 answered")
	c := x.calls[0]
	if c.First != 3e6 || c.Items != 2 || c.HasTook || c.Turn.Reason != "turn_detected" || string(c.Turn.Text) != "Well" || c.Turn.Output != 3 {
		t.Errorf("interrupted: %+v %+v", c, c.Turn)
	}
	if b := x.calls[2]; !b.Open || string(b.Turn.Text) != "x" || b.Turn.Output != -1 {
		t.Errorf("not ended: %+v %+v", b, b.Turn)
	}
	if s := x.stats.Summaries()[0]; s.Turns != 3 || s.Interrupted != 1 || s.Tokens != 3 || s.First.Len() != 2 {
		t.Errorf("summary %+v", s)
	}
}

func TestTurns_LongTextIsCut(t *testing.T) {
	t.Parallel()
	x := newTalk(calls.Options{})
	x.lines(1, `c {"type":"response.create"}`, `s {"type":"response.created","response":{"id":"r","object":"response"}}`)
	piece := strings.Repeat("ä", 1000)
	for range 100 {
		x.lines(1, `s {"type":"response.output_text.delta","delta":"`+piece+`"}`)
	}
	x.lines(1, `s {"type":"response.completed","response":{"id":"r","status":"completed"}}`)
	x.e.Finish()
	if u := x.calls[0].Turn; !u.TextCut || len(u.Text) > 64<<10 || len(u.Text) < 63<<10 || strings.Trim(string(u.Text), "ä") != "" {
		t.Errorf("cut %v, %d bytes", u.TextCut, len(u.Text))
	}
}

// Words that look like events in messages of something else make no turn.
func TestTurns_NotOfAModel(t *testing.T) {
	t.Parallel()
	x := newTalk(calls.Options{})
	x.lines(1, `c {"type":"response.create"}`, `s {"type":"response.created"}`, `s {"type":"response.created","response":{"id":"r","object":"order"}}`,
		`s {"type":"response.done","response":{"id":"r"}}`, `c "response.created`, `s {"type":"response.output_text.delta","delta":"x"}`)
	x.e.Finish()
	want(t, x.told(), "")
}

// With the protocol recognised, a turn is one call, and what else is asked is paired beside it.
func TestTurns_BesideTheProtocol(t *testing.T) {
	t.Parallel()
	x := newTalk(calls.Options{})
	x.e.Session(&decode.Session{N: 1, Path: "/v1/realtime?model=m"})
	x.lines(1,
		`s {"type":"session.created","session":{"object":"realtime.session"}}`,
		`c {"type":"session.update","event_id":"e1","session":{}}`,
		`s {"type":"session.updated","session":{}}`,
		`c {"type":"response.create","event_id":"e2"}`,
		`s {"type":"response.created","response":{"id":"resp_a","object":"realtime.response"}}`,
		`c {"type":"conversation.item.create","item":{}}`,
		`s {"type":"response.output_audio.delta","response_id":"resp_a","delta":"UklGRg=="}`,
		`s {"type":"response.done","response":{"id":"resp_a","status":"completed"}}`,
	)
	x.end(1)
	turns := 0
	for _, c := range x.calls {
		if c.Turn != nil {
			turns++
		}
		if c.Turn == nil && c.Name == "response.create" {
			t.Errorf("a turn is a call without what is known of turns: %+v", c)
		}
	}
	if turns != 1 {
		t.Errorf("%d turns, want 1:\n%s", turns, x.told())
	}
}
