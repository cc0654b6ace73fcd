package export

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode/payload"
)

func TestAppendApps(t *testing.T) {
	t.Parallel()
	one := payload.App{Protocol: "mqtt", Version: "5", Event: "publish", Topic: "a/b", ID: "7", ReplyTo: 3, Error: true, Heartbeat: true,
		Summary: "x\x1b[31m\u202e", Args: []byte{0, 255}, Also: map[string]any{"qos": 1, "event": "not twice"}}
	for _, row := range []struct {
		name  string
		apps  []payload.App
		brief bool
		want  string
	}{
		{"none", nil, false, ``},
		{"all fields", []payload.App{one}, false, `,"app":{"protocol":"mqtt","version":"5","event":"publish","topic":"a/b","id":"7","reply_to":3,"error":true,"heartbeat":true,` +
			`"summary":"x\\x1b[31m<U+202E>","args":{"base64":"AP8="},"qos":1}`},
		{"brief", []payload.App{one}, true, `,"app":{"protocol":"mqtt","version":"5","event":"publish","topic":"a/b","id":"7","reply_to":3,"error":true,"heartbeat":true}`},
		{"several", []payload.App{{Protocol: "a"}, {Protocol: "b"}}, false, `,"app":[{"protocol":"a"},{"protocol":"b"}]`},
		{"no UTF-8", []payload.App{{Protocol: "a", Name: "\xff", Args: "\xff"}}, false, `,"app":{"protocol":"a","name_base64":"/w==","args":{"base64":"/w=="}}`},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			got := string(appendApps(nil, row.apps, row.brief))
			if got != row.want {
				t.Errorf("got  %s\nwant %s", got, row.want)
			}
			if got != "" && !json.Valid([]byte("{"+got[1:]+"}")) {
				t.Errorf("not JSON: %s", got)
			}
		})
	}
}

func TestAppendAppValue(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		v    any
		want string
	}{
		{nil, `null`}, {true, `true`}, {int64(-5), `-5`}, {uint64(math.MaxUint64), `18446744073709551615`}, {1.5, `1.5`}, {math.NaN(), `"NaN"`}, {math.Inf(-1), `"-Inf"`},
		{json.Number("12345678901234567890"), `12345678901234567890`}, {json.Number("x"), `"x"`},
		{json.RawMessage("{ \"a\" :\n[1, \"b \\\" c\"] }"), `{"a":[1,"b \" c"]}`},
		{json.RawMessage("[\"\u202e\x7f\"]"), `["\u202e\u007f"]`}, {json.RawMessage("[\"\xff\"]"), `["\ufffd"]`},
		{map[string]any{"b": []any{int64(1)}, "a": "é"}, `{"a":"é","b":[1]}`}, {struct{}{}, `null`},
	} {
		if got := string(appendAppValue(nil, row.v, 0)); got != row.want || !json.Valid([]byte(got)) {
			t.Errorf("%#v: got %s, want %s", row.v, got, row.want)
		}
	}
	var deep any
	for range 10_000 {
		deep = []any{deep}
	}
	if got := string(appendAppValue(nil, deep, 0)); !strings.Contains(got, "[null]") || len(got) > 1000 {
		t.Errorf("10000 deep: %d bytes", len(got))
	}
}

func TestText_Summary(t *testing.T) {
	t.Parallel()
	x := Text{Preview: 5, Apps: []payload.App{{Summary: "hello, world"}, {}, {Summary: "b\n"}}}
	var dst []byte
	if !x.summaries(&dst) || string(dst) != `hello… · b\n` {
		t.Errorf("got %q", dst)
	}
	x.Apps = []payload.App{{Event: "part"}}
	if x.summaries(&dst) {
		t.Error("a packet without a summary has none to show")
	}
}
