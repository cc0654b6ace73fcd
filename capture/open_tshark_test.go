package capture

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"io/fs"
	"math"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const sharedCaptures = "../../shared/captures"

// everyCapture: tshark takes a moment to start, so by default one capture of
// each file header is compared.
var everyCapture = flag.Bool("every-capture", false, "compare every capture with tshark")

// encapOf are tshark's numbers for link types that the captures have. Others are
// not compared.
var encapOf = map[LinkType]int{
	0: 15, 1: 1, 12: 7, 14: 7, 101: 7, 108: 174, 113: 25, 228: 129, 229: 130, 239: 141, 276: 210,
}

// TestAgreesWithTshark compares numbers, times, lengths and link types.
func TestAgreesWithTshark(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("tshark is not installed")
	}
	files := captureFiles(t)
	if len(files) == 0 {
		t.Skip("no captures in " + sharedCaptures)
	}
	packets := 0
	for _, name := range files {
		ours := readLines(t, name)
		theirs := tsharkLines(t, name)
		packets += len(ours)
		label, _ := filepath.Rel(sharedCaptures, name)
		compareLines(t, label, ours, theirs)
	}
	t.Logf("%d packets in %d files", packets, len(files))
}

func captureFiles(t *testing.T) (files []string) {
	t.Helper()
	had := map[string]bool{}
	filepath.WalkDir(sharedCaptures, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.Contains(d.Name(), ".pcap") || strings.HasSuffix(path, ".keylog") {
			return nil
		}
		if head := headOf(path); *everyCapture || !had[head] {
			had[head] = true
			files = append(files, path)
		}
		return nil
	})
	return files
}

// headOf is what a classic file header says (but for the snaplen), or all of the
// begin of another file.
func headOf(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	var b [512]byte
	n, _ := io.ReadFull(f, b[:])
	if n > pcapFileHeader && b[0] != 0x0a && b[0] != 0x1f {
		return string(b[:16]) + string(b[20:24])
	}
	return string(b[:n])
}

// line is what is compared of a packet.
type line struct{ number, time, length, captured, encap string }

func readLines(t *testing.T, name string) (lines []line) {
	t.Helper()
	r, err := Open(name, Options{})
	if err != nil {
		t.Errorf("%v", err)
		return nil
	}
	defer r.Close()
	all, damage := drain(r)
	if d := (*Damage)(nil); damage != nil && !errors.As(damage, &d) {
		t.Errorf("%s: %v", name, damage)
	}
	for _, p := range all {
		encap, ok := encapOf[p.Link]
		l := line{strconv.Itoa(p.Number), decimal(p.Time), strconv.Itoa(p.OrigLen), strconv.Itoa(len(p.Data)), strconv.Itoa(encap)}
		if !ok {
			l.encap = ""
		}
		lines = append(lines, l)
	}
	return lines
}

func decimal(t Time) string {
	return new(big.Rat).SetFrac64(int64(t), 1e9).FloatString(9)
}

func tsharkLines(t *testing.T, name string) (lines []line) {
	t.Helper()
	var out bytes.Buffer
	cmd := exec.Command("tshark", "-n", "-r", name, "-T", "fields", "-e", "frame.number", "-e", "frame.time_epoch",
		"-e", "frame.len", "-e", "frame.cap_len", "-e", "frame.encap_type", "--disable-protocol", "ip", "--disable-protocol", "ipv6")
	cmd.Stdout = &out
	cmd.Run() // damage makes it fail, after what it has read
	for s := range strings.Lines(out.String()) {
		f := strings.Split(strings.TrimSuffix(s, "\n"), "\t")
		if len(f) == 5 {
			lines = append(lines, line{f[0], f[1], f[2], f[3], f[4]})
		}
	}
	return lines
}

func compareLines(t *testing.T, label string, ours, theirs []line) {
	t.Helper()
	i := 0
	for _, want := range theirs {
		if i >= len(ours) || ours[i].number != want.number {
			if !explained(label, line{}, want) {
				t.Errorf("%s: tshark has %v, we do not", label, want)
			}
			continue
		}
		got := ours[i]
		i++
		if got.encap == "" {
			got.encap = want.encap
		}
		if got != want && !explained(label, got, want) {
			t.Errorf("%s: got %v, tshark has %v", label, got, want)
		}
	}
	if i < len(ours) && !explained(label, ours[i], line{}) {
		t.Errorf("%s: %v and %d more are not in tshark's list of %d", label, ours[i], len(ours)-i-1, len(theirs))
	}
}

// explained are the differences that are meant.
func explained(label string, got, want line) bool {
	switch {
	case got == line{}:
		// A Custom Block and the like: a number, but no packet.
		return want.encap == "" || want.encap == "0"
	case want == line{}:
		// tshark 4.0 refuses the whole file for its link type.
		return strings.HasSuffix(label, "edsa.pcap")
	}
	switch {
	case want.time == "" && got.time == decimal(0):
		// A Simple Packet Block has no time.
	case strings.HasPrefix(want.time, "4734231571") && got.time == decimal(math.MaxInt64):
		// The year 151,992 is held at the last moment that a Time can say.
	case strings.Contains(label, "timestamp_invalid_"):
		// tshark prints a fraction of a second or more after the seconds, or
		// overflows; we carry it into the seconds.
	default:
		return false
	}
	got.time = want.time
	return got == want
}
