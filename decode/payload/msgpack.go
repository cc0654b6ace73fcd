package payload

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"time"
	"unicode/utf8"
)

const (
	// maxNest is how deep values of MessagePack, CBOR and their like nest at most.
	maxNest = 64
	// maxValues is how many values one message has at most.
	maxValues = 1 << 20
)

// msgpack reads values of MessagePack (github.com/msgpack/msgpack, spec.md). What is read is a copy. A length that the bytes do
// not hold makes it bad before anything is made for it.
type msgpack struct {
	wire
	left int  // how many values may still come
	odd  bool // a string is not UTF-8
	// undefined says that the last value was what JavaScript calls so; script that a member of an object which is so is left out.
	undefined, script bool
}

// msgpackScript is msgpackAll of what a program in JavaScript means: a member that is undefined is left out.
func msgpackScript(p []byte) (v any, ok bool) {
	r := msgpack{wire: wire{p: p}, left: maxValues, script: true}
	v = r.value(0)
	return v, !r.bad && len(r.p) == 0
}

// msgpackAll reads p, which must be one value and nothing else.
func msgpackAll(p []byte) (v any, ok bool) {
	r := msgpack{wire: wire{p: p}, left: maxValues}
	v = r.value(0)
	return v, !r.bad && len(r.p) == 0
}

func (r *msgpack) value(depth int) any {
	r.left--
	if depth > maxNest || r.left < 0 {
		r.bad = true
	}
	c := byte(r.number(1))
	if r.bad {
		return nil
	}
	switch {
	case c < 0x80:
		return int64(c)
	case c < 0x90:
		return r.object(int(c&0xf), depth)
	case c < 0xa0:
		return r.array(int(c&0xf), depth)
	case c < 0xc0:
		return r.text(int(c & 0x1f))
	case c >= 0xe0:
		return int64(int8(c)) //nolint:gosec // a negative fixint
	}
	return r.long(c, depth)
}

// long reads a value whose first byte is a type of its own.
func (r *msgpack) long(c byte, depth int) any {
	switch c {
	case 0xc0:
		return nil
	case 0xc2, 0xc3:
		return c == 0xc3
	case 0xc4, 0xc5, 0xc6:
		return append([]byte{}, r.take(r.size(1<<(c-0xc4)))...)
	case 0xc7, 0xc8, 0xc9:
		n := r.size(1 << (c - 0xc7))
		return r.ext(n)
	case 0xca:
		return finite(float64(math.Float32frombits(uint32(r.number(4))))) //nolint:gosec // 32 bits
	case 0xcb:
		return finite(math.Float64frombits(r.number(8)))
	case 0xcc, 0xcd, 0xce, 0xcf:
		return unsigned(r.number(1 << (c - 0xcc)))
	case 0xd0, 0xd1, 0xd2, 0xd3:
		bits := uint(8) << (c - 0xd0)
		return int64(r.number(int(bits/8))<<(64-bits)) >> (64 - bits) //nolint:gosec // sign extension
	case 0xd4, 0xd5, 0xd6, 0xd7, 0xd8:
		return r.ext(1 << (c - 0xd4))
	case 0xd9, 0xda, 0xdb:
		return r.text(r.size(1 << (c - 0xd9)))
	case 0xdc, 0xdd:
		return r.array(r.size(2<<(c-0xdc)), depth)
	case 0xde, 0xdf:
		return r.object(r.size(2<<(c-0xde)), depth)
	}
	r.bad = true // 0xc1 is never used
	return nil
}

// size reads a length, which what is left must be able to hold.
func (r *msgpack) size(n int) int {
	v := r.number(n)
	if v > uint64(len(r.p)) {
		r.bad = true
		return 0
	}
	return int(v) //nolint:gosec // at most len
}

func (r *msgpack) text(n int) any {
	p := r.take(n)
	r.odd = r.odd || !utf8.Valid(p)
	return text(p)
}

func (r *msgpack) array(n, depth int) any {
	out := []any{}
	for ; n > 0 && !r.bad; n-- {
		out = append(out, r.value(depth+1))
		r.undefined = false
	}
	return out
}

func (r *msgpack) object(n, depth int) any {
	out := map[string]any{}
	for ; n > 0 && !r.bad; n-- {
		k := keyOf(r.value(depth + 1))
		r.undefined = false
		if v := r.value(depth + 1); !r.undefined || !r.script {
			out[k] = v
		}
		r.undefined = false
	}
	return out
}

// ext reads an extension value: a timestamp, or what applications agree on. One zero byte of type 0 is what the libraries of
// JavaScript write for undefined.
func (r *msgpack) ext(n int) any {
	kind := int8(r.number(1)) //nolint:gosec // it is signed
	p := r.take(n)
	switch {
	case r.bad:
		return nil
	case kind == -1:
		if t, ok := msgpackTime(p); ok {
			return t
		}
	case kind == 0 && n == 1 && p[0] == 0:
		r.undefined = true
		return nil
	}
	return map[string]any{"ext": int64(kind), "data": append([]byte{}, p...)}
}

func msgpackTime(p []byte) (string, bool) {
	var seconds int64
	var nano uint64
	switch len(p) {
	case 4:
		seconds = int64(binary.BigEndian.Uint32(p))
	case 8:
		v := binary.BigEndian.Uint64(p)
		seconds, nano = int64(v&(1<<34-1)), v>>34 //nolint:gosec // 34 bits
	case 12:
		nano, seconds = uint64(binary.BigEndian.Uint32(p)), int64(binary.BigEndian.Uint64(p[4:])) //nolint:gosec // it is signed
	default:
		return "", false
	}
	const farthest = 1 << 37 // past the year 6000
	if nano >= 1e9 || seconds > farthest || seconds < -farthest {
		return "", false
	}
	return time.Unix(seconds, int64(nano)).UTC().Format(time.RFC3339Nano), true //nolint:gosec // below 1e9
}

// unsigned is v as int64 where it fits.
func unsigned(v uint64) any {
	if v <= math.MaxInt64 {
		return int64(v)
	}
	return v
}

// finite is v, as text where JSON has no number for it.
func finite(v float64) any {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return v
}

// keyOf is the key of a map as text.
func keyOf(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case []byte, []any, map[string]any, nil:
		return inBrief(v)
	}
	return fmt.Sprint(v)
}

// isText reports whether p is text that people could read: UTF-8 without control characters but white space.
func isText(p []byte) bool {
	for len(p) > 0 {
		r, n := utf8.DecodeRune(p)
		if r == utf8.RuneError && n < 2 || r < ' ' && r != '\n' && r != '\t' && r != '\r' || r == 0x7f {
			return false
		}
		p = p[n:]
	}
	return true
}
