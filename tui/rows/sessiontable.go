package rows

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/filter"
	"github.com/wspeek/wspeek/decode/http1"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/trace"
)

// Grouping says what the sessions of a group share.
type Grouping uint8

// The groupings.
const (
	Ungrouped Grouping = iota
	GroupServer
	GroupClient
	GroupPath
	GroupVerdict
	Groupings // how many there are
)

// String is the grouping's name, as :group takes it.
func (g Grouping) String() string {
	return [...]string{"none", "server", "client", "path", "verdict"}[g]
}

// SessionLook says which sessions are listed, and in which order. Two equal looks list the same.
type SessionLook struct {
	Key     SessionKey
	Reverse bool
	// HurtOnly lists those that are Hurt, Query those that pass; nil is all.
	HurtOnly bool
	Query    *Query
	Group    Grouping
}

// Narrow reports whether it may leave out sessions.
func (l SessionLook) Narrow() bool { return l.HurtOnly || l.Query != nil }

// SessionTable is the list of sessions as a look has it. It is not changed.
type SessionTable struct {
	Look SessionLook
	// Groups are the groups, those with most sessions that are hurt first; without a grouping there is one.
	Groups []SessionGroup
	// Version is that of the store's sessions when the table was made.
	Version int
}

// SessionGroup is sessions with something in common. Name is not inert.
type SessionGroup struct {
	Name string
	// Sessions are their numbers, in order.
	Sessions []int32
	// Health counts them by how they fared.
	Health [3]int
}

// CompileSessions compiles a filter of the list of sessions: words are searched in what the list shows of a session, and in its
// headers. The query is nil if text is empty. What is no filter, and names no field, is searched for as it is: user=7.
func CompileSessions(text string) (*Query, error) {
	q, err := Compile(text)
	if err != nil && !strings.ContainsAny(text, `."()&|!{}`) {
		if plain, err := Compile(strconv.Quote(strings.TrimSpace(text))); err == nil {
			plain.Text = text
			return plain, nil
		}
	}
	if q != nil && err == nil {
		err = q.filter.OfSessions()
	}
	return q, err
}

// SessionsVersion differs when a table made before may be out of date.
func (s *Store) SessionsVersion(l SessionLook) (v int) {
	s.hold(func() { v = s.sessionsVersion(l) })
	return v
}

func (s *Store) sessionsVersion(l SessionLook) int {
	v := s.changeCount() + s.trace.Sessions() + s.health.changed
	switch l.Key {
	case BySent, ByReceived, ByBytesSent, ByBytesReceived, ByFindings:
		v += s.trace.Len()
	}
	if l.Query != nil {
		v += s.trace.Len() // ws.messages, ws.finding
	}
	return v
}

// tableRow is a session on its way into a table.
type tableRow struct {
	sortValue
	n      int32
	group  int32
	health Health
}

// tableMaker makes a SessionTable.
type tableMaker struct {
	store   *Store
	look    SessionLook
	fileOf  func(int) string
	rows    []tableRow
	groups  []SessionGroup
	byName  map[string]int32
	name    []byte
	scratch decode.Session
	row     filter.Row
	listed  Listed
	rules   []*rule.Rule
	text    []byte
	// last is the group of the session before, server the server of that.
	last   int32
	server netip.AddrPort
}

// NewSessionTable makes the table of a look. FileOf names the file of a packet; it may be nil.
func NewSessionTable(s *Store, look SessionLook, fileOf func(packet int) string) *SessionTable {
	m := &tableMaker{store: s, look: look, fileOf: fileOf, byName: map[string]int32{}}
	m.row.Text = m.words
	t := &SessionTable{Look: look}
	n := 0
	s.inSteps(func() bool {
		if n == 0 {
			t.Version = s.sessionsVersion(look)
			m.rows = make([]tableRow, 0, s.trace.Sessions())
		}
		for range scanned {
			if n++; n > s.trace.Sessions() {
				return false
			}
			m.take(s.trace, n)
		}
		return true
	}, func() {})
	m.sort()
	t.Groups = m.grouped()
	return t
}

// take adds session n, if it is listed; the lock is held.
func (m *tableMaker) take(t *trace.Trace, n int) {
	i := t.SessionNow(n, &m.scratch)
	if i == nil {
		return
	}
	m.listed = Listed{i, m.store.end(i)}
	if m.look.HurtOnly && m.listed.Fate.Health != Hurt || m.look.Query != nil && !m.matches(t) {
		return
	}
	r := tableRow{sortValue: sessionKeys[m.look.Key].value(&m.listed, m.fileOf), n: int32(n), health: m.listed.Fate.Health}
	if m.look.Group != Ungrouped {
		r.group = m.groupOf()
	}
	m.rows = append(m.rows, r)
}

// matches asks the query about the session that is looked at.
func (m *tableMaker) matches(t *trace.Trace) bool {
	m.rules = m.rules[:0]
	if m.listed.Findings > 0 {
		for _, f := range t.Findings(m.listed.N) {
			m.rules = append(m.rules, f.Rule)
		}
	}
	m.row.Session, m.row.Rules = m.listed.Session, m.rules
	return m.look.Query.filter.Match(&m.row)
}

// words are what words are searched in: what the list shows of the session, and its headers.
func (m *tableMaker) words() []byte {
	i := &m.listed
	b := m.text[:0]
	for _, s := range []string{i.From(), i.URL(), i.Server.String(), i.Fate.Text, i.Subprotocol, i.Extensions} {
		b = append(append(b, s...), '\n')
	}
	if i.Process != nil {
		b = append(append(b, i.Process.String()...), '\n')
	}
	for _, side := range [2][]http1.Header{i.RequestHeaders, i.ResponseHeaders} {
		for _, h := range side {
			b = append(append(append(append(b, h.Name...), ": "...), h.Value...), '\n')
		}
	}
	m.text = b
	return b
}

// groupOf is the group of the session that is looked at.
func (m *tableMaker) groupOf() int32 {
	i := &m.listed
	if m.look.Group == GroupServer && len(m.groups) > 0 && i.Server == m.server {
		return m.last
	}
	m.server = i.Server
	b := m.name[:0]
	switch m.look.Group {
	case GroupServer:
		b = i.Server.AppendTo(b)
	case GroupClient:
		if b = append(b, i.RealClient()...); len(b) == 0 {
			b = i.Client.Addr().AppendTo(b)
		} else {
			b = append(b[:0], i.ClientAddress()...)
		}
	case GroupPath:
		path, _, _ := strings.Cut(i.Path, "?")
		b = append(append(b, i.Host...), path...)
	case GroupVerdict:
		b = append(b, kindOfEnd(i.Fate.Text)...)
	}
	m.name = b
	g, ok := m.byName[string(b)]
	if !ok {
		g = int32(len(m.groups))
		m.groups = append(m.groups, SessionGroup{Name: string(b)})
		m.byName[string(b)] = g
	}
	m.last = g
	return g
}

// kindOfEnd is the text of an end without what is counted and measured in it.
func kindOfEnd(text string) string {
	if strings.HasPrefix(text, "server: refused") {
		return text // with the status
	}
	for at := 0; ; {
		k := strings.Index(text[at:], ", ")
		if k < 0 {
			return text
		}
		at += k + 2
		if at < len(text) && text[at] >= '0' && text[at] <= '9' {
			return text[:at-2]
		}
	}
}

func (m *tableMaker) sort() {
	sign := 1
	if sessionKeys[m.look.Key].largest != m.look.Reverse {
		sign = -1
	}
	slices.SortFunc(m.rows, func(a, b tableRow) int {
		switch {
		case a.none != b.none && b.none:
			return -1
		case a.none != b.none:
			return 1
		case a.num != b.num:
			return sign * cmp.Compare(a.num, b.num)
		}
		if c := strings.Compare(a.text, b.text); c != 0 {
			return sign * c
		}
		if c := strings.Compare(a.more, b.more); c != 0 {
			return sign * c
		}
		return int(a.n - b.n)
	})
}

// grouped divides the rows into groups.
func (m *tableMaker) grouped() []SessionGroup {
	if len(m.groups) == 0 {
		m.groups = make([]SessionGroup, 1)
	}
	all := make([]int32, len(m.rows))
	for k := range m.rows {
		m.groups[m.rows[k].group].Health[m.rows[k].health]++
	}
	for k := range m.groups {
		g := &m.groups[k]
		n := g.Health[Hurt] + g.Health[Underway] + g.Health[Well]
		g.Sessions, all = all[:0:n], all[n:]
	}
	for k := range m.rows {
		g := &m.groups[m.rows[k].group]
		g.Sessions = append(g.Sessions, m.rows[k].n)
	}
	slices.SortFunc(m.groups, func(a, b SessionGroup) int {
		return cmp.Or(cmp.Compare(b.Health[Hurt], a.Health[Hurt]), cmp.Compare(len(b.Sessions), len(a.Sessions)), strings.Compare(a.Name, b.Name))
	})
	return m.groups
}

// SessionRow is a row of the list: a session, or the head of a group.
type SessionRow struct {
	// N is the number of the session, 0 for a head; Group is the group's place in the table.
	N     int32
	Group int32
}

// Rows are the rows of the table, with the sessions of those groups that open reports to be open; without a grouping all are.
func (t *SessionTable) Rows(open func(name string) bool) (out []SessionRow) {
	for g := range t.Groups {
		x := &t.Groups[g]
		if t.Look.Group != Ungrouped {
			out = append(out, SessionRow{0, int32(g)})
			if !open(x.Name) {
				continue
			}
		}
		for _, n := range x.Sessions {
			out = append(out, SessionRow{n, int32(g)})
		}
	}
	return out
}

// Len is how many sessions are listed.
func (t *SessionTable) Len() (n int) {
	for g := range t.Groups {
		n += len(t.Groups[g].Sessions)
	}
	return n
}
