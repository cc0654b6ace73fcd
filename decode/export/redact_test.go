package export_test

import (
	"encoding/base64"
	"encoding/json"
	"math/rand/v2"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/http1"
	"github.com/wspeek/wspeek/decode/ws"
)

// jwt is a token that nobody issued.
const jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ0ZXN0In0.c2lnbmF0dXJlLW9mLW5vYm9keQ"

var markPattern = regexp.MustCompile(`REDACTED-[0-9a-f]{12}`)

// marked is s with every mark as "#".
func marked(s string) string { return markPattern.ReplaceAllString(s, "#") }

func redactor() *export.Redactor { return export.NewRedactor([]byte("test")) }

func message(op ws.Opcode, payload string) *ws.Message {
	return &ws.Message{N: 1, Opcode: op, Payload: []byte(payload), Len: int64(len(payload)), ValidUTF8: true, CloseCode: -1}
}

func TestHazard_O14_Payloads(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, in, want string }{
		{"nothing", `{"type":"chat","text":"hello"}`, `{"type":"chat","text":"hello"}`},
		{"JWT in prose", "take " + jwt + ".", "take #."},
		{"JWT alone", jwt, "#"},
		{"two JWTs", jwt + " " + jwt, "# #"},
		{"unsigned JWT", "x eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0. y", "x #. y"},
		{"a cursor is no JWT", `{"after":"eyJpZCI6MTIzNDU2Nzg5fQ"}`, `{"after":"eyJpZCI6MTIzNDU2Nzg5fQ"}`},
		{"password", `{"user":"ann","password":"p\"w"}`, `{"user":"ann","password":"#"}`},
		{"password with a backslash at its end", `{"password":"p\\","x":"y"}`, `{"password":"#","x":"y"}`},
		{"spaces around the colon", `{"token" : "abc"}`, `{"token" : "#"}`},
		{"camel case", `{"accessToken":"abc","clientSecret":"d"}`, `{"accessToken":"#","clientSecret":"#"}`},
		{"capitals and dashes", `{"X-API-Key":"abc"}`, `{"X-API-Key":"#"}`},
		{"what only begins like a secret", `{"token_count":"5","passwordless":"yes","tokens":"3"}`, `{"token_count":"5","passwordless":"yes","tokens":"3"}`},
		{"scheme stays", `{"authorization":"Bearer abc"}`, `{"authorization":"Bearer #"}`},
		{"number", `{"passcode":1234,"n":5}`, `{"passcode":"#","n":5}`},
		{"null and true stay", `{"token":null,"secret":true}`, `{"token":null,"secret":true}`},
		{"empty stays", `{"token":""}`, `{"token":""}`},
		{"array", `{"Authorization":["Bearer abc","x"],"n":["y"]}`, `{"Authorization":["Bearer #","#"],"n":["y"]}`},
		{"object", `{"credentials":{"id":"me","inner":{"k":"v"}},"n":"y"}`, `{"credentials":{"id":"#","inner":{"k":"#"}},"n":"y"}`},
		{"JSON in JSON", `a["{\"token\":\"abc\",\"x\":\"y\"}"]`, `a["{\"token\":\"#\",\"x\":\"y\"}"]`},
		{"JSON in JSON in JSON", `["{\"d\":\"{\\\"token\\\":\\\"abc\\\"}\"}"]`, `["{\"d\":\"{\\\"token\\\":\\\"#\\\"}\"}"]`},
		{"number in JSON in JSON", `["{\"passcode\":12}"]`, `["{\"passcode\":\"#\"}"]`},
		{"Socket.IO", `40{"token":"abc"}`, `40{"token":"#"}`},
		{"STOMP", "CONNECT\nlogin:ann\npasscode:guest\n\n\x00", "CONNECT\nlogin:ann\npasscode:#\n\n\x00"},
		{"STOMP in SockJS", `["CONNECT\nAuthorization:Bearer abc\nhost:x\n\n"]`, `["CONNECT\nAuthorization:Bearer #\nhost:x\n\n"]`},
		{"URL", `{"u":"wss://ann:pw@h/x?a=1&access_token=abc%20d&b=2"}`, `{"u":"wss://#@h/x?a=1&access_token=#&b=2"}`},
		{"an address is no userinfo", "mailto:a@b http://h/x@y", "mailto:a@b http://h/x@y"},
		{"signed URL", "/mqtt?X-Amz-Credential=AK%2F1&X-Amz-Signature=ab&X-Amz-Date=1", "/mqtt?X-Amz-Credential=#&X-Amz-Signature=#&X-Amz-Date=1"},
		{"form", "user=ann&password=x", "user=ann&password=#"},
		{"comparison", "if token==x", "if token==x"},
		{"bearer", "auth BEARER abcdefgh123", "auth BEARER #"},
		{"bearer in prose", "the bearer of news", "the bearer of news"},
		{"cut within a string", `{"token":"abc`, `{"token":"#`},
		{"not UTF-8", "\xff\xfe{\"token\":\"abc\"}\xff", "\xff\xfe{\"token\":\"#\"}\xff"},
		{"stray quotes", `":"":"token":":"token`, `":"":"token":"#"token`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := redactor()
			m, n := r.Message(message(ws.OpText, tt.in))
			if got := marked(string(m.Payload)); got != tt.want {
				t.Errorf("%q:\ngot  %q\nwant %q", tt.in, got, tt.want)
			}
			if want := strings.Count(tt.want, "#"); n != want || r.Replaced() != int64(want) {
				t.Errorf("%q: counted %d (%d in all), want %d", tt.in, n, r.Replaced(), want)
			}
		})
	}
}

func TestHazard_O14_Headers(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, value, want string }{
		{"Authorization", "Basic YTpi", "Basic #"},
		{"authorization", "Digest username=\"a\", response=\"b\"", "Digest #"},
		{"Proxy-Authorization", "Bearer x", "Bearer #"},
		{"Authorization", "rawtoken", "#"},
		{"Cookie", "sid=abc; theme=dark", "sid=#; theme=#"},
		{"Cookie", "lonely", "#"},
		{"Set-Cookie", "sid=abc; Path=/; HttpOnly", "sid=#; Path=/; HttpOnly"},
		{"X-Api-Key", "abc", "#"},
		{"X-Amz-Security-Token", "abc", "#"},
		{"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ=="},
		{"Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits=15", "permessage-deflate; client_max_window_bits=15"},
		{"Referer", "https://ann:pw@h/?token=x", "https://#@h/?token=#"},
		{"Origin", "https://h", "https://h"},
		{"Sec-WebSocket-Protocol", "graphql-transport-ws, v12.stomp, wamp.2.json", "graphql-transport-ws, v12.stomp, wamp.2.json"},
		{"Sec-WebSocket-Protocol", "bearer, abc.def", "bearer, #"},
		{"Sec-WebSocket-Protocol", "access_token, " + jwt, "access_token, #"},
		{"Sec-WebSocket-Protocol", "chat, base64url.bearer.authorization.k8s.io.dG9rZW4", "chat, base64url.bearer.authorization.k8s.io.#"},
		{"Sec-WebSocket-Protocol", "realtime, openai-insecure-api-key.sk-1, openai-beta.realtime-v1", "realtime, openai-insecure-api-key.#, openai-beta.realtime-v1"},
		{"Sec-WebSocket-Protocol", "graphql-ws, header-eyJob3N0IjoiYWJjIn0", "graphql-ws, header-#"},
		{"Sec-WebSocket-Protocol", "chat, 9f8e7d6c5b4a39281706f5e4", "chat, #"},
	} {
		got := redactor().Headers([]http1.Header{{Name: tt.name, Value: tt.value}})
		if marked(got[0].Value) != tt.want {
			t.Errorf("%s: %s\ngot  %s\nwant %s", tt.name, tt.value, got[0].Value, tt.want)
		}
	}
}

// The same secret has the same mark wherever it stands, and another key gives other marks.
func TestHazard_O14_SameMark(t *testing.T) {
	t.Parallel()
	r := redactor()
	m := func(s string) string {
		got, _ := r.Message(message(ws.OpText, s))
		return markPattern.FindString(string(got.Payload))
	}
	h := r.Headers([]http1.Header{{Name: "Authorization", Value: "Bearer " + jwt}})[0].Value
	want := markPattern.FindString(h)
	for _, s := range []string{
		jwt, `{"token":"` + jwt + `"}`, `["{\"token\":\"` + jwt + `\"}"]`, "Bearer " + jwt, "/?token=" + url.QueryEscape(jwt),
		`{"token":"\u0065` + jwt[1:] + `"}`, "Authorization: Bearer " + jwt,
	} {
		if got := m(s); got != want {
			t.Errorf("%s: got %s, want %s as in the header", s, got, want)
		}
	}
	if other := m(jwt + "x"); other == want {
		t.Errorf("another token has the same mark %s", other)
	}
	if other := export.NewRedactor([]byte("other")).Text(jwt); other == want {
		t.Errorf("another key gives the same mark %s", other)
	}
	s := r.Session(&decode.Session{Subprotocol: jwt, Host: "ann:pw@h", Path: "/?token=" + jwt,
		Close: &decode.Close{Reason: []byte("bad token " + jwt)}})
	if s.Subprotocol != want || s.Path != "/?token="+want || string(s.Close.Reason) != "bad token "+want || marked(s.Host) != "#@h" {
		t.Errorf("session: got %+v with %q, want %s", s, s.Close.Reason, want)
	}
}

// A server that repeats the token as its choice does not give it away.
func TestHazard_O14_RepeatedSubprotocol(t *testing.T) {
	t.Parallel()
	r := redactor()
	hs := r.Headers([]http1.Header{{Name: "Sec-WebSocket-Protocol", Value: "token, hunter2"}, {Name: "Sec-WebSocket-Protocol", Value: "hunter2"}})
	if a, b := strings.TrimPrefix(hs[0].Value, "token, "), hs[1].Value; a != b || marked(b) != "#" {
		t.Errorf("got %q and %q, want one mark", a, b)
	}
}

func TestHazard_O14_TornMessages(t *testing.T) {
	t.Parallel()
	m := message(ws.OpText, `x eyJhbGciOiJIUzI1NiJ9`)
	if got, _ := redactor().Message(m); marked(string(got.Payload)) == "x #" {
		t.Error("the begin of a JWT is one in a whole message")
	}
	m.State = ws.Partial
	if got, _ := redactor().Message(m); marked(string(got.Payload)) != "x #" {
		t.Errorf("got %q, want the begin of a JWT replaced where the rest is missing", got.Payload)
	}
	closing := message(ws.OpClose, "\x03\xe8"+jwt)
	closing.CloseCode = 1000
	if got, _ := redactor().Message(closing); marked(string(got.Payload)) != "\x03\xe8#" {
		t.Errorf("got %q, want the code and a mark", got.Payload)
	}
	if string(closing.Payload) != "\x03\xe8"+jwt {
		t.Error("the message itself was changed")
	}
}

func TestNilRedactorChangesNothing(t *testing.T) {
	t.Parallel()
	var r *export.Redactor
	m := message(ws.OpText, jwt)
	if got, n := r.Message(m); got != m || n != 0 || r.Text(jwt) != jwt || r.Replaced() != 0 {
		t.Error("a nil Redactor changed something")
	}
}

// Whatever JSON is redacted stays JSON, with the same shape, and the secrets are gone.
func TestRedactKeepsJSON(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		text := randomJSON(rng, 0)
		for range rng.IntN(3) {
			b, _ := json.Marshal([]string{text})
			text = string(b)
		}
		got := redactor().Text(text)
		if !json.Valid([]byte(got)) {
			t.Fatalf("%s\nbecame %s, which is no JSON", text, got)
		}
		if strings.Contains(got, "s3cret") {
			t.Fatalf("%s\nbecame %s, which has a secret", text, got)
		}
	}
}

func randomJSON(rng *rand.Rand, depth int) string {
	odd := []string{"", `"`, `\`, `\\`, "\n", "é", "{", "]", ":", "\x00", `\"`}
	str := func(s string) string {
		b, _ := json.Marshal(odd[rng.IntN(len(odd))] + s + odd[rng.IntN(len(odd))])
		return string(b)
	}
	var parts []string
	for range rng.IntN(4) {
		key := []string{`"a"`, `"token"`, `"client_secret"`, `"n"`}[rng.IntN(4)]
		secret := key == `"token"` || key == `"client_secret"`
		switch {
		case rng.IntN(3) == 0 && depth < 3 && !secret:
			parts = append(parts, key+":"+randomJSON(rng, depth+1))
		case secret:
			parts = append(parts, key+`:`+str("s3cret"))
		default:
			parts = append(parts, key+`: `+str("plain"))
		}
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func FuzzRedact(f *testing.F) {
	for _, s := range []string{jwt, `{"token":{"a":["b",{"c":"d"}]}}`, `["{\"token\":\"\\\"\"}"]`, "a://b@c?sid=%41", "Bearer abcdefgh", "\npassword:x"} {
		f.Add([]byte(s), false)
	}
	f.Fuzz(func(t *testing.T, p []byte, torn bool) {
		m := message(ws.OpText, string(p))
		if torn {
			m.State = ws.Partial
		}
		r := redactor()
		got, n := r.Message(m)
		if string(m.Payload) != string(p) {
			t.Fatalf("%q was changed", p)
		}
		if n == 0 && string(got.Payload) != string(p) {
			t.Fatalf("%q became %q with nothing counted", p, got.Payload)
		}
		if before := len(markPattern.FindAll(p, -1)); n > 0 && len(markPattern.FindAll(got.Payload, -1)) == 0 && before == 0 {
			t.Fatalf("%q became %q without a mark, %d counted", p, got.Payload, n)
		}
	})
}

func BenchmarkRedact(b *testing.B) {
	for _, bb := range []struct{ name, text string }{
		{"plain JSON", strings.Repeat(`{"type":"tick","symbol":"ABC","price":12.5,"note":"nothing here"},`, 100)},
		{"base64", base64.StdEncoding.EncodeToString([]byte(strings.Repeat("binary\x00\xff", 900)))},
		{"hostile eyJ", strings.Repeat("eyJ", 2000)},
		{"hostile colons", strings.Repeat(`"token":`, 800)},
		{"hostile braces", strings.Repeat(`"token":{`, 800)},
	} {
		b.Run(bb.name, func(b *testing.B) {
			r := redactor()
			m := message(ws.OpText, bb.text)
			b.SetBytes(int64(len(bb.text)))
			b.ReportAllocs()
			for b.Loop() {
				r.Message(m)
			}
		})
	}
}
