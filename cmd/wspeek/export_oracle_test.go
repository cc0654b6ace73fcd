package main

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/pcaps"
)

func sampleData(name string) []byte { return pcaps.Get(name).Data }

// tool is the path of another program; the test is skipped where it is not installed.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed: nothing to compare with", name)
	}
	return path
}

// tsharkFields is what tshark tells of each packet with WebSocket frames, but for its number.
func tsharkFields(t *testing.T, tshark, file string) string {
	t.Helper()
	cmd := exec.Command(tshark, "-n", "-r", file, "-Y", "websocket", "-T", "fields", "-e", "frame.time_epoch", "-e", "ip.src", "-e", "ipv6.src",
		"-e", "tcp.srcport", "-e", "tcp.seq_raw", "-e", "websocket.opcode", "-e", "websocket.payload_length", "-e", "websocket.masking_key")
	out, err := cmd.Output()
	if err != nil {
		t.Skipf("tshark does not read %s: %v", file, err)
	}
	return string(out)
}

// tshark sees the same frames in an exported capture as in the whole one.
func TestExportPacketsByTshark(t *testing.T) {
	t.Parallel()
	tshark := tool(t, "tshark")
	compared := 0
	for _, s := range pcaps.Samples() {
		path := sampleFile(t, s)
		out := filepath.Join(t.TempDir(), "x.pcapng")
		exported(t, out, path)
		want, got := tsharkFields(t, tshark, path), tsharkFields(t, tshark, out)
		if got != want {
			t.Errorf("%s: tshark tells\n%s\nof the export, and of the capture\n%s", s.Name, got, want)
		}
		compared += strings.Count(want, "\n")
	}
	if compared < 300 {
		t.Errorf("only %d packets were compared", compared)
	}
}

// jq reads every line, and counts as we do.
func TestExportNDJSONByJq(t *testing.T) {
	t.Parallel()
	jq := tool(t, "jq")
	for _, s := range pcaps.Samples() {
		data := exported(t, filepath.Join(t.TempDir(), "x.ndjson"), sampleFile(t, s))
		cmd := exec.Command(jq, "-s", `{n: map(select(.type == "message")) | length, said: .[-1].messages}`)
		cmd.Stdin = bytes.NewReader(data)
		out, err := cmd.Output()
		var got struct{ N, Said int }
		if err != nil || json.Unmarshal(out, &got) != nil || got.N != got.Said {
			t.Errorf("%s: %v, %s", s.Name, err, out)
		}
	}
}
