package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/pcaps"
)

// commented writes a sample with a comment on each packet of the first connection.
func commented(t *testing.T, comment string) string {
	t.Helper()
	r, err := capture.NewReader(bytes.NewReader(pcaps.Get("jsonrpc").Data), "jsonrpc", capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "commented.pcapng")
	w, err := capture.CreateWriter(name, capture.WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var b capture.Batch
	for r.ReadBatch(&b) == nil {
		for i := range b.Packets {
			b.Packets[i].Comment = []byte(comment)
		}
		if err := w.WriteBatch(&b); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestProcess: the process that comments name is a field of the session, shown and filtered by, and goes along in an export.
func TestProcess(t *testing.T) {
	t.Parallel()
	file := commented(t, "PID: 17\nCmd: /usr/bin/cu\x1brl\nArgs: curl -N\nContainerName: web\nContainerImage: nginx:1\nPodName: web-1\nPodNamespace: shop")
	copied := filepath.Join(t.TempDir(), "copied.pcapng")
	exported(t, copied, file)
	for _, name := range []string{file, copied} {
		want := `"process":{"pid":17,"name":"cu\u001brl","path":"/usr/bin/cu\u001brl","args":"curl -N","container":"web","image":"nginx:1","pod":"web-1","namespace":"shop"}`
		if got := wspeekRun("sessions", "--json", name); !strings.Contains(got.out, want) {
			t.Errorf("%s: got %s%s", name, got.out, got.err)
		}
		if got := wspeekRun("sessions", name); !strings.Contains(got.out, "rl[17] in shop/web-1") || strings.Contains(got.out, "\x1b") {
			t.Errorf("%s: got %q", name, got.out)
		}
	}
	for expr, want := range map[string]bool{"process": true, `process contains "cu"`: true, "process.pid == 17": true, "process.pid == 18": false,
		`process.container == "web"`: true, `process.pod == "web-1"`: true, `process.args contains "-N"`: true, `process == "node"`: false} {
		if got := wspeekRun("sessions", "-q", "-Y", expr, file); (got.out != "") != want {
			t.Errorf("-Y %s: %q %s", expr, got.out, got.err)
		}
	}
	if got := wspeekRun("sessions", "--json", commented(t, "a remark")); strings.Contains(got.out, `"process"`) {
		t.Errorf("a remark names no process: %s", got.out)
	}
}

// TestProcess_Ptcpdump: the comments of a capture of ptcpdump are read as tshark reads them.
func TestProcess_Ptcpdump(t *testing.T) {
	t.Parallel()
	tshark := tool(t, "tshark")
	file := filepath.Join("..", "..", "pcaps", "truth", "none", "mozillazg-curl-thread.pcapng")
	if _, err := os.Stat(file); err != nil {
		t.Skipf("the capture is not there: %v", err)
	}
	out, err := exec.Command(tshark, "-r", file, "-T", "fields", "-e", "frame.comment", "-E", "aggregator=|").Output()
	if err != nil {
		t.Skipf("tshark: %v", err)
	}
	in, err := capture.OpenFiles([]string{file}, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var got []string
	var b capture.Batch
	for in.ReadBatch(&b) == nil {
		for _, p := range b.Packets {
			got = append(got, string(p.Comment))
		}
	}
	want := strings.Split(strings.TrimRight(string(out), "\n"), "\n")
	if len(got) != len(want) || len(got) == 0 {
		t.Fatalf("%d packets, tshark has %d", len(got), len(want))
	}
	for i := range got {
		if w := strings.NewReplacer(`\n`, "\n", "|", "\n").Replace(want[i]); got[i] != w {
			t.Errorf("packet %d: got %q, tshark has %q", i+1, got[i], w)
		}
	}
}
