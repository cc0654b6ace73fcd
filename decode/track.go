package decode

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/wspeek/wspeek/decode/http1"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/reassembly"
)

// session tracks one session: it is the ws.Sink of its frames, and tells snapshots of itself.
type session struct {
	conn   *conn
	client reassembly.Dir
	ref    *Ref
	info   Session
	// request is what the upgrade asked for, nil where that was not captured.
	request *http1.Request
	// told says that the session was told, with its present state and end.
	told      bool
	toldState SessionState
	toldEnd   End
	closeSent [2]bool
	// worse are the newest messages told in a State worse than Conflict, maxWorse at most.
	worse []int
	// framed says that frames are decoded.
	framed bool
	// tcpEnded says that a direction was closed, tcpOver that it was so before the capture ended.
	tcpEnded, tcpOver [2]bool
}

// maxWorse is enough: conflicts are found among the bytes that are not acknowledged yet, not among older messages.
const maxWorse = 1024

// last is the end of list, cut to half of n where it has grown to n.
func last(list []int, n int) []int {
	if len(list) < n {
		return list
	}
	return list[:copy(list, list[len(list)-n/2:])]
}

// Frame is ws.Sink.
func (s *session) Frame(f *ws.Frame) {
	out := s.conn.d.out
	out.frames = append(out.frames, *f)
	s.emit(KindFrame, len(out.frames)-1)
}

// Message is ws.Sink.
func (s *session) Message(m *ws.Message) {
	s.info.Messages[m.Dir]++
	s.info.WireBytes[m.Dir] += m.WireLen
	s.info.Bytes[m.Dir] += max(m.Len, 0)
	out := s.conn.d.out
	out.messages = append(out.messages, *m)
	if m.State > ws.Conflict {
		s.worse = append(last(s.worse, maxWorse), m.N)
	}
	s.emit(KindMessage, len(out.messages)-1)
	if m.Opcode == ws.OpClose {
		s.closeFrame(m)
	}
}

// Amend is ws.Sink.
func (s *session) Amend(n int, st ws.State) {
	if slices.Contains(s.worse, n) {
		return // less was claimed of it already
	}
	s.conn.d.emit(Event{Kind: KindAmend, State: st, N: n, Stream: s.conn.stream, Session: s.ref})
}

// Finding is ws.Sink.
func (s *session) Finding(f *ws.Finding) {
	s.info.Findings++
	out := s.conn.d.out
	out.findings = append(out.findings, *f)
	if at := &out.findings[len(out.findings)-1].At; at.Packet == 0 {
		*at = s.conn.d.stamp(s.conn)
	}
	s.emit(KindFinding, len(out.findings)-1)
}

func (s *session) emit(k Kind, index int) {
	s.conn.d.emit(Event{Kind: k, index: int32(index), Stream: s.conn.stream, Session: s.ref})
}

// note tells a finding of the session as a whole, at the packet looked at.
func (s *session) note(r *rule.Rule, d ws.Dir, off int64, detail string) {
	s.Finding(&ws.Finding{Rule: r, Dir: d, At: s.conn.d.stamp(s.conn), Offset: off, Detail: detail})
}

// tell tells a snapshot of the session where its state or end has changed since the last.
func (s *session) tell() {
	if s.told && s.toldState == s.info.State && s.toldEnd == s.info.End {
		return
	}
	s.snapshot()
}

func (s *session) snapshot() {
	s.told, s.toldState, s.toldEnd = true, s.info.State, s.info.End
	s.info.Retransmissions = int(s.conn.tcp.Stats[0].Retransmitted + s.conn.tcp.Stats[1].Retransmitted)
	s.info.Last = max(s.info.Last, s.conn.tcp.Last.Packet)
	out := s.conn.d.out
	info := s.info
	out.sessions = append(out.sessions, &info)
	s.emit(KindSession, len(out.sessions)-1)
}

// closeFrame follows the closing handshake (RFC 6455 section 7.1.4).
func (s *session) closeFrame(m *ws.Message) {
	if s.info.Close == nil {
		s.info.Close = &Close{By: m.Dir, Code: m.CloseCode, Reason: bytes.Clone(m.Reason())}
	}
	s.closeSent[m.Dir] = true
	s.settle()
	s.tell()
}

// tcpClosed is told when one direction of the TCP connection has ended.
func (s *session) tcpClosed(d reassembly.Dir, k reassembly.CloseKind) {
	if s.tcpEnded[d] {
		return
	}
	s.tcpEnded[d], s.tcpOver[d] = true, k != reassembly.CloseEnd
	if end := endOf(k); s.info.End == EndNone && end != EndCapture {
		s.info.End = end
		switch k {
		case reassembly.CloseFIN, reassembly.CloseRST:
			s.info.EndBy, s.info.HasEndBy = dirOf(s.client, d), true
		case reassembly.ClosePeerRST:
			s.info.EndBy, s.info.HasEndBy = dirOf(s.client, d.Other()), true
		}
	}
	both := s.tcpEnded[0] && s.tcpEnded[1]
	if both && s.info.End == EndNone {
		s.info.End = EndCapture
	}
	s.settle()
	if both {
		s.last()
	}
}

// last tells what is known when nothing more can come.
func (s *session) last() {
	s.noClose()
	s.info.TCP = s.conn.report(s.client)
	if s.info.State != Refused {
		s.info.Last = max(s.info.Last, s.conn.tcp.Last.Packet)
	}
	s.snapshot()
}

// whole says that packets of both directions were captured, and nothing of the session is missing: only then does
// the absence of a frame say something.
func (s *session) whole() bool {
	stats := &s.conn.tcp.Stats
	return stats[0].Segments > 0 && stats[1].Segments > 0 && s.info.Missing == 0
}

// noClose notes a TCP connection that ended without a Close frame (section 7.1.5: 1006).
func (s *session) noClose() {
	abnormal := s.info.End == EndFIN || s.info.End == EndRST
	if !abnormal || !s.whole() || s.info.Close != nil || !s.info.HasOpened || s.info.Draft != "" {
		return
	}
	how, by := "FIN", "server"
	if s.info.End == EndRST {
		how = "RST"
	}
	if s.info.EndBy == ws.C2S {
		by = "client"
	}
	s.note(rule.NoClose, s.info.EndBy, -1, fmt.Sprintf("%s by the %s", how, by))
}

// settle computes State and End from what has been seen.
func (s *session) settle() {
	i := &s.info
	tcpOver := s.tcpOver[0] && s.tcpOver[1]
	switch {
	case i.State == Refused:
		return
	case s.closeSent[0] && s.closeSent[1]:
		i.State, i.End = Closed, EndClose
	case tcpOver:
		i.State = Closed
	case i.Close != nil || i.End == EndFIN:
		i.State = Closing
	}
	if i.State == Closed {
		i.Ended, i.HasEnded = s.conn.tcp.Last.Time, true
	}
}

func endOf(k reassembly.CloseKind) End {
	switch k {
	case reassembly.CloseFIN:
		return EndFIN
	case reassembly.CloseRST, reassembly.ClosePeerRST:
		return EndRST
	case reassembly.CloseReplaced:
		return EndReplaced
	case reassembly.CloseEvicted:
		return EndEvicted
	}
	return EndCapture
}

// gap notes that bytes of the session are missing. Where frames are decoded, the finding comes from there.
func (s *session) gap(d reassembly.Dir, off, n int64) {
	if s.info.State == Refused || s.info.State == Closed {
		return
	}
	s.info.Missing += n
	if !s.framed {
		s.note(rule.Gap, dirOf(s.client, d), off, fmt.Sprintf("%d bytes of the opening handshake were not captured", n))
	}
}

// conflict notes that copies of bytes of the handshake differed.
func (s *session) conflict(d reassembly.Dir, off, n int64) {
	if s.info.State != Refused && !s.framed {
		s.note(rule.Conflict, dirOf(s.client, d), off, fmt.Sprintf("copies of %d bytes of the opening handshake differ", n))
	}
}
