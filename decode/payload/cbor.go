package payload

import (
	"fmt"
	"math/big"

	"github.com/fxamacker/cbor/v2"
)

// cborMode reads CBOR (RFC 8949) within limits. It checks that a message is well formed before it makes anything of it.
var cborMode = func() cbor.DecMode {
	mode, err := cbor.DecOptions{
		MaxNestedLevels: maxNest, MaxArrayElements: maxValues, MaxMapPairs: maxValues, DupMapKey: cbor.DupMapKeyQuiet,
		TimeTagToAny: cbor.TimeTagToRFC3339Nano, UTF8: cbor.UTF8RejectInvalid,
	}.DecMode()
	if err != nil {
		panic(err) // the options are wrong, on every run
	}
	return mode
}()

// cborAll reads p, which must be one value and nothing else.
func cborAll(p []byte) (v any, ok bool) {
	if err := cborMode.Unmarshal(p, &v); err != nil {
		return nil, false
	}
	return plain(v), true
}

// maxBigBits is how long a big integer is written in digits.
const maxBigBits = 2048

// Tags whose content says all (RFC 8949 section 3.4, RFC 8746): self-described CBOR, a typed array of bytes.
const (
	cborSelf  = 55799
	cborBytes = 64
)

// plain is a value of the cbor package as Args has it.
func plain(v any) any {
	switch v := v.(type) {
	case uint64:
		return unsigned(v)
	case float64:
		return finite(v)
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
		return v
	case map[any]any:
		out := make(map[string]any, len(v))
		for k, e := range v {
			out[keyOf(plain(k))] = plain(e)
		}
		return out
	case cbor.Tag:
		if v.Number == cborSelf || v.Number == cborBytes {
			return plain(v.Content)
		}
		return map[string]any{"tag": unsigned(v.Number), "value": plain(v.Content)}
	case cbor.ByteString:
		return []byte(v)
	case cbor.SimpleValue:
		return fmt.Sprintf("simple(%d)", v)
	case big.Int:
		if v.BitLen() > maxBigBits {
			return v.Bytes()
		}
		return v.String()
	}
	return v
}
