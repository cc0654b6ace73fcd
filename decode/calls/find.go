package calls

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/wspeek/wspeek/decode/jsontext"
	"github.com/wspeek/wspeek/decode/ws"
)

const (
	// maxID is how long a value that ties reply and request is at most, in bytes.
	maxID = 128
	// maxLeaves is how many values of a message are looked at, maxNesting how deep.
	maxLeaves, maxNesting = 48, 4
	// maxIndex is from which element on arrays are not looked into.
	maxIndex = 8
	// sure is from how many matches on a field is taken without waiting for more messages.
	sure = 8
)

// sample is a message that the field is looked for in.
type sample struct {
	session int
	dir     ws.Dir
	text    []byte
}

// route is a field and the side that sends it.
type route struct {
	path int
	dir  ws.Dir
}

// tally counts what was seen on a route: messages with a value there, different values of a session, and texts among these.
type tally struct{ messages, distinct, texts int }

// place is one value on one route in one session: how often it was seen, and in which sample first.
type place struct {
	route
	count, first int
}

// valueIn is a value in a session.
type valueIn struct {
	session int
	value   string
}

// maxPlaces is on how many routes one value of a session is followed.
const maxPlaces = 16

// finder looks for the field that pairs requests and replies.
type finder struct {
	paths   []string
	pathOf  map[string]int
	tallies map[route]*tally
	values  map[valueIn][]place
	// matches counts, for a route of requests and a path of replies, values that were sent once and returned once.
	matches map[[2]route]int
	text    []byte
	left    int
}

// candidate is a pair of routes with what speaks for it.
type candidate struct {
	ask, reply   route
	matches, rev int
	score        float64
	given        bool
}

// findPair looks for the field that pairs the samples; only, if it is not nil, is the one that is asked for. The result is nil
// if there is none; early asks for more certainty.
func findPair(samples []sample, only *Pair, early bool) *Pair {
	f := &finder{pathOf: map[string]int{}, tallies: map[route]*tally{}, values: map[valueIn][]place{}, matches: map[[2]route]int{}}
	for i := range samples {
		f.add(i, &samples[i])
	}
	f.match()
	var best *candidate
	for k, n := range f.matches {
		c := &candidate{ask: k[0], reply: k[1], matches: n, rev: f.matches[[2]route{k[1], k[0]}]}
		c.given = only != nil
		if c.given && (f.paths[c.ask.path] != only.Request.text || f.paths[c.reply.path] != only.Reply.text) {
			continue
		}
		if f.judge(c, early) && (best == nil || f.better(c, best)) {
			best = c
		}
	}
	if best == nil {
		return nil
	}
	return f.pair(best, only)
}

// pair makes the Pair of a candidate.
func (f *finder) pair(c *candidate, only *Pair) *Pair {
	p := &Pair{Found: only == nil}
	if only != nil {
		p.Request, p.Reply = only.Request, only.Reply
	} else {
		p.Request, _ = ParsePath(f.paths[c.ask.path])
		p.Reply, _ = ParsePath(f.paths[c.reply.path])
	}
	p.Asks[c.ask.dir] = true
	if back := f.matches[[2]route{{c.ask.path, c.reply.dir}, {c.reply.path, c.ask.dir}}]; back >= 2 || back > 0 && only != nil {
		p.Asks[c.reply.dir] = true
	}
	return p
}

// add takes in the values of a sample.
func (f *finder) add(i int, s *sample) {
	at := jsontext.Space(s.text, 0)
	if at < len(s.text) {
		f.text, f.left = append(f.text[:0], '$'), maxLeaves
		f.walk(i, s, at, 0)
	}
}

// walk goes through the object or array that starts at i of the text.
func (f *finder) walk(n int, s *sample, i, depth int) {
	object := s.text[i] == '{'
	length := len(f.text)
	i = jsontext.Space(s.text, i+1)
	for k := 0; i >= 0 && f.left > 0 && (object || k < maxIndex); k++ {
		at, name := i, []byte(nil)
		if object {
			if name, at = jsontext.Member(s.text, i); at >= 0 {
				name = jsontext.Inner(name)
			}
		}
		end := jsontext.Value(s.text, at)
		if end < 0 {
			return
		}
		if len(name) <= maxID && (!object || len(name) > 0 && bytes.IndexByte(name, '\\') < 0) {
			f.text = appendStep(f.text[:length], name, k)
			f.value(n, s, at, end, depth)
		}
		i = jsontext.Next(s.text, end)
	}
	f.text = f.text[:length]
}

func (f *finder) value(n int, s *sample, at, end, depth int) {
	v := s.text[at:end]
	switch {
	case v[0] == '{' || v[0] == '[':
		if depth+1 < maxNesting {
			f.walk(n, s, at, depth+1)
		}
		return
	case !isID(v):
		return
	}
	f.left--
	path, ok := f.pathOf[string(f.text)]
	if !ok {
		path = len(f.paths)
		f.paths = append(f.paths, string(f.text))
		f.pathOf[f.paths[path]] = path
	}
	f.count(n, s, route{path, s.dir}, v)
}

func (f *finder) count(n int, s *sample, r route, v []byte) {
	t := f.tallies[r]
	if t == nil {
		t = &tally{}
		f.tallies[r] = t
	}
	t.messages++
	key := valueIn{s.session, string(v)}
	places := f.values[key]
	for i := range places {
		if places[i].route == r {
			places[i].count++
			return
		}
	}
	t.distinct++
	if v[0] == '"' {
		t.texts++
	}
	if len(places) < maxPlaces {
		f.values[key] = append(places, place{r, 1, n})
	}
}

// match counts the values that one side sent once and the other returned once.
func (f *finder) match() {
	for _, places := range f.values {
		for i := range places {
			for k := range places {
				a, b := &places[i], &places[k]
				if a.dir != b.dir && a.count == 1 && b.count == 1 && a.first < b.first {
					f.matches[[2]route{a.route, b.route}]++
				}
			}
		}
	}
}

// judge reports whether enough speaks for c, and sets its score.
func (f *finder) judge(c *candidate, early bool) bool {
	if c.given {
		return !early || c.matches >= 3
	}
	ask := f.tallies[c.ask]
	known := isKnownID(f.paths[c.ask.path])
	same, texts := c.ask.path == c.reply.path, 2*ask.texts > ask.distinct
	if f.contradicted(c, known, same, texts) {
		return false
	}
	plain := known && same && c.matches >= 3 && 10*c.matches >= 8*ask.distinct
	if early && c.matches < sure && !plain {
		return false
	}
	c.score = float64(c.matches) * (1 - 0.02*float64(strings.Count(f.paths[c.ask.path]+f.paths[c.reply.path], ".")))
	for _, more := range []struct {
		by   float64
		when bool
	}{{1.5, known}, {1.25, same}, {1.1, texts}} {
		if more.when {
			c.score *= more.by
		}
	}
	return true
}

// contradicted reports whether too much speaks against c: too few values are returned, the same one is sent again, the other side has
// values of its own there, or both sides only count.
func (f *finder) contradicted(c *candidate, known, same, texts bool) bool {
	ask, reply := f.tallies[c.ask], f.tallies[c.reply]
	usual := known && same
	switch {
	case c.matches < 2 || c.matches < 3 && !known, 2*c.matches < ask.distinct:
		return true
	case 10*ask.distinct < 9*ask.messages:
		return true
	case 2*c.matches < reply.messages && !usual:
		return true
	}
	return !texts && 10*c.rev > c.matches
}

// better reports whether more speaks for c than for d; never for equal ones.
func (f *finder) better(c, d *candidate) bool {
	return cmp.Or(cmp.Compare(c.score, d.score), cmp.Compare(c.matches, d.matches), cmp.Compare(d.ask.dir, c.ask.dir),
		cmp.Compare(f.paths[d.ask.path], f.paths[c.ask.path]), cmp.Compare(f.paths[d.reply.path], f.paths[c.reply.path])) > 0
}

// knownIDs are what fields that pair are called, in small letters and without _ and -.
var knownIDs = []string{"id", "requestid", "reqid", "rid", "msgid", "messageid", "mid", "correlationid", "corrid", "corr", "cid", "callid",
	"seq", "seqid", "sequence", "ref", "txid", "transactionid", "transaction", "nonce", "tag", "uuid", "guid", "invocationid", "commandid", "cmdid", "ack", "ackid"}

// isKnownID reports whether the last name of a path is one of a field that pairs.
func isKnownID(path string) bool {
	p, err := ParsePath(path)
	if err != nil {
		return false
	}
	name := strings.NewReplacer("_", "", "-", "").Replace(strings.ToLower(p.last()))
	return slices.Contains(knownIDs, name)
}
