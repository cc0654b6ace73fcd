package check

import (
	"slices"
	"strings"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/appcheck"
	"github.com/wspeek/wspeek/decode/apps"
	"github.com/wspeek/wspeek/decode/payload"
	"github.com/wspeek/wspeek/decode/ws"
)

// maxPolled is how many sessions of the polling transport are remembered.
const maxPolled = 1 << 10

// polled are the promises that Engine.IO's polling transport made, by the name of the session.
type polled map[string][]payload.Promise

// poll takes a body of the polling transport: what opens a session says how it beats.
func (r *Run) poll(p *decode.Poll) {
	if r.Apps == nil || p.Dir == ws.C2S || p.Cut {
		return
	}
	t := payload.PolledTarget(p.Target)
	body, ok := payload.Inflate(p.Coding, p.Body)
	if !ok || t.SID != "" {
		return
	}
	if body, ok = t.PolledBody(false, body); !ok {
		return
	}
	messages, _ := payload.PolledMessages(t.Version, strings.Contains(p.Type, "octet-stream"), body)
	sid := apps.Opened(messages)
	if sid == "" {
		return
	}
	if r.polled == nil || len(r.polled) >= maxPolled {
		r.polled = polled{}
	}
	r.polled[sid] = promised(p.Target, &messages[0])
}

// promised is what a packet over the polling transport promises.
func promised(target string, m *payload.Message) (out []payload.Promise) {
	o := payload.Opening{Target: strings.Replace(target, "transport=polling", "transport=websocket", 1)}
	reader := payload.NewReader(o, payload.ReaderOptions{Force: payload.Find("socket.io"), Brief: true}, func(_ *payload.Message, found []payload.App) {
		for i := range found {
			out = append(out, found[i].Promised...)
		}
	})
	reader.Push(m)
	return slices.Clone(out)
}

// application gives a message to what follows its application protocol.
func (w *SessionCheck) application(r *Run, m *ws.Message) {
	if r.Apps == nil || w.info == nil || !w.info.HandshakeSeen {
		return
	}
	if w.app == nil {
		w.app = appcheck.New(apps.Opening(w.info), *r.Apps)
		if t := payload.PolledTarget(w.info.Path); t.SID != "" && t.Version != "" {
			w.app.Polled(r.polled[t.SID], ws.Stamp{Packet: w.info.Answered, Time: w.info.Opened})
		}
	}
	w.app.Message(m)
}

// applicationFindings are the notes on the session's application protocol.
func (w *SessionCheck) applicationFindings(r *Report) []ws.Finding {
	if w.app == nil || w.doubt || r.Verdict.Doubt != "" || r.Session.Missing > 0 {
		return nil
	}
	return w.app.Findings(w.over(r.Session))
}

// over is when nothing more was to come from the applications: the first Close frame, else the end.
func (w *SessionCheck) over(s *decode.Session) capture.Time {
	end := w.end(s)
	for d := range w.closes {
		if c := &w.closes[d]; c.seen {
			end = min(end, c.at.Time)
		}
	}
	return end
}
