package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/cmd/internal/packets"
	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/tui"
)

// wantSecretsOf checks that a capture holds some secrets, all of them of a key log, and returns how many lines.
func wantSecretsOf(t *testing.T, file, keys string) (n int) {
	t.Helper()
	log, err := os.ReadFile(keys)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(secretsIn(t, file)) {
		if n++; !bytes.Contains(log, []byte(line)) {
			t.Errorf("%s: a secret that is not in the key log", file)
		}
	}
	if n == 0 {
		t.Errorf("%s holds no secret", file)
	}
	return n
}

// TestLive_EmbedKeys: what -w writes can be read without the key log, if --embed-keys was given, and only then.
func TestLive_EmbedKeys(t *testing.T) {
	for _, embed := range []bool{true, false} {
		inNamespace(t)
		dir := t.TempDir()
		keys, file := filepath.Join(dir, "keys.log"), filepath.Join(dir, "kept.pcapng")
		args := []string{"live", "-i", "lo", "-Z", "root", "--json", "--keylog", keys, "-w", file}
		if embed {
			args = append(args, "--embed-keys")
		}
		p := startCapture(t, nil, args...)
		talking := start(t, secureTalker(keys, slowTalk("both", "127.0.0.1:0")))
		go io.Copy(io.Discard, talking.out)
		wantSoon(t, p)
		p.interrupt()
		go io.Copy(io.Discard, p.out)
		p.exit()
		got := wspeekRun("messages", "--json", file)
		switch n := strings.Count(got.out, `"state":"exact"`); {
		case !embed && (n > 0 || secretsIn(t, file) != ""):
			t.Errorf("without --embed-keys %d messages, %d bytes of secrets", n, len(secretsIn(t, file)))
		case embed && n < tlsSays:
			t.Errorf("%d messages in the file, want %d or more: %s", n, tlsSays, got.err)
		case embed:
			wantSecretsOf(t, file, keys)
		}
	}
}

// tlsFor reads a capture of TLS to its end, as a screen does, and returns what saves its packets with their secrets.
func tlsFor(t *testing.T, base string) tui.Packets {
	t.Helper()
	in, err := run.OpenFiles([]string{base + ".pcap"})
	if err != nil {
		t.Fatal(err)
	}
	r := run.Over(in, run.Options{Keys: run.Keys{Logs: []string{base + ".keys"}}, Decode: decode.Options{Secrets: true}})
	f := &fileFeed{run: r, conns: packets.NewConnections()}
	if err := f.Run(t.Context(), func(*decode.Batch, *decode.Event) error { return nil }); err != nil {
		t.Fatal(err)
	}
	r.Close()
	s := packets.OfFiles([]string{base + ".pcap"})(f.conns, r.Visited)
	s.(*packets.Saver).Embed = true
	return s
}

// TestSave_EmbedKeys: :w writes the secrets of what it writes, of one session or of all.
func TestSave_EmbedKeys(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"tls1.2-json", "tls1.3-json"} {
		base := filepath.Join("..", "..", "pcaps", "truth", "tls", name)
		s := tlsFor(t, base)
		one, said := saveOK(t, s, 1)
		if !strings.Contains(said, "with the TLS secrets of 1 connection,") {
			t.Errorf("said %q", said)
		}
		all, _ := saveOK(t, s)
		few, many := wantSecretsOf(t, one, base+".keys"), wantSecretsOf(t, all, base+".keys")
		if few >= many {
			t.Errorf("%s: %d secrets for one session, %d for all", name, few, many)
		}
		want := wspeekRun("messages", "--json", "--session", "1", "--keylog", base+".keys", base+".pcap")
		for _, file := range []string{one, all} {
			got := wspeekRun("messages", "--json", "--session", "1", file)
			if a, b := messagesOnly(got.out), messagesOnly(want.out); a != b || a == "" {
				t.Errorf("%s:\ngot  %.300s\nwant %.300s", file, a, b)
			}
		}
	}
}

// TestLive_ScreenKeyLog: the screen shows what a key log that grows opens, and :w writes it with its secrets.
func TestLive_ScreenKeyLog(t *testing.T) {
	t.Parallel()
	inNamespace(t)
	dir := forAll(t)
	keys := filepath.Join(dir, "keys.log")
	x := runIn(t, dir, 200, 30, []string{"SUDO_UID="}, "live", "-i", "lo", "-Z", "root", "--keylog", keys, "--embed-keys")
	x.waitFor("live: lo")
	if out, err := secureTalker(keys, talk{"both", "gorilla", "127.0.0.1:0", false, 20, 300, 0}).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	x.keys("s")
	x.waitFor("1 session", "client: Close 1000 Normal")
	x.keys(":w all.pcapng\r")
	x.waitFor("with the TLS secrets of 1 connection, written to all.pcapng")
	x.keys("Q")
	x.quit(0)
	wantSecretsOf(t, filepath.Join(dir, "all.pcapng"), keys)
	if got := wspeekRun("messages", "--json", filepath.Join(dir, "all.pcapng")); strings.Count(got.out, `"state":"exact"`) < 40 {
		t.Errorf("%d messages in the file: %s", strings.Count(got.out, `"state":"exact"`), got.err)
	}
}
