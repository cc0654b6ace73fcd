package payload

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxValue is how many bytes of a value that is not JSON a Summary shows.
const maxValue = 80

// content returns a body whose kind the protocol does not tell: JSON if it is an object or array, text if it is UTF-8, else bytes.
// It is a copy.
func content(p []byte) any {
	if q := bytes.TrimSpace(p); len(q) > 1 && (q[0] == '{' || q[0] == '[') && json.Valid(q) {
		return json.RawMessage(slices.Clone(q))
	}
	if utf8.Valid(p) {
		return string(p)
	}
	return slices.Clone(p)
}

// jsonValue returns p as JSON, whatever its kind; a copy. It returns nil if p is not valid.
func jsonValue(p []byte) any {
	if !json.Valid(p) {
		return nil
	}
	return json.RawMessage(slices.Clone(bytes.TrimSpace(p)))
}

// inBrief is a value for a summary.
func inBrief(v any) string {
	var b strings.Builder
	writeBrief(&b, v)
	return shorten(b.String())
}

func shorten(s string) string {
	if len(s) <= maxValue {
		return s
	}
	n := maxValue
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "..."
}

func writeBrief(b *strings.Builder, v any) {
	if b.Len() > maxValue {
		return
	}
	switch v := v.(type) {
	case nil:
		b.WriteString("null")
	case string:
		b.WriteString(strconv.Quote(shorten(v)))
	case []byte:
		fmt.Fprintf(b, "%d bytes", len(v))
	case json.RawMessage:
		b.Write(v[:min(len(v), maxValue+utf8.UTFMax)])
	case []any:
		b.WriteByte('[')
		for i, e := range v {
			comma(b, i)
			if writeBrief(b, e); b.Len() > maxValue {
				return
			}
		}
		b.WriteByte(']')
	case map[string]any:
		b.WriteByte('{')
		for i, k := range sortedKeys(v) {
			comma(b, i)
			b.WriteString(strconv.Quote(shorten(k)) + ":")
			if writeBrief(b, v[k]); b.Len() > maxValue {
				return
			}
		}
		b.WriteByte('}')
	default:
		fmt.Fprint(b, v)
	}
}

func comma(b *strings.Builder, i int) {
	if i > 0 {
		b.WriteByte(',')
	}
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// body is the brief form of a body in a summary; nothing where it is empty.
func body(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		if v == "" {
			return ""
		}
	case []byte:
		if len(v) == 0 {
			return ""
		}
	}
	return inBrief(v)
}

func formatUint(v uint64) string { return strconv.FormatUint(v, 10) }
