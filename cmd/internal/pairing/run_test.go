package pairing_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/cmd/internal/pairing"
	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/decode/calls"
	"github.com/wspeek/wspeek/decode/filter"
	"github.com/wspeek/wspeek/pcaps"
)

// truth is what the program that makes a capture knows of its calls: the times by name, and what had no reply.
type truth struct {
	took       map[string][]time.Duration
	errors     map[string]int64
	unanswered map[string]int64
	all        int
}

// generate makes a capture of three sessions in which requests wait for their replies at random, and says what it did.
func generate(t *testing.T, seed uint64) (file string, is truth) {
	t.Helper()
	rnd := rand.New(rand.NewPCG(seed, 5))
	is = truth{map[string][]time.Duration{}, map[string]int64{}, map[string]int64{}, 0}
	var packets []pcaps.Packet
	clock := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for s := range 3 {
		c := pcaps.Conversation{Start: clock, Step: time.Microsecond, Client: netip.MustParseAddrPort(fmt.Sprintf("192.0.2.1:%d", 50000+s))}
		c.Upgrade(pcaps.Request{Target: "/rpc"}, pcaps.Response{})
		type waiting struct {
			id   int
			name string
			sent time.Time
		}
		var open []waiting
		for id := 1; id <= 400 || len(open) > 3; {
			c.Wait(time.Duration(rnd.ExpFloat64() * 1e6))
			if id <= 400 && (len(open) == 0 || rnd.IntN(2) == 0) {
				name := []string{"getQuote", "placeOrder", "listOrders"}[rnd.IntN(3)]
				c.Push(pcaps.C2S, pcaps.Text(fmt.Sprintf(`{"id":"%d-%d","method":%q,"params":{"n":%d}}`, s, id, name, rnd.IntN(9))).Masked(pcaps.RFCKey).Bytes())
				open = append(open, waiting{id, name, c.Packets[len(c.Packets)-1].Time})
				id++
				is.all++
				continue
			}
			i := rnd.IntN(len(open))
			w := open[i]
			open = slices.Delete(open, i, i+1)
			reply := fmt.Sprintf(`{"id":"%d-%d","result":{"ok":true,"at":%d.5}}`, s, w.id, rnd.IntN(9))
			if rnd.IntN(50) == 0 {
				reply = fmt.Sprintf(`{"id":"%d-%d","error":{"code":-32000}}`, s, w.id)
				is.errors[w.name]++
			}
			c.Push(pcaps.S2C, pcaps.Text(reply).Bytes())
			is.took[w.name] = append(is.took[w.name], c.Packets[len(c.Packets)-1].Time.Sub(w.sent))
		}
		for _, w := range open {
			is.unanswered[w.name]++
		}
		c.Close()
		packets = append(packets, c.Packets...)
		clock = c.Packets[len(c.Packets)-1].Time.Add(time.Second)
	}
	file = filepath.Join(t.TempDir(), "made.pcap")
	if err := os.WriteFile(file, pcaps.Pcap{Magic: pcaps.MagicNano}.Bytes(packets), 0o600); err != nil {
		t.Fatal(err)
	}
	return file, is
}

// list runs the command.
func list(t *testing.T, opt *pairing.Options, files ...string) (out, words string, err error) {
	t.Helper()
	var o, w bytes.Buffer
	err = pairing.Files(t.Context(), run.Streams{In: os.Stdin, Out: &o, Err: &w}, files, opt)
	return o.String(), w.String(), err
}

// line is a line of JSON.
type line struct {
	Type, Name, State, Pair   string
	Session, Request, Reply   int
	Count, Errors, Unanswered int64
	Took, P50, P95, P99, Max  *float64
	Messages                  int
	Histogram                 [][2]float64
}

func lines(t *testing.T, out string) (list []line) {
	t.Helper()
	for l := range strings.Lines(out) {
		var x line
		if err := json.Unmarshal([]byte(l), &x); err != nil {
			t.Fatalf("%s: %v", l, err)
		}
		list = append(list, x)
	}
	return list
}

// TestFiles_AgainstTheTruth compares every percentile with one computed in the plainest way from what made the capture.
func TestFiles_AgainstTheTruth(t *testing.T) {
	t.Parallel()
	for seed := range uint64(5) {
		file, is := generate(t, seed)
		out, words, err := list(t, &pairing.Options{JSON: true}, file)
		if err != nil || !strings.Contains(words, "paired by $.id, which was found") {
			t.Fatalf("%v: %s", err, words)
		}
		found := 0
		for _, l := range lines(t, out) {
			switch l.Type {
			case "call":
				found++
			case "calls":
				compare(t, &l, &is)
			}
		}
		if found != is.all {
			t.Errorf("seed %d: %d calls, want %d", seed, found, is.all)
		}
	}
}

func compare(t *testing.T, l *line, is *truth) {
	t.Helper()
	took := slices.Sorted(slices.Values(is.took[l.Name]))
	if l.Count != int64(len(took))+is.unanswered[l.Name] || l.Errors != is.errors[l.Name] || l.Unanswered != is.unanswered[l.Name] {
		t.Errorf("%s: %+v", l.Name, l)
	}
	for _, p := range []struct {
		percent float64
		got     *float64
	}{{50, l.P50}, {95, l.P95}, {99, l.P99}, {100, l.Max}} {
		want := took[int(math.Ceil(p.percent/100*float64(len(took))))-1]
		if p.got == nil || int64(math.Round(*p.got*1e9)) != int64(want) {
			t.Errorf("%s: p%v is %v, want %v", l.Name, p.percent, p.got, want)
		}
	}
	n := 0.0
	for _, b := range l.Histogram {
		n += b[1]
	}
	if int(n) != len(took) {
		t.Errorf("%s: the histogram has %v, want %d", l.Name, n, len(took))
	}
}

func TestFiles_Chosen(t *testing.T) {
	t.Parallel()
	file, is := generate(t, 9)
	slow, without := 0, 0
	limit := 8 * time.Millisecond
	for name := range is.took {
		for _, d := range is.took[name] {
			if d >= limit {
				slow++
			}
		}
		without += int(is.unanswered[name])
	}
	if slow == 0 || without == 0 {
		t.Fatal("nothing to choose")
	}
	fast, err := filter.Compile(`ws.json.method == "getQuote" && tcp.stream == 1`)
	if err != nil {
		t.Fatal(err)
	}
	quotes := 0
	for _, tt := range []struct {
		name string
		opt  pairing.Options
		want int
	}{
		{"slow", pairing.Options{HasSlow: true, Slow: capture.Time(limit)}, slow},
		{"unanswered", pairing.Options{Unanswered: true}, without},
		{"both", pairing.Options{HasSlow: true, Slow: capture.Time(limit), Unanswered: true}, slow + without},
		{"a session", pairing.Options{Session: 2}, 400},
		{"a count", pairing.Options{Count: 7}, 7},
		{"a filter", pairing.Options{Filter: fast}, -1},
	} {
		tt.opt.JSON = true
		out, _, err := list(t, &tt.opt, file)
		n := 0
		for _, l := range lines(t, out) {
			if l.Type == "call" {
				n++
				if tt.name == "a filter" && (l.Name != "getQuote" || l.Session != 2) {
					t.Errorf("the filter passes %+v", l)
				}
			}
		}
		if tt.want < 0 {
			quotes, tt.want = n, n
		}
		if err != nil || n != tt.want {
			t.Errorf("%s: %d calls, want %d: %v", tt.name, n, tt.want, err)
		}
	}
	if quotes == 0 {
		t.Error("the filter passes nothing")
	}
}

func TestFiles_Status(t *testing.T) {
	t.Parallel()
	file, _ := generate(t, 1)
	for _, tt := range []struct {
		name  string
		opt   pairing.Options
		want  int
		words string
	}{
		{"fast enough", pairing.Options{HasLimit: true, Limit: 60e9}, run.Done, ""},
		{"too slow", pairing.Options{HasLimit: true, Limit: 1e3}, run.Negative, "wspeek: getQuote: p95 is "},
		{"no session", pairing.Options{Session: 9}, run.Trouble, ""},
		{"empty", pairing.Options{NoPlain: true, FailEmpty: true}, run.Negative, "without --pair none"},
		{"nothing is wrong with empty", pairing.Options{NoPlain: true}, run.Done, "no requests with replies"},
	} {
		_, words, err := list(t, &tt.opt, file)
		if run.StatusOf(err) != tt.want || !strings.Contains(words, tt.words) {
			t.Errorf("%s: %v, %s", tt.name, err, words)
		}
	}
}

func TestFiles_Text(t *testing.T) {
	t.Parallel()
	file, is := generate(t, 3)
	out, words, err := list(t, &pairing.Options{}, file)
	if err != nil || !strings.HasPrefix(out, "slowest    → ") || !strings.Contains(out, "\nname ") || !strings.Contains(words, "3 sessions") {
		t.Errorf("%v\n%s%s", err, out, words)
	}
	if strings.Contains(out, " -") && strings.Contains(strings.SplitN(out, "\n\n", 2)[0], " -0.") {
		t.Errorf("times before the first line:\n%s", out)
	}
	whole, _, _ := list(t, &pairing.Options{Verbose: true, Quiet: true}, file)
	if n := strings.Count(whole, "→ "); n != is.all {
		t.Errorf("-v lists %d calls, want %d", n, is.all)
	}
	pair, _ := calls.ParsePair("json:$.nothing")
	out, words, err = list(t, &pairing.Options{Pair: pair}, file)
	if out != "" || err != nil || !strings.Contains(words, "no requests with replies were found") {
		t.Errorf("a field that is not there: %q, %q, %v", out, words, err)
	}
}
