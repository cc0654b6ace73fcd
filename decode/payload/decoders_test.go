package payload_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode/payload"
)

// expect compares what was said, line by line.
func expect(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// told is what a session says, all packets of all messages, as a Reader reports them.
func told(t *testing.T, o payload.Opening, messages ...string) (out []payload.App) {
	t.Helper()
	r := payload.NewReader(o, payload.ReaderOptions{}, func(_ *payload.Message, apps []payload.App) { out = append(out, slices.Clone(apps)...) })
	for i, text := range messages {
		m := messageOf(i, text)
		r.Push(&m)
	}
	r.Settle()
	return out
}

// summaries are those of told.
func summaries(t *testing.T, o payload.Opening, messages ...string) (out []string) {
	t.Helper()
	for _, a := range told(t, o, messages...) {
		out = append(out, a.Summary)
	}
	return out
}

// asJSON is a value of Args or Also for comparison: bytes are {"bytes":"..."}.
func asJSON(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(plainBytes(v)); err != nil {
		return err.Error()
	}
	return strings.TrimSpace(b.String())
}

func plainBytes(v any) any {
	switch v := v.(type) {
	case []byte:
		return map[string]any{"bytes": fmt.Sprintf("%x", v)}
	case []any:
		out := []any{}
		for _, e := range v {
			out = append(out, plainBytes(e))
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for k, e := range v {
			out[k] = plainBytes(e)
		}
		return out
	}
	return v
}

// s16 is a string with 16 bits of length before it.
func s16(s string) string { return string([]byte{byte(len(s) >> 8), byte(len(s))}) + s }
