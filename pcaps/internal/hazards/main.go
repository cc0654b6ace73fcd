// Command hazards counts how many of the hazards in pcaps/HAZARDS.md have a test, and how many of those pass.
//
//	hazards [-log FILE]
//
// A hazard's test is named after it: TestHazard_T14_PortReuse. Subtests do not count. Run it in the root of the
// repository. With -log it reads what go test -v ./... printed. It exits with 1 if a test fails or a package does
// not build.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
)

// document lists the hazards: each has a row in one of its tables that starts with its ID.
const document = "pcaps/HAZARDS.md"

var (
	row      = regexp.MustCompile(`(?m)^\| ([A-Z][0-9]+) \|`)
	testName = regexp.MustCompile(`^TestHazard_([A-Z][0-9]+)_`)
	// outcomeLine is what go test -v prints of a test that is not a subtest, failedLine what it prints of a package.
	outcomeLine = regexp.MustCompile(`^--- (PASS|FAIL|SKIP): (\S+)`)
	failedLine  = regexp.MustCompile(`^FAIL\t(\S+)`)
	log         = flag.String("log", "", "output of go test -v ./... to read instead of running the tests")
)

// tally holds the results of the tests.
type tally struct {
	// byHazard are the outcomes (PASS, FAIL, SKIP) of each hazard's tests.
	byHazard map[string][]string
	// failed are tests and packages, strange are tests of hazards that do not exist.
	failed, strange []string
}

func main() {
	flag.Parse()
	text, err := os.ReadFile(document)
	if err != nil {
		fmt.Fprintln(os.Stderr, "hazards:", err)
		os.Exit(2)
	}
	known := ids(string(text))
	t, err := results(known)
	if err != nil {
		fmt.Fprintln(os.Stderr, "hazards:", err)
		os.Exit(2)
	}
	t.report(os.Stdout, known)
	if len(t.failed)+len(t.strange) > 0 {
		os.Exit(1)
	}
}

// results reads the log, or runs the tests of hazards.
func results(known []string) (*tally, error) {
	if *log != "" {
		f, err := os.Open(*log)
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }() // it was only read
		return count(f, known), nil
	}
	cmd := exec.Command("go", "test", "-v", "-run", "^TestHazard_", "./...")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	t := count(out, known)
	if err := cmd.Wait(); err != nil && len(t.failed) == 0 {
		return nil, fmt.Errorf("go test: %w", err)
	}
	return t, nil
}

// ids returns the hazards that the document lists, in its order.
func ids(document string) []string {
	var out []string
	for _, m := range row.FindAllStringSubmatch(document, -1) {
		out = append(out, m[1])
	}
	return out
}

// count reads the output of go test -v. Tests of hazards that are not known are reported as strange.
func count(in io.Reader, known []string) *tally {
	t := &tally{byHazard: map[string][]string{}}
	for lines := bufio.NewReader(in); ; {
		line, err := lines.ReadString('\n')
		if m := outcomeLine.FindStringSubmatch(line); m != nil {
			t.add(m[2], m[1], known)
		}
		if m := failedLine.FindStringSubmatch(line); m != nil {
			t.failed = append(t.failed, m[1])
		}
		if err != nil {
			return t
		}
	}
}

func (t *tally) add(test, outcome string, known []string) {
	m := testName.FindStringSubmatch(test)
	switch {
	case m == nil:
	case !slices.Contains(known, m[1]):
		t.strange = append(t.strange, test)
	default:
		t.byHazard[m[1]] = append(t.byHazard[m[1]], outcome)
	}
	if outcome == "FAIL" {
		t.failed = append(t.failed, test)
	}
}

// outcome returns FAIL if one of the hazard's tests fails, PASS if one passes, else SKIP, and "" if there is no test.
func (t *tally) outcome(id string) string {
	for _, o := range []string{"FAIL", "PASS", "SKIP"} {
		if slices.Contains(t.byHazard[id], o) {
			return o
		}
	}
	return ""
}

func (t *tally) report(w io.Writer, all []string) {
	by := map[string][]string{}
	for _, id := range all {
		by[t.outcome(id)] = append(by[t.outcome(id)], id)
	}
	tested := len(all) - len(by[""])
	fmt.Fprintf(w, "hazards: %d of %d have a test, %d pass\n", tested, len(all), len(by["PASS"]))
	for _, r := range []struct{ outcome, words string }{{"FAIL", "failing"}, {"SKIP", "skipped here"}, {"", "without a test"}} {
		if list := by[r.outcome]; len(list) > 0 {
			fmt.Fprintf(w, "%s (%d): %s\n", r.words, len(list), strings.Join(list, " "))
		}
	}
	for _, f := range t.failed {
		fmt.Fprintln(w, "failed:", f)
	}
	for _, s := range t.strange {
		fmt.Fprintln(w, "no such hazard:", s)
	}
}
