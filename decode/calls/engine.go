package calls

import (
	"cmp"
	"maps"
	"slices"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/apps"
	"github.com/wspeek/wspeek/decode/payload"
	"github.com/wspeek/wspeek/decode/ws"
)

const (
	// maxOpen is how many calls wait for their replies at most, over all sessions; of more, the oldest of the same session is
	// reported as unanswered.
	maxOpen = 1 << 18
	// maxNames is how many different names are kept; calls of further ones are called otherName. maxName is how long one is, in bytes.
	maxNames, maxName = 4096, 256
	otherName         = "(other names)"
)

// Apps takes the messages of one session apart, as payload.Reader does: each is reported once, in order.
type Apps interface {
	Push(m *payload.Message)
	Lost(fromClient bool)
	Settle()
	Protocol() *payload.Protocol
}

// Options say what is paired and how. The zero value pairs every protocol, and plain JSON by the field that is found.
type Options struct {
	// Pair is the field by which plain JSON is paired, nil if it is to be found; NoPlain leaves plain JSON out.
	Pair    *Pair
	NoPlain bool
	// Force is the protocol of all sessions, nil recognises it; NoApps knows none.
	Force  *payload.Protocol
	NoApps bool
	// Begin, if it is not nil, makes what takes the messages of a session apart.
	Begin func(o payload.Opening, report func(*payload.Message, []payload.App)) Apps
}

// Engine pairs the messages of all sessions. It belongs to one goroutine.
type Engine struct {
	opt      Options
	done     func(*Call)
	sessions map[int]*session
	families map[string]*family
	names    map[string]string
	free     []*open
	waiting  int
	// Early counts calls that were reported as unanswered because more than maxOpen waited.
	Early int
	// Loose counts replies of protocols whose request was not captured.
	Loose   int
	scratch payload.Message
}

// session is what is kept of a session.
type session struct {
	info *decode.Session
	// family is set with the first snapshot.
	family *family
	apps   Apps
	// given are the messages that apps was given and has not reported.
	given []message
	// claimed says that a protocol has claimed the session.
	claimed bool
	// open are the calls that wait for a reply, by the side that asked and the key; oldest and newest are the ends of their list.
	open           [2]map[string]*open
	oldest, newest *open
	turns          *turns
	over           bool
}

// open is a call that waits, with those of its session that were begun before and after it.
type open struct {
	call         Call
	key          string
	text         []byte
	older, newer *open
}

// New is an Engine that calls done for each call when it is known what became of it; the call is valid until done returns.
func New(opt Options, done func(*Call)) *Engine {
	return &Engine{opt: opt, done: done, sessions: map[int]*session{}, families: map[string]*family{}, names: map[string]string{}}
}

// Apply takes an event of a run whose Decoders keep payloads. Passes says that a message passed the filter.
func (e *Engine) Apply(b *decode.Batch, ev *decode.Event, passes bool) {
	switch {
	case ev.Session == nil:
	case ev.Kind == decode.KindSession:
		e.Session(b.Session(ev))
	case ev.Kind == decode.KindMessage:
		e.Message(ev.Session.N, b.Message(ev), passes)
	}
}

// Session takes a snapshot of a session. The last one, with TCP set, ends it.
func (e *Engine) Session(info *decode.Session) {
	s := e.session(info.N)
	s.info = info
	if info.TCP == nil || s.over {
		return
	}
	s.over = true
	delete(e.sessions, info.N)
	if s.apps != nil {
		s.apps.Settle()
	}
	if f := s.family; f != nil && !f.settled && len(f.held) > 0 && !s.claimed {
		f.held = append(f.held, held{s: s, isDone: true})
		return
	}
	e.endOpen(s)
}

func (e *Engine) session(n int) *session {
	s := e.sessions[n]
	if s == nil {
		s = &session{info: &decode.Session{N: n}}
		e.sessions[n] = s
	}
	return s
}

// start prepares a session for its first message: the snapshot before it has the handshake.
func (e *Engine) start(s *session) {
	s.family = e.familyOf(s.info.Path)
	s.turns = &turns{}
	report := func(m *payload.Message, found []payload.App) { e.reported(s, m, found) }
	switch o := apps.Opening(s.info); {
	case e.opt.NoApps:
	case e.opt.Begin != nil:
		s.apps = e.opt.Begin(o, report)
	default:
		s.apps = payload.NewReader(o, payload.ReaderOptions{Force: e.opt.Force, Brief: true}, report)
	}
}

// Message takes the next message of a session, with its payload.
func (e *Engine) Message(n int, m *ws.Message, passes bool) {
	s := e.session(n)
	if s.family == nil {
		e.start(s)
	}
	if m.Opcode != ws.OpText && m.Opcode != ws.OpBinary {
		return
	}
	if m.State == ws.Undecodable {
		if s.apps != nil {
			s.apps.Lost(m.Dir == ws.C2S)
		}
		return
	}
	e.scratch = apps.Message(m)
	s.given = append(s.given, message{m.N, m.Max, m.Dir, m.Last.Time, passes})
	if s.apps == nil {
		e.reported(s, &e.scratch, nil)
	} else {
		s.apps.Push(&e.scratch)
	}
}

// reported takes what the oldest message that was given says.
func (e *Engine) reported(s *session, m *payload.Message, found []payload.App) {
	if len(s.given) == 0 {
		return
	}
	msg := s.given[0]
	s.given = slices.Delete(s.given, 0, 1)
	s.claimed = s.claimed || s.apps != nil && s.apps.Protocol() != nil
	text := m.Kind == payload.Text && !m.Cut
	if text {
		e.turn(s, msg, m.Payload)
	}
	switch {
	case len(found) > 0:
		e.protocol(s, msg, found)
	case text && !s.claimed:
		e.plain(s, msg, m.Payload)
	}
}

// protocol takes what a message says in the words of its protocol.
func (e *Engine) protocol(s *session, m message, found []payload.App) {
	for i := range found {
		a := &found[i]
		if a.Protocol == modelProtocol && a.Key == modelRequest {
			continue // a turn, which says more
		}
		asker := ws.S2C
		if a.AskedByClient {
			asker = ws.C2S
		}
		if a.Role == payload.Request {
			o := e.begin(s, m, a.Key)
			o.call.Protocol, o.call.Name, o.call.ID = a.Protocol, e.nameOf(a), a.ID
			if a.First > 0 {
				o.call.Request = int(a.First) // as reply_to has it
			}
			continue
		}
		if a.Role == payload.Alone {
			continue
		}
		o := s.open[asker][a.Key]
		if o == nil {
			e.Loose++
			continue
		}
		switch {
		case a.Role == payload.Item && !a.Error:
			o.item(m)
		case a.Role == payload.Cancel:
			e.finish(s, o, m, Cancelled)
		case a.Error:
			e.finish(s, o, m, Failed)
		default:
			e.finish(s, o, m, Answered)
		}
	}
}

// nameOf is what a request is called: by its name, else its topic, else the kind of packet.
func (e *Engine) nameOf(a *payload.App) string {
	return e.name([]byte(cmp.Or(a.Name, a.Topic, a.Event)))
}

// name is the text of a name, each kept once.
func (e *Engine) name(raw []byte) string {
	if name, ok := e.names[string(raw)]; ok {
		return name
	}
	name := unquoted(raw)
	if len(e.names) >= maxNames || len(raw) > maxName {
		return otherName
	}
	e.names[string(raw)] = name
	return name
}

// begin opens a call. One with the same key that still waits is reported as unanswered.
func (e *Engine) begin(s *session, m message, key string) *open {
	if before := s.open[m.dir][key]; before != nil {
		e.end(s, before)
	}
	if e.waiting >= maxOpen && s.oldest != nil {
		e.Early++
		e.end(s, s.oldest)
	}
	var o *open
	if n := len(e.free); n > 0 {
		o, e.free = e.free[n-1], e.free[:n-1]
		*o = open{}
	} else {
		o = &open{}
	}
	o.key = key
	o.call = Call{Session: s.info, Request: m.n, Packet: m.packet, Dir: m.dir, At: m.at, Passes: m.passes}
	if s.open[m.dir] == nil {
		s.open[m.dir] = map[string]*open{}
	}
	s.open[m.dir][key] = o
	s.link(o)
	e.waiting++
	return o
}

// link appends o to the list of what waits.
func (s *session) link(o *open) {
	if o.older = s.newest; o.older != nil {
		o.older.newer = o
	} else {
		s.oldest = o
	}
	s.newest = o
}

// unlink takes o out of the list.
func (s *session) unlink(o *open) {
	if o.older != nil {
		o.older.newer = o.newer
	} else {
		s.oldest = o.newer
	}
	if o.newer != nil {
		o.newer.older = o.older
	} else {
		s.newest = o.older
	}
}

// item counts a part of a reply.
func (o *open) item(m message) {
	if o.call.Items++; o.call.Items == 1 {
		o.call.First = max(m.at-o.call.At, 0)
	}
	o.call.Reply, o.call.Passes = m.n, o.call.Passes || m.passes
}

// finish reports a call that message m ended.
func (e *Engine) finish(s *session, o *open, m message, state State) {
	o.call.State, o.call.Reply = state, m.n
	o.call.Passes = o.call.Passes || m.passes
	if state != Cancelled {
		o.call.Took, o.call.HasTook = max(m.at-o.call.At, 0), true
	}
	e.report(s, o)
}

// end reports a call that nothing ended.
func (e *Engine) end(s *session, o *open) {
	o.call.State = Unanswered
	if o.call.Items > 0 {
		o.call.State, o.call.Open = Answered, true
	}
	e.report(s, o)
}

func (e *Engine) report(s *session, o *open) {
	delete(s.open[o.call.Dir], o.key)
	s.unlink(o)
	e.waiting--
	o.call.Session = s.info
	if o.call.Turn != nil {
		o.call.Turn.Text = o.text
	}
	e.done(&o.call)
	if len(e.free) < 1024 {
		e.free = append(e.free, o)
	}
}

// endOpen ends the calls of a session that has ended, in the order of their requests.
func (e *Engine) endOpen(s *session) {
	if s.apps != nil {
		s.apps.Settle()
	}
	for s.oldest != nil {
		e.end(s, s.oldest)
	}
}

// Finish ends the run: what still waits has no reply.
func (e *Engine) Finish() {
	for _, n := range slices.Sorted(maps.Keys(e.sessions)) {
		if s := e.sessions[n]; s.apps != nil {
			s.apps.Settle()
		}
	}
	for _, t := range slices.Sorted(maps.Keys(e.families)) {
		if f := e.families[t]; !f.settled {
			e.settle(f, true)
		}
	}
	for _, n := range slices.Sorted(maps.Keys(e.sessions)) {
		e.endOpen(e.sessions[n])
		delete(e.sessions, n)
	}
}

// Forget drops what is known of a session, for runs that do not end.
func (e *Engine) Forget(n int) {
	if s := e.sessions[n]; s != nil {
		e.endOpen(s)
		delete(e.sessions, n)
	}
}

// Waiting visits the calls that wait for a reply now, or are in the middle of it, in no order; a call is valid during the visit.
func (e *Engine) Waiting(visit func(*Call)) {
	for _, s := range e.sessions {
		for o := s.oldest; o != nil; o = o.newer {
			c := o.call
			c.Session, c.State = s.info, Unanswered
			visit(&c)
		}
	}
}
