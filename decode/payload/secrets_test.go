package payload_test

import (
	"slices"
	"testing"

	"github.com/wspeek/wspeek/decode/payload"
)

func TestSecrets(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		kind payload.Kind
		p    string
		want []string
	}{
		{"MQTT 3.1.1", payload.Binary, "\x10\x18\x00\x04MQTT\x04\xc2\x00\x0a\x00\x02id\x00\x03ann\x00\x03pwd", []string{"pwd"}},
		{"MQTT 3.1.1 with a will", payload.Binary, "\x10\x1f\x00\x04MQTT\x04\xc6\x00\x0a\x00\x02id\x00\x01t\x00\x01m\x00\x03ann\x00\x03pwd", []string{"pwd"}},
		{"MQTT 5 with properties", payload.Binary, "\x10\x1e\x00\x04MQTT\x05\xc2\x00\x0a\x05\x11\x00\x00\x00\x01\x00\x02id\x00\x03ann\x00\x03pwd", []string{"pwd"}},
		{"MQTT without a password", payload.Binary, "\x10\x10\x00\x04MQTT\x04\x02\x00\x0a\x00\x02id", nil},
		{"MQTT, cut", payload.Binary, "\x10\x18\x00\x04MQTT\x04\xc2\x00\x0a\x00\x02id\x00\x03ann\x00\x03pw", nil},
		{"not MQTT", payload.Binary, "\x10\x03\x01\x02\x03", nil},
		{"Socket.IO", payload.Text, `40{"user":"ann","pin":"12\"34","n":5}`, []string{"ann", `12\"34`}},
		{"Socket.IO, a namespace", payload.Text, `40/admin,{"a":["x"]}`, []string{"x"}},
		{"Socket.IO, an event", payload.Text, `42["login","x"]`, nil},
		{"text that starts with 40", payload.Text, `40 people came`, nil},
		{"WAMP", payload.Text, `[5,"sig/na=",{}]`, []string{"sig/na="}},
		{"not WAMP", payload.Text, `[5,"a",1]`, nil},
		{"SASL", payload.Text, `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGFubgBw</auth>`, []string{"AGFubgBw"}},
		{"another auth", payload.Text, `<auth>x</auth>`, nil},
		{"SIP", payload.Text, "REGISTER sip:a SIP/2.0\r\nVia: x\r\nAuthorization: Digest username=\"a\", response=\"b\"\r\n\r\nAuthorization: c\r\n", []string{`Digest username="a", response="b"`}},
		{"SIP without it", payload.Text, "OPTIONS sip:a SIP/2.0\r\nAuthorization:", nil},
		{"DDP", payload.Text, `{"msg":"method","method":"login","params":[{"resume":"abc"}],"id":"1"}`, []string{"abc"}},
		{"DDP in SockJS", payload.Text, `["{\"msg\":\"method\",\"method\":\"login\",\"params\":[{\"resume\":\"abc\"}]}"]`, []string{"abc"}},
		{"another resume", payload.Text, `{"resume":"me"}`, nil},
		{"nothing", payload.Text, ``, nil},
	} {
		var got []string
		for _, s := range payload.Secrets(row.kind, []byte(row.p)) {
			got = append(got, row.p[s.From:s.To])
		}
		if !slices.Equal(got, row.want) {
			t.Errorf("%s: %q, want %q", row.name, got, row.want)
		}
	}
}

func FuzzSecrets(f *testing.F) {
	for _, s := range []string{"\x10\x18\x00\x04MQTT\x05\xc2\x00\x0a\x00\x00\x02id\x00\x03ann\x00\x03pwd", `40/admin,{"a":["x"]}`, `[5,"s",{}]`, "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>x</auth>"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, p []byte) {
		for _, k := range []payload.Kind{payload.Text, payload.Binary} {
			last := 0
			for _, s := range payload.Secrets(k, p) {
				if s.From < last || s.To <= s.From || s.To > len(p) {
					t.Fatalf("%q: %+v", p, s)
				}
				last = s.To
			}
		}
	})
}
