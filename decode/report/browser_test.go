package report

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/wspeek/wspeek/decode/ws"
)

// browser is a Chromium without a window, driven over its DevTools protocol.
type browser struct {
	t    *testing.T
	ctx  context.Context
	conn *websocket.Conn
	id   int
	// session is that of the page, empty until it is attached to.
	session string
	// troubles are errors of the console, requests those that the page made.
	troubles, requests []string
}

// cdp is a message of the DevTools protocol.
type cdp struct {
	ID     int             `json:"id,omitempty"`
	Method string          `json:"method,omitempty"`
	Params json.RawMessage `json:"params,omitempty"`
	Result json.RawMessage `json:"result,omitempty"`
	Error  json.RawMessage `json:"error,omitempty"`
}

// startBrowser opens a page; the test is skipped where there is no Chromium.
func startBrowser(t *testing.T, page string) *browser {
	t.Helper()
	program := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			program = p
			break
		}
	}
	if program == "" {
		t.Skip("needs chromium: it is not installed (apt-get install chromium)")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	dir, err := os.MkdirTemp("", "wspeek-chromium-") // not t.TempDir: Chromium may still write when it is removed
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(ctx, program, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
		"--remote-debugging-port=0", "--user-data-dir="+dir, "about:blank")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = c.Wait()
		_ = os.RemoveAll(dir)
	})
	b := &browser{t: t, ctx: ctx}
	b.connect(filepath.Join(dir, "DevToolsActivePort"))
	for _, domain := range []string{"Page", "Runtime", "Log", "Network"} {
		b.call(domain+".enable", nil, nil)
	}
	b.call("Page.navigate", map[string]any{"url": "file://" + (&url.URL{Path: page}).EscapedPath()}, nil)
	b.until(`document.readyState === "complete" && !!document.querySelector("footer")`)
	return b
}

// connect waits for the port, and attaches to the page that is open.
func (b *browser) connect(portFile string) {
	b.t.Helper()
	for {
		text, err := os.ReadFile(portFile)
		if lines := strings.Split(string(text), "\n"); err == nil && len(lines) >= 2 {
			conn, _, err := websocket.Dial(b.ctx, "ws://127.0.0.1:"+lines[0]+lines[1], nil)
			if err != nil {
				b.t.Fatal(err)
			}
			b.conn = conn
			break
		}
		if b.ctx.Err() != nil {
			b.t.Fatal("Chromium did not open its port")
		}
		time.Sleep(20 * time.Millisecond)
	}
	b.conn.SetReadLimit(64 << 20)
	var targets struct {
		TargetInfos []struct{ TargetID, Type string }
	}
	b.call("Target.getTargets", nil, &targets)
	for _, x := range targets.TargetInfos {
		if x.Type == "page" {
			var s struct{ SessionID string }
			b.call("Target.attachToTarget", map[string]any{"targetId": x.TargetID, "flatten": true}, &s)
			b.session = s.SessionID
			return
		}
	}
	b.t.Fatal("Chromium has no page")
}

// call calls a method, and takes in the events until its answer comes.
func (b *browser) call(method string, params, result any) {
	b.t.Helper()
	b.id++
	m := map[string]any{"id": b.id, "method": method, "params": params}
	if b.session != "" {
		m["sessionId"] = b.session
	}
	out, err := json.Marshal(m)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := b.conn.Write(b.ctx, websocket.MessageText, out); err != nil {
		b.t.Fatal(err)
	}
	for {
		_, in, err := b.conn.Read(b.ctx)
		if err != nil {
			b.t.Fatal(err)
		}
		var m cdp
		if err := json.Unmarshal(in, &m); err != nil {
			b.t.Fatal(err)
		}
		if m.ID == b.id {
			if m.Error != nil {
				b.t.Fatalf("%s: %s", method, m.Error)
			}
			if result != nil {
				if err := json.Unmarshal(m.Result, result); err != nil {
					b.t.Fatal(err)
				}
			}
			return
		}
		b.event(&m)
	}
}

func (b *browser) event(m *cdp) {
	switch m.Method {
	case "Runtime.exceptionThrown", "Log.entryAdded", "Runtime.consoleAPICalled":
		b.troubles = append(b.troubles, string(m.Params))
	case "Network.requestWillBeSent":
		var r struct{ Request struct{ URL string } }
		_ = json.Unmarshal(m.Params, &r)
		b.requests = append(b.requests, r.Request.URL)
	}
}

// eval is the value of an expression in the page, as text.
func (b *browser) eval(script string) string {
	b.t.Helper()
	var r struct {
		Result struct {
			Value any
		}
		ExceptionDetails json.RawMessage
	}
	b.call("Runtime.evaluate", map[string]any{"expression": script, "returnByValue": true}, &r)
	if r.ExceptionDetails != nil {
		b.t.Fatalf("%s: %s", script, r.ExceptionDetails)
	}
	return fmt.Sprint(r.Result.Value)
}

// until waits until an expression is true.
func (b *browser) until(script string) {
	b.t.Helper()
	end := time.Now().Add(30 * time.Second)
	for b.eval(script) != "true" {
		if time.Now().After(end) {
			b.t.Fatalf("not true in time: %s", script)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// TestHazard_O9_Browser: what a browser makes of the page. Nothing of the payloads runs, nothing is loaded, and the script works.
func TestHazard_O9_Browser(t *testing.T) {
	t.Parallel()
	m := hostileRun(t)
	n := len(hostile) + 1
	m.session(n, "plain", nil)
	for i := range 20 {
		m.message(n, ws.Dir(i%2), ws.OpText, fmt.Sprintf(`{"number":%d,"list":[1,{"deep":"leaf"}]}`, i))
	}
	m.message(n, ws.C2S, ws.OpBinary, "\x00\xff\x10binary")
	m.ended(n, "plain")
	text, _ := m.page()
	page := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(page, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	b := startBrowser(t, page)
	want := func(what, script, want string) {
		t.Helper()
		if got := b.eval(script); got != want {
			t.Errorf("%s: got %s, want %s", what, got, want)
		}
	}
	want("sessions in the table", `document.querySelectorAll("#sessions tbody tr").length`, fmt.Sprint(n))
	want("sections", `document.querySelectorAll("details.session").length`, fmt.Sprint(n))
	// Everything is opened, so that everything hostile is laid out.
	b.eval(`document.querySelectorAll("details").forEach(d => d.open = true)`)
	b.until(fmt.Sprintf(`document.querySelectorAll("details.session > .body > .tools").length === %d`, n))
	b.until(`document.querySelectorAll("table.messages pre").length <= document.querySelectorAll("table.messages .tools").length`)
	b.eval(`document.querySelectorAll("table.messages .tools button").forEach(x => x.click())`)
	b.eval(`document.querySelectorAll("*").forEach(e => e.dispatchEvent(new MouseEvent("mouseover", {bubbles: false})))`)
	want("what hostile scripts set", `typeof window.hacked`, "undefined")
	want("scripts", `document.scripts.length`, "1")
	want("things that load", `document.querySelectorAll("img, iframe, object, embed, link, base, form, [src], [onerror], [onload], [onmouseover]").length`, "0")

	s := fmt.Sprintf(`document.getElementById("s%d")`, n)
	rows := s + `.querySelectorAll("table.messages tbody tr:not([hidden])").length`
	want("messages", rows, "21")
	filter := func(selector, value string) {
		b.eval(fmt.Sprintf(`{let e = %s.querySelector(%q); e.value = %q; e.dispatchEvent(new Event("input"))}`, s, selector, value))
	}
	filter(".tools input", `"number":13`)
	want("messages with a text", rows, "1")
	filter(".tools input", "")
	filter(`.tools select[aria-label=direction]`, "s2c")
	want("messages of the server", rows, "10")
	filter(`.tools select[aria-label=direction]`, "")
	filter(`.tools select[aria-label=kind]`, "binary")
	want("binary messages", rows, "1")
	filter(`.tools select[aria-label=kind]`, "")

	press := func(row int, view string) {
		b.eval(fmt.Sprintf(`Array.from(document.querySelectorAll("#m%d-%d .tools button")).filter(x => x.textContent === %q)[0].click()`, n, row, view))
	}
	press(1, "JSON")
	b.until(fmt.Sprintf(`document.querySelectorAll("#m%d-1 .tree .leaf").length === 2`, n))
	b.eval(fmt.Sprintf(`document.querySelectorAll("#m%d-1 .tree details").forEach(d => d.open = true)`, n))
	b.until(fmt.Sprintf(`document.querySelectorAll("#m%d-1 .tree .leaf").length === 3`, n))
	want("the tree", fmt.Sprintf(`document.querySelector("#m%d-1 .tree").textContent.includes("leaf")`, n), "true")
	press(21, "hex")
	want("hex", fmt.Sprintf(`document.querySelector("#m%d-21 .hex").textContent.startsWith("00000000  00 ff 10 62 69 6e 61 72  79 ")`, n), "true")
	press(21, "text")
	want("text again", fmt.Sprintf(`document.querySelector("#m%d-21 pre").hidden`, n), "false")
	b.eval(fmt.Sprintf(`location.hash = "#m%d-5"`, n))
	b.eval(`document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "n", bubbles: true}))`)

	if len(b.troubles) > 0 {
		t.Errorf("the console has %s", b.troubles)
	}
	for _, r := range b.requests {
		if !strings.HasPrefix(r, "file://") || !strings.HasSuffix(r, "report.html") {
			t.Errorf("a request for %s", r)
		}
	}
}
