package http1_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode/http1"
	"github.com/wspeek/wspeek/reassembly"
)

// captures may lie beside the repository.
const captures = "../../../shared/captures"

// listener writes down the HTTP of one capture, and peels CONNECT tunnels and upgrades off.
type listener struct {
	bytes reassembly.Bytes
	log   []string
	// unmatched counts responses without a request.
	unmatched int
}

func (l *listener) Accept(*reassembly.Conn) reassembly.Handler {
	return http1.New(l, http1.Limits{}, &l.bytes)
}

func (l *listener) Request(r *http1.Request) bool {
	l.log = append(l.log, r.Method+" "+r.Target)
	_, up := r.Get("Upgrade")
	return up || r.Method == "CONNECT"
}

func (l *listener) Response(req *http1.Request, r *http1.Response) reassembly.Handler {
	l.log = append(l.log, fmt.Sprint(r.Status))
	if req == nil {
		l.unmatched++
		return nil
	}
	switch {
	case r.Status == 101:
		return rest{l}
	case req.Method == "CONNECT" && r.Status/100 == 2:
		return http1.New(l, http1.Limits{}, &l.bytes)
	}
	return nil
}

func (l *listener) Pending(*http1.Request) reassembly.Handler { return nil }
func (l *listener) NotHTTP(reassembly.Dir) reassembly.Handler { return nil }

// rest counts what follows an upgrade as payload.
type rest struct{ l *listener }

func (r rest) Data(_ reassembly.Dir, ch reassembly.Chunk) { r.l.bytes.Payload += int64(len(ch.Data)) }
func (r rest) Gap(_ reassembly.Dir, _, n int64)           { r.l.bytes.Missing += n }
func (rest) Conflict(reassembly.Dir, int64, int64)        {}
func (rest) Close(reassembly.Dir, reassembly.CloseKind)   {}

func listen(t *testing.T, name string) *listener {
	t.Helper()
	src, err := capture.Open(name, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	l := &listener{}
	table := reassembly.NewTable(l, reassembly.Limits{}, &l.bytes)
	var d reassembly.Dissector
	var b capture.Batch
	var s reassembly.Segment
	for {
		if err := src.ReadBatch(&b); err != nil {
			if !errors.Is(err, io.EOF) && !errors.As(err, new(*capture.Damage)) {
				t.Fatal(err)
			}
			break
		}
		for i := range b.Packets {
			if d.Segment(&b.Packets[i], &s) == reassembly.OK {
				table.Segment(&s)
			}
		}
		table.EndBatch()
	}
	table.Finish()
	if b := l.bytes; b.Stream != b.HTTP+b.Payload+b.Undecoded+b.Missing {
		t.Errorf("%s: account does not add up: %+v", name, b)
	}
	return l
}

// TestCapturesAgainstTshark: what tshark lists has to be found. More may be: tshark leaves out responses with a gap in
// the body, other ports' HTTP, and the upgrades in a tunnel.
func TestCapturesAgainstTshark(t *testing.T) {
	t.Parallel()
	files, _ := filepath.Glob(captures + "/public/zeek-zeek/http/*.pcap")
	for _, n := range []string{"s4-keepalive-upgrade", "s4-nginx", "s4-connect-chromium"} {
		files = append(files, captures+"/shapes/"+n+".pcap")
	}
	if _, err := os.Stat(files[len(files)-1]); err != nil {
		t.Skipf("no captures: %v", err)
	}
	if testing.Short() {
		t.Skip("tshark takes some seconds")
	}
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skipf("no tshark: %v", err)
	}
	for _, name := range files {
		l := listen(t, name)
		base := filepath.Base(name)
		got := map[string]int{}
		for _, line := range l.log {
			got[firstWords(line)]++
		}
		for _, line := range tshark(name) {
			if got[firstWords(line)]--; got[firstWords(line)] < 0 {
				t.Errorf("%s: %s was not found; got %.1000q", base, line, l.log)
			}
		}
		if strings.HasPrefix(base, "s4-") && (l.unmatched > 0 || l.bytes.Undecoded > 0) {
			t.Errorf("%s: %d responses without request, %+v", base, l.unmatched, l.bytes)
		}
	}
}

// firstWords is a method and a target without what may come after it.
func firstWords(s string) string {
	f := append(strings.Fields(s), "", "")
	return f[0] + " " + f[1]
}

func tshark(name string) (out []string) {
	text, _ := exec.Command("tshark", "-n", "-r", name, "-o", "tcp.check_checksum:FALSE", "--enable-heuristic", "http_tcp",
		"-Y", "http", "-T", "fields", "-E", "aggregator=\x1f", "-e", "http.request.method", "-e", "http.request.uri", "-e", "http.response.code").Output()
	for line := range strings.Lines(string(text)) {
		f := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if len(f) < 3 {
			continue
		}
		methods, uris := strings.Split(f[0], "\x1f"), strings.Split(f[1], "\x1f")
		for i, m := range methods {
			if m != "" && i < len(uris) {
				out = append(out, m+" "+uris[i])
			}
		}
		for _, code := range strings.Split(f[2], "\x1f") {
			if code != "" {
				out = append(out, code)
			}
		}
	}
	return out
}
