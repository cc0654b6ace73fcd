package calls

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/wspeek/wspeek/decode/ws"
)

// Turns of language models, as OpenAI's Realtime and Responses events over WebSocket have them. A turn begins with the client's
// response.create, or when the server notices that the user has stopped speaking; response.created names it, events whose type
// is response.*.delta carry it, and response.done (Realtime) or response.completed, incomplete or failed (Responses) ends it.

const (
	// maxTurnText is how many bytes of a turn's text are kept.
	maxTurnText = 64 << 10
	// maxTurns is how many turns of a session may be open.
	maxTurns = 64
	// maxOthers is after how many messages that are no events of a language model a session is not looked at any more.
	maxOthers = 256
)

// turns is what a session has of turns.
type turns struct {
	// seen says that a response.created came: the session is one of a language model. others counts messages that were no events of
	// one, near says that some were.
	seen, near bool
	others     int
	// asked is the client's response.create that has no response yet, spoken the end of the user's speech.
	asked, spoken *message
	// askedID is the event_id of asked.
	askedID string
	// last is the key of the newest turn.
	last string
}

// turnStart is how an event that matters begins; others are not parsed.
var (
	quotedResponse = []byte(`"response.`)
	quotedInput    = []byte(`"input_audio_buffer.`)
	quotedError    = []byte(`"error"`)
)

// turnEvent is what is read of an event.
type turnEvent struct {
	Type       string `json:"type"`
	EventID    string `json:"event_id"`
	ResponseID string `json:"response_id"`
	Delta      string `json:"delta"`
	Response   *struct {
		ID            string `json:"id"`
		Object        string `json:"object"`
		Status        string `json:"status"`
		Model         string `json:"model"`
		StatusDetails *struct {
			Reason string `json:"reason"`
		} `json:"status_details"`
		Incomplete *struct {
			Reason string `json:"reason"`
		} `json:"incomplete_details"`
		Error *struct {
			Code string `json:"code"`
		} `json:"error"`
		Usage *struct {
			Input  *int64 `json:"input_tokens"`
			Output *int64 `json:"output_tokens"`
		} `json:"usage"`
	} `json:"response"`
	Error *struct {
		EventID string `json:"event_id"`
	} `json:"error"`
}

// modelProtocol and modelRequest are what payload calls the protocol and the exchange.
const modelProtocol, modelRequest = "openai", "response.create"

// turn takes a message that may be an event of a language model.
func (e *Engine) turn(s *session, m message, text []byte) {
	t := s.turns
	if !t.near && t.others >= maxOthers {
		return
	}
	if !bytes.Contains(text, quotedResponse) && !bytes.Contains(text, quotedInput) && (!t.seen || !bytes.Contains(text, quotedError)) {
		t.others++
		return
	}
	t.near = true
	typ := eventType(text)
	if strings.HasSuffix(typ, ".delta") && t.seen && m.dir == ws.S2C {
		e.turnDelta(s, m, typ, text)
		return
	}
	var ev turnEvent
	if !isTurnEvent(typ) || json.Unmarshal(text, &ev) != nil {
		return
	}
	if m.dir == ws.C2S {
		e.turnAsked(s, m, &ev)
	} else {
		e.turnAnswered(s, m, &ev)
	}
}

// isTurnEvent reports whether an event of this type begins or ends a turn.
func isTurnEvent(typ string) bool {
	switch typ {
	case "response.create", "response.created", "response.cancel", "response.done", "response.completed", "response.incomplete", "response.failed",
		"input_audio_buffer.speech_stopped", "input_audio_buffer.committed", "error":
		return true
	}
	return false
}

// eventType is the member type of an object.
func eventType(text []byte) string {
	i := jsonStart(text)
	if i < 0 {
		return ""
	}
	st := step{name: "type"}
	return unquoted(st.find(text, i))
}

func (e *Engine) turnAsked(s *session, m message, ev *turnEvent) {
	switch t := s.turns; ev.Type {
	case "response.create":
		t.asked, t.askedID = &m, ev.EventID
	case "response.cancel":
		if o := s.turnOf(ev.ResponseID); o != nil {
			o.call.Turn.Reason = "client_cancelled"
		}
	}
}

// turnOf is the open turn of a response, the newest if it has no id.
func (s *session) turnOf(id string) *open {
	for _, o := range s.open {
		if x := o[turnKey(id)]; id != "" && x != nil {
			return x
		}
	}
	if id != "" {
		return nil
	}
	for _, o := range s.open {
		if x := o[s.turns.last]; x != nil {
			return x
		}
	}
	return nil
}

func turnKey(id string) string { return "turn " + id }

func (e *Engine) turnAnswered(s *session, m message, ev *turnEvent) {
	t := s.turns
	switch ev.Type {
	case "input_audio_buffer.speech_stopped":
		t.spoken = &m
	case "input_audio_buffer.committed":
		if t.spoken == nil {
			t.spoken = &m
		}
	case "response.created":
		if ev.Response != nil {
			e.turnBegins(s, m, ev)
		}
	case "error":
		if t.asked != nil && ev.Error != nil && ev.Error.EventID == t.askedID && t.askedID != "" {
			o := e.beginTurn(s, *t.asked, t.askedID)
			t.asked = nil
			e.finish(s, o, m, Failed)
		}
	default:
		if ev.Response != nil {
			e.turnEnds(s, m, ev)
		}
	}
}

// turnBegins takes a response.created.
func (e *Engine) turnBegins(s *session, m message, ev *turnEvent) {
	if o := ev.Response.Object; !s.turns.seen && o != "response" && o != "realtime.response" {
		return
	}
	t, from := s.turns, m
	switch {
	case t.asked != nil:
		from, t.asked = *t.asked, nil
	case t.spoken != nil:
		from = *t.spoken
	}
	t.seen, t.spoken = true, nil
	s.claimed = true
	e.beginTurn(s, from, ev.Response.ID).call.Turn.Model = ev.Response.Model
}

func (e *Engine) beginTurn(s *session, from message, id string) *open {
	if len(s.open[from.dir]) >= maxTurns {
		e.end(s, s.oldest)
	}
	o := e.begin(s, from, turnKey(id))
	s.turns.last = o.key
	o.call.Name, o.call.ID, o.call.Protocol = modelRequest, id, modelProtocol
	o.call.Turn = &Turn{Response: id, Input: -1, Output: -1}
	return o
}

// turnDelta takes a piece of a reply.
func (e *Engine) turnDelta(s *session, m message, typ string, text []byte) {
	i := jsonStart(text)
	id, delta := step{name: "response_id"}, step{name: "delta"}
	o := s.turnOf(unquoted(id.find(text, i)))
	if o == nil {
		return
	}
	o.item(m)
	t := o.call.Turn
	t.Deltas++
	if !strings.Contains(typ, "text") && !strings.Contains(typ, "transcript") {
		return
	}
	piece := unquoted(delta.find(text, i))
	if room := maxTurnText - len(o.text); len(piece) > room {
		piece, t.TextCut = strings.ToValidUTF8(piece[:room], ""), true
	}
	o.text = append(o.text, piece...)
}

// turnEnds takes the event that ends a response.
func (e *Engine) turnEnds(s *session, m message, ev *turnEvent) {
	o := s.turnOf(ev.Response.ID)
	if o == nil {
		return
	}
	r, t := ev.Response, o.call.Turn
	t.Status = r.Status
	if t.Model == "" {
		t.Model = r.Model
	}
	switch {
	case r.StatusDetails != nil && r.StatusDetails.Reason != "":
		t.Reason = r.StatusDetails.Reason
	case r.Incomplete != nil:
		t.Reason = r.Incomplete.Reason
	case r.Error != nil:
		t.Reason = r.Error.Code
	}
	if u := r.Usage; u != nil {
		t.Input, t.Output = orUnknown(u.Input), orUnknown(u.Output)
	}
	if d := m.at - o.call.At - o.call.First; o.call.Items > 0 && t.Output > 0 && d > 0 {
		t.Rate = float64(t.Output) / (float64(d) / 1e9)
	}
	state := Answered
	switch r.Status {
	case "cancelled":
		state = Cancelled
	case "failed":
		state = Failed
	}
	e.finish(s, o, m, state)
}

func orUnknown(n *int64) int64 {
	if n == nil {
		return -1
	}
	return *n
}
