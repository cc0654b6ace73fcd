package main

import (
	"os"
	"slices"
	"strings"
	"testing"
)

func TestIDs(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../HAZARDS.md")
	if err != nil {
		t.Fatal(err)
	}
	all := ids(string(text))
	if len(all) != 170 {
		t.Errorf("%d hazards, want 170", len(all))
	}
	slices.Sort(all)
	if unique := slices.Compact(slices.Clone(all)); len(unique) != len(all) {
		t.Errorf("an ID is listed twice: %q", all)
	}
}

func TestReport(t *testing.T) {
	t.Parallel()
	in := `=== RUN   TestHazard_F1_Empty
--- PASS: TestHazard_F1_Empty (0.00s)
    --- FAIL: TestHazard_F1_Empty/sub (0.00s)
--- PASS: TestHazard_F2_Magics (0.00s)
--- PASS: TestOther (0.00s)
ok  	p	0.1s
--- FAIL: TestHazard_F2_Others (0.00s)
    x_test.go:3: --- PASS: TestHazard_F4_Quoted
FAIL
FAIL	q	0.1s
--- SKIP: TestHazard_F3_Snaplen (0.00s)
--- PASS: TestHazard_F99_None (0.00s)
FAIL	r [build failed]
`
	var out strings.Builder
	known := []string{"F1", "F2", "F3", "F4", "F5"}
	count(strings.NewReader(in), known).report(&out, known)
	want := `hazards: 3 of 5 have a test, 1 pass
failing (1): F2
skipped here (1): F3
without a test (2): F4 F5
failed: TestHazard_F2_Others
failed: q
failed: r
no such hazard: TestHazard_F99_None
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}
