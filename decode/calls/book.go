package calls

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/trace"
	"github.com/wspeek/wspeek/decode/ws"
)

// maxRows is how many calls that have ended are kept; of more, the older half is dropped.
const maxRows = 1 << 20

// bookStep is how many messages Read reads.
const bookStep = 32

// Row is a call, packed.
type Row struct {
	At, Took capture.Time
	Session  int32
	// Request and Reply are numbers of messages, Reply 0 for none; Name is an index of List.Names.
	Request, Reply, Name int32
	Items                int32
	State                State
	HasTook              bool
	Dir                  ws.Dir
	// First is the time to the first of Items. Turn is what else is known of a turn of a language model, nil for all else; it is not
	// changed.
	First capture.Time
	Turn  *Turn
}

// maxTurnTexts is how many bytes of the text of all turns a Book keeps; later turns are without.
const maxTurnTexts = 32 << 20

// nameKey is a protocol and a name.
type nameKey struct{ Protocol, Name string }

// Book has the calls of a Trace, as far as that was read. It belongs to one goroutine; the Lists that it makes may go to others, since
// what they have is never changed.
type Book struct {
	engine *Engine
	// next is the first message that was not read, given the newest snapshot of each session.
	next     int
	given    map[int]*decode.Session
	rows     []Row
	waiting  []Row
	names    []nameKey
	nameOf   map[nameKey]int32
	finished bool
	message  ws.Message
	// texts is how many bytes of turns' texts are kept.
	texts int
}

// NewBook is an empty Book.
func NewBook() *Book {
	b := &Book{given: map[int]*decode.Session{}, nameOf: map[nameKey]int32{}}
	b.engine = New(Options{}, func(c *Call) {
		if len(b.rows) >= maxRows {
			b.rows = slices.Clone(b.rows[maxRows/2:])
		}
		b.rows = append(b.rows, b.row(c))
	})
	return b
}

// row packs a call.
func (b *Book) row(c *Call) Row {
	key := nameKey{c.Protocol, c.Name}
	n, ok := b.nameOf[key]
	if !ok {
		n = int32(len(b.names))
		b.names = append(b.names, key)
		b.nameOf[key] = n
	}
	return Row{At: c.At, Took: c.Took, Session: int32(c.Session.N), Request: int32(c.Request), Reply: int32(c.Reply), Name: n,
		Items: int32(c.Items), State: c.State, HasTook: c.HasTook, Dir: c.Dir, First: c.First, Turn: b.turn(c.Turn)}
}

// turn is a copy of a turn.
func (b *Book) turn(t *Turn) *Turn {
	if t == nil {
		return nil
	}
	own := *t
	if b.texts += len(t.Text); b.texts > maxTurnTexts {
		own.Text, own.TextCut = nil, len(t.Text) > 0
	}
	own.Text = bytes.Clone(own.Text)
	return &own
}

// Read reads the next messages of t. It reports whether there are more.
func (b *Book) Read(t *trace.Trace) (more bool) {
	m := &b.message
	for k := 0; k < bookStep && b.next < t.Len(); k++ {
		if n := t.MessageInto(b.next, m); n > 0 {
			b.session(t.Session(n))
			m.Payload, _ = t.Payload(b.next) // nil if it is no longer kept
			b.engine.Message(n, m, true)
		}
		b.next++
	}
	if b.next < t.Len() {
		return true
	}
	b.ended(t)
	return false
}

// Messages is how many messages were read.
func (b *Book) Messages() int { return b.next }

// Settle takes in that all was read that there is; done says that no more comes.
func (b *Book) Settle(done bool) {
	if done && !b.finished {
		b.finished = true
		b.engine.Finish()
	}
	b.waiting = nil
	b.engine.Waiting(func(c *Call) { b.waiting = append(b.waiting, b.row(c)) })
}

// ended gives the engine the last snapshots of sessions that have ended.
func (b *Book) ended(t *trace.Trace) {
	for n := range b.given {
		switch i := t.Session(n); {
		case i == nil: // it was dropped
			b.engine.Forget(n)
			delete(b.given, n)
		case i.TCP != nil:
			b.engine.Session(i)
			delete(b.given, n)
		}
	}
}

// session gives the engine the snapshot of a session before its first message; that of its end comes when all is read.
func (b *Book) session(i *decode.Session) {
	if i == nil || b.given[i.N] != nil {
		return
	}
	b.given[i.N] = i
	open := *i
	open.TCP = nil
	b.engine.Session(&open)
}

// Partner is the message that message n of a session answers, or by which it is answered; 0 if there is none.
func (b *Book) Partner(session, n int) int {
	for _, list := range [][]Row{b.rows, b.waiting} {
		for i := range list {
			switch r := &list[i]; {
			case int(r.Session) != session:
			case int(r.Request) == n:
				return int(r.Reply)
			case int(r.Reply) == n:
				return int(r.Request)
			}
		}
	}
	return 0
}

// Order is an order of calls.
type Order uint8

const (
	// BySlowest has the slowest first, those without a time last.
	BySlowest Order = iota
	// ByTrouble has errors first, then what has no reply, then what was cancelled; the slowest first within each.
	ByTrouble
	// AsTheyCame has the order of the requests.
	AsTheyCame
	// Orders is how many orders there are.
	Orders
)

var orderWords = [...]string{"slowest first", "errors and unanswered first", "as they came"}

// Look says which calls are shown: equal ones show the same.
type Look struct {
	// session is the only one, 0 for all; name is an index of names, -1 for all; bucket one of the histogram, -1 for all.
	Session, Name, Bucket int
	Order                 Order
}

// passes reports whether a call is shown.
func (k *Look) passes(r *Row) bool {
	return (k.Session == 0 || k.Session == int(r.Session)) && (k.Name < 0 || k.Name == int(r.Name)) &&
		(k.Bucket < 0 || r.HasTook && Bucket(r.Took) == k.Bucket)
}

// List is what a look shows. It is not changed once it is made.
type List struct {
	Look Look
	// Messages is how many messages had been read, Done says that no more come.
	Messages int
	Done     bool
	// All are the calls that were read, those that wait last; Shown are the indexes of those that pass, in order.
	All   []Row
	Shown []int32
	Names []nameKey
	// Total is of all names, Each of one, the slowest first, in the session that is looked at; nil if there is no call. Bars are their
	// histograms, that of Total first.
	Total *Summary
	Each  []*Summary
	Bars  [][Buckets]int64
	// Pairs are as Engine.Pairs has them.
	Pairs []string
}

// List makes the list of a look.
func (b *Book) List(k Look) *List {
	l := &List{Look: k, Messages: b.next, Done: b.finished, Names: b.names[:len(b.names):len(b.names)], Pairs: b.engine.Pairs()}
	l.All = b.rows[:len(b.rows):len(b.rows)]
	if len(b.waiting) > 0 {
		l.All = slices.Concat(l.All, b.waiting)
	}
	var keys []rowKey
	total, each := &Summary{}, make([]*Summary, len(l.Names))
	for i := range l.All {
		r := &l.All[i]
		if k.Session == 0 || k.Session == int(r.Session) {
			c := Call{Took: r.Took, HasTook: r.HasTook, State: r.State}
			total.Add(&c)
			if each[r.Name] == nil {
				each[r.Name] = &Summary{Protocol: l.Names[r.Name].Protocol, Name: l.Names[r.Name].Name}
			}
			each[r.Name].Add(&c)
		}
		if k.passes(r) {
			keys = append(keys, rowKey{k.Order.key(r), int32(i)})
		}
	}
	l.measure(total, each)
	slices.SortFunc(keys, func(a, b rowKey) int { return cmp.Or(cmp.Compare(a.by, b.by), cmp.Compare(a.i, b.i)) })
	l.Shown = make([]int32, len(keys))
	for i := range keys {
		l.Shown[i] = keys[i].i
	}
	return l
}

// measure takes in what was measured of all names and of each, nil where there is no call.
func (l *List) measure(total *Summary, each []*Summary) {
	if total.Count == 0 {
		return
	}
	l.Each = slices.DeleteFunc(each, func(s *Summary) bool { return s == nil })
	SlowestFirst(l.Each)
	l.Total, l.Bars = total, append(l.Bars, total.Took.Histogram())
	for _, s := range l.Each {
		l.Bars = append(l.Bars, s.Took.Histogram())
	}
}

// rowKey is a call, by its index, and what it is ordered by.
type rowKey struct {
	by int64
	i  int32
}

// key is what a call is ordered by: smaller comes first.
func (o Order) key(r *Row) int64 {
	const last = 1 << 60 // more than any time that calls take
	switch {
	case o == AsTheyCame:
		return int64(r.At)
	case o == ByTrouble:
		return -last*int64(trouble(r)) - int64(r.Took)
	case !r.HasTook:
		return last
	}
	return -int64(r.Took)
}

// trouble is how bad it is: an error, no reply, cancelled, nothing.
func trouble(r *Row) int {
	return [...]int{Failed: 3, Unanswered: 2, Cancelled: 1, Answered: 0}[r.State]
}

// IndexOf is the index of the name of a summary, -1 if it is not there.
func (l *List) IndexOf(s *Summary) int {
	return slices.Index(l.Names, nameKey{s.Protocol, s.Name})
}

// Words says what is shown, in a line.
func (l *List) Words() string {
	parts := []string{orderWords[l.Look.Order]}
	if l.Look.Bucket >= 0 {
		parts = append(parts, "only "+Range(l.Look.Bucket, l.Look.Bucket))
	}
	if len(l.Pairs) == 1 {
		parts = append(parts, l.Pairs[0])
	}
	return strings.Join(parts, "; ")
}

// String is the order in words.
func (o Order) String() string { return orderWords[o] }
