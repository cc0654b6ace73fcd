package stack_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/pcaps"
)

// stepsOf decodes a sample, and returns the steps without bytes: "1 http1 becomes ws".
func stepsOf(t *testing.T, name string) (lines []string) {
	t.Helper()
	how := everything
	how.Steps = func(s decode.Step) {
		line := fmt.Sprintf("%d %s %s", s.Depth, s.Layer, s.Call)
		if s.Next != "" {
			line += " " + s.Next
		}
		lines = append(lines, line)
	}
	decodeAll(t, pcaps.Get(name).Data, how)
	return lines
}

// TestSteps_Layers: the layers of a connection are called one inside the other, and what each decided is reported.
func TestSteps_Layers(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		want []string // in this order
	}{
		{"jsonrpc", []string{"0 tcp data", "1 sniffer data", "2 sniffer becomes http1", "2 http1 data", "3 http1 emits",
			"0 tcp data", "1 http1 data", "2 ws data", "3 ws emits", "0 tcp close", "1 http1 close", "2 ws close"}},
		{"tunnel-socks5", []string{"sniffer becomes socks", "socks data", "sniffer becomes http1", "ws data"}},
		{"midstream", []string{"sniffer becomes midstream", "midstream becomes ws", "ws data"}},
		{"lossy", []string{"0 tcp gap", "ws gap"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			lines := stepsOf(t, tt.name)
			rest := lines
			for _, want := range tt.want {
				at := 0
				for at < len(rest) && !strings.HasSuffix(" "+rest[at], " "+want) {
					at++
				}
				if at == len(rest) {
					t.Fatalf("%q does not come, or not in this order:\n%s", want, strings.Join(lines[:min(len(lines), 60)], "\n"))
				}
				rest = rest[at+1:]
			}
		})
	}
}

// TestSteps_ChangeNothing: the events are the same whether somebody looks at the steps or not.
func TestSteps_ChangeNothing(t *testing.T) {
	t.Parallel()
	for _, s := range pcaps.Samples() {
		how := everything
		how.lines = true
		plain := decodeAll(t, s.Data, how)
		emitted := 0
		how.Steps = func(s decode.Step) {
			if s.Call == decode.CallEmits {
				emitted++
			}
		}
		watched := decodeAll(t, s.Data, how)
		for view, lines := range plain.lines {
			if string(lines) != string(watched.lines[view]) {
				t.Errorf("%s: %s differ", s.Name, view)
			}
		}
		if emitted == 0 {
			t.Errorf("%s: no event was reported as a step", s.Name)
		}
	}
}

// BenchmarkSteps shows what it costs to look at the steps, and that it costs nothing not to.
func BenchmarkSteps(b *testing.B) {
	data := pcaps.Get("deflate").Data
	for name, steps := range map[string]func(decode.Step){"none": nil, "all": func(decode.Step) {}} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := decodeFile(data, decoding{Options: decode.Options{Steps: steps}}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
