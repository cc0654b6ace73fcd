package main

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// places are what differs between a capture and its plaintext: numbers of streams, and with lost records the offsets.
var places = regexp.MustCompile(`"stream":\d+,?`)

// said are the messages of a listing, in order of their text: those of connections at the same time may change places.
func said(out string) []string {
	list := strings.Split(strings.TrimSpace(places.ReplaceAllString(messagesOnly(out), "")), "\n")
	slices.Sort(list)
	return list
}

// TestExportDecrypted: the file has the same messages at the same times, and needs no key.
func TestExportDecrypted(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob(filepath.Join("..", "..", "pcaps", "truth", "tls", "*.keys"))
	if err != nil || len(names) == 0 {
		t.Fatal("no captures of TLS", err)
	}
	for _, keys := range names {
		base := strings.TrimSuffix(keys, ".keys")
		t.Run(filepath.Base(base), func(t *testing.T) {
			t.Parallel()
			out := filepath.Join(t.TempDir(), "plain.pcapng")
			exported(t, out, base+".pcap", "--keylog", keys, "--decrypted")
			want := said(wspeekRun("messages", "--json", "--keylog", keys, base+".pcap").out)
			got := said(wspeekRun("messages", "--json", out).out)
			if len(want) < 10 || !slices.Equal(got, want) {
				t.Errorf("%d messages, want %d:\n%.600s\n%.600s", len(got), len(want), got, want)
			}
			if s := secretsIn(t, out); s != "" {
				t.Errorf("%d bytes of secrets", len(s))
			}
			tsharkFinds(t, out, want)
		})
	}
}

// tsharkFinds checks that tshark finds as many data messages without a key, and no fault in TCP.
func tsharkFinds(t *testing.T, file string, want []string) {
	t.Helper()
	if _, err := exec.LookPath("tshark"); err != nil {
		return
	}
	out, err := exec.Command("tshark", "-r", file, "-T", "fields", "-e", "websocket.opcode", "-e", "tcp.analysis.flags", "-e", "tcp.checksum.status",
		"-o", "tcp.check_checksum:TRUE").Output()
	if err != nil {
		t.Skipf("tshark: %v", err)
	}
	found, faults := 0, 0
	for line := range strings.Lines(string(out)) {
		f := strings.Split(strings.TrimRight(line, "\n"), "\t")
		for o := range strings.SplitSeq(f[0], ",") {
			if o == "1" || o == "2" {
				found++
			}
		}
		if f[1] != "" || f[2] != "1" {
			faults++
		}
	}
	data := 0
	for _, w := range want {
		if strings.Contains(w, `"kind":"text"`) || strings.Contains(w, `"kind":"binary"`) {
			data++
		}
	}
	if found != data || faults > 0 {
		t.Errorf("tshark finds %d data messages and %d faults, want %d and 0", found, faults, data)
	}
}

// TestExportDecrypted_One: one session alone, and one in clear as it was captured.
func TestExportDecrypted_One(t *testing.T) {
	t.Parallel()
	capture, keys := truthTLS("tls1.3-json")
	out := filepath.Join(t.TempDir(), "plain.pcapng")
	exported(t, out, capture, "--keylog", keys, "--decrypted", "--session", "2")
	want := said(wspeekRun("messages", "--json", "--session", "2", "--keylog", keys, capture).out)
	got := said(strings.ReplaceAll(wspeekRun("messages", "--json", out).out, `"session":1,`, `"session":2,`))
	if len(want) < 10 || !slices.Equal(got, want) {
		t.Errorf("%d messages, want %d", len(got), len(want))
	}
	clear := filepath.Join("..", "..", "pcaps", "samples", "jsonrpc.pcap")
	out = filepath.Join(t.TempDir(), "clear.pcapng")
	exported(t, out, clear, "--decrypted")
	if a, b := packetsIn(t, out), packetsIn(t, clear); len(a) == 0 || !slices.Equal(a, b) {
		t.Errorf("%d packets, want the %d that were captured", len(a), len(b))
	}
}
