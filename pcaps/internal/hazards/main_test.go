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
	in := `{"Action":"pass","Package":"p","Test":"TestHazard_F1_Empty"}
{"Action":"fail","Package":"p","Test":"TestHazard_F1_Empty/sub"}
not json
{"Action":"pass","Package":"p","Test":"TestHazard_F2_Magics"}
{"Action":"fail","Package":"q","Test":"TestHazard_F2_Others"}
{"Action":"skip","Package":"p","Test":"TestHazard_F3_Snaplen"}
{"Action":"pass","Package":"p","Test":"TestHazard_F99_None"}
{"Action":"fail","Package":"r"}`
	var out strings.Builder
	known := []string{"F1", "F2", "F3", "F4", "F5"}
	count(strings.NewReader(in), known).report(&out, known)
	want := `hazards: 3 of 5 have a test, 1 pass
failing (1): F2
skipped here (1): F3
without a test (2): F4 F5
failed: q TestHazard_F2_Others
failed: r
no such hazard: p TestHazard_F99_None
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}
