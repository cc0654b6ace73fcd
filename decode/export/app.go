package export

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/wspeek/wspeek/decode/jsontext"
	"github.com/wspeek/wspeek/decode/payload"
	"github.com/wspeek/wspeek/decode/show"
)

// maxAppDepth is how deep Args are written; what is deeper is null.
const maxAppDepth = 200

// apps appends what the message says, with its secrets replaced.
func (j *JSON) apps(dst []byte) []byte {
	from := len(dst)
	dst = appendApps(dst, j.Apps, j.NoPayload)
	if j.Redact == nil || len(dst) == from {
		return dst
	}
	clean := j.Redact.again([]byte(j.Redact.Text(string(dst[from:]))))
	return append(dst[:from], clean...)
}

// again replaces in JSON what was replaced in the last message because its protocol is known. What is short is replaced only where
// it is a whole string.
func (r *Redactor) again(p []byte) []byte {
	const long = 6
	for _, f := range r.found {
		for range 2 { // in a value, and in a summary that quotes it
			if len(f.value) >= long {
				p = bytes.ReplaceAll(p, f.value, f.mark)
			} else {
				p = bytes.ReplaceAll(p, fmt.Appendf(nil, `"%s"`, f.value), fmt.Appendf(nil, `"%s"`, f.mark))
				p = bytes.ReplaceAll(p, fmt.Appendf(nil, `\"%s\"`, f.value), fmt.Appendf(nil, `\"%s\"`, f.mark))
			}
			q := appendQuoted(nil, strings.ToValidUTF8(string(f.value), ""))
			f.value = q[1 : len(q)-1]
		}
	}
	return p
}

// appendApps appends what a message says: an object, or an array where it holds several packets.
func appendApps(dst []byte, apps []payload.App, brief bool) []byte {
	switch len(apps) {
	case 0:
		return dst
	case 1:
		return appendApp(appendKey(dst, "app"), &apps[0], brief)
	}
	dst = append(appendKey(dst, "app"), '[')
	for i := range apps {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendApp(dst, &apps[i], brief)
	}
	return append(dst, ']')
}

func appendApp(dst []byte, a *payload.App, brief bool) []byte {
	dst = append(dst, `{"protocol":`...)
	dst = appendAnyQuoted(dst, a.Protocol)
	for _, f := range [...]struct{ name, text string }{
		{"version", a.Version}, {"event", a.Event}, {"name", a.Name}, {"namespace", a.Namespace}, {"topic", a.Topic}, {"id", a.ID},
	} {
		if f.text != "" {
			dst = appendText(dst, f.name, f.text)
		}
	}
	if a.ReplyTo > 0 {
		dst = appendInt(dst, "reply_to", a.ReplyTo)
	}
	if a.Error {
		dst = appendBool(dst, "error", true)
	}
	if a.Heartbeat {
		dst = appendBool(dst, "heartbeat", true)
	}
	if brief {
		return append(dst, '}')
	}
	if a.Summary != "" {
		dst = appendQuoted(appendKey(dst, "summary"), show.Inert(a.Summary))
	}
	if a.Args != nil {
		dst = appendAppValue(appendKey(dst, "args"), a.Args, 0)
	}
	return append(appendAlso(dst, a.Also), '}')
}

// appFields are the names that Also does not repeat.
var appFields = []string{"protocol", "version", "event", "name", "namespace", "topic", "id", "reply_to", "error", "heartbeat", "summary"}

func appendAlso(dst []byte, also map[string]any) []byte {
	if len(also) == 0 {
		return dst
	}
	for _, k := range sortedKeys(also) {
		if !slices.Contains(appFields, k) {
			dst = append(appendAnyQuoted(append(dst, ','), k), ':')
			dst = appendAppValue(dst, also[k], 0)
		}
	}
	return dst
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// appendAnyQuoted appends a string that may be no UTF-8.
func appendAnyQuoted(dst []byte, s string) []byte {
	if !utf8.ValidString(s) {
		s = show.Inert(s)
	}
	return appendQuoted(dst, s)
}

// AppendArgs appends what a packet carries as JSON on one line, safe to print; bytes are {"base64":"..."}.
func AppendArgs(dst []byte, v any) []byte { return appendAppValue(dst, v, 0) }

// appendAppValue appends what a packet carries as JSON on one line.
func appendAppValue(dst []byte, v any, depth int) []byte {
	if depth > maxAppDepth {
		return append(dst, "null"...)
	}
	switch v := v.(type) {
	case json.RawMessage:
		return appendRawJSON(dst, v)
	case string:
		return appendAppText(dst, v)
	case []byte:
		dst = append(dst, `{"base64":"`...)
		return append(base64.StdEncoding.AppendEncode(dst, v), '"', '}')
	case []any:
		return appendAppList(dst, v, depth)
	case map[string]any:
		return appendAppMap(dst, v, depth)
	}
	return appendAppScalar(dst, v)
}

// appendAppText appends a string; one that is no UTF-8 as bytes.
func appendAppText(dst []byte, s string) []byte {
	if utf8.ValidString(s) {
		return appendQuoted(dst, s)
	}
	return appendAppValue(dst, []byte(s), 0)
}

func appendAppList(dst []byte, list []any, depth int) []byte {
	dst = append(dst, '[')
	for i, x := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendAppValue(dst, x, depth+1)
	}
	return append(dst, ']')
}

func appendAppMap(dst []byte, m map[string]any, depth int) []byte {
	dst = append(dst, '{')
	for i, k := range sortedKeys(m) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(appendAnyQuoted(dst, k), ':')
		dst = appendAppValue(dst, m[k], depth+1)
	}
	return append(dst, '}')
}

func appendAppScalar(dst []byte, v any) []byte {
	switch v := v.(type) {
	case bool:
		return strconv.AppendBool(dst, v)
	case json.Number:
		if json.Valid([]byte(v)) {
			return append(dst, v...)
		}
		return appendAnyQuoted(dst, string(v))
	case int:
		return strconv.AppendInt(dst, int64(v), 10)
	case int64:
		return strconv.AppendInt(dst, v, 10)
	case uint64:
		return strconv.AppendUint(dst, v, 10)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return append(strconv.AppendFloat(append(dst, '"'), v, 'g', -1, 64), '"')
		}
		return strconv.AppendFloat(dst, v, 'g', -1, 64)
	}
	return append(dst, "null"...)
}

// appendRawJSON appends valid JSON on one line; what could act on a terminal, which is in strings only, is written \uXXXX.
func appendRawJSON(dst, raw []byte) []byte {
	from, inText := 0, false
	for i := 0; i < len(raw); {
		switch c := raw[i]; {
		case c == '"':
			inText = !inText
			i++
		case c == '\\' && inText:
			i += 2
		case !inText && jsontext.IsSpace(c):
			dst = append(dst, raw[from:i]...)
			i++
			from = i
		case c >= 0x7f:
			r, n := utf8.DecodeRune(raw[i:])
			if show.Hidden(r) || r == utf8.RuneError && n == 1 {
				dst = appendUnicode(append(dst, raw[from:i]...), r)
				from = i + n
			}
			i += n
		default:
			i++
		}
	}
	return append(dst, raw[min(from, len(raw)):]...)
}
