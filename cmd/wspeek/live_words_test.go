package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/capture/bpf"
	"github.com/wspeek/wspeek/capture/live"
)

// told is what liveTrouble writes about a filter on an interface.
func told(l liveFlags, err error) string {
	var words strings.Builder
	liveTrouble(&words, &flags{live: l}, err)
	return words.String()
}

func TestLive_FiltersThatAreNotTaken(t *testing.T) {
	t.Parallel()
	many := strings.Repeat("port 9001 or ", 200) + "port x"
	tests := []struct {
		name string
		live liveFlags
		want string
	}{
		{"what tcpdump takes, with the flags it needs",
			liveFlags{interfaces: []string{"eth0"}, snaplen: 96, noPromisc: true, filter: "inbound and\tport 80"},
			"wspeek: capture filter: \"inbound\" at byte 0: not understood here\n  inbound and?port 80\n  ^\n" +
				"tcpdump may know it: sudo tcpdump -U -w - -i eth0 -p -s 96 'inbound and port 80' | wspeek live -r -\n"},
		{"several interfaces", liveFlags{interfaces: []string{"eth0", "eth1"}, filter: "host a.example"},
			"wspeek: capture filter: \"a.example\" at byte 5: names are not looked up: write the address\n  host a.example\n       ^\n" +
				"tcpdump may know it: sudo tcpdump -U -w - -i any 'host a.example' | wspeek live -r -\n"},
		{"what tcpdump does not take either", liveFlags{filter: "port 1e3"},
			"wspeek: capture filter: \"1e3\" at byte 5: a number expected; names are not looked up\n  port 1e3\n       ^\n"},
		{"bytes that would not be shown as they are", liveFlags{filter: "inbound and host \u00e9"},
			"wspeek: capture filter: \"\\xc3\" at byte 17: unknown sign\n  inbound and host ??\n                   ^\n"},
		{"a long one", liveFlags{filter: many},
			"wspeek: capture filter: \"x\" at byte 2605: a number expected; names are not looked up\n" +
				"  ...01 or port 9001 or port 9001 or port 9001 or port x\n" + strings.Repeat(" ", 5+caretBefore) + "^\n" +
				"tcpdump may know it: sudo tcpdump -U -w - '" + many + "' | wspeek live -r -\n"},
		{"an interface", liveFlags{filter: "any"},
			"wspeek: capture filter: \"any\" at byte 0: not understood\n  any\n  ^\nany is an interface: -i any\n"},
	}
	for _, test := range tests {
		_, err := bpf.Parse(test.live.filter)
		got := told(test.live, err)
		if got != test.want {
			t.Errorf("%s:\n got %q\nwant %q", test.name, got, test.want)
		}
	}
}

func TestLive_FiltersThatAreTooLong(t *testing.T) {
	t.Parallel()
	filter := "port 1" + strings.Repeat(" or (host 1.2.3.4 and port 5)", 100)
	long := &live.InterfaceError{Name: "lo", What: "the filter was refused",
		Err: &live.FilterLengthError{Instructions: 3000, Err: errors.New("cannot allocate memory")}}
	whole := &bpf.Error{Expr: filter, Pos: bpf.Whole, Why: "too long for the kernel: 5000 instructions", Unsupported: true}
	for err, want := range map[error]string{
		long:  `interface "lo": the filter was refused: too long for the kernel: 3000 instructions: cannot allocate memory`,
		whole: "capture filter: too long for the kernel: 5000 instructions",
	} {
		got := told(liveFlags{interfaces: []string{"lo"}, filter: filter}, fmt.Errorf("wrapped: %w", err))
		want = "wspeek: wrapped: " + want + "\ntcpdump may know it: sudo tcpdump -U -w - -i lo '" + filter + "' | wspeek live -r -\n"
		if got != want {
			t.Errorf("got %q\nwant %q", got, want)
		}
	}
}
