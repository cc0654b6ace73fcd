package stack_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/stack"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/reassembly"
)

// told is a message as it stands after all amendments.
type told struct {
	ref *decode.SessionRef
	ws.Message
	// sum is the SHA-256 of the application data, of a close's reason, in hex.
	sum string
}

func (m *told) String() string {
	return fmt.Sprintf("%d:%d %s %s %d bytes, %s", m.ref.N, m.N, m.Dir, m.Opcode, m.Len, m.State)
}

// result is what the whole pipeline tells of one capture.
type result struct {
	messages []*told
	frames   []ws.Frame
	// framesOf are the sessions of the frames.
	framesOf []*decode.SessionRef
	findings []ws.Finding
	// sessions are the newest snapshots, session n at n-1.
	sessions []*decode.Session
	account  decode.Account
	// tls are the TLS connections that have ended.
	tls    []*decode.TLSConn
	polls  []*decode.Poll
	damage string
	// broken are breaches of the contract between Decoder and visitor.
	broken []string
	// lines are the JSON lines of each view; the account is that of the sessions' alone.
	lines map[string][]byte

	json  export.JSON
	byN   map[[2]int]*told
	known map[[2]int]bool
}

// views are the listings whose lines a result has.
var views = []string{"sessions", "messages", "frames", "check"}

// decoding says how decodeAll works.
type decoding struct {
	decode.Options
	// shards is how many Decoders the connections are spread over; 0 means 1.
	shards int
	// batch is capture.Options.BatchBytes.
	batch int
	// lines makes the JSON lines.
	lines bool
	// inTurn lets the Decoders work one after the other.
	inTurn bool
	// keys is a key log.
	keys []byte
}

// everything keeps payloads and tells frames.
var everything = decoding{Options: decode.Options{Keep: true, Frames: true}}

// decodeAll runs a capture file through readers, Dissector, Decoders and Merger. Errors of opening end the test.
func decodeAll(t testing.TB, file []byte, how decoding) *result {
	t.Helper()
	r, err := decodeFile(file, how)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func decodeFile(file []byte, how decoding) (*result, error) {
	in, err := capture.NewReader(bytes.NewReader(file), "test", capture.Options{BatchBytes: how.batch})
	if err != nil {
		return nil, err
	}
	defer in.Close()
	r := &result{byN: map[[2]int]*told{}, known: map[[2]int]bool{}, lines: map[string][]byte{}, json: export.JSON{Hash: true, NoPayload: true}}
	p := newPipe(how)
	for err == nil {
		err = p.batch(in, func(b *decode.Batch, e *decode.Event) error { return r.visit(b, e, how.lines) })
	}
	var damage *capture.Damage
	if errors.As(err, &damage) {
		r.damage = err.Error()
	} else if !errors.Is(err, io.EOF) {
		return nil, err
	}
	p.finish(func(b *decode.Batch, e *decode.Event) error { return r.visit(b, e, how.lines) })
	r.end(p, in.Stats(), how.lines)
	return r, nil
}

// pipe is what lies between a reader and a visitor.
type pipe struct {
	dissector reassembly.Dissector
	decoders  []*stack.Decoder
	out       []*decode.Batch
	segs      [][]reassembly.Segment
	merger    stack.Merger
	packets   capture.Batch
	read, cut int64
	inTurn    bool
}

func newPipe(how decoding) *pipe {
	n := max(how.shards, 1)
	p := &pipe{segs: make([][]reassembly.Segment, n), inTurn: how.inTurn}
	for range n {
		d := stack.NewDecoder(how.Options)
		d.KeyLog(how.keys)
		p.decoders = append(p.decoders, d)
		p.out = append(p.out, &decode.Batch{})
	}
	return p
}

func (p *pipe) batch(in *capture.Reader, visit func(*decode.Batch, *decode.Event) error) error {
	if err := in.ReadBatch(&p.packets); err != nil {
		return err
	}
	for i := range p.segs {
		p.segs[i] = p.segs[i][:0]
	}
	var s reassembly.Segment
	for i := range p.packets.Packets {
		if p.dissector.Segment(&p.packets.Packets[i], &s) == reassembly.OK {
			k := s.Flow.Hash() % uint64(len(p.segs))
			p.segs[k] = append(p.segs[k], s)
			p.cut += int64(min(s.Missing, 1))
		}
	}
	p.read += int64(len(p.packets.Packets))
	p.each(func(i int) { p.decoders[i].Decode(p.segs[i], p.out[i]) })
	for i := range p.packets.Packets {
		clear(p.packets.Packets[i].Data) // nothing may refer to it any more
	}
	return p.merger.Merge(p.out, visit)
}

func (p *pipe) finish(visit func(*decode.Batch, *decode.Event) error) {
	p.each(func(i int) { p.decoders[i].Finish(p.out[i]) })
	p.merger.Merge(p.out, visit)
}

// each works on all shards, at the same time where there are several and it may.
func (p *pipe) each(work func(int)) {
	var wg sync.WaitGroup
	for i := 1; i < len(p.decoders); i++ {
		if p.inTurn {
			work(i)
		} else {
			wg.Go(func() { work(i) })
		}
	}
	work(0)
	wg.Wait()
}

func (r *result) breach(format string, args ...any) {
	if len(r.broken) < 10 {
		r.broken = append(r.broken, fmt.Sprintf(format, args...))
	}
}

func (r *result) visit(b *decode.Batch, e *decode.Event, lines bool) error {
	r.account.Count(b, e)
	if e.Kind == decode.KindTLS {
		r.tls = append(r.tls, b.TLS(e))
	}
	if e.Kind == decode.KindPoll {
		r.polls = append(r.polls, b.Poll(e))
	}
	if e.Kind == decode.KindStream || e.Kind == decode.KindTLS || e.Kind == decode.KindPoll {
		return nil
	}
	if e.Session.N < 1 || e.Session.N > len(r.sessions) && (e.Kind != decode.KindSession || e.Session.N != len(r.sessions)+1) {
		r.breach("event of kind %d for session %d, which was not told", e.Kind, e.Session.N)
		return nil
	}
	switch e.Kind {
	case decode.KindSession:
		r.session(b.Session(e))
	case decode.KindMessage:
		r.message(b, e, lines)
	case decode.KindAmend:
		r.amend(e, lines)
	case decode.KindAmendFrame:
		r.amendFrame(e, lines)
	case decode.KindFrame:
		r.frame(b, e, lines)
	case decode.KindFinding:
		f := *b.Finding(e)
		r.findings = append(r.findings, f)
		if lines {
			r.lines["check"] = r.json.Finding(r.lines["check"], e.Session, &f)
		}
	}
	return nil
}

func (r *result) session(s *decode.Session) {
	if s.N == len(r.sessions)+1 {
		r.sessions = append(r.sessions, s)
		return
	}
	if s == r.sessions[s.N-1] {
		r.breach("session %d: the same snapshot was told twice", s.N)
	}
	r.sessions[s.N-1] = s
}

func (r *result) message(b *decode.Batch, e *decode.Event, lines bool) {
	m := *b.Message(e)
	if lines {
		r.lines["messages"] = r.json.Message(r.lines["messages"], e.Session, &m)
	}
	sum := sha256.Sum256(m.Reason())
	m.Payload, m.Holes, m.Findings = bytes.Clone(m.Payload), slices.Clone(m.Holes), slices.Clone(m.Findings)
	x := &told{ref: e.Session, Message: m, sum: hex.EncodeToString(sum[:])}
	key := [2]int{e.Session.N, m.N}
	if m.N < 1 || r.byN[key] != nil {
		r.breach("message %d of session %d was told twice", m.N, e.Session.N)
	}
	r.byN[key] = x
	r.messages = append(r.messages, x)
	r.checkMessage(x)
}

func (r *result) checkMessage(m *told) {
	var holes int64
	for _, h := range m.Holes {
		holes += h.N
	}
	switch {
	case m.Missing > 0 && m.State != ws.Partial && m.State != ws.Undecodable && (m.State != ws.Guessed || !m.Compressed):
		r.breach("%v: %d bytes missing", m, m.Missing)
	case holes != m.Missing:
		r.breach("%v: %d bytes missing, holes of %d", m, m.Missing, holes)
	case (m.State == ws.Undecodable) != (m.Why != 0):
		r.breach("%v: why is %q", m, m.Why)
	case m.State == ws.Guessed && (m.Confidence <= 0 || m.Confidence > 1):
		r.breach("%v: confidence %g", m, m.Confidence)
	case m.Payload != nil && m.State <= ws.Conflict && m.Len >= 0 && int64(len(m.Reason())) != m.Len:
		r.breach("%v: payload of %d bytes", m, len(m.Reason()))
	case m.Min > m.Max || m.Min < 1:
		r.breach("%v: packets %d to %d", m, m.Min, m.Max)
	}
}

func (r *result) amend(e *decode.Event, lines bool) {
	m := r.byN[[2]int{e.Session.N, e.N}]
	if m == nil {
		r.breach("session %d: message %d is amended before it was told", e.Session.N, e.N)
		return
	}
	if e.Worse != (m.State > ws.Conflict) {
		r.breach("session %d: message %d is %s, amended with Worse %v", e.Session.N, e.N, m.State, e.Worse)
	}
	m.State, m.Conflict = m.State.Worse(e.State), true
	if lines {
		r.lines["messages"] = r.json.Update(r.lines["messages"], e)
	}
}

func (r *result) amendFrame(e *decode.Event, lines bool) {
	for i := range r.frames {
		f := &r.frames[i]
		if r.framesOf[i] != e.Session || f.N != e.N {
			continue
		}
		if f.Message != e.Of || e.Worse != (f.State > ws.Conflict) {
			r.breach("session %d: frame %d of message %d is %s, amended as of %d with Worse %v", e.Session.N, e.N, f.Message, f.State, e.Of, e.Worse)
		}
		f.State = f.State.Worse(e.State)
		if lines {
			r.lines["frames"] = r.json.Update(r.lines["frames"], e)
		}
		return
	}
	r.breach("session %d: frame %d is amended before it was reported", e.Session.N, e.N)
}

func (r *result) frame(b *decode.Batch, e *decode.Event, lines bool) {
	f := *b.Frame(e)
	if key := [2]int{e.Session.N, -f.N}; f.N < 1 || r.known[key] {
		r.breach("frame %d of session %d was told twice", f.N, e.Session.N)
	} else {
		r.known[key] = true
	}
	if lines {
		r.lines["frames"] = r.json.Frame(r.lines["frames"], e.Session, &f)
	}
	f.Findings = slices.Clone(f.Findings)
	r.frames = append(r.frames, f)
	r.framesOf = append(r.framesOf, e.Session)
}

func (r *result) end(p *pipe, s capture.Stats, lines bool) {
	a := &r.account
	a.Files, a.Read, a.Decoded, a.Skipped = 1, p.read, p.dissector.Decoded(), p.dissector.Skipped()
	a.Sessions = int64(p.merger.Sessions)
	for _, d := range p.decoders {
		a.Bytes.Add(d.Bytes())
		a.AddUnclear(d.Unclear(), d.AfterEnd(), d.Unlooked())
	}
	if s.NotPackets > 0 {
		a.Skipped["not a packet"] += int64(s.NotPackets)
	}
	if s.Undeclared > 0 {
		a.Skipped["interface not declared"] += int64(s.Undeclared)
	}
	a.Read += int64(s.NotPackets + s.Undeclared)
	if p.cut > 0 && a.Sessions == 0 {
		a.Incomplete("packets were cut short")
	}
	for _, reason := range slices.Sorted(maps.Keys(p.dissector.Damaged())) {
		a.Incomplete("packets skipped: " + reason)
	}
	if r.damage != "" {
		a.Incomplete(r.damage)
	}
	if !lines {
		return
	}
	for _, s := range r.sessions {
		r.lines["sessions"] = r.json.Session(r.lines["sessions"], s)
	}
	r.lines["sessions"] = r.json.Summary(r.lines["sessions"], a)
}
