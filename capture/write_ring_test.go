package capture

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestWriter_Ring(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		ring      WriteRing
		wantFiles int
		wantAll   bool
	}{
		{"by size, all kept", WriteRing{FileBytes: 10_000}, 0, true},
		{"by size, three kept", WriteRing{FileBytes: 10_000, Files: 3}, 3, false},
		{"by time", WriteRing{Duration: time.Nanosecond, Files: 5}, 5, false},
		{"by size, one file", WriteRing{FileBytes: 1 << 20, Files: 3}, 1, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir, packets := t.TempDir(), somePackets(400)
			w, err := CreateWriter(filepath.Join(dir, "ring.pcapng"), WriteOptions{Ring: test.ring,
				Interfaces: []WriteInterface{{Name: "eth0", Link: LinkEthernet}}})
			if err != nil {
				t.Fatal(err)
			}
			for i := range packets {
				if err := w.Write(&packets[i]); err != nil {
					t.Fatal(err)
				}
			}
			w.Close()
			entries, _ := os.ReadDir(dir)
			if len(entries) != len(w.Files()) || test.wantFiles > 0 && len(entries) != test.wantFiles {
				t.Fatalf("got %d files, %d reported; want %d", len(entries), len(w.Files()), test.wantFiles)
			}
			checkRing(t, w.Files(), packets, test.ring, test.wantAll)
		})
	}
}

// checkRing reads the files of a ring: together they have the last packets, in their order.
func checkRing(t *testing.T, files []string, packets []Packet, ring WriteRing, all bool) {
	t.Helper()
	var data []string
	for _, name := range files {
		got, _ := readFile(t, name)
		for _, p := range got {
			data = append(data, p.Data)
		}
		if info, err := os.Stat(name); err != nil || ring.FileBytes > 0 && info.Size() > ring.FileBytes+300 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
		if base := filepath.Base(name); !strings.HasPrefix(base, "ring_0") || !strings.HasSuffix(base, ".pcapng") || len(base) != len("ring_00001_20261120103000.pcapng") {
			t.Errorf("name %q", base)
		}
	}
	if all && len(data) != len(packets) {
		t.Errorf("got %d packets, want all %d", len(data), len(packets))
	}
	for i, p := range packets[len(packets)-len(data):] {
		if data[i] != string(p.Data) {
			t.Fatalf("packet %d of the ring is not the one that was written", i+1)
		}
	}
}

// TestWriter_RingSecrets: each file after the first starts with the secrets of what goes on.
func TestWriter_RingSecrets(t *testing.T) {
	t.Parallel()
	packets := somePackets(400)
	w, err := CreateWriter(filepath.Join(t.TempDir(), "ring.pcapng"), WriteOptions{Ring: WriteRing{FileBytes: 10_000},
		Secrets: func() []byte { return []byte("CLIENT_RANDOM 00 11\n") }})
	if err != nil {
		t.Fatal(err)
	}
	for i := range packets {
		if err := w.Write(&packets[i]); err != nil {
			t.Fatal(err)
		}
	}
	w.Close()
	if len(w.Files()) < 3 {
		t.Fatalf("%d files", len(w.Files()))
	}
	for i, name := range w.Files() {
		data, err := os.ReadFile(name)
		if got := strings.Count(string(data), "CLIENT_RANDOM 00 11\n"); err != nil || got != min(i, 1) {
			t.Errorf("%s: secrets %d times, %v", name, got, err)
		}
		readFile(t, name)
	}
}
