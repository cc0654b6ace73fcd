package diff

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"

	"github.com/wspeek/wspeek/decode/apps"
	"github.com/wspeek/wspeek/decode/payload"
	"github.com/wspeek/wspeek/decode/ws"
)

// Messages of a known application protocol are aligned by what they say: by event, name and topic. The ids that tie requests and answers
// (packet identifiers, acknowledgement numbers, message ids) are the protocol's, and differ on every run.

const (
	// partEvent is the event of a message that holds a part of a packet only.
	partEvent = "part"
	// sameName is what the same event, name and topic count for where the rest differs, otherName what is left of a similarity if they
	// differ.
	sameName, otherName = 0.3, 0.6
)

// read sets what the messages say; nil for those that say nothing.
func (s *Side) read() {
	s.said = make([][]payload.App, len(s.Messages))
	at := 0
	given := make([]int, 0, len(s.Messages))
	r := payload.NewReader(apps.Opening(s.Info), payload.ReaderOptions{}, func(_ *payload.Message, found []payload.App) {
		if at < len(given) && len(found) > 0 {
			s.said[given[at]] = append([]payload.App(nil), found...)
		}
		at++
	})
	for i := range s.Messages {
		m := &s.Messages[i]
		if m.Opcode != ws.OpText && m.Opcode != ws.OpBinary || m.State == ws.Undecodable {
			continue
		}
		given = append(given, i)
		in := apps.Message(m)
		in.N = int64(i + 1)
		r.Push(&in)
	}
	r.Settle()
}

// idsOf are the ids of a message, without what is none.
func idsOf(said []payload.App) (ids []string) {
	for i := range said {
		if id := said[i].ID; id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}

// isID reports whether a text is one of ids.
func isID(ids []string, s []byte) bool {
	for _, id := range ids {
		if id == string(s) {
			return true
		}
	}
	return false
}

// nameOf is what a message is aligned by, 0 if it says nothing.
func nameOf(said []payload.App) (h uint64) {
	for i := range said {
		a := &said[i]
		if a.Event == partEvent {
			continue
		}
		for _, s := range [...]string{a.Protocol, a.Event, a.Name, a.Topic, a.Namespace} {
			h = mix(hashBytes(h+1, []byte(s)), uint64(len(s)))
		}
	}
	return h
}

// saidHash is of what a message says but for its ids; ok is false if it says nothing, or not all of it.
func saidHash(said []payload.App) (h uint64, ok bool) {
	for i := range said {
		a := &said[i]
		if a.Event == partEvent {
			return 0, false
		}
		args, err1 := json.Marshal(a.Args)
		also, err2 := json.Marshal(a.Also)
		if err1 != nil || err2 != nil {
			return 0, false
		}
		h = hashBytes(hashBytes(mix(nameOf(said[i:i+1]), h), args), also)
	}
	return h, len(said) > 0
}

// equalButIDs reports whether two messages say the same, but for the ids.
func equalButIDs(a, b []payload.App) bool {
	if len(a) != len(b) || len(a) == 0 {
		return false
	}
	ids := false
	for i := range a {
		x, y := a[i], b[i]
		ids = ids || x.ID != y.ID
		if x.Protocol == "" || x.Event == partEvent || x.Protocol != y.Protocol || x.Version != y.Version || x.Event != y.Event || x.Name != y.Name ||
			x.Topic != y.Topic || x.Namespace != y.Namespace || x.Error != y.Error || !reflect.DeepEqual(x.Args, y.Args) || !reflect.DeepEqual(x.Also, y.Also) {
			return false
		}
	}
	return ids
}

// withoutID is a protocol's prefix of JSON without the id at its end: 42/admin, of 42/admin,17.
func withoutID(prefix []byte, ids []string) []byte {
	for _, id := range ids {
		if rest, ok := bytes.CutSuffix(prefix, []byte(id)); ok && isDigits(id) {
			return rest
		}
	}
	return prefix
}

func isDigits(s string) bool {
	_, err := strconv.ParseUint(s, 10, 64)
	return err == nil
}

// sameID reports whether two texts are the ids of their messages, and counts that.
func (c *comparer) sameID(a, b []byte) bool {
	if c.w.opt.Strict || !isID(c.idsA, a) || !isID(c.idsB, b) {
		return false
	}
	c.uses.class(classID)
	return true
}

// samePrefix reports whether what a protocol writes before its JSON is the same but for the id, and counts that.
func (c *comparer) samePrefix(a, b []byte) bool {
	if c.w.opt.Strict || !bytes.Equal(withoutID(a, c.idsA), withoutID(b, c.idsB)) {
		return false
	}
	c.uses.class(classID)
	return true
}

// spoken compares binary messages by what they say; ok is false where that is not known of both.
func (c *comparer) spoken(a, b []payload.App) (ok bool) {
	if c.w.opt.Strict || len(a) != 1 || len(b) != 1 || a[0].Event == partEvent || b[0].Event == partEvent || a[0].Protocol != b[0].Protocol {
		return false
	}
	x, y, before := &a[0], &b[0], len(c.row.Changes)
	for _, f := range [...]struct{ name, a, b string }{
		{"event", x.Event, y.Event}, {"name", x.Name, y.Name}, {"topic", x.Topic, y.Topic}, {"namespace", x.Namespace, y.Namespace},
	} {
		if f.a != f.b {
			c.change(both(f.name, strconv.Quote(f.a), strconv.Quote(f.b)))
		}
	}
	for _, f := range [...]struct {
		name string
		a, b any
	}{{"args", x.Args, y.Args}, {"also", x.Also, y.Also}} {
		if !reflect.DeepEqual(f.a, f.b) {
			c.change(both(f.name, asJSON(f.a), asJSON(f.b)))
		}
	}
	if x.ID != y.ID {
		c.uses.class(classID)
	}
	return len(c.row.Changes) > before
}

// maxArgs is how long a value of a change is at most, in bytes.
const maxArgs = 200

func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return "?"
	}
	if len(b) > maxArgs {
		return strings.ToValidUTF8(string(b[:maxArgs]), "") + "..."
	}
	return string(b)
}

// named is a similarity with what two messages say taken in.
func (t *matcher) named(s float32, i, j int) float32 {
	a, b := nameOf(t.a.side.saidOf(t.ia[i])), nameOf(t.b.side.saidOf(t.ib[j]))
	switch {
	case a == 0 && b == 0:
		return s
	case a != b:
		return s * otherName
	}
	return max(s, enough+sameName*s)
}

func (s *Side) saidOf(i int) []payload.App {
	if i < len(s.said) {
		return s.said[i]
	}
	return nil
}

// beat reports whether message i only keeps the connection alive.
func (s *Side) beat(i int) bool {
	m := &s.Messages[i]
	switch {
	case m.Opcode == ws.OpPing || m.Opcode == ws.OpPong:
		return true
	case len(s.saidOf(i)) > 0:
		return payload.Beats(s.said[i])
	}
	return m.Opcode == ws.OpText && whole(m) && payload.Heartbeat(payload.Text, m.Payload)
}
