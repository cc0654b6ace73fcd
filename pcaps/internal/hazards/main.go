// Command hazards counts how many of the hazards have a test, and how many of those pass.
//
// A hazard's test is named after it: TestHazard_T14_PortReuse. Subtests do not count. Run it in the
// root of the repository; it exits with 1 where a hazard's test fails or a package does not build.
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
	"strconv"
	"strings"
)

// run is a span of numbers of one section, first and last included.
type run struct {
	section     string
	first, last int
}

// hazards are all there are: file formats, link and IP, TCP, HTTP, frames, deflate, TLS and
// HTTP/2, output, live capture. Numbers that are missing were given up.
var hazards = []run{
	{"F", 1, 19}, {"L", 1, 8}, {"L", 10, 12}, {"T", 1, 16}, {"T", 18, 24}, {"T", 26, 26}, {"T", 28, 32},
	{"H", 1, 25}, {"W", 1, 32}, {"D", 1, 19}, {"X", 1, 8}, {"O", 1, 19}, {"V", 1, 8},
}

var testName = regexp.MustCompile(`^TestHazard_([A-Z][0-9]+)_[^/]+$`)

// event is a line of `go test -json`.
type event struct {
	Action, Package, Test string
}

// tally is what became of the tests.
type tally struct {
	// byHazard are the outcomes (pass, fail, skip) of each hazard's tests.
	byHazard map[string][]string
	// failed are tests and packages, strange are tests of hazards that do not exist.
	failed, strange []string
}

func main() {
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
	t := count(out)
	waited := cmd.Wait()
	t.report(os.Stdout, ids())
	if waited != nil || len(t.failed)+len(t.strange) > 0 {
		os.Exit(1)
	}
}

// ids are the hazards in order.
func ids() []string {
	var out []string
	for _, r := range hazards {
		for n := r.first; n <= r.last; n++ {
			out = append(out, r.section+strconv.Itoa(n))
		}
	}
	return out
}

func count(in io.Reader) *tally {
	t := &tally{byHazard: map[string][]string{}}
	known := ids()
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

// outcome of a hazard: fail where one of its tests fails, pass where one passes, else skip, "" without a test.
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
