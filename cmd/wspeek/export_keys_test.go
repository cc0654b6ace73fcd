package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/capture"
)

// secretsIn are the lines of the secrets blocks of a capture.
func secretsIn(t *testing.T, name string) string {
	t.Helper()
	var lines []byte
	in, err := capture.OpenFiles([]string{name}, capture.Options{Secrets: func(typ uint32, data []byte) {
		if typ != capture.SecretsTLS {
			t.Errorf("secrets of type %#x", typ)
		}
		lines = append(lines, data...)
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var b capture.Batch
	for in.ReadBatch(&b) == nil {
	}
	return string(lines)
}

// TestEmbedKeys: a session that is written with its secrets can be read without the key log, and the file holds no other secret.
func TestEmbedKeys(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"tls1.2-json", "tls1.3-json"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			base := filepath.Join("..", "..", "pcaps", "truth", "tls", name)
			log, err := os.ReadFile(base + ".keys")
			if err != nil {
				t.Fatal(err)
			}
			out := filepath.Join(t.TempDir(), "one.pcapng")
			exported(t, out, base+".pcap", "--keylog", base+".keys", "--session", "1", "--embed-keys")
			want := wspeekRun("messages", "--json", "--session", "1", "--keylog", base+".keys", base+".pcap")
			got := wspeekRun("messages", "--json", out)
			if a, b := messagesOnly(got.out), messagesOnly(want.out); a != b || a == "" {
				t.Errorf("got  %.300s\nwant %.300s", a, b)
			}
			secrets := secretsIn(t, out)
			if secrets == "" || len(secrets) > len(log)/2 {
				t.Errorf("%d bytes of secrets, %d for two connections", len(secrets), len(log))
			}
			for line := range strings.Lines(secrets) {
				if !bytes.Contains(log, []byte(line)) {
					t.Errorf("a secret that is not in the key log")
				}
			}
		})
	}
}

// Without --embed-keys there are none.
func TestEmbedKeys_NotUnasked(t *testing.T) {
	t.Parallel()
	base := filepath.Join("..", "..", "pcaps", "truth", "tls", "tls1.3-json")
	out := filepath.Join(t.TempDir(), "one.pcapng")
	exported(t, out, base+".pcap", "--keylog", base+".keys")
	if s := secretsIn(t, out); s != "" {
		t.Errorf("%d bytes of secrets", len(s))
	}
}

// messagesOnly are the lines of messages without the numbers of packets, which differ.
func messagesOnly(out string) (lines string) {
	for line := range strings.Lines(out) {
		if strings.Contains(line, `"type":"message"`) {
			lines += numbersOfPackets.ReplaceAllString(line, "")
		}
	}
	return lines
}
