package stack

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/tls"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/reassembly"
)

// tracker follows one session: it is the ws.Sink of its frames, and emits snapshots of the session.
type tracker struct {
	conn   *conn
	client reassembly.Dir
	ref    *decode.SessionRef
	info   decode.Session
	// reported says that the session was reported, with its present state and end.
	reported      bool
	reportedState decode.SessionState
	reportedEnd   decode.End
	closeSent     [2]bool
	// firstClose is the packet that completed the Close frame that is taken for the first.
	firstClose int
	// worse are the newest messages reported in a State worse than Conflict, maxWorse at most.
	worse []int
	// frames are the newest frames reported, maxFrames at most.
	frames []frameRef
	// start is where the frames begin in the stream of the TCP connection, if startKnown says that it is known.
	start      [2]int64
	startKnown bool
	// framed says that frames are decoded.
	framed bool
	// tls is the TLS connection that carries the session, nil for none.
	tls *tls.Conn
	// reportedMissing is how many missing bytes of the connection have a finding, by direction.
	reportedMissing [2]int64
	// tcpEnded says that a direction was closed, tcpOver that it was so before the capture ended.
	tcpEnded, tcpOver [2]bool
}

// frameRef is a frame that was reported.
type frameRef struct {
	n, message int
	state      ws.State
}

// maxFrames is how many frames can still be amended.
const maxFrames = 1 << 16

// maxWorse is enough: conflicts are found among the bytes that are not acknowledged yet, not among older messages.
const maxWorse = 1024

// last is the end of list, cut to half of n where it has grown to n.
func last[T any](list []T, n int) []T {
	if len(list) < n {
		return list
	}
	return list[:copy(list, list[len(list)-n/2:])]
}

// Frame is ws.Sink.
func (s *tracker) Frame(f *ws.Frame) {
	s.frames = append(last(s.frames, maxFrames), frameRef{f.N, f.Message, f.State})
	s.conn.d.out.AddFrame(s.event(), f)
}

// Message is ws.Sink.
func (s *tracker) Message(m *ws.Message) {
	s.info.Messages[m.Dir]++
	s.info.WireBytes[m.Dir] += m.WireLen
	s.info.Bytes[m.Dir] += max(m.Len, 0)
	if m.State > ws.Conflict {
		s.worse = append(last(s.worse, maxWorse), m.N)
	}
	s.conn.d.out.AddMessage(s.event(), m)
	if m.Conflict {
		s.amendFrames(m.N)
	}
	if m.Opcode == ws.OpClose {
		s.closeFrame(m)
	}
}

// Amend is ws.Sink.
func (s *tracker) Amend(n int, st ws.State) {
	e := s.event()
	e.Kind, e.State, e.N, e.Worse = decode.KindAmend, st, n, slices.Contains(s.worse, n)
	s.conn.d.out.Add(e)
	s.amendFrames(n)
}

// amendFrames amends the frames of message n that were reported as known better than Conflict.
func (s *tracker) amendFrames(n int) {
	for i := range s.frames {
		f := &s.frames[i]
		if f.message != n || f.state == ws.Conflict {
			continue
		}
		e := s.event()
		e.Kind, e.State, e.N, e.Of, e.Worse = decode.KindAmendFrame, ws.Conflict, f.n, n, f.state > ws.Conflict
		s.conn.d.out.Add(e)
		f.state = ws.Conflict
	}
}

// Finding is ws.Sink.
func (s *tracker) Finding(f *ws.Finding) {
	s.info.Findings++
	at := *f
	if at.At.Packet == 0 {
		at.At = s.conn.d.stamp(s.conn)
	}
	s.conn.d.out.AddFinding(s.event(), &at)
}

// event is an event of the session at the packet looked at.
func (s *tracker) event() decode.Event {
	return decode.Event{Packet: s.conn.d.now.Packet, Stream: s.conn.stream, Session: s.ref}
}

// note emits a finding of the session as a whole, at the packet looked at.
func (s *tracker) note(r *rule.Rule, d ws.Dir, off int64, detail string) {
	s.Finding(&ws.Finding{Rule: r, Dir: d, At: s.conn.d.stamp(s.conn), Offset: off, Detail: detail})
}

// report emits a snapshot of the session if its state or end has changed since the last.
func (s *tracker) report() {
	if s.reported && s.reportedState == s.info.State && s.reportedEnd == s.info.End {
		return
	}
	first := !s.reported
	s.snapshot()
	if first {
		s.noteMissing("before the session was recognised")
	}
}

func (s *tracker) snapshot() {
	s.reported, s.reportedState, s.reportedEnd = true, s.info.State, s.info.End
	s.info.Retransmissions = int(s.conn.tcp.Stats[0].Retransmitted + s.conn.tcp.Stats[1].Retransmitted)
	s.info.Last = max(s.info.Last, s.conn.end().Packet)
	s.info.Process = s.conn.owner
	info := s.info
	s.conn.d.out.AddSession(s.event(), &info)
}

// closeFrame follows the closing handshake (RFC 6455 section 7.1.4).
func (s *tracker) closeFrame(m *ws.Message) {
	if s.info.Close == nil {
		s.info.Close = &decode.Close{By: m.Dir, HasBy: true, Code: m.CloseCode, Reason: bytes.Clone(m.Reason())}
		s.firstClose = m.Max
	} else if m.Dir != s.info.Close.By && m.Max < s.firstClose {
		unsure := *s.info.Close
		unsure.HasBy = false
		s.info.Close = &unsure
	}
	s.closeSent[m.Dir] = true
	s.settle()
	s.report()
}

// tcpClosed is called when one direction of the TCP connection has ended.
func (s *tracker) tcpClosed(d reassembly.Dir, k reassembly.CloseKind) {
	if s.tcpEnded[d] {
		return
	}
	s.tcpEnded[d], s.tcpOver[d] = true, k != reassembly.CloseEnd
	if end := endOf(k); s.info.End == decode.EndNone && end != decode.EndCapture {
		s.info.End = end
		switch k {
		case reassembly.CloseFIN, reassembly.CloseRST:
			s.info.EndBy, s.info.HasEndBy = dirOf(s.client, d), true
		case reassembly.ClosePeerRST:
			s.info.EndBy, s.info.HasEndBy = dirOf(s.client, d.Other()), true
		}
	}
	both := s.tcpEnded[0] && s.tcpEnded[1]
	if both && s.info.End == decode.EndNone {
		s.info.End = decode.EndCapture
	}
	s.settle()
	if both {
		s.last()
	}
}

// last emits what is known when nothing more can come.
func (s *tracker) last() {
	if s.info.State != decode.Refused {
		s.noteMissing("outside the frames that were decoded")
	}
	s.noClose()
	s.info.TCP = s.conn.facts(s.client)
	s.noteDoubts(s.info.TCP)
	if s.info.State != decode.Refused {
		s.info.Last = max(s.info.Last, s.conn.end().Packet)
	}
	s.snapshot()
}

// whole says that packets of both directions were captured, and nothing of the session is missing: only then does
// the absence of a frame say something.
func (s *tracker) whole() bool {
	stats := &s.conn.tcp.Stats
	return stats[0].Segments > 0 && stats[1].Segments > 0 && s.info.Missing == 0
}

// noClose notes a TCP connection that ended without a Close frame (section 7.1.5: 1006).
func (s *tracker) noClose() {
	abnormal := s.info.End == decode.EndFIN || s.info.End == decode.EndRST
	if !abnormal || !s.whole() || s.info.Close != nil || !s.info.HasOpened || s.info.Draft != "" {
		return
	}
	how, by := "FIN", "server"
	if s.info.End == decode.EndRST {
		how = "RST"
	}
	if s.info.EndBy == ws.C2S {
		by = "client"
	}
	s.Finding(&ws.Finding{Rule: rule.NoClose, Dir: s.info.EndBy, At: stampOf(s.conn.end()), Offset: -1,
		Detail: fmt.Sprintf("%s by the %s", how, by)})
}

// settle computes State and End from what has been seen.
func (s *tracker) settle() {
	i := &s.info
	tcpOver := s.tcpOver[0] && s.tcpOver[1]
	switch {
	case i.State == decode.Refused:
		return
	case s.closeSent[0] && s.closeSent[1]:
		i.State, i.End = decode.Closed, decode.EndClose
	case tcpOver:
		i.State = decode.Closed
	case i.Close != nil || i.End == decode.EndFIN:
		i.State = decode.Closing
	}
	if i.State == decode.Closed {
		i.Ended, i.HasEnded = s.conn.end().Time, true
	}
}

func endOf(k reassembly.CloseKind) decode.End {
	switch k {
	case reassembly.CloseFIN:
		return decode.EndFIN
	case reassembly.CloseRST, reassembly.ClosePeerRST:
		return decode.EndRST
	case reassembly.CloseReplaced:
		return decode.EndReplaced
	case reassembly.CloseEvicted:
		return decode.EndEvicted
	}
	return decode.EndCapture
}

// gap notes that bytes of the session are missing. If frames are decoded, the finding comes from there.
func (s *tracker) gap(d reassembly.Dir, off, n int64) {
	if s.info.State == decode.Refused || s.info.State == decode.Closed {
		return
	}
	s.info.Missing += n
	if !s.framed {
		s.reportedMissing[d] += n
		s.note(rule.Gap, dirOf(s.client, d), off, fmt.Sprintf("%d bytes of the opening handshake were not captured", n))
	}
}

// noteMissing makes findings of bytes of the connection that were never captured and have none: a session is complete
// only if every byte between SYN and FIN was captured.
func (s *tracker) noteMissing(where string) {
	for d, n := range s.conn.missing {
		if s.reportedMissing[d] > 0 && (s.tls != nil || s.info.H2Stream != 0) {
			continue // those are counted in the plaintext
		}
		if n -= s.reportedMissing[d]; n > 0 {
			s.reportedMissing[d] += n
			s.note(rule.Gap, dirOf(s.client, reassembly.Dir(d)), -1, fmt.Sprintf("%s not captured, %s", show.Bytes(n), where))
		}
	}
	if s.tls == nil && s.info.H2Stream == 0 {
		s.info.Missing = max(s.info.Missing, s.conn.missing[0]+s.conn.missing[1])
	}
}

// conflict notes that copies of bytes of the handshake differed.
func (s *tracker) conflict(d reassembly.Dir, off, n int64) {
	if s.info.State != decode.Refused && !s.framed {
		s.note(rule.Conflict, dirOf(s.client, d), off, fmt.Sprintf("copies of %d bytes of the opening handshake differ", n))
	}
}
