package export

import (
	"strconv"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode/calls"
)

// Call appends the line of a call.
func (j *JSON) Call(dst []byte, c *calls.Call) []byte {
	dst = appendInt(j.open(dst, "call"), "session", int64(c.Session.N))
	dst = j.file(appendInt(dst, "stream", int64(c.Session.Stream)), c.Packet)
	dst = appendInt(dst, "request", int64(c.Request))
	if c.Reply > 0 {
		dst = appendInt(dst, "reply", int64(c.Reply))
	}
	dst = appendWord(dst, "dir", c.Dir.String())
	dst = appendText(appendText(dst, "protocol", c.Protocol), "name", c.Name)
	dst = appendText(dst, "id", c.ID)
	if c.Pair != nil {
		dst = appendText(dst, "pair", c.Pair.String())
	}
	dst = j.time(dst, "time", c.At)
	if c.HasTook {
		dst = appendExact(dst, "took", c.Took)
	}
	if c.Items > 0 {
		dst = appendExact(appendInt(dst, "items", int64(c.Items)), "first", c.First)
	}
	if c.Open {
		dst = appendBool(dst, "open", true)
	}
	dst = appendWord(dst, "state", c.State.String())
	if c.Turn != nil {
		dst = j.turn(dst, c)
	}
	return append(dst, '}', '\n')
}

// turn appends what is known of a turn of a language model.
func (j *JSON) turn(dst []byte, c *calls.Call) []byte {
	t := c.Turn
	from := len(dst)
	for _, s := range []struct{ name, text string }{{"model", t.Model}, {"status", t.Status}, {"reason", t.Reason}} {
		if s.text != "" {
			dst = appendText(dst, s.name, s.text)
		}
	}
	if t.Input >= 0 {
		dst = appendInt(dst, "input_tokens", t.Input)
	}
	if t.Output >= 0 {
		dst = appendInt(dst, "output_tokens", t.Output)
	}
	if t.Rate > 0 {
		dst = strconv.AppendFloat(appendKey(dst, "tokens_per_second"), t.Rate, 'f', 3, 64)
	}
	dst = appendInt(dst, "deltas", int64(t.Deltas))
	dst = appendBool(dst, "interrupted", c.State == calls.Cancelled)
	if !j.NoPayload {
		dst = appendText(dst, "text", t.Text)
		if t.TextCut {
			dst = appendBool(dst, "text_cut", true)
		}
	}
	in := string(dst[from+1:])
	return append(append(appendKey(dst[:from], "turn"), '{'), in+"}"...)
}

// Calls appends the line of the calls of one name.
func (j *JSON) Calls(dst []byte, s *calls.Summary) []byte {
	dst = appendText(appendText(j.open(dst, "calls"), "protocol", s.Protocol), "name", s.Name)
	if s.Pair != nil {
		dst = appendText(dst, "pair", s.Pair.String())
	}
	dst = appendInt(appendInt(dst, "count", s.Count), "errors", s.Errors)
	dst = appendInt(appendInt(dst, "unanswered", s.Unanswered), "cancelled", s.Cancelled)
	dst = appendTimes(dst, &s.Took)
	if s.First.Len() > 0 {
		from := len(appendKey(dst, "first")) + 1
		dst = append(appendKey(dst, "first"), '{')
		dst = appendTimes(dst, &s.First)
		dst = append(dst[:from], dst[from+1:]...) // without the first comma
		dst = appendInt(append(dst, '}'), "items", s.Items)
	}
	if s.Turns > 0 {
		dst = appendInt(appendInt(dst, "output_tokens", s.Tokens), "interrupted", s.Interrupted)
	}
	if s.Took.Len() > 0 {
		dst = appendHistogram(dst, &s.Took)
	}
	return append(dst, '}', '\n')
}

// appendTimes appends percentiles and the longest time, nothing if there is none.
func appendTimes(dst []byte, t *calls.Times) []byte {
	if t.Len() == 0 {
		return dst
	}
	dst = appendExact(appendExact(dst, "p50", t.Percentile(50)), "p95", t.Percentile(95))
	return appendExact(appendExact(dst, "p99", t.Percentile(99)), "max", t.Max())
}

// appendHistogram appends the buckets that are not empty as [bound, count]; that without a bound has null.
func appendHistogram(dst []byte, t *calls.Times) []byte {
	dst = append(appendKey(dst, "histogram"), '[')
	comma := false
	for i, n := range t.Histogram() {
		if n == 0 {
			continue
		}
		if comma {
			dst = append(dst, ',')
		}
		comma = true
		if dst = append(dst, '['); i == calls.Buckets-1 {
			dst = append(dst, "null"...)
		} else {
			dst = appendDecimal(dst, calls.Bound(i))
		}
		dst = append(strconv.AppendInt(append(dst, ','), n, 10), ']')
	}
	return append(dst, ']')
}

// appendExact appends a length of time in seconds, exactly.
func appendExact(dst []byte, name string, d capture.Time) []byte {
	return appendDecimal(appendKey(dst, name), d)
}

// appendDecimal appends seconds without zeros at the end.
func appendDecimal(dst []byte, d capture.Time) []byte {
	if d < 0 {
		dst, d = append(dst, '-'), -d
	}
	dst = strconv.AppendInt(dst, int64(d)/1e9, 10)
	rest := int64(d) % 1e9
	if rest == 0 {
		return dst
	}
	from := len(dst)
	dst = strconv.AppendInt(dst, 1e9+rest, 10)
	dst[from] = '.'
	for dst[len(dst)-1] == '0' {
		dst = dst[:len(dst)-1]
	}
	return dst
}
