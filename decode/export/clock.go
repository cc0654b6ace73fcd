package export

import (
	"fmt"
	"time"

	"github.com/wspeek/wspeek/capture"
)

// ClockFormat is how times are shown (the -t of tcpdump and tshark).
type ClockFormat uint8

const (
	// SinceFirst means: seconds since the first packet of the run, or the first line where that is not known.
	SinceFirst ClockFormat = iota
	// SincePrevious means: seconds since the line before.
	SincePrevious
	// OfDay means: time of day in Clock.Zone.
	OfDay
	// WithDate means: date and time of day in Clock.Zone.
	WithDate
	// Epoch means: seconds since 1970.
	Epoch
	// UTC means: date and time in UTC.
	UTC
)

// Clock formats times. The zero value is SinceFirst in UTC.
type Clock struct {
	Format ClockFormat
	// Zone is for OfDay and WithDate; nil is UTC.
	Zone            *time.Location
	first, previous capture.Time
	// started says that a time was shown, zeroed that first is known.
	started, zeroed bool
}

// From says that relative times count from t, unless one was shown before.
func (c *Clock) From(t capture.Time) {
	if !c.started {
		c.first, c.zeroed = t, true
	}
}

// Append appends t in a column of fixed width.
func (c *Clock) Append(dst []byte, t capture.Time) []byte {
	if !c.started {
		if !c.zeroed {
			c.first = t
		}
		c.previous, c.started = t, true
	}
	since := t - c.previous
	c.previous = t
	zone := c.Zone
	if zone == nil {
		zone = time.UTC
	}
	switch c.Format {
	case SincePrevious:
		return appendSeconds(dst, since)
	case OfDay:
		return time.Unix(0, int64(t)).In(zone).AppendFormat(dst, "15:04:05.000000")
	case WithDate:
		return time.Unix(0, int64(t)).In(zone).AppendFormat(dst, "2006-01-02 15:04:05.000000")
	case Epoch:
		return fmt.Appendf(dst, "%d.%09d", int64(t)/1e9, int64(t)%1e9)
	case UTC:
		return time.Unix(0, int64(t)).UTC().AppendFormat(dst, "2006-01-02 15:04:05.000000Z")
	}
	return appendSeconds(dst, t-c.first)
}

func appendSeconds(dst []byte, d capture.Time) []byte {
	sign := ""
	if d < 0 {
		sign, d = "-", -d
	}
	return fmt.Appendf(dst, "%11s", fmt.Sprintf("%s%d.%06d", sign, int64(d)/1e9, int64(d)%1e9/1000))
}
