package doc

import (
	"strings"
	"testing"
	"time"

	"github.com/wspeek/wspeek/decode/payload"
	"github.com/wspeek/wspeek/tui/draw"
)

func TestAddSaid(t *testing.T) {
	t.Parallel()
	r := draw.NewRich(200)
	said := []payload.App{{Protocol: "mqtt", Event: "publish\x1b", Topic: "a/b", ID: "7", ReplyTo: 3, Took: 2 * time.Second}}
	for range 9 {
		said = append(said, payload.App{Protocol: "mqtt", Event: "ping"})
	}
	addSaid(r, draw.NewTheme(true), 1, said)
	got := strings.Join(rowsOf(t, r, 200), "\n")
	for _, want := range []string{`mqtt publish\x1b  on a/b #7, answers 1:3 after 2`, "and 2 more packets"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

func TestSaidJSON(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		said []payload.App
		want string
	}{
		{nil, ""}, {[]payload.App{{Event: "part"}}, ""}, {[]payload.App{{Args: []byte{1}}}, `{"base64":"AQ=="}`},
		{[]payload.App{{Args: "a"}, {}, {Args: int64(2)}}, `["a",2]`},
	} {
		if got := string(saidJSON(row.said)); got != row.want {
			t.Errorf("%+v: %s, want %s", row.said, got, row.want)
		}
	}
}
