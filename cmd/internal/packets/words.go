package packets

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/wspeek/wspeek/decode/show"
)

// saved is what became of a file of packets.
type saved struct {
	held     *Held
	copied   Copy
	sessions []int // those chosen, none for all
	all      int   // how many sessions there were
	// gone are chosen sessions without any packet, cut those without their first ones; along is how many came along
	// that were not chosen.
	gone, cut []int
	along     int
	// embedded is how many connections have their secrets in the file.
	embedded int
}

// found notes what there was of a chosen connection.
func (s *saved) found(c *Connection) {
	for _, n := range c.sessions {
		switch {
		case !slices.Contains(s.sessions, n):
		case c.kept == 0:
			s.gone = append(s.gone, n)
		case c.first < s.held.Oldest:
			s.cut = append(s.cut, n)
		}
	}
}

// nothing is why there is nothing to write.
func (s *saved) nothing() error {
	if len(s.sessions) > 0 {
		return fmt.Errorf("no packet of %s is kept any more; nothing was written", sessionsNamed(s.sessions))
	}
	return errors.New("there are no packets yet; nothing was written")
}

// String says what was written, and what of it is missing.
func (s *saved) String() string {
	parts := []string{show.Count(s.copied.N, "packet")}
	switch {
	case len(s.sessions) > 0:
		parts[0] += " of " + show.Count(int64(len(s.sessions)-len(s.gone)), "session")
	case s.held.Dropped == 0 && s.held.Lost == 0: // else nobody knows how many there are in the file
		parts[0] += " of " + show.Count(int64(s.all), "session")
	}
	if len(s.gone) > 0 {
		parts = append(parts, "nothing of "+sessionsNamed(s.gone)+" kept")
	}
	if len(s.cut) > 0 {
		parts = append(parts, "start of "+sessionsNamed(s.cut)+" not kept")
	}
	if s.along > 0 {
		parts = append(parts, show.Count(int64(s.along), "session")+" of the same connections along")
	}
	if len(s.sessions) == 0 && s.held.Dropped > 0 {
		parts = append(parts, fmt.Sprintf("%d older not kept", s.held.Dropped))
	}
	if s.held.Lost > 0 {
		parts = append(parts, fmt.Sprintf("%d lost before they were kept%s", s.held.Lost, s.why()))
	}
	if s.embedded > 0 {
		parts = append(parts, "with the TLS secrets of "+show.Count(int64(s.embedded), "connection"))
	}
	if s.copied.Early > 0 {
		parts = append(parts, show.Count(s.copied.Early, "packet")+" from before 1970 now of 1970")
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return strings.Join(parts, ", ") + ","
}

// why is what ended the keeping of packets.
func (s *saved) why() string {
	var p *fs.PathError
	switch err := s.held.Ended; {
	case err == nil:
		return ""
	case errors.As(err, &p):
		return " (" + p.Err.Error() + ")"
	default:
		return " (" + err.Error() + ")"
	}
}

// mostNamed is how many sessions are named one by one.
const mostNamed = 3

// sessionsNamed is "session 3", "sessions 3, 5" or "12 sessions".
func sessionsNamed(ns []int) string {
	switch {
	case len(ns) == 1:
		return "session " + strconv.Itoa(ns[0])
	case len(ns) > mostNamed:
		return show.Count(int64(len(ns)), "session")
	}
	var names []string
	for _, n := range slices.Sorted(slices.Values(ns)) {
		names = append(names, strconv.Itoa(n))
	}
	return "sessions " + strings.Join(names, ", ")
}
