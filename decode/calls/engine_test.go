package calls_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/calls"
	"github.com/wspeek/wspeek/decode/payload"
	"github.com/wspeek/wspeek/decode/ws"
)

// talk feeds an Engine with messages that are written as lines: "c" or "s", then the text. Messages are a millisecond apart.
type talk struct {
	e     *calls.Engine
	n     map[int]int
	at    capture.Time
	calls []calls.Call
	stats calls.Stats
}

func newTalk(opt calls.Options) *talk {
	t := &talk{n: map[int]int{}}
	t.e = calls.New(opt, func(c *calls.Call) {
		kept := *c
		if kept.Turn != nil {
			turn := *kept.Turn
			turn.Text = append([]byte(nil), turn.Text...)
			kept.Turn = &turn
		}
		t.calls = append(t.calls, kept)
		t.stats.Add(c)
	})
	return t
}

func (t *talk) message(session int, d ws.Dir, text string) {
	t.n[session]++
	t.at += 1e6
	t.e.Message(session, &ws.Message{N: t.n[session], Dir: d, Opcode: ws.OpText, Last: ws.Stamp{Packet: 1, Time: t.at}, Max: 1,
		Len: int64(len(text)), Payload: []byte(text)}, true)
}

func (t *talk) lines(session int, lines ...string) {
	for _, l := range lines {
		d := ws.C2S
		if l[0] == 's' {
			d = ws.S2C
		}
		t.message(session, d, l[2:])
	}
}

// end ends a session.
func (t *talk) end(session int) {
	t.e.Session(&decode.Session{N: session, TCP: &decode.TCP{}})
}

// told is what became of the calls, a word each: name#id request>reply state.
func (t *talk) told() string {
	var out []string
	for _, c := range t.calls {
		out = append(out, fmt.Sprintf("%s#%s %d>%d %s", c.Name, c.ID, c.Request, c.Reply, c.State))
	}
	return strings.Join(out, "\n")
}

func want(t *testing.T, got string, lines ...string) {
	t.Helper()
	if w := strings.Join(lines, "\n"); got != w {
		t.Errorf("got\n%s\nwant\n%s", got, w)
	}
}

func TestEngine_FindsTheField(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, ask, reply, pair, id, call string
	}{
		{"id", `{"id":%d,"method":"get"}`, `{"id":%d,"result":1}`, "$.id", "3", "get"},
		{"a text", `{"action":"buy","requestId":"r-%d"}`, `{"requestId":"r-%d","ok":true}`, "$.requestId", "r-3", "buy"},
		{"deeper", `{"type":"q","meta":{"corr":"x%d"},"qty":5}`, `{"meta":{"corr":"x%d"},"px":1.5}`, "$.meta.corr", "x3", "q"},
		{"name beside it", `{"meta":{"op":"sum","corr":"x%d"}}`, `{"meta":{"corr":"x%d"}}`, "$.meta.corr", "x3", "sum"},
		{"another name in the reply", `{"msg_id":"m%d","type":"say"}`, `{"in_reply_to":"m%d"}`, "$.msg_id=$.in_reply_to", "m3", "say"},
		{"an array", `["call","c%d","add",[1]]`, `["result","c%d",2]`, "$[1]", "c3", "add"},
		{"a name nobody would guess", `{"zork":"q%d","cmd":"go","k":7}`, `{"zork":"q%d","k":7}`, "$.zork", "q3", "go"},
		{"odd characters", `{"my id":"q%d","cmd":"go"}`, `{"my id":"q%d"}`, `$["my id"]`, "q3", "go"},
		{"other values come back too", `{"id":%[1]d,"method":"m","params":{"sym":"A","n":%[1]d0}}`, `{"id":%[1]d,"result":{"sym":"A","n":%[1]d0}}`, "$.id", "3", "m"},
	} {
		x := newTalk(calls.Options{})
		for i := range 6 {
			x.lines(1, "c "+fmt.Sprintf(tt.ask, i), "s "+fmt.Sprintf(tt.reply, i))
		}
		x.e.Finish()
		if len(x.calls) != 6 {
			t.Errorf("%s: %d calls, want 6: %q", tt.name, len(x.calls), x.e.Pairs())
			continue
		}
		c := x.calls[3]
		if c.Pair.String() != tt.pair || c.ID != tt.id || c.Name != tt.call || c.Protocol != "json" || c.Took != 1e6 || !c.HasTook || c.Request != 7 || c.Reply != 8 {
			t.Errorf("%s: got %s, %+v", tt.name, c.Pair, c)
		}
	}
}

// What looks a little like requests and replies must not be called that.
func TestEngine_FindsNothing(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		lines func(x *talk, i int)
	}{
		{"chat", func(x *talk, i int) {
			x.lines(1, fmt.Sprintf(`c {"user":"ann","text":"hello %d"}`, i), fmt.Sprintf(`s {"user":"bob","text":"hi %d"}`, i))
		}},
		{"both sides count", func(x *talk, i int) {
			if i%2 == 0 {
				x.lines(1, fmt.Sprintf(`c {"seq":%d}`, i), fmt.Sprintf(`s {"seq":%d}`, i))
			} else {
				x.lines(1, fmt.Sprintf(`s {"seq":%d}`, i), fmt.Sprintf(`c {"seq":%d}`, i))
			}
		}},
		{"the same value again and again", func(x *talk, i int) {
			x.lines(1, `c {"id":"room-1","say":"a"}`, `s {"id":"room-1","say":"b"}`)
		}},
		{"values of few kinds", func(x *talk, i int) {
			x.lines(1, fmt.Sprintf(`c {"qty":%d}`, i%3), fmt.Sprintf(`s {"qty":%d}`, i%3))
		}},
		{"nothing comes back", func(x *talk, i int) { x.lines(1, fmt.Sprintf(`c {"id":%d}`, i)) }},
		{"not JSON", func(x *talk, i int) { x.lines(1, fmt.Sprintf(`c id=%d`, i), fmt.Sprintf(`s id=%d`, i)) }},
		{"broken JSON", func(x *talk, i int) { x.lines(1, fmt.Sprintf(`c {"id"%d`, i), fmt.Sprintf(`s {"id"%d`, i)) }},
	} {
		x := newTalk(calls.Options{})
		for i := range 200 {
			tt.lines(x, i)
		}
		x.e.Finish()
		if len(x.calls) > 0 {
			t.Errorf("%s: %d calls, such as %s by %s", tt.name, len(x.calls), x.calls[0].Name, x.calls[0].Pair)
		}
	}
}

func TestEngine_Outcomes(t *testing.T) {
	t.Parallel()
	x := newTalk(calls.Options{})
	x.lines(1, `c {"id":1,"method":"a"}`, `s {"id":1,"result":{"ok":1}}`, `c {"id":2,"method":"b"}`, `s {"id":2,"error":{"code":-1}}`,
		`c {"id":3,"method":"c"}`, `c {"id":4,"method":"d"}`, `s {"id":4,"result":null,"error":null}`, `s {"event":"tick"}`, `c {"id":5,"method":"e"}`,
		`s {"id":5,"ok":false}`, `s {"id":99,"result":1}`)
	x.end(1)
	x.e.Finish()
	want(t, x.told(), "a#1 1>2 answered", "b#2 3>4 error", "d#4 6>7 answered", "e#5 9>10 error", "c#3 5>0 unanswered")
	if s := x.stats; s.Calls != 5 || s.Errors != 2 || s.Unanswered != 1 {
		t.Errorf("counted %+v", s)
	}
}

// An id that is used again while the first call waits: that one is unanswered.
func TestEngine_IDUsedAgain(t *testing.T) {
	t.Parallel()
	pair, err := calls.ParsePair("json:$.id")
	if err != nil {
		t.Fatal(err)
	}
	x := newTalk(calls.Options{Pair: pair})
	x.lines(1, `c {"id":1,"method":"a"}`, `c {"id":1,"method":"b"}`, `s {"id":1}`, `c {"id":"1","method":"c"}`, `s {"id":1}`)
	x.e.Finish()
	want(t, x.told(), "a#1 1>0 unanswered", "b#1 2>3 answered", "c#1 4>0 unanswered")
}

// The sessions of one path are judged together, those of another apart; a query does not matter.
func TestEngine_Families(t *testing.T) {
	t.Parallel()
	x := newTalk(calls.Options{})
	for n := 1; n <= 8; n++ {
		path := fmt.Sprintf("/rpc?user=%d", n)
		if n > 6 {
			path = "/chat"
		}
		x.e.Session(&decode.Session{N: n, Path: path})
		x.lines(n, fmt.Sprintf(`c {"id":%d,"method":"a"}`, n), fmt.Sprintf(`s {"id":%d}`, n))
		if n > 6 {
			x.lines(n, `c {"say":1}`, `s {"say":1}`)
		}
		x.end(n)
	}
	x.e.Finish()
	if len(x.calls) != 8 {
		t.Errorf("%d calls, want 8:\n%s", len(x.calls), x.told())
	}
	want(t, strings.Join(x.e.Pairs(), "\n"), "/chat: JSON is paired by $.id, which was found in the data", "/rpc: JSON is paired by $.id, which was found in the data")
}

// Both sides ask, with ids that cannot be taken for each other.
func TestEngine_BothSidesAsk(t *testing.T) {
	t.Parallel()
	x := newTalk(calls.Options{})
	for i := range 8 {
		x.lines(1, fmt.Sprintf(`c {"id":"c%d","method":"up"}`, i), fmt.Sprintf(`s {"id":"s%d","method":"down"}`, i),
			fmt.Sprintf(`s {"id":"c%d"}`, i), fmt.Sprintf(`c {"id":"s%d"}`, i))
	}
	x.e.Finish()
	names := map[string]int{}
	for _, c := range x.calls {
		names[c.Dir.String()+" "+c.Name+" "+c.State.String()]++
	}
	if names["c2s up answered"] != 8 || names["s2c down answered"] != 8 || len(names) != 2 {
		t.Errorf("got %v", names)
	}
}

func TestEngine_GivenPair(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ given, lines, want string }{
		{"json:$.n", `c {"n":1}|s {"n":1}`, "#1 1>2 answered"},
		{"json:$.n", `s {"n":1}|c {"n":1}`, "#1 1>2 answered"},
		{"json:$.n", `c {"n":1}|s {"m":1}`, "#1 1>0 unanswered"},
		{"json:$.n=$.to", `c {"n":"q","type":"x"}|s {"n":"z","to":"q"}`, "x#q 1>2 answered"},
		{"none", `c {"id":1}|s {"id":1}|c {"id":2}|s {"id":2}|c {"id":3}|s {"id":3}|c {"id":4}|s {"id":4}`, ""},
	} {
		pair, err := calls.ParsePair(tt.given)
		if err != nil {
			t.Fatal(err)
		}
		x := newTalk(calls.Options{Pair: pair, NoPlain: pair == nil})
		x.lines(1, strings.Split(tt.lines, "|")...)
		x.e.Finish()
		want(t, x.told(), tt.want)
	}
}

func TestParsePair(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"json:$.id": "$.id", "json:$.meta.corr": "$.meta.corr", "json:$[1]": "$[1]", `json:$["a b"].c`: `$["a b"].c`,
		"json:$.id=$.re": "$.id=$.re", "json:$.a[0].b": "$.a[0].b",
	} {
		p, err := calls.ParsePair(text)
		if err != nil || p.String() != want {
			t.Errorf("%s: %v, %v; want %s", text, p, err, want)
		}
	}
	for _, text := range []string{"", "json:", "json:$", "json:id", "$.id", "json:$.", "json:$..a", "json:$[", "json:$[x]", "json:$[-1]", "json:$[99999999]",
		`json:$[""]`, `json:$["a]`, "json:$.id=", "json:$.a.b.c.d.e.f.g.h.i", "JSON:$.id"} {
		if p, err := calls.ParsePair(text); err == nil {
			t.Errorf("%s: taken as %v", text, p)
		}
	}
}

// script is an Apps that says what a message says by its text: a word for the role, then a key.
type script struct {
	lost   int
	report func(*payload.Message, []payload.App)
}

func (s *script) Lost(bool)                   { s.lost++ }
func (s *script) Settle()                     {}
func (s *script) Protocol() *payload.Protocol { return &payload.Protocol{} }
func (s *script) Push(m *payload.Message)     { s.report(m, s.decode(m)) }

func (s *script) begin(_ payload.Opening, report func(*payload.Message, []payload.App)) calls.Apps {
	s.report = report
	return s
}

func (s *script) decode(m *payload.Message) (out []payload.App) {
	for _, part := range strings.Split(string(m.Payload), ";") {
		w := strings.Fields(part)
		a := payload.App{Protocol: "toy", Event: w[0], Key: w[1], ID: w[1], Name: "n" + w[1], AskedByClient: len(w) < 3}
		switch w[0] {
		case "ask":
			a.Role = payload.Request
		case "end-of-ask":
			a.Role, a.First = payload.Request, m.N-1
		case "reply":
			a.Role = payload.Reply
		case "fail":
			a.Role, a.Error = payload.Reply, true
		case "item":
			a.Role = payload.Item
		case "end":
			a.Role = payload.End
		case "cancel":
			a.Role = payload.Cancel
		}
		out = append(out, a)
	}
	return out
}

func TestEngine_Protocol(t *testing.T) {
	t.Parallel()
	x := newTalk(calls.Options{Begin: new(script).begin})
	x.lines(1, "c ask 1;ask 2", "s reply 2;fail 1", "c ask 3", "s item 3", "s item 3", "s end 3", "c ask 4", "c cancel 4", "c ask 5", "s item 5",
		"c ask 6", "s reply 9", "s ask 6 byserver", "c reply 6 byserver", "s event 1")
	x.end(1)
	want(t, x.told(), "n2#2 1>2 answered", "n1#1 1>2 error", "n3#3 3>6 answered", "n4#4 7>8 cancelled", "n6#6 13>14 answered",
		"n5#5 9>10 answered", "n6#6 11>0 unanswered")
	if c := x.calls[2]; c.Items != 2 || c.First != 1e6 || c.Took != 3e6 {
		t.Errorf("a stream: %+v", c)
	}
	if c := x.calls[5]; !c.Open || c.HasTook || c.Items != 1 {
		t.Errorf("a stream that did not end: %+v", c)
	}
	if x.calls[3].HasTook || x.e.Loose != 1 {
		t.Errorf("a cancelled call took %v; %d replies without request, want 1", x.calls[3].Took, x.e.Loose)
	}
}

func TestEngine_DamagedMessages(t *testing.T) {
	t.Parallel()
	s := &script{}
	e := calls.New(calls.Options{Begin: s.begin}, func(*calls.Call) {})
	e.Message(1, &ws.Message{N: 1, Opcode: ws.OpText, State: ws.Undecodable, Payload: []byte("x")}, true)
	e.Message(1, &ws.Message{N: 2, Opcode: ws.OpPing, Payload: []byte("x")}, true)
	if s.lost != 1 {
		t.Errorf("%d messages called lost, want 1", s.lost)
	}
	plain := newTalk(calls.Options{})
	for i := range 5 { // the end of each reply is missing
		text := fmt.Sprintf(`{"id":%d}`, i)
		plain.message(1, ws.C2S, text)
		plain.e.Message(1, &ws.Message{N: 100 + i, Dir: ws.S2C, Opcode: ws.OpText, State: ws.Partial, Len: -1, Payload: []byte(text)}, true)
	}
	plain.e.Finish()
	if len(plain.calls) > 0 {
		t.Errorf("messages that are not whole were paired:\n%s", plain.told())
	}
}

// A request that spans messages is known by its first, and measured from its last.
func TestEngine_RequestOverMessages(t *testing.T) {
	t.Parallel()
	x := newTalk(calls.Options{Begin: new(script).begin})
	x.lines(1, "c part 1", "c end-of-ask 1", "s reply 1")
	want(t, x.told(), "n1#1 1>3 answered")
	if x.calls[0].Took != 1e6 {
		t.Errorf("took %v", x.calls[0].Took)
	}
}

// A hostile session with very many requests and no reply takes no more time than one with replies.
func TestEngine_ManyOpen(t *testing.T) {
	t.Parallel()
	pair, _ := calls.ParsePair("json:$.id")
	n := 0
	e := calls.New(calls.Options{Pair: pair}, func(*calls.Call) { n++ })
	const all = 1<<18 + 1<<16
	began := time.Now()
	for i := range all {
		text := fmt.Appendf(nil, `{"id":%d}`, i)
		e.Message(1, &ws.Message{N: i + 1, Opcode: ws.OpText, Len: int64(len(text)), Payload: text}, true)
	}
	if n != 1<<16 || e.Early != n {
		t.Errorf("%d calls were dropped early, want %d", n, 1<<16)
	}
	e.Finish()
	if n != all || time.Since(began) > time.Minute {
		t.Errorf("%d calls in %v, want %d", n, time.Since(began), all)
	}
}
