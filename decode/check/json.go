package check

import (
	"encoding/json"

	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
)

// verdictLine is a line of JSON; times are in nanoseconds.
type verdictLine struct {
	Schema    int                   `json:"schema"`
	Type      string                `json:"type"`
	Session   int                   `json:"session"`
	Stream    int                   `json:"stream"`
	File      string                `json:"file,omitempty"`
	Cause     string                `json:"cause"`
	Certainty string                `json:"certainty"`
	By        string                `json:"by,omitempty"`
	Code      int                   `json:"code,omitempty"`
	Text      string                `json:"text"`
	Packets   []int                 `json:"packets"`
	Pings     map[string]pingLine   `json:"pings,omitempty"`
	Silence   *silenceLine          `json:"silence,omitempty"`
	Beats     []beatLine            `json:"heartbeats,omitempty"`
	Deflate   map[string]deflateRow `json:"deflate,omitempty"`
	Frames    map[string]frameLine  `json:"fragments,omitempty"`
	TCP       map[string]tcpLine    `json:"tcp,omitempty"`
	Slow      int                   `json:"slow_messages"`
}

type pingLine struct {
	Sent       int   `json:"sent"`
	Answered   int   `json:"answered"`
	Skipped    int   `json:"skipped"`
	Waiting    int   `json:"waiting"`
	Unanswered bool  `json:"unanswered"`
	RTT        *rtts `json:"rtt_ns,omitempty"`
	Unasked    int   `json:"unasked_pongs"`
}

type rtts struct {
	Count int   `json:"count"`
	Min   int64 `json:"min"`
	Mean  int64 `json:"mean"`
	Max   int64 `json:"max"`
}

type silenceLine struct {
	Length  int64  `json:"ns"`
	Packets [2]int `json:"packets"`
}

type beatLine struct {
	Dir   string `json:"dir"`
	Kind  string `json:"kind"`
	Text  string `json:"text,omitempty"`
	Count int    `json:"count"`
	Min   int64  `json:"min_ns"`
	Mean  int64  `json:"mean_ns"`
	Max   int64  `json:"max_ns"`
}

type deflateRow struct {
	Messages       int   `json:"messages"`
	Plain          int   `json:"uncompressed"`
	Len            int64 `json:"len"`
	Wire           int64 `json:"wire_len"`
	Grew           int   `json:"grew"`
	Lost           int64 `json:"grew_bytes"`
	Takeover       bool  `json:"takeover"`
	TakeoverUsed   bool  `json:"takeover_used"`
	TakeoverUnused bool  `json:"takeover_unused"`

	Symbols *symbolLine `json:"symbols,omitempty"`
}

type frameLine struct {
	Messages   int `json:"messages"`
	Fragmented int `json:"fragmented"`
	Most       int `json:"most_frames"`
	Tiny       int `json:"tiny"`
}

type tcpLine struct {
	Again      uint32 `json:"retransmissions"`
	OutOfOrder uint32 `json:"out_of_order"`
	ZeroWindow uint32 `json:"zero_windows"`
	InFlight   uint32 `json:"in_flight_max"`
	Unacked    int64  `json:"unacked_at_end"`
}

// AppendJSON appends the line of a report. file is left out where it is empty.
func AppendJSON(dst []byte, r *Report, file string) []byte {
	v := &r.Verdict
	l := verdictLine{Schema: 1, Type: "verdict", Session: r.Session.N, Stream: r.Session.Stream, File: file, Cause: v.Cause,
		Certainty: v.Certainty.String(), Code: v.Code, Text: show.Inert(v.Text()), Packets: append([]int{}, v.Packets...), Slow: r.SlowCount}
	if v.HasBy {
		l.By = v.By.String()
	}
	if g := r.Longest; g.Length > 0 {
		l.Silence = &silenceLine{int64(g.Length), [2]int{g.From.Packet, g.To.Packet}}
	}
	for _, b := range r.Beats {
		row := beatLine{Dir: b.Dir.String(), Kind: b.What, Count: b.Count, Min: int64(b.Min), Mean: int64(b.Mean), Max: int64(b.Max)}
		if b.IsText {
			row.Kind, row.Text = "text", show.Inert(b.What)
		}
		l.Beats = append(l.Beats, row)
	}
	for d := ws.C2S; d <= ws.S2C; d++ {
		r.measured(&l, d)
	}
	line, err := json.Marshal(&l)
	if err != nil {
		panic(err) // nothing in a verdictLine can fail
	}
	return append(append(dst, line...), '\n')
}

// set adds a row to a map that is made where it is needed.
func set[T any](m *map[string]T, d ws.Dir, row T) {
	if *m == nil {
		*m = map[string]T{}
	}
	(*m)[d.String()] = row
}

// measured fills in the measurements of a direction.
func (r *Report) measured(l *verdictLine, d ws.Dir) {
	if p := &r.Pings[d]; p.Sent+p.Unasked > 0 {
		row := pingLine{Sent: p.Sent, Answered: p.Answered, Skipped: p.Skipped, Waiting: p.Waiting, Unanswered: r.unanswered(d), Unasked: p.Unasked}
		if p.Measured > 0 {
			row.RTT = &rtts{p.Measured, int64(p.Min), int64(p.Mean()), int64(p.Max)}
		}
		set(&l.Pings, d, row)
	}
	if z := &r.Deflate[d]; z.Messages > 0 {
		set(&l.Deflate, d, deflateRow{z.Messages, z.Plain, z.Len, z.Wire, z.Grew, z.Lost, z.Takeover, z.Refers, z.Unused(), symbols(&r.Symbols[d])})
	}
	if f := &r.Frames[d]; f.Fragmented > 0 {
		set(&l.Frames, d, frameLine{f.Data, f.Fragmented, f.Most, f.Tiny})
	}
	if t := r.Session.TCP; t != nil {
		s := &t.Stats[d]
		set(&l.TCP, d, tcpLine{s.Retransmitted - s.Duplicates, s.OutOfOrder, s.ZeroWindow, s.InFlight, t.Unacked[d]})
	}
}
