package filter

import (
	"bytes"
	"encoding/hex"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// value takes the one value on the right side.
func (c *comparison) value() (token, *Error) {
	t := c.p.take()
	switch t.kind {
	case tokenEnd:
		return t, c.p.fail(t, "a value is missing after %s", c.op)
	case tokenSign:
		return t, c.p.fail(t, "a value is missing between %s and %s; text with signs in it goes in quotes", c.op, t.text)
	}
	if _, ok := lookup(t.text); ok && t.kind == tokenWord && strings.Contains(t.text, ".") && !slices.Contains(c.field.values, t.text) {
		return t, c.p.fail(t, "a field is compared with a value, not with another field; text goes in quotes")
	}
	return t, nil
}

// operands reads the right side: one value, or after `in` a set.
func operands[T any](c *comparison, parse func(token) (span[T], *Error)) ([]span[T], *Error) {
	if c.op != opIn {
		t, err := c.value()
		if err != nil {
			return nil, err
		}
		s, err := parse(t)
		return []span[T]{s}, err
	}
	open := c.p.take()
	if !open.is("{") {
		return nil, c.p.fail(open, "in needs a set: {1, 2, 5..9}")
	}
	var out []span[T]
	for {
		s, err := setItem(c, parse)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
		switch t := c.p.peek(); {
		case t.is(","):
			c.p.take()
		case t.is("}"):
			c.p.take()
			return out, nil
		case t.kind == tokenEnd:
			return nil, c.p.fail(open, "the set is not closed")
		}
	}
}

// setItem reads a value or a range of a set.
func setItem[T any](c *comparison, parse func(token) (span[T], *Error)) (span[T], *Error) {
	t, err := c.value()
	if err != nil {
		return span[T]{}, err
	}
	words := c.field.kind == kindText || c.field.kind == kindRule
	if p := c.p; p.peek().is("..") && !words {
		p.take()
		end, err := c.value()
		if err != nil {
			return span[T]{}, err
		}
		return between(t, end, parse)
	}
	lo, hi, ranged := strings.Cut(t.text, "..")
	if !ranged || t.kind != tokenWord || lo == "" || hi == "" || words {
		return parse(t)
	}
	return between(token{kind: tokenWord, text: lo, pos: t.pos, end: t.pos + len(lo)},
		token{kind: tokenWord, text: hi, pos: t.end - len(hi), end: t.end}, parse)
}

// between is the range from one value to another.
func between[T any](lo, hi token, parse func(token) (span[T], *Error)) (span[T], *Error) {
	a, err := parse(lo)
	if err != nil {
		return a, err
	}
	b, err := parse(hi)
	return span[T]{a.lo, b.hi}, err
}

// integer reads what is kept as an integer: a number, a name, a time.
func (c *comparison) integer(t token) (s span[int64], err *Error) {
	f := c.field
	for _, n := range f.names {
		if strings.EqualFold(n.name, t.text) {
			return span[int64]{n.value, n.value}, nil
		}
	}
	var v int64
	var ok bool
	switch f.kind {
	case kindSeconds:
		v, ok = nanos(t.text)
	case kindTime:
		v, ok = moment(t.text)
	case kindNumber, kindBool, kindOpcode:
		v, ok = number(t.text)
	}
	if !ok {
		return s, c.badValue(t)
	}
	return span[int64]{v, v}, nil
}

// badValue says what a value should have been.
func (c *comparison) badValue(t token) *Error {
	var names []string
	for _, n := range c.field.names {
		names = append(names, n.name)
	}
	err := c.p.fail(t, "%s is %s: %q is not", c.field.Name, c.field.kind.article(), t.text)
	if _, bad := netip.ParseAddrPort(t.text); bad == nil && c.field.kind == kindAddress {
		err.Reason += "; compare ports with tcp.port"
	}
	if err.Suggestion = nearest(t.text, names); err.Suggestion == "" && len(names) > 0 {
		err.Reason += " (" + strings.Join(names, ", ") + ")"
	}
	return err
}

func number(s string) (int64, bool) {
	v, err := strconv.ParseInt(s, 0, 64)
	return v, err == nil
}

// maxSeconds is how many seconds fit into 64 bits of nanoseconds.
const maxSeconds = math.MaxInt64/1_000_000_000 - 1

// nanos reads seconds, exactly, or a duration with its units, also as wspeek prints it ("2 min 5 s"), as nanoseconds.
func nanos(s string) (int64, bool) {
	if d, err := time.ParseDuration(strings.ReplaceAll(strings.ReplaceAll(s, " ", ""), "min", "m")); err == nil {
		return int64(d), true
	}
	whole, frac, _ := strings.Cut(s, ".")
	sec, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || len(frac) > 9 || sec > maxSeconds || sec < -maxSeconds {
		return 0, false
	}
	ns, err := strconv.ParseUint(frac+"000000000"[len(frac):], 10, 32)
	if err != nil {
		return 0, false
	}
	if strings.HasPrefix(whole, "-") {
		return sec*1e9 - int64(ns), true
	}
	return sec*1e9 + int64(ns), true
}

var moments = []string{time.RFC3339Nano, "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02", "Jan 2, 2006 15:04:05"}

// moment reads seconds since 1970, or a date in UTC where it names no zone, as nanoseconds since 1970.
func moment(s string) (int64, bool) {
	if v, ok := nanos(s); ok {
		return v, true
	}
	for _, layout := range moments {
		if t, err := time.Parse(layout, s); err == nil && t.Year() > 1677 && t.Year() < 2262 {
			return t.UnixNano(), true
		}
	}
	return 0, false
}

func (c *comparison) decimal(t token) (span[float64], *Error) {
	v, err := strconv.ParseFloat(t.text, 64)
	if err != nil || math.IsNaN(v) {
		return span[float64]{}, c.badValue(t)
	}
	return span[float64]{v, v}, nil
}

// word reads a text; where the field has only a few, one of these.
func (c *comparison) word(t token) (span[string], *Error) {
	s := span[string]{t.text, t.text}
	known := c.field.values
	if len(known) == 0 || c.op == opGt || c.op == opLt || c.op == opGe || c.op == opLe || slices.Contains(known, t.text) {
		return s, nil
	}
	err := c.p.fail(t, "%s is never %q", c.field.Name, t.text)
	if err.Suggestion = nearest(t.text, known); err.Suggestion == "" && len(known) <= 8 {
		err.Reason += " (" + strings.Join(known, ", ") + ")"
	}
	return s, err
}

// network reads an address, or a network as the span of its addresses.
func (c *comparison) network(t token) (span[netip.Addr], *Error) {
	if p, err := netip.ParsePrefix(t.text); err == nil && c.fits(p.Addr()) {
		p = p.Masked()
		return span[netip.Addr]{p.Addr(), lastOf(p)}, nil
	}
	a, err := netip.ParseAddr(t.text)
	if err != nil || !c.fits(a) {
		return span[netip.Addr]{}, c.badValue(t)
	}
	return span[netip.Addr]{a, a}, nil
}

// fits reports whether the field can have such an address.
func (c *comparison) fits(a netip.Addr) bool {
	return c.field.bits == 0 || a.BitLen() == c.field.bits
}

func lastOf(p netip.Prefix) netip.Addr {
	b := p.Addr().AsSlice()
	for i := p.Bits(); i < len(b)*8; i++ {
		b[i/8] |= 0x80 >> (i % 8)
	}
	a, _ := netip.AddrFromSlice(b)
	return a
}

// octets takes the bytes to look for.
func (c *comparison) octets() ([]byte, *Error) {
	t, err := c.value()
	if err != nil {
		return nil, err
	}
	x := c.octetsOf(t)
	if len(x) == 0 {
		return nil, c.p.fail(t, "there is nothing between the quotes to look for")
	}
	return x, nil
}

// octetsOf are the bytes of a value: of a text its own, of aa:bb:cc those in hex.
func (c *comparison) octetsOf(t token) []byte {
	if t.kind == tokenText || c.field.textual {
		return []byte(t.text)
	}
	if x, ok := hexBytes(t.text); ok {
		return x
	}
	if x, err := hex.DecodeString(t.text); err == nil && c.field.kind == kindBytes { // as wspeek prints masking keys
		return x
	}
	return []byte(t.text)
}

// hexBytes reads aa:bb:cc, also with - or . between, and 0xaabbcc.
func hexBytes(s string) ([]byte, bool) {
	if rest, ok := strings.CutPrefix(s, "0x"); ok && len(rest) > 0 {
		x, err := hex.DecodeString(rest)
		return x, err == nil
	}
	if len(s) < 5 || !strings.ContainsRune(":-.", rune(s[2])) {
		return nil, false
	}
	parts := bytes.Split([]byte(s), []byte{s[2]})
	var out []byte
	for _, p := range parts {
		if len(p) != 2 {
			return nil, false
		}
		x, err := hex.DecodeString(string(p))
		if err != nil {
			return nil, false
		}
		out = append(out, x...)
	}
	return out, true
}
