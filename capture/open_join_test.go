package capture

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/wspeek/wspeek/pcaps"
)

// TestTruncatedGzipIsDamage: what was read before the cut is valid, and the damage is reported once, with its place.
func TestTruncatedGzipIsDamage(t *testing.T) {
	t.Parallel()
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	if _, err := z.Write(pcaps.Get("jsonrpc").Data); err != nil {
		t.Fatal(err)
	}
	z.Close()
	dir := t.TempDir()
	cut, whole := filepath.Join(dir, "cut.pcap.gz"), filepath.Join(dir, "whole.pcap")
	if err := os.WriteFile(cut, zipped.Bytes()[:zipped.Len()-200], 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(whole, pcaps.Get("graphql").Data, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := OpenFiles([]string{cut, whole}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	damages, files := 0, map[int]int{}
	for {
		var b Batch
		err := f.ReadBatch(&b)
		var damage *Damage
		switch {
		case errors.Is(err, io.EOF):
			if damages != 1 || files[0] == 0 || files[1] == 0 {
				t.Errorf("damages: got %d, want 1; packets by file: %v", damages, files)
			}
			return
		case errors.As(err, &damage):
			damages++
		case err != nil:
			t.Fatal(err)
		}
		files[b.File] += len(b.Packets)
	}
}
