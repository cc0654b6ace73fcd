// Command hazards counts how many of the hazards in pcaps/HAZARDS.md have a test, and how many of those pass.
//
// A hazard's test is named after it: TestHazard_T14_PortReuse. Subtests do not count. Run it in the
// root of the repository; it exits with 1 if a hazard's test fails or a package does not build.
package main

import (
	"bufio"
	"encoding/json"
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
	testName = regexp.MustCompile(`^TestHazard_([A-Z][0-9]+)_[^/]+$`)
)

// event is a line of `go test -json`.
type event struct {
	Action, Package, Test string
}

// tally holds the results of the tests.
type tally struct {
	// byHazard are the outcomes (pass, fail, skip) of each hazard's tests.
	byHazard map[string][]string
	// failed are tests and packages, strange are tests of hazards that do not exist.
	failed, strange []string
}

func main() {
	text, err := os.ReadFile(document)
	if err != nil {
		fmt.Fprintln(os.Stderr, "hazards:", err)
		os.Exit(2)
	}
	known := ids(string(text))
	cmd := exec.Command("go", "test", "-json", "-p", "1", "-run", "^TestHazard_", "./...")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "hazards: go test:", err)
		os.Exit(2)
	}
	t := count(out, known)
	waited := cmd.Wait()
	t.report(os.Stdout, known)
	if waited != nil || len(t.failed)+len(t.strange) > 0 {
		os.Exit(1)
	}
}

// ids returns the hazards that the document lists, in its order.
func ids(document string) []string {
	var out []string
	for _, m := range row.FindAllStringSubmatch(document, -1) {
		out = append(out, m[1])
	}
	return out
}

// count reads the output of go test -json. Tests of hazards that are not known are reported as strange.
func count(in io.Reader, known []string) *tally {
	t := &tally{byHazard: map[string][]string{}}
	for lines := bufio.NewReader(in); ; {
		line, err := lines.ReadBytes('\n')
		var e event
		if json.Unmarshal(line, &e) == nil {
			t.add(e, known)
		}
		if err != nil {
			return t
		}
	}
}

func (t *tally) add(e event, known []string) {
	if e.Action == "fail" && !strings.Contains(e.Test, "/") {
		t.failed = append(t.failed, strings.TrimSpace(e.Package+" "+e.Test))
	}
	m := testName.FindStringSubmatch(e.Test)
	if m == nil || !slices.Contains([]string{"pass", "fail", "skip"}, e.Action) {
		return
	}
	if !slices.Contains(known, m[1]) {
		t.strange = append(t.strange, e.Package+" "+e.Test)
		return
	}
	t.byHazard[m[1]] = append(t.byHazard[m[1]], e.Action)
}

// outcome returns fail if one of the hazard's tests fails, pass if one passes, else skip, and "" if there is no test.
func (t *tally) outcome(id string) string {
	for _, o := range []string{"fail", "pass", "skip"} {
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
	fmt.Fprintf(w, "hazards: %d of %d have a test, %d pass\n", tested, len(all), len(by["pass"]))
	for _, r := range []struct{ outcome, words string }{{"fail", "failing"}, {"skip", "skipped here"}, {"", "without a test"}} {
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
