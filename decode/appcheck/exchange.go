package appcheck

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode/payload"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
)

const (
	// maxOpen is how many requests of a session wait at most: the session is not judged if there are more.
	maxOpen = 1 << 13
	// maxKey is how long a key is at most; longer ones are not followed.
	maxKey = 256
	// maxStray is how many answers to nothing are kept, in case that their requests were captured after them.
	maxStray = 64
	// early is by how much an answer may have been captured before its request.
	early = capture.Time(10e6)
	// second is the shortest time after which a missing answer means anything.
	second = capture.Time(1e9)
)

// place is a message.
type place struct {
	n   int
	dir ws.Dir
	at  ws.Stamp
}

// key tells the exchanges of a session apart.
type key struct {
	client bool
	key    string
}

// asked is a request that waits.
type asked struct {
	place
	rule   *rule.Rule
	source string
	what   string
	// begun says that a part of the answer came; cancelled that the asker took the request back.
	begun, cancelled bool
}

// exchanges are the requests of a session.
type exchanges struct {
	open map[key]asked
	// stray are answers to nothing.
	stray map[key]note
	// slowest is the longest that an answer took.
	slowest capture.Time
	// much says that there was more than is followed.
	much  bool
	reuse []note
	lost  []note // answers to nothing that no request came after
}

// note is something to be reported.
type note struct {
	place
	protocol, what string
}

// packet takes what a packet says.
func (x *exchanges) packet(a *payload.App, at place) {
	if a.Role == payload.Alone {
		return
	}
	if len(a.Key) > maxKey {
		x.much = true
		return
	}
	k := key{a.AskedByClient, a.Key}
	if a.Role == payload.Request {
		x.ask(k, a, at)
		return
	}
	q, ok := x.open[k]
	switch {
	case !ok:
		x.strays(k, a, at)
	case a.Role == payload.Item && !a.Error:
		q.begun = true
		x.open[k] = q
	case a.Role == payload.Cancel:
		q.cancelled = true // it may be answered all the same
		x.open[k] = q
	default:
		x.slowest = max(x.slowest, at.at.Time-q.at.Time)
		delete(x.open, k)
	}
}

func (x *exchanges) ask(k key, a *payload.App, at place) {
	if s, ok := x.stray[k]; ok {
		delete(x.stray, k)
		if at.at.Time-s.at.Time < early {
			return
		}
		x.lost = append(x.lost, s)
	}
	if q, ok := x.open[k]; ok && fresh(a) && !q.cancelled && len(x.reuse) < maxStray {
		x.reuse = append(x.reuse, note{at, a.Protocol, fmt.Sprintf("%s is the id of message %d, which waits for its answer", quote(a.ID), q.n)})
	}
	if len(x.open) >= maxOpen {
		x.much = true
		return
	}
	if x.open == nil {
		x.open = map[key]asked{}
	}
	q := asked{place: at, rule: rule.AppUnanswered, source: source(a), what: cmp.Or(a.Name, a.Topic, a.Event)}
	switch {
	case a.Protocol == "mqtt" && a.Event == "PUBLISH":
		q.rule = rule.MQTTUnacknowledged
	case a.Protocol == "stomp" && a.Also["receipt"] != nil:
		q.rule, q.what = rule.StompReceipt, a.Event
	}
	x.open[k] = q
}

// strays takes an answer to nothing.
func (x *exchanges) strays(k key, a *payload.App, at place) {
	if !known(a) {
		return
	}
	if s, ok := x.stray[k]; ok && len(x.lost) < maxStray {
		x.lost = append(x.lost, s)
	}
	if x.stray == nil {
		x.stray = map[key]note{}
	}
	if len(x.stray) < maxStray {
		x.stray[k] = note{at, a.Protocol, a.ID}
	}
}

// group is what one rule says of one side.
type group struct {
	rule   *rule.Rule
	dir    ws.Dir
	source string
}

// unanswered are the requests without an answer that waited long enough before the end, first those that were sent first.
func (x *exchanges) unanswered(end capture.Time, find func(*rule.Rule, place, string)) {
	groups := map[group][]asked{}
	patience := max(3*x.slowest, second)
	for _, q := range x.open {
		if q.source == "" || q.begun || q.cancelled || end-q.at.Time < patience {
			continue
		}
		g := group{q.rule, q.dir, q.source}
		groups[g] = append(groups[g], q)
	}
	order := slices.SortedFunc(maps.Keys(groups), func(a, b group) int {
		return cmp.Or(cmp.Compare(a.rule.ID, b.rule.ID), cmp.Compare(a.dir, b.dir), cmp.Compare(a.source, b.source))
	})
	for _, g := range order {
		list := groups[g]
		first := slices.MinFunc(list, func(a, b asked) int { return cmp.Compare(a.n, b.n) })
		unit, missing := missingWords(g.rule)
		detail := fmt.Sprintf("%s without %s, the first %s in message %d, %s before the end", show.Count(len(list), unit), missing,
			quote(first.what), first.n, show.Duration(end-first.at.Time))
		if g.rule == rule.AppUnanswered {
			detail += " (" + g.source + ")"
		}
		find(g.rule, first.place, detail)
	}
}

// missingWords are what was sent, and what did not come.
func missingWords(r *rule.Rule) (unit, missing string) {
	switch r {
	case rule.MQTTUnacknowledged:
		return "publication", "its acknowledgement"
	case rule.StompReceipt:
		return "frame", "its receipt"
	}
	return "request", "an answer"
}

// ids reports ids that were used twice, and answers to nothing.
func (x *exchanges) ids(find func(*rule.Rule, place, string)) {
	if len(x.reuse) > 0 {
		n := x.reuse[0]
		find(rule.AppIDReused, n.place, n.protocol+": "+n.what+more(len(x.reuse)))
	}
	if x.lost = slices.AppendSeq(x.lost, maps.Values(x.stray)); len(x.lost) > 0 {
		n := slices.MinFunc(x.lost, func(a, b note) int { return cmp.Compare(a.n, b.n) })
		find(rule.AppReplyUnknown, n.place, fmt.Sprintf("%s: no request with the id %s waits%s", n.protocol, quote(n.what), more(len(x.lost))))
	}
}

// quote is a text from the wire, shortened.
func quote(s string) string {
	const most = 60
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "..."
	}
	return strconv.Quote(s)
}

// more says that there are more than the one that is told.
func more(n int) string {
	switch {
	case n < 2:
		return ""
	case n >= maxStray:
		return fmt.Sprintf("; %d or more in all", maxStray)
	}
	return fmt.Sprintf("; %d in all", n)
}
