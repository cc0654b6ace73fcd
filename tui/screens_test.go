package tui

import (
	"fmt"
	"testing"

	"github.com/wspeek/wspeek/pcaps"
	"github.com/wspeek/wspeek/tui/feedtest"
)

// sizes are those of the golden screens.
var sizes = [][2]int{{40, 12}, {80, 24}, {120, 40}, {200, 50}}

func TestScreens(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, sample string
		keys         []string
	}{
		{"sessions", "port-reuse", nil},
		{"triage", "incident", []string{"z", ":", "sort end", "enter", "j", "j"}},
		{"triage-groups", "incident", []string{"BBBB", "enter"}},
		{"triage-filter", "incident", []string{"/", "user=user0"}},
		{"lanes", "incident", []string{"j", "j", "j", "j", "j", ">", ">", ">", ">", ">", ">"}},
		{"refused", "refused-426", []string{"j"}},
		{"messages", "graphql", []string{"j", "enter", "j", "j", "j"}},
		{"all-messages", "socketio", []string{"enter"}},
		{"detail-json", "graphql", []string{"j", "enter", "jjjj", "enter"}},
		{"detail-hex", "socketio", []string{"j", "enter", "5", "enter", "v"}},
		{"detail-frames", "deflate-fragments", []string{"j", "enter", "jjj", "v", "v", "enter", "jjjjjjjjj"}},
		{"detail-close", "close-3000", []string{"j", "enter", "6", "G", "enter"}},
		{"handshake", "deflate", []string{"j", "enter", "v", "v", "v", "enter", "tab"}},
		{"frames", "fragments-ping", []string{"j", "enter", "f"}},
		{"findings", "broken-rules", []string{"j", "enter", "7"}},
		{"lossy", "lossy", []string{"enter", "7"}},
		{"filter", "jsonrpc", []string{"enter", "/", "ws.json.method == \"", "tab"}},
		{"filter-wrong", "jsonrpc", []string{"enter", "/", "websocket.opcod == 1"}},
		{"filtered", "jsonrpc", []string{"enter", "/", "error", "enter"}},
		{"search", "jsonrpc", []string{"enter", "&", "error", "enter", "enter"}},
		{"quiet", "graphql", []string{"j", "enter", "b"}},
		{"compare", "jsonrpc", []string{"j", "enter", "jjj", "="}},
		{"ladder", "jsonrpc", []string{"j", "enter", "jj", "L", "j"}},
		{"ladder-tcp", "lossy", []string{"j", "enter", "LL", "jjjjjj"}},
		{"ladder-frames", "deflate-fragments", []string{"j", "enter", "L", "f", "jjj"}},
		{"sessions-compared", "port-reuse", []string{"j", "space", "space", "=", "nnn"}},
		{"save-packets", "port-reuse", []string{"j", "space", "space", "w"}},
		{"calls", "jsonrpc", []string{"C", "tab", "right"}},
		{"help", "graphql", []string{"?"}},
		{"command", "graphql", []string{"enter", ":", "go"}},
	} {
		for _, s := range sizes {
			t.Run(fmt.Sprintf("%s-%dx%d", c.name, s[0], s[1]), func(t *testing.T) {
				t.Parallel()
				d := drive(t, sampleOrIncident(c.sample), s[0], s[1], Options{Title: c.sample + ".pcap"})
				d.keys(c.keys...)
				pcaps.Golden(t, fmt.Sprintf("screens/%s-%dx%d", c.name, s[0], s[1]), []byte(d.text()))
			})
		}
	}
}

// sampleOrIncident is a sample, or the capture that is made for lists of sessions.
func sampleOrIncident(name string) []byte {
	if name == "incident" {
		return feedtest.Incident()
	}
	return sample(name)
}
