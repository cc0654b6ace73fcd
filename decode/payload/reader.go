package payload

import (
	"bytes"
	"slices"
	"strings"
	"time"
)

const (
	// maxHeld is how many bytes of messages a Reader keeps while it does not know the protocol.
	maxHeld = 1 << 16
	// maxSummary is how long a Summary is at most, in bytes.
	maxSummary = 400
	// maxParts is how many packets of one message are reported.
	maxParts = 1 << 14
)

// NoApp is the name that switches decoding off.
const NoApp = "none"

// ReaderOptions are how a Reader reads. The zero value recognises the protocol and keeps messages until it is known.
type ReaderOptions struct {
	// Force is the protocol whatever the messages look like; nil recognises it.
	Force *Protocol
	// Fallback is the protocol of sessions that no protocol claims; nil if there is none.
	Fallback *Protocol
	// Brief leaves Summary and Args empty.
	Brief bool
	// Now reports each message at once: those before the protocol is known have no App. It is for runs that do not end.
	Now bool
}

// Reader reads what the messages of one session say. It is given the data messages in the order of their ends and reports each
// once, in the same order: at once, or, until the protocol is known, when it is.
type Reader struct {
	opt     ReaderOptions
	opening Opening
	emit    func(m *Message, apps []App)

	// rows are those that may still be the protocol; row is the one that is, nil if none is, once decided.
	rows    []*Protocol
	row     *Protocol
	decided bool
	decoder Decoder
	inner   *Reader // for a protocol that carries others

	first []Message // kept to be recognised
	held  int       // how many of first are still to be reported; they are the last
	bytes int

	open exchanges
	apps []App
	// Panics is how often a Decoder panicked, Withdrawn how many messages contradict the protocol.
	Panics, Withdrawn int
}

// NewReader is a Reader for a session that was opened so. emit is called for each message; what it is given is valid during the
// call, but for what an App owns.
func NewReader(o Opening, opt ReaderOptions, emit func(m *Message, apps []App)) *Reader {
	if f := opt.Fallback; f != nil && opt.Force != nil && opt.Force.ID == f.ID {
		opt.Force = f
	}
	r := &Reader{opt: opt, opening: o, emit: emit}
	if opt.Force != nil {
		r.decide(opt.Force)
		return r
	}
	for i := range Protocols {
		switch p := Protocols[i]; {
		case p.Begin == nil:
		case p.named(o.Token):
			r.decide(p)
			return r
		case p.Recognise != nil:
			r.rows = append(r.rows, p)
		}
	}
	return r
}

// Protocol is the row of the protocol, nil as long as it is not known, and if there is none.
func (r *Reader) Protocol() *Protocol { return r.row }

// Decided reports whether it is known which protocol it is, or that it is none.
func (r *Reader) Decided() bool { return r.decided }

// Push takes the next message. It keeps no reference to the payload.
func (r *Reader) Push(m *Message) {
	m.Brief = r.opt.Brief
	if !r.decided && r.recognise(m) {
		return
	}
	r.report(m)
}

// Settle decides now with the messages that there are: no more come, or nobody waits for them.
func (r *Reader) Settle() {
	if !r.decided {
		r.decide(nil)
		r.release()
	}
}

// Holds reports whether messages wait to be reported.
func (r *Reader) Holds() bool { return r.held > 0 }

// Lost says that messages of a direction are missing here.
func (r *Reader) Lost(fromClient bool) {
	if r.decoder != nil {
		r.contain(func() { r.decoder.Lost(fromClient) })
	}
	if r.inner != nil {
		r.inner.Lost(fromClient)
	}
}

// recognise looks at the next message, and reports whether it was kept.
func (r *Reader) recognise(m *Message) (kept bool) {
	next := *m
	next.Payload = bytes.Clone(m.Payload[:min(len(m.Payload), maxHeld)])
	next.Cut = next.Cut || len(next.Payload) < len(m.Payload)
	r.first = append(r.first, next)
	r.bytes += len(next.Payload)
	sure, open := r.judge()
	if full := r.bytes >= maxHeld || len(r.first) >= MaxFirst; sure == nil && open && !full {
		if r.opt.Now {
			return false
		}
		r.held++
		return true
	}
	r.decide(sure)
	r.first = r.first[:len(r.first)-1] // the message itself is reported whole, by the caller
	r.release()
	return false
}

// judge asks the rows that are left: the first that is sure, and whether any may become so.
func (r *Reader) judge() (sure *Protocol, open bool) {
	left := r.rows[:0]
	for _, p := range r.rows {
		c := No
		r.contain(func() { c = p.Recognise(&r.opening, r.first) })
		switch {
		case c == Yes && sure == nil:
			sure = p
		case c == Maybe:
			left = append(left, p)
		}
	}
	r.rows = left
	return sure, len(left) > 0
}

func (r *Reader) decide(p *Protocol) {
	if p == nil {
		p = r.opt.Fallback
	}
	r.decided, r.row, r.rows = true, p, nil
	if p == nil || p.Begin == nil {
		return
	}
	r.contain(func() { r.decoder = p.Begin(&r.opening) })
	if _, ok := r.decoder.(Envelope); ok {
		r.inner = NewReader(Opening{Target: r.opening.Target}, ReaderOptions{Brief: r.opt.Brief, Now: true}, r.fromInner)
	}
}

// release reports the messages that were kept. Those that were reported before the protocol was known are shown to its Decoder too.
func (r *Reader) release() {
	first, at := r.first, len(r.first)-r.held
	r.first, r.held = nil, 0
	for i := range first {
		if i >= at {
			r.report(&first[i])
		} else if r.decoder != nil {
			r.apps = r.apps[:0]
			r.contain(func() { r.apps = r.decode(&first[i]) })
			r.finish(&first[i])
		}
	}
}

// report takes a message apart and reports it.
func (r *Reader) report(m *Message) {
	r.apps = r.apps[:0]
	switch {
	case r.decoder != nil:
		r.contain(func() { r.apps = r.decode(m) })
	case r.decided || r.opt.Now:
		r.alone(m)
	}
	r.finish(m)
	r.emit(m, r.apps)
}

// decode takes a message apart with the session's Decoder.
func (r *Reader) decode(m *Message) []App {
	r.apps = r.decoder.Decode(m, r.apps)
	if len(r.apps) == 0 && len(m.Payload) > 0 {
		r.Withdrawn++
	}
	if r.inner != nil {
		r.unwrap(m)
	}
	return r.apps
}

// alone asks the rows that claim a message by itself.
func (r *Reader) alone(m *Message) {
	for i := range Protocols {
		p := Protocols[i]
		if p.Claim == nil {
			continue
		}
		r.contain(func() { r.apps = p.Claim(m, r.apps[:0]) })
		for j := range r.apps {
			r.apps[j].Protocol = orElse(r.apps[j].Protocol, p.ID)
		}
		if len(r.apps) > 0 {
			return
		}
	}
}

// unwrap replaces what the envelope of a message says by what is inside, if another protocol claims all of that.
func (r *Reader) unwrap(m *Message) {
	outer := r.apps
	r.apps = nil
	all, any := true, false
	for _, p := range r.decoder.(Envelope).Inside(m) {
		n, in := len(r.apps), *m
		in.Payload, in.Kind = p, Text
		r.inner.Push(&in)
		all, any = all && len(r.apps) > n, true
	}
	if !all || !any {
		r.apps = outer
	}
}

func (r *Reader) fromInner(_ *Message, apps []App) { r.apps = append(r.apps, apps...) }

// finish sets what is the same for all protocols.
func (r *Reader) finish(m *Message) {
	if len(r.apps) > maxParts {
		r.apps = r.apps[:maxParts]
	}
	for i := range r.apps {
		a := &r.apps[i]
		if r.row != nil {
			a.Protocol = orElse(a.Protocol, r.row.ID)
		}
		if len(a.Summary) > maxSummary {
			a.Summary = strings.ToValidUTF8(a.Summary[:maxSummary], "") + "…"
		}
		if m.Brief {
			a.Summary, a.Args = "", nil
		}
		r.open.pair(a, m)
	}
}

// contain runs f, and counts its panic: a fault of ours, which must not cost more than the message.
func (r *Reader) contain(f func()) {
	defer func() {
		if recover() != nil {
			r.Panics++
			r.apps = r.apps[:0]
		}
	}()
	f()
}

func orElse(s, other string) string {
	if s != "" {
		return s
	}
	return other
}

// named reports whether token names the protocol.
func (p *Protocol) named(token string) bool {
	for _, t := range p.Tokens {
		if token != "" && strings.EqualFold(t, token) {
			return true
		}
	}
	return false
}

// Find is the protocol with that name or ID, whatever the case of letters; nil if there is none.
func Find(name string) *Protocol {
	for _, p := range Protocols {
		if name != "" && (strings.EqualFold(p.ID, name) || strings.EqualFold(p.Name, name)) {
			return p
		}
	}
	return nil
}

// Names are the IDs of the protocols that are decoded, in the order of the alphabet.
func Names() (names []string) {
	for _, p := range Protocols {
		if p.ID != "" && (p.Begin != nil || p.Claim != nil) {
			names = append(names, p.ID)
		}
	}
	slices.Sort(names)
	return names
}

// asked is a request that was seen.
type asked struct {
	n  int64
	at time.Time
}

// exchangeKey tells the exchanges of a session apart.
type exchangeKey struct {
	client bool
	key    string
}

const (
	// maxExchanges is how many exchanges of a session are open at most: the oldest is given up for the next.
	maxExchanges = 1 << 13
	// maxKey is how long a key is at most, in bytes; longer ones are not paired.
	maxKey = 256
)

// exchanges are the requests of a session whose answers may still come.
type exchanges struct {
	open map[exchangeKey]asked
	ring []exchangeKey // the keys in the order of their requests, the oldest at next once it is full
	next int
}

// pair notes a request, and sets ReplyTo and Took of an answer.
func (x *exchanges) pair(a *App, m *Message) {
	if a.Role == Alone || len(a.Key) > maxKey {
		return
	}
	k := exchangeKey{a.AskedByClient, a.Key}
	if a.Role == Request {
		n := m.N
		if a.First != 0 {
			n = a.First
		}
		x.ask(k, asked{n, m.At})
		return
	}
	q, ok := x.open[k]
	if !ok || a.Role == Cancel {
		return // what was cancelled may be answered all the same: the answer was on its way
	}
	if a.Took = m.At.Sub(q.at); a.ReplyTo == 0 {
		a.ReplyTo = q.n
	}
	if a.Role != Item {
		delete(x.open, k)
	}
}

func (x *exchanges) ask(k exchangeKey, q asked) {
	if x.open == nil {
		x.open = map[exchangeKey]asked{}
	}
	x.open[k] = q
	if len(x.ring) < maxExchanges {
		x.ring = append(x.ring, k)
		return
	}
	if old := x.ring[x.next]; old != k {
		delete(x.open, old)
	}
	x.ring[x.next] = k
	x.next = (x.next + 1) % maxExchanges
}
