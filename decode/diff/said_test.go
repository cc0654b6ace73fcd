package diff_test

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode/diff"
	"github.com/wspeek/wspeek/pcaps"
)

// speak is a session in which these messages are sent: "> text" and "< text"; hexadecimal digits after x are binary.
func speak(t *testing.T, token string, lines ...string) *diff.Side {
	t.Helper()
	c := &pcaps.Conversation{}
	c.Open()
	c.Upgrade(pcaps.Request{Headers: [][2]string{pcaps.Subprotocol(token)}}, pcaps.Response{Headers: [][2]string{pcaps.Subprotocol(token)}})
	for _, l := range lines {
		f := pcaps.Text(l[2:])
		if digits, ok := strings.CutPrefix(l[2:], "x"); ok {
			b, err := hex.DecodeString(strings.ReplaceAll(digits, " ", ""))
			if err != nil {
				t.Fatal(err)
			}
			f = pcaps.Binary(b)
		}
		if l[0] == '>' {
			c.SendFrames(pcaps.C2S, f.Masked([4]byte{1, 2, 3, 4}))
		} else {
			c.SendFrames(pcaps.S2C, f)
		}
	}
	c.Close()
	return one(t, "test", c.File())
}

// differences says of each row of a comparison what it is: "1=1" the same, "1~2 $.a" changed, "1-" and "+2" only on one side.
func differences(c *diff.Comparison) string {
	var out []string
	for i := range c.Pairs {
		p := &c.Pairs[i]
		switch {
		case p.B < 0:
			out = append(out, fmt.Sprintf("%d-", p.A+1))
		case p.A < 0:
			out = append(out, fmt.Sprintf("+%d", p.B+1))
		case len(p.Changes) == 0:
			out = append(out, fmt.Sprintf("%d=%d", p.A+1, p.B+1))
		default:
			out = append(out, fmt.Sprintf("%d~%d %s", p.A+1, p.B+1, p.Changes[0].Path))
		}
	}
	return strings.Join(out, ", ")
}

func TestSaid(t *testing.T) {
	t.Parallel()
	publish := func(id, body string) string { return "> x32 09 00 03 61 2f 62 00 " + id + " " + body }
	const connect, connack = "> x10 10 00 04 4d 51 54 54 04 02 00 0a 00 04 74 65 73 74", "< x20 02 00 00"
	for _, row := range []struct {
		name, token string
		a, b        []string
		ignore      string
		want, used  string
		strict      string
	}{
		{"ids of OCPP", "ocpp1.6", []string{`> [2,"first","Authorize",{"idTag":"x"}]`, `< [3,"first",{"ok":1}]`},
			[]string{`> [2,"k77","Authorize",{"idTag":"x"}]`, `< [3,"k77",{"ok":1}]`}, "", "1=1, 2=2", "message-id", "1~1 $[1], 2~2 $[1]"},
		{"what has the id is passed over, what has not is told", "ocpp1.6", []string{`> [2,"first","Authorize",{"idTag":"x"}]`},
			[]string{`> [2,"k77","Authorize",{"idTag":"y"}]`}, "", "1~1 $[3].idTag", "message-id", "1~1 $[1]"},
		{"packet identifiers of MQTT", "mqtt", []string{connect, connack, publish("01", "68 69"), "< x40 02 00 01"},
			[]string{connect, connack, publish("09", "68 69"), "< x40 02 00 09"}, "", "1=1, 2=2, 3=3, 4=4", "message-id", "1=1, 2=2, 3~3 byte 8, 4~4 byte 3"},
		{"another body", "mqtt", []string{connect, connack, publish("01", "68 69")}, []string{connect, connack, publish("09", "68 6f")},
			"", "1=1, 2=2, 3~3 args", "", "1=1, 2=2, 3~3 bytes 8-10"},
		{"by name, not by what is alike", "ocpp1.6",
			[]string{`> [2,"1","A",{"w":"one two three"}]`, `> [2,"2","B",{"w":"four five six"}]`, `> [2,"3","C",{"w":"s"}]`},
			[]string{`> [2,"1","B",{"w":"one two three"}]`, `> [2,"2","C",{"w":"four five six"}]`},
			"", "1-, 2~1 $[3].w, 3~2 $[3].w", "message-id", ""},
		{"heartbeats left out", "ocpp1.6", []string{`> [2,"1","A",{}]`, `> [2,"2","Heartbeat",{}]`, `< [3,"2",{}]`, `> [2,"3","B",{}]`},
			[]string{`> [2,"1","A",{}]`, `> [2,"2","B",{}]`}, "kind:heartbeat", "1=1, 4=2", "kind:heartbeat", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			opt := &diff.Options{}
			if row.ignore != "" {
				if err := opt.Ignore.Add(row.ignore); err != nil {
					t.Fatal(err)
				}
			}
			a, b := speak(t, row.token, row.a...), speak(t, row.token, row.b...)
			c := diff.Compare(a, b, opt)
			if got := differences(c); got != row.want {
				t.Errorf("got %s, want %s", got, row.want)
			}
			if used := fmt.Sprint(c.Ignored); row.used != "" && !strings.Contains(used, row.used) {
				t.Errorf("left out: %s, want %s", used, row.used)
			}
			if row.strict != "" {
				if got := differences(diff.Compare(a, b, &diff.Options{Strict: true})); got != row.strict {
					t.Errorf("strict: got %s, want %s", got, row.strict)
				}
			}
		})
	}
}
