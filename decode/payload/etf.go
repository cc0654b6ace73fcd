package payload

import (
	"math"
	"math/big"
	"strconv"
)

// Tags of Erlang's external term format (Erlang documentation, External Term Format).
const (
	etfVersion                                = 131
	etfSmallInt, etfInt                       = 97, 98
	etfFloat, etfNewFloat                     = 99, 70
	etfAtom, etfSmallAtom                     = 100, 115
	etfAtomUTF8, etfSmallAtomUTF8             = 118, 119
	etfSmallTuple, etfLargeTuple              = 104, 105
	etfNil, etfString, etfList, etfBinary     = 106, 107, 108, 109
	etfSmallBig, etfLargeBig, etfMap          = 110, 111, 116
	etfFloatText                          int = 31
)

// etf reads terms. What is read is a copy.
type etf struct {
	msgpack
}

// etfAll reads p, which must be one term and nothing else.
func etfAll(p []byte) (v any, ok bool) {
	r := etf{msgpack{wire: wire{p: p}, left: maxValues}}
	if r.small(1) != etfVersion {
		return nil, false
	}
	v = r.term(0)
	return v, !r.bad && len(r.p) == 0
}

// term reads a term.
//
//nolint:funlen,gocyclo // a flat switch over the tags
func (r *etf) term(depth int) any {
	r.left--
	if depth > maxNest || r.left < 0 {
		r.bad = true
	}
	switch tag := r.small(1); tag {
	case etfSmallInt:
		return int64(r.small(1))
	case etfInt:
		return int64(int32(r.number(4))) //nolint:gosec // it is signed
	case etfNewFloat:
		return finite(math.Float64frombits(r.number(8)))
	case etfFloat:
		v, err := strconv.ParseFloat(cString(r.take(etfFloatText)), 64)
		r.bad = r.bad || err != nil
		return finite(v)
	case etfAtom, etfAtomUTF8:
		return etfWord(string(r.take(r.size(2))))
	case etfSmallAtom, etfSmallAtomUTF8:
		return etfWord(string(r.take(r.size(1))))
	case etfSmallTuple:
		return r.list(r.size(1), depth)
	case etfLargeTuple:
		return r.list(r.size(4), depth)
	case etfNil:
		return []any{}
	case etfString: // a list of small integers
		return text(r.take(r.size(2)))
	case etfList:
		out := r.list(r.size(4), depth)
		if tail, ok := r.term(depth + 1).([]any); !ok || len(tail) > 0 {
			r.bad = true // an improper list
		}
		return out
	case etfBinary:
		return text(r.take(r.size(4)))
	case etfSmallBig:
		return r.big(r.size(1))
	case etfLargeBig:
		return r.big(r.size(4))
	case etfMap:
		return r.dictionary(r.size(4), depth)
	}
	r.bad = true
	return nil
}

func (r *etf) list(n, depth int) any {
	out := []any{}
	for ; n > 0 && !r.bad; n-- {
		out = append(out, r.term(depth+1))
	}
	return out
}

func (r *etf) dictionary(n, depth int) any {
	out := map[string]any{}
	for ; n > 0 && !r.bad; n-- {
		k := keyOf(r.term(depth + 1))
		out[k] = r.term(depth + 1)
	}
	return out
}

// big reads a big integer, least significant byte first. Discord's ids are some.
func (r *etf) big(n int) any {
	sign := r.small(1)
	p := r.take(n)
	if r.bad || n > maxBigBits/8 {
		r.bad = true
		return nil
	}
	turned := make([]byte, n)
	for i, c := range p {
		turned[n-1-i] = c
	}
	v := new(big.Int).SetBytes(turned)
	if sign != 0 {
		v.Neg(v)
	}
	if v.IsInt64() {
		return v.Int64()
	}
	return v.String()
}

// etfWord is an atom; some are JSON's words.
func etfWord(s string) any {
	switch s {
	case "nil", "null":
		return nil
	case "true", "false":
		return s == "true"
	}
	return s
}

// cString is text that ends at a zero byte.
func cString(p []byte) string {
	for i, c := range p {
		if c == 0 {
			return string(p[:i])
		}
	}
	return string(p)
}
