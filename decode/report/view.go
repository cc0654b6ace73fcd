package report

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/http1"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
)

// sessionView is a session as the page has it: a row of the table and, if Detailed, a section.
type sessionView struct {
	N                                         int
	Hurt, Detailed                            bool
	Address, Client, Server                   string
	Phrase, Verdict, State, Started, Duration string
	Up, Down                                  string
	Lane                                      *lane
	Facts                                     []pair
	Request, Response                         []pair
	RequestLine, StatusLine                   string
	Findings                                  []findingRow
	MoreFindings                              int
	// Shown is how many messages the page has, LeftOut how many not.
	Shown   int
	LeftOut int64
}

type pair struct{ Name, Text string }

// findingRow is a finding of a session.
type findingRow struct {
	Rule, Level, Where, Text, Detail string
	Session, Message                 int
}

// ruleRow is a rule that was broken.
type ruleRow struct {
	Rule, Level, Section, Text, Why string
	Count                           string
	Sessions, First, FirstPacket    int
	Detail                          string
}

type closeRow struct {
	Words, Count string
	// Width is that of the bar, of 100.
	Width string
}

// maxLanes is how many sessions of the table have a lane.
const maxLanes = 500

// views are the sessions of the table; left is how many have no room in it.
func (r *Report) views() (out []*sessionView, left int64) {
	numbers, end := r.numbers(), r.end()
	most := max(int(r.opt.Most/4/rowBytes), 10)
	left = r.more
	if len(numbers) > most {
		left += int64(len(numbers) - most)
		numbers = numbers[:most]
	}
	for i, n := range numbers {
		v := r.view(r.sessions[n])
		if i < min(maxLanes, most/4+10) {
			l := r.sessions[n].draw(end)
			v.Lane = &l
		}
		out = append(out, v)
	}
	return out, left
}

func (r *Report) view(s *session) *sessionView {
	i := r.opt.Redact.Session(s.info)
	from, to := s.span()
	v := &sessionView{N: i.N, Hurt: s.hurt, Detailed: true, Address: show.Inert(export.Address(i)), Client: i.Client.String(), Server: i.Server.String(),
		Phrase: r.words(s.phrase), Verdict: firstUpper(r.words(s.verdict)), State: i.State.String(), Started: seconds(from), Duration: show.Duration(to - from),
		Up: counts(i, ws.C2S), Down: counts(i, ws.S2C), MoreFindings: s.found - len(s.findings)}
	v.Facts = r.facts(i)
	for _, l := range s.measured {
		v.Facts = append(v.Facts, pair{l.Name, r.words(l.Text)})
	}
	if i.Method != "" {
		v.RequestLine = show.Inert(i.Method + " " + i.Path + " HTTP/" + i.HTTPVersion)
	}
	if i.Status > 0 {
		v.StatusLine = show.Inert(strconv.Itoa(i.Status) + " " + i.Reason)
	}
	v.Request, v.Response = headers(i.RequestHeaders), headers(i.ResponseHeaders)
	for k := range s.findings {
		f := &s.findings[k]
		v.Findings = append(v.Findings, findingRow{Rule: f.Rule.ID, Level: f.Rule.Level.String(), Where: "packet " + strconv.Itoa(f.At.Packet), Text: f.Rule.Text,
			Detail: r.words(f.Detail), Session: i.N, Message: f.Message})
	}
	return v
}

// facts are what is known of a session besides its handshake; empty ones are left out.
func (r *Report) facts(i *decode.Session) (out []pair) {
	for _, p := range []pair{
		{"client", i.Client.String()}, {"server", i.Server.String()}, {"state", i.State.String()},
		{"subprotocol", show.Inert(i.Subprotocol)}, {"extensions", show.Inert(i.Extensions)}, {"TLS", export.TLSWords(i)},
		{"packets", strconv.Itoa(i.First) + " to " + strconv.Itoa(i.Last)},
	} {
		if p.Text != "" {
			out = append(out, p)
		}
	}
	if i.H2Stream != 0 {
		out = append(out, pair{"HTTP/2 stream", strconv.Itoa(int(i.H2Stream))})
	}
	if i.Tunnel != nil {
		out = append(out, pair{"through", show.Inert(i.Tunnel.Type + " to " + i.Tunnel.Target)})
	}
	if i.Process != nil {
		out = append(out, pair{"process", r.words(i.Process.String())})
	}
	if i.Missing > 0 {
		out = append(out, pair{"missing", show.CountGrouped(i.Missing, "byte") + " never captured"})
	}
	return out
}

func counts(i *decode.Session, d ws.Dir) string {
	return show.Thousands(i.Messages[d]) + " / " + show.CountGrouped(i.Bytes[d], "byte")
}

func headers(hs []http1.Header) (out []pair) {
	for _, h := range hs {
		out = append(out, pair{show.Inert(h.Name), show.Inert(h.Value)})
	}
	return out
}

// ruleRows are the rules that were broken, the strongest and most often first.
func (r *Report) ruleRows() (out []ruleRow) {
	list := slices.SortedFunc(maps.Values(r.rules), func(a, b *broken) int {
		return cmp.Or(cmp.Compare(a.rule.Level, b.rule.Level), cmp.Compare(b.count, a.count), cmp.Compare(a.rule.ID, b.rule.ID))
	})
	for _, x := range list {
		row := ruleRow{Rule: x.rule.ID, Level: x.rule.Level.String(), Text: x.rule.Text, Why: x.rule.Why, Count: show.Thousands(x.count),
			Sessions: len(x.sessions), First: x.session, FirstPacket: x.first.At.Packet, Detail: r.words(x.first.Detail)}
		if x.rule.RFC != "" {
			row.Section = x.rule.RFC + " section " + x.rule.Section
		}
		out = append(out, row)
	}
	return out
}

// closeRows are the close codes, the most frequent first.
func (r *Report) closeRows() (out []closeRow) {
	most := int64(1)
	for _, n := range r.closes {
		most = max(most, n)
	}
	words := slices.SortedFunc(maps.Keys(r.closes), func(a, b string) int { return cmp.Or(cmp.Compare(r.closes[b], r.closes[a]), cmp.Compare(a, b)) })
	for _, w := range words {
		out = append(out, closeRow{show.Inert(w), show.Thousands(r.closes[w]), number(100 * float64(r.closes[w]) / float64(most))})
	}
	return out
}
