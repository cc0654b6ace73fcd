package calls

import (
	"maps"
	"slices"
	"strings"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode/jsontext"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
)

const (
	// firstLook is after how many messages of a family the field that pairs is looked for first, lastLook last; each time in
	// between there are twice as many.
	firstLook, lastLook = 8, 2048
	// maxHeldText is how long a message is at most that the field is looked for in, maxHeld how many bytes of them a family keeps.
	maxHeldText, maxHeld = 16 << 10, 4 << 20
	// maxFamilies is how many families there are at most; further sessions share one.
	maxFamilies = 64
)

// family is the sessions with the same path: they pair in the same way.
type family struct {
	target string
	// pair is how they pair, nil if it is not known yet or nothing pairs; settled says that it is not looked for any more.
	pair    *Pair
	settled bool
	held    []held
	bytes   int
	next    int
	// messages counts the messages of JSON that no protocol claimed.
	messages int
}

// held is a message that waits until the field is found, or the end of its session (isDone).
type held struct {
	s      *session
	m      message
	text   []byte
	isDone bool
}

// message is what a call has of a message.
type message struct {
	n, packet int
	dir       ws.Dir
	at        capture.Time
	passes    bool
}

// familyOf is the family of a session whose request was for target.
func (e *Engine) familyOf(target string) *family {
	target, _, _ = strings.Cut(target, "?")
	f := e.families[target]
	if f == nil {
		if len(e.families) >= maxFamilies {
			target = ""
		}
		if f = e.families[target]; f == nil {
			f = &family{target: target, next: firstLook}
			e.families[target] = f
		}
	}
	return f
}

// jsonStart is where the object or array of a text starts, -1 if the text is not JSON.
func jsonStart(p []byte) int {
	i := jsontext.Space(p, 0)
	if i >= len(p) || p[i] != '{' && p[i] != '[' {
		return -1
	}
	return i
}

// plain takes a message that no protocol claims.
func (e *Engine) plain(s *session, m message, text []byte) {
	i := jsonStart(text)
	if e.opt.NoPlain || i < 0 {
		return
	}
	f := s.family
	f.messages++
	switch {
	case f.pair != nil:
		e.paired(s, f.pair, m, text, i)
	case f.settled || len(text) > maxHeldText:
	default:
		f.held = append(f.held, held{s: s, m: m, text: append([]byte(nil), text...)})
		if f.bytes += len(text); len(f.held) >= f.next || f.bytes > maxHeld {
			f.next *= 2
			e.settle(f, len(f.held) >= lastLook || f.bytes > maxHeld)
		}
	}
}

// settle looks for the field that pairs f. If it is the last time, or the field is found, what was held is taken.
func (e *Engine) settle(f *family, last bool) {
	samples := make([]sample, 0, len(f.held))
	for i := range f.held {
		if h := &f.held[i]; !h.isDone && !h.s.claimed {
			samples = append(samples, sample{h.s.info.N, h.m.dir, h.text})
		}
	}
	f.pair = findPair(samples, e.opt.Pair, !last)
	if f.pair == nil && last && e.opt.Pair != nil && len(samples) > 0 {
		given := *e.opt.Pair // nothing is answered: the client is the one that asks
		given.Asks[ws.C2S] = true
		f.pair = &given
	}
	if f.pair == nil && !last {
		return
	}
	f.settled = true
	taken := f.held
	f.held, f.bytes = nil, 0
	for i := range taken {
		switch h := &taken[i]; {
		case h.isDone:
			e.endOpen(h.s)
		case f.pair != nil && !h.s.claimed:
			e.paired(h.s, f.pair, h.m, h.text, jsonStart(h.text))
		}
	}
}

// paired takes a message of JSON whose outermost value starts at i.
func (e *Engine) paired(s *session, p *Pair, m message, text []byte, i int) {
	at := p.look(text, i)
	if at.reply != nil {
		if o := s.open[1-m.dir][string(at.reply)]; o != nil {
			state := Answered
			if at.failed {
				state = Failed
			}
			e.finish(s, o, m, state)
			return
		}
	}
	if at.request == nil || !p.Asks[m.dir] {
		return
	}
	key := string(at.request)
	o := e.begin(s, m, key)
	o.call.Protocol, o.call.Pair = "json", p
	o.call.Name, o.call.ID = e.name(at.name), unquotedKey(key)
}

// Pairs says in a sentence each how the JSON of which path is paired, and where no field was found.
func (e *Engine) Pairs() (out []string) {
	for _, target := range slices.Sorted(maps.Keys(e.families)) {
		f := e.families[target]
		where := ""
		if target != "" && len(e.families) > 1 {
			where = target + ": "
		}
		switch {
		case f.pair != nil && f.pair.Found:
			out = append(out, where+"JSON is paired by "+f.pair.String()+", which was found in the data")
		case f.pair != nil:
			out = append(out, where+"JSON is paired by "+f.pair.String())
		case f.settled && f.messages > 1 && !e.opt.NoPlain:
			out = append(out, where+"no field pairs requests and replies in "+show.Count(int64(f.messages), "message")+" of JSON")
		}
	}
	return out
}
