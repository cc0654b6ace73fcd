package tui

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/wspeek/wspeek/decode/calls"
	"github.com/wspeek/wspeek/pcaps"
	"github.com/wspeek/wspeek/tui/feedtest"
)

// callTimes are how long the replies of rpcSession took, in the order of the requests; 0 is no reply.
var callTimes = []time.Duration{
	2 * time.Millisecond, 3 * time.Millisecond, 700 * time.Millisecond, 2 * time.Millisecond, 0, 90 * time.Millisecond,
	2 * time.Millisecond, 3 * time.Millisecond, 2 * time.Millisecond, 4 * time.Millisecond,
}

// rpcSession is a session of requests and replies: ping and save in turn, the sixth call an error.
func rpcSession(port int) []pcaps.Packet {
	c := pcaps.Conversation{Step: time.Microsecond, Client: netip.MustParseAddrPort(fmt.Sprintf("192.0.2.1:%d", port))}
	c.Upgrade(pcaps.Request{Target: "/rpc"}, pcaps.Response{})
	for i, took := range callTimes {
		name := []string{"ping", "save"}[i%2]
		c.Push(pcaps.C2S, pcaps.Text(fmt.Sprintf(`{"id":"%d-%d","method":%q}`, port, i, name)).Masked(pcaps.RFCKey).Bytes())
		if took == 0 {
			continue
		}
		c.Wait(took)
		body := `"result":"fine"`
		if i == 5 {
			body = `"error":{"code":7}`
		}
		c.Push(pcaps.S2C, pcaps.Text(fmt.Sprintf(`{"id":"%d-%d",%s}`, port, i, body)).Bytes())
	}
	c.Close()
	return c.Packets
}

func rpcCapture(sessions int) []byte {
	var all []pcaps.Packet
	for s := range sessions {
		all = append(all, rpcSession(50000+s)...)
	}
	return pcaps.Pcap{}.Bytes(all)
}

// callRowsOf are the rows of calls on the screen: those below the head.
func (d *driver) callRowsOf() (out []string) {
	_, below, ok := strings.Cut(d.text(), "  request     reply")
	if !ok {
		d.t.Fatalf("no calls on the screen:\n%s", d.text())
	}
	for _, l := range strings.Split(below, "\n")[1:] {
		if strings.Contains(l, "→ ") && !strings.Contains(l, "order") {
			out = append(out, l)
		}
	}
	return out
}

func TestCalls_SlowestFirst(t *testing.T) {
	t.Parallel()
	d := drive(t, rpcCapture(2), 120, 40, Options{})
	d.keys("C").shows("calls of all sessions", "20 calls, 2 errors, 2 unanswered", "JSON is paired by $.id", "all names", "slowest first", "2.00 ms to 1.00 s")
	rows := d.callRowsOf()
	for i, want := range []string{"700.0ms ping", "700.0ms ping", "90.0ms error save", "90.0ms error save", "4.00ms save"} {
		if !strings.Contains(rows[i], want) {
			t.Errorf("row %d is %q, want %q", i, rows[i], want)
		}
	}
	if !strings.Contains(rows[19], "-        - unanswered ping") || !strings.Contains(rows[0], `{"id":"50000-2","method":"p… │ {"id":"50000-2","result":"f…`) {
		t.Errorf("first %q, last %q", rows[0], rows[19])
	}
}

func TestCalls_Orders(t *testing.T) {
	t.Parallel()
	d := drive(t, rpcCapture(1), 120, 40, Options{})
	for _, tt := range []struct{ note, first, last string }{
		{"calls: errors and unanswered first", "error save", "2.00ms ping"},
		{"calls: as they came", "1:1 →", "1:18 →"},
		{"calls: slowest first", "700.0ms ping", "unanswered ping"},
	} {
		if d.m.cmp == nil {
			d.keys("j", "C")
		}
		rows := d.keys("o").shows(tt.note).callRowsOf()
		if len(rows) != 10 || !strings.Contains(rows[0], tt.first) || !strings.Contains(rows[9], tt.last) {
			t.Errorf("%s: %d rows, first %q, last %q", tt.note, len(rows), rows[0], rows[len(rows)-1])
		}
	}
}

// The names choose what is listed, and so do the columns of a histogram.
func TestCalls_NamesAndColumns(t *testing.T) {
	t.Parallel()
	d := drive(t, rpcCapture(1), 120, 40, Options{})
	d.keys("C", "tab", "j")
	if rows := d.callRowsOf(); len(rows) != 5 || !strings.Contains(strings.Join(rows, ""), "ping") || strings.Contains(strings.Join(rows, ""), "save") {
		t.Errorf("of the slowest name: %q", rows)
	}
	d.keys("j")
	if rows := d.callRowsOf(); len(rows) != 5 || strings.Contains(strings.Join(rows, ""), "ping") {
		t.Errorf("of the next name: %q", rows)
	}
	d.keys("right").shows("calls that took 2.00 ms to 5.00 ms", "only 2.00 ms to 5.00 ms")
	if rows := d.callRowsOf(); len(rows) != 4 {
		t.Errorf("of a column: %q", rows)
	}
	d.keys("l").shows("calls that took 50.0 ms to 100 ms")
	if rows := d.callRowsOf(); len(rows) != 1 || !strings.Contains(rows[0], "error save") {
		t.Errorf("of the next column: %q", rows)
	}
	d.keys("l").shows("calls of any time").keys("left").shows("calls that took 50.0 ms to 100 ms").keys("k", "k").lacks("only ")
	if rows := d.callRowsOf(); len(rows) != 10 {
		t.Errorf("of all names: %q", rows)
	}
	d.keys("enter")
	if d.m.cmp.(*callsPane).onNames {
		t.Error("Enter on a name does not go to the calls")
	}
}

func TestCalls_ColumnIsLit(t *testing.T) {
	t.Parallel()
	d := drive(t, rpcCapture(1), 120, 40, Options{})
	d.keys("C", "tab", "right")
	lit := ""
	for _, row := range strings.Split(d.m.screen(), "\n") {
		if strings.Contains(row, "all names") {
			lit = feedtest.Lit(row, d.m.th.Hit)
		}
	}
	if len([]rune(strings.TrimSpace(lit))) != 1 {
		t.Errorf("%q is lit", lit)
	}
}

func TestCalls_BothMessages(t *testing.T) {
	t.Parallel()
	d := drive(t, rpcCapture(1), 120, 40, Options{})
	d.keys("C", "enter").shows("compare:", "1:5 →", "1:6 ←", `"method": "ping"`, `"result": "fine"`)
	d.keys("esc").shows("calls of all sessions", "▶       1:5")
	d.keys("G", "enter").shows("this request has no reply").keys("esc").lacks("calls of")
}

// r goes from the calls to the list, and there from a request to its reply and back.
func TestCalls_Jump(t *testing.T) {
	t.Parallel()
	d := drive(t, rpcCapture(2), 120, 40, Options{})
	d.keys("C", "r").shows("the request; r goes to its reply", "1:5 → text")
	for _, want := range []string{"1:6 ← text from", "1:5 → text from", "1:6 ← text from"} {
		d.keys("r").shows(want)
	}
	d.keys("gg", "r").shows("this row is not a message").keys("C", "G", "r", "r").shows("is neither a request with a reply nor a reply")
}

func TestCalls_JumpToWhatIsHidden(t *testing.T) {
	t.Parallel()
	d := drive(t, rpcCapture(1), 120, 40, Options{})
	d.keys("enter", "2", "j", "r").shows("is not in the list: press 1 to show all")
	d.keys("1", "f", "gg", "jjj", "r")
	if d.m.spec.Frames {
		t.Error("frames are listed")
	}
}

func TestCalls_OfASession(t *testing.T) {
	t.Parallel()
	d := drive(t, rpcCapture(2), 120, 40, Options{})
	d.keys("jj", "C").shows("calls of session 2", "10 calls, 1 error, 1 unanswered").keys("r").shows("› session 2", "2:5 →").keys("r").shows("2:6 ←")
	d.keys("C").shows("calls of session 2").keys("C").lacks("calls of")
}

func TestCalls_None(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int{{120, 40}, {40, 12}, {16, 4}} {
		d := drive(t, sample("fragments-ping"), size[0], size[1], Options{})
		if d.keys("C", "j", "tab", "j", "right", "enter", "o", "r", "h"); size[0] > 100 {
			d.shows("no requests with replies")
		}
		d.keys("esc").lacks("calls of")
	}
}

// Every size is drawn, whatever is chosen.
func TestCalls_Sizes(t *testing.T) {
	t.Parallel()
	data := rpcCapture(3)
	for w := 16; w < 160; w += 7 {
		for _, h := range []int{4, 6, 11, 24, 50} {
			d := drive(t, data, w, h, Options{ASCII: w%2 == 0})
			for _, key := range []string{"C", "tab", "j", "right", "j", "tab", "G", "gg"} {
				d.keys(key).text()
			}
		}
	}
}

// While more comes, what waits is listed too, and the reply takes its place.
func TestCalls_Live(t *testing.T) {
	t.Parallel()
	all := rpcSession(50000)
	part := pcaps.Pcap{}.Bytes(all[:len(all)-4]) // the last reply and the end are missing
	d := driveOn(t, part, 120, 40, Options{Live: true})
	d.keys("C").shows("10 calls, 1 error, 2 unanswered")
	n := d.m.cmp.(*callsPane).data.Messages
	if err := feedOf(t, rpcCapture(1)).Run(context.Background(), d.m.store.Visit); err != nil {
		t.Fatal(err)
	}
	d.refresh()
	d.refresh()
	if p := d.m.cmp.(*callsPane); p.data.Messages <= n {
		t.Errorf("%d messages after %d", p.data.Messages, n)
	}
	d.end()
	d.shows("calls of all sessions", "complete")
}

// A list that is no longer wanted when it comes is not shown; the right one is made.
func TestCalls_OvertakenJob(t *testing.T) {
	t.Parallel()
	d := drive(t, rpcCapture(1), 120, 40, Options{})
	cmd := d.m.openCalls("")
	if d.m.makeCalls() != nil || d.m.jump("") != nil {
		t.Error("two jobs at a time")
	}
	d.shows("pairing requests and replies ... 0%")
	d.m.cmp.(*callsPane).look.Order = calls.AsTheyCame
	d.do(cmd)
	if p := d.m.cmp.(*callsPane); p.data == nil || p.data.Look.Order != calls.AsTheyCame {
		t.Error("the order is not the one that was chosen last")
	}
	cmd = d.m.openCalls("")
	d.keys("esc")
	d.do(cmd)
	if d.m.cmp != nil || d.m.pairing != nil {
		t.Error("a list came after the calls were left")
	}
}

func TestCalls_Wheel(t *testing.T) {
	t.Parallel()
	d := drive(t, rpcCapture(5), 100, 14, Options{})
	d.keys("C")
	d.send(tea.MouseWheelMsg{X: 10, Y: 10, Button: tea.MouseWheelDown})
	if p := d.m.cmp.(*callsPane); p.list.Top == 0 {
		t.Error("the wheel does not scroll")
	}
	d.send(tea.MouseClickMsg{X: 10, Y: 5, Button: tea.MouseLeft})
	d.shows("calls of all sessions")
}

// Names and payloads of the wire cannot act on the terminal; the driver looks at every row.
func TestCalls_Hostile(t *testing.T) {
	t.Parallel()
	c := pcaps.Conversation{Step: time.Millisecond}
	c.Upgrade(pcaps.Request{Target: "/\u202e"}, pcaps.Response{})
	for i := range 12 {
		name := strings.Repeat("\\u001b[2J\u202e", i%3) + strings.Repeat("x", 300*(i%2))
		c.SendFrames(pcaps.C2S, pcaps.Text(fmt.Sprintf(`{"id":"q%d\u202e","method":"%s"}`, i, name)).Masked(pcaps.RFCKey))
		c.SendFrames(pcaps.S2C, pcaps.Text(fmt.Sprintf(`{"id":"q%d\u202e","x":"\u009b"}`, i)))
	}
	c.Close()
	d := drive(t, c.File(), 120, 40, Options{})
	d.keys("C").shows("12 calls", `\x1b[2J`, "(no name)").keys("enter").text()
}

func TestCallTime(t *testing.T) {
	t.Parallel()
	for d, want := range map[int64]string{0: "0µs", 999_000: "999µs", 1_500_000: "1.50ms", 99_000_000: "99.0ms", 9_490_000_000: "9.49s", 12_000_000_000: "12.0s", 4e12: "1h06m"} {
		if got := callTime(d); got != want || len([]rune(got)) > 7 {
			t.Errorf("%d: got %s, want %s", d, got, want)
		}
	}
}

// n with a filter and no search stops at the next row, even if nothing in the view that is shown matches.
func TestNextMatchOfTheFilterEnds(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("jsonrpc"), 120, 40, Options{})
	d.keys("enter", "/", "tcp.port > 1", "enter", "enter", "v")
	at := d.m.msgs.list.Cursor
	d.keys("n")
	if d.m.focus != paneDetail || d.m.msgs.list.Cursor != at+1 {
		t.Errorf("at row %d after row %d", d.m.msgs.list.Cursor, at)
	}
	d.keys("n", "n")
	if d.m.msgs.list.Cursor != at+3 {
		t.Errorf("at row %d after three, from row %d", d.m.msgs.list.Cursor, at)
	}
}

// The help has the keys of the calls, and what is in the footer fits.
func TestCalls_Help(t *testing.T) {
	t.Parallel()
	d := drive(t, rpcCapture(1), 120, 60, Options{})
	d.keys("C", "?").shows("calls: requests with their replies", "from a request to its reply, and back", "only those of one column of the").keys("?").shows("calls of all sessions")
	for _, w := range []int{40, 60, 80, 200} {
		d.send(tea.WindowSizeMsg{Width: w, Height: 24})
		d.shows("? help")
	}
}

// What a call is when its messages are no longer kept.
func TestCalls_DroppedMessages(t *testing.T) {
	t.Parallel()
	d := drive(t, rpcCapture(1), 120, 40, Options{Live: true, History: 1 << 20})
	d.keys("C")
	p := d.m.cmp.(*callsPane)
	p.data.All[p.data.Shown[0]].Session = 9 // as if it had been dropped
	d.text()
	d.keys("enter").shows("compare:", "no longer kept").keys("esc")
	d.keys("r").shows("message 9:5 is no longer kept")
}

// A frame stands for its message, and a session that is shown alone stays so.
func TestCalls_JumpFromAFrame(t *testing.T) {
	t.Parallel()
	d := drive(t, rpcCapture(2), 120, 40, Options{})
	d.keys("j", "enter", "f", "j").shows("› session 1", "FIN RSV")
	n := 0
	if _, c, ok := d.m.currentMessage(); ok {
		n = c.Message.N
	}
	d.keys("r").lacks("FIN RSV").shows("› session 1")
	_, c, ok := d.m.currentMessage()
	if want := n - 1 + 2*(n%2); !ok || c.Message.N != want {
		t.Errorf("from message %d to %d, want %d", n, c.Message.N, want)
	}
	for range 3 {
		d.keys("r", "r")
	}
	if _, again, _ := d.m.currentMessage(); again.Message.N != c.Message.N {
		t.Errorf("there and back: at %d, want %d", again.Message.N, c.Message.N)
	}
}

// The title says what is chosen, and of a session only its own names are listed.
func TestCalls_Title(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("jsonrpc"), 200, 30, Options{})
	d.keys("C").shows("3 calls, 1 error  slowest first").keys("o").shows("errors and unanswered first")
	if s := d.m.cmp.(*callsPane).data; len(s.Each) != 3 || len(s.Bars) != 4 || s.Total.Count != 3 {
		t.Errorf("%d names, %d histograms, %+v", len(s.Each), len(s.Bars), s.Total)
	}
	d.keys("tab", "jjj", "enter", "enter").shows("compare:", "Method not found", "nothing")
}
