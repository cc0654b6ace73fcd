package pcaps_test

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/pcaps"
)

// Every file in samples/ has its row, its title, its truth and its provenance.
func TestSamplesAreComplete(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]bool{}
	entries, err := os.ReadDir("samples")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		files[e.Name()] = true
	}
	total := 0
	for _, s := range pcaps.Samples() {
		total += len(s.Data) + len(s.Truth)
		if !strings.HasPrefix(s.File, s.Name+".") || s.Title == "" || len(s.Data) == 0 {
			t.Errorf("%+v: file, title or data is amiss", s.Name)
		}
		if !bytes.Contains(readme, []byte("\n| "+s.Name+" | ")) {
			t.Errorf("%s: README.md does not say where it comes from", s.Name)
		}
		delete(files, s.File)
		delete(files, s.Name+".truth.json")
	}
	for name := range files {
		t.Errorf("samples/%s: no row in samples.go, or twice", name)
	}
	if total > 500_000 {
		t.Errorf("samples are %d bytes, want at most 500000", total)
	}
}

func TestSamplesTruthReads(t *testing.T) {
	t.Parallel()
	for _, s := range pcaps.Samples() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			var truth struct {
				Connections []struct {
					Path     string
					Messages []struct{ Dir, Type string }
				}
			}
			if err := json.Unmarshal(s.Truth, &truth); err != nil || len(truth.Connections) == 0 {
				t.Fatalf("truth: %v, %d connections", err, len(truth.Connections))
			}
			for _, c := range truth.Connections {
				for _, m := range c.Messages {
					if m.Dir != "c2s" && m.Dir != "s2c" || m.Type == "" {
						t.Errorf("%s: message %+v", c.Path, m)
					}
				}
			}
		})
	}
}

// What Samples hands out is the caller's: writing on it must not change the next one.
func TestSamplesAreOwned(t *testing.T) {
	t.Parallel()
	first := pcaps.Get("graphql")
	want := first.Data[0]
	first.Data[0] ^= 0xff
	if got := pcaps.Get("graphql").Data[0]; got != want {
		t.Errorf("first byte is %#x after a caller wrote on its copy, want %#x", got, want)
	}
}
