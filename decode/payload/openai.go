package payload

import (
	"strings"

	"github.com/wspeek/wspeek/decode/jsontext"
)

var openAIRow = Protocol{
	Name: "OpenAI Realtime and Responses", ID: "openai", Tokens: []string{"realtime"},
	Evidence:  "the path is /v1/realtime or /v1/responses, or the first messages are session.created, session.update or response.create",
	Decodes:   "events of both sides; responses with their items, deltas and ends; errors with the event that they are about",
	Spec:      "platform.openai.com/docs/api-reference, Realtime and Responses",
	Recognise: recogniseOpenAI,
	Begin:     beginWith(decodeOpenAI),
}

func recogniseOpenAI(o *Opening, first []Message) Certainty {
	path, _, _ := strings.Cut(o.Target, "?")
	named := strings.HasSuffix(path, "/realtime") || strings.HasSuffix(path, "/v1/responses")
	for i := range first {
		x, ok := object(first[i].Payload)
		t := str(x.Get("type"))
		switch {
		case !ok || !isOpenAIType(t):
			return No
		case named, isObject(x.Get("session")) && strings.HasPrefix(t, "session."),
			isObject(x.Get("response")) && isString(member(x.Get("response"), "id")):
			return Yes
		}
	}
	return Maybe
}

// openAITypes are what the types of events start with.
var openAITypes = []string{"session.", "response.", "conversation.", "input_audio_buffer.", "output_audio_buffer.", "transcription_session.", "rate_limits.", "mcp_list_tools."}

func isOpenAIType(t string) bool {
	for _, p := range openAITypes {
		if strings.HasPrefix(t, p) {
			return true
		}
	}
	return t == "error"
}

// openAIReplies says which event of the server answers which of the client.
var openAIReplies = map[string]string{
	"session.updated": "session.update", "transcription_session.updated": "transcription_session.update", "conversation.item.deleted": "conversation.item.delete",
	"conversation.item.truncated": "conversation.item.truncate", "conversation.item.retrieved": "conversation.item.retrieve",
	"input_audio_buffer.committed": "input_audio_buffer.commit", "input_audio_buffer.cleared": "input_audio_buffer.clear",
	"conversation.item.created": "conversation.item.create", "conversation.item.added": "conversation.item.create",
	"response.done": "response.create", "response.completed": "response.create", "response.failed": "response.create", "response.incomplete": "response.create",
}

// openAIAsks are the events of the client that are answered.
var openAIAsks = []string{
	"session.update", "transcription_session.update", "conversation.item.create", "conversation.item.delete", "conversation.item.truncate",
	"conversation.item.retrieve", "input_audio_buffer.commit", "input_audio_buffer.clear", "response.create",
}

func decodeOpenAI(m *Message, out []App) []App {
	o, ok := object(m.Payload)
	a := App{Event: str(o.Get("type"))}
	if !ok || !isOpenAIType(a.Event) {
		return out
	}
	a.ID = str(o.Get("event_id"))
	response := orElse(str(o.Get("response_id")), str(member(o.Get("response"), "id")))
	a.set("response_id", response)
	a.set("item_id", str(o.Get("item_id")))
	asked := openAIReplies[a.Event]
	switch {
	case a.Event == "error":
		a.Error = true
	case m.FromClient && in(openAIAsks, a.Event):
		a.begins(m, a.Event)
	case m.FromClient && a.Event == "response.cancel":
		a.Role, a.Key, a.AskedByClient = Cancel, "response.create", true
	case asked != "" && !m.FromClient:
		a.answers(m, Reply, asked)
	case strings.HasPrefix(a.Event, "response.") && !m.FromClient:
		a.answers(m, Item, "response.create")
	}
	if s := str(member(o.Get("response"), "status")); s == "failed" {
		a.Error = true
	}
	if !m.Brief {
		a.tellOpenAI(m, &o)
	}
	return append(out, a)
}

// tellOpenAI sets Args and Summary. Audio is long and in base64: the summary says how long.
func (a *App) tellOpenAI(m *Message, o *jsontext.Shallow) {
	a.Args = own(m.Payload)
	switch delta := str(o.Get("delta")); {
	case a.Error:
		a.Summary = a.Event + ": " + errorWords(orNil(o.Get("error"), member(o.Get("response"), "status_details"), o.Get("response")))
	case strings.Contains(a.Event, "audio") && !strings.Contains(a.Event, "transcript") && (delta != "" || o.Get("audio") != nil):
		a.Summary = line(a.Event, decimal(3*len(orElse(delta, str(o.Get("audio"))))/4), "bytes of audio")
	case delta != "":
		a.Summary = line(a.Event, quoted(delta))
	default:
		a.Summary = a.Event
		for _, k := range []string{"transcript", "text", "item", "response", "session", "part", "rate_limits", "arguments"} {
			if v := o.Get(k); v != nil {
				a.Summary = line(a.Event, brief(v))
				break
			}
		}
	}
}
