package pcaps

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
)

// update is shared by all golden tests of a test binary: `go test ./tui -update`.
var update = flag.Bool("update", false, "rewrite golden files instead of comparing with them")

// TB is what Golden needs of *testing.T.
type TB interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// Golden compares got with testdata/NAME.golden of the package under test. With the flag
// -update it writes that file instead; the difference is then to be read, not believed.
func Golden(t TB, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", filepath.FromSlash(name)+".golden")
	if *update {
		writeGolden(t, file, got)
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("golden: %v (write it with -update)", err)
		return
	}
	if !bytes.Equal(got, want) {
		line, g, w := firstDifference(string(got), string(want))
		t.Errorf("%s differs at line %d:\n got %q\nwant %q\nin all:\n%s", file, line, g, w, got)
	}
}

func writeGolden(t TB, file string, got []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatalf("golden: %v", err)
	}
	if err := os.WriteFile(file, got, 0o644); err != nil {
		t.Fatalf("golden: %v", err)
	}
}

// firstDifference is the first line, counted from 1, in which the texts differ.
func firstDifference(got, want string) (line int, g, w string) {
	gs, ws := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := 0; ; i++ {
		switch {
		case i >= len(gs):
			return i + 1, "", ws[i]
		case i >= len(ws):
			return i + 1, gs[i], ""
		case gs[i] != ws[i]:
			return i + 1, gs[i], ws[i]
		}
	}
}
