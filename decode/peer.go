package decode

import (
	"maps"
	"slices"
	"strings"

	"github.com/wspeek/wspeek/capture"
)

// Peers links the two legs of sessions that went through a proxy whose both sides were captured: by session, the session of the
// other leg. Proof is that both requests have the same Sec-WebSocket-Key, or (HTTP/2 has no such key) that the first frames of both
// clients have the same masking keys, which are random too; and that one handshake lies inside the other: the proxy asks
// after it was asked, and answers after it was answered. What more than two sessions have in common proves nothing: such
// clients do not choose at random.
func Peers(sessions map[int]*Session) map[int]int {
	peers := map[int]int{}
	link(peers, sessions, (*Session).key)
	link(peers, sessions, (*Session).masks)
	return peers
}

// Linked are copies of sessions in the order of their numbers, each with its Peer.
func Linked(sessions map[int]*Session) (list []*Session) {
	peers := Peers(sessions)
	for _, n := range slices.Sorted(maps.Keys(sessions)) {
		s := *sessions[n]
		s.Peer = peers[n]
		list = append(list, &s)
	}
	return list
}

// link adds the legs that have something in common.
func link(peers map[int]int, sessions map[int]*Session, common func(*Session) string) {
	by := map[string][]*Session{}
	for _, n := range slices.Sorted(maps.Keys(sessions)) {
		if c := common(sessions[n]); c != "" && len(by[c]) <= 2 {
			by[c] = append(by[c], sessions[n])
		}
	}
	for _, legs := range by {
		if len(legs) == 2 && legs[0].legOf(legs[1]) && peers[legs[0].N]+peers[legs[1].N] == 0 {
			peers[legs[0].N], peers[legs[1].N] = legs[1].N, legs[0].N
		}
	}
}

// masks are the masking keys of the first frames; empty unless there are two, and all differ.
func (s *Session) masks() string {
	var all []byte
	seen := map[[4]byte]bool{{}: true}
	for i, m := range s.Masks {
		switch {
		case m == [4]byte{} && i >= 2:
			return string(all)
		case seen[m]:
			return ""
		}
		seen[m] = true
		all = append(all, m[:]...)
	}
	return string(all)
}

// key is the Sec-WebSocket-Key of the request, empty for none.
func (s *Session) key() string {
	for _, h := range s.RequestHeaders {
		if strings.EqualFold(h.Name, "Sec-WebSocket-Key") {
			return strings.TrimSpace(h.Value)
		}
	}
	return ""
}

// legOf reports whether two sessions that have something in common are the legs of one conversation.
func (s *Session) legOf(o *Session) bool {
	return s.Stream != o.Stream && (s.around(o) || o.around(s))
}

// around reports whether the handshake of inner began and ended within that of s.
func (s *Session) around(inner *Session) bool {
	type span struct{ from, to capture.Time }
	out, in := span{s.Started, s.Opened}, span{inner.Started, inner.Opened}
	whole := s.HasStarted && s.HasOpened && inner.HasStarted && inner.HasOpened
	return whole && out.from <= in.from && in.to <= out.to
}
