package doc

import (
	"strconv"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/payload"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/tui/draw"
)

// maxSaid is how many packets of a message are described above its payload.
const maxSaid = 8

// addSaid says what the packets of a message are: protocol, kind, name, and which message they answer.
func addSaid(r *draw.Rich, th *draw.Theme, session int, said []payload.App) {
	for i := range said {
		if i == maxSaid {
			r.Add(2, th.Dim.Of("and "+show.Count(int64(len(said)-i), "more packet")))
			return
		}
		a := &said[i]
		st := th.Plain
		if a.Error {
			st = th.Bad
		}
		r.Add(2, th.Dim.Of(show.Inert(a.Protocol)+" "), st.Of(show.Inert(a.Event)+" "), th.Bold.Of(show.Inert(a.Name)), th.Dim.Of(whereTo(a, session)))
	}
}

// whereTo is what else a person looks for: topic, id, what is answered and how long that took.
func whereTo(a *payload.App, session int) (s string) {
	for _, w := range []struct{ before, text string }{{" in ", a.Namespace}, {" on ", a.Topic}, {" #", a.ID}} {
		if w.text != "" {
			s += w.before + show.Inert(w.text)
		}
	}
	if a.ReplyTo > 0 {
		s += ", answers " + strconv.Itoa(session) + ":" + strconv.FormatInt(a.ReplyTo, 10) + " after " + show.ShortDuration(capture.Time(a.Took))
	}
	return s
}

// saidJSON is what the packets of a message carry, as JSON; nil if that is nothing.
func saidJSON(said []payload.App) []byte {
	var args []any
	for i := range said {
		if said[i].Args != nil {
			args = append(args, said[i].Args)
		}
	}
	switch len(args) {
	case 0:
		return nil
	case 1:
		return export.AppendArgs(nil, args[0])
	}
	return export.AppendArgs(nil, args)
}
