package rule

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestRulesAreWellFormed(t *testing.T) {
	t.Parallel()
	id := regexp.MustCompile(`^(ws|http|h2|deflate|capture|ping|frame|message|app)\.[a-z0-9]+(-[a-z0-9]+)*$`)
	section := regexp.MustCompile(`^[1-9][0-9]*(\.[1-9][0-9]*)*$`)
	heading := regexp.MustCompile(`^[A-Z][A-Za-z -]+$`) // in documents without numbers
	seen := map[string]bool{}
	for _, r := range All {
		switch {
		case !id.MatchString(r.ID):
			t.Errorf("%q is no well-formed ID", r.ID)
		case seen[r.ID]:
			t.Errorf("%s is given twice", r.ID)
		case (r.RFC == "") != (r.Section == "") || r.RFC == "" && r.Level != Note:
			t.Errorf("%s: RFC %q, section %q, level %s do not go together", r.ID, r.RFC, r.Section, r.Level)
		case r.RFC != "" && !section.MatchString(r.Section) && (!heading.MatchString(r.Section) || strings.HasPrefix(r.RFC, "RFC ")):
			t.Errorf("%s: section %q", r.ID, r.Section)
		case !strings.HasSuffix(r.Text, ".") || strings.Contains(r.Text, ". "):
			t.Errorf("%s: %q is not one sentence", r.ID, r.Text)
		case ByID(r.ID) != r:
			t.Errorf("%s is not found by its ID", r.ID)
		}
		seen[r.ID] = true
	}
	if ByID("ws.none") != nil {
		t.Error("found a rule that does not exist")
	}
}

// TestRulesPromised holds the IDs that the command line's contract names.
func TestRulesPromised(t *testing.T) {
	t.Parallel()
	promised := []string{
		"ws.mask-required", "ws.mask-forbidden", "ws.rsv", "ws.opcode-reserved", "ws.control-length",
		"ws.control-fragmented", "ws.utf8", "ws.length-minimal", "ws.close-code-reserved", "ws.data-after-close",
		"ws.continuation-unexpected", "ws.continuation-expected", "ws.length-msb", "http.accept", "http.version",
		"deflate.params", "deflate.rsv1",
	}
	for _, id := range promised {
		if r := ByID(id); r == nil || r.Level != Must {
			t.Errorf("%s: %+v, want a rule of level must", id, r)
		}
	}
}

func TestRulesStandInTheOrderOfTheDocuments(t *testing.T) {
	t.Parallel()
	if !slices.IsSortedFunc(All, compareRules) {
		for i := 1; i < len(All); i++ {
			if compareRules(All[i-1], All[i]) > 0 {
				t.Errorf("%s (%s %s) stands before %s (%s %s)", All[i-1].ID, All[i-1].RFC, All[i-1].Section,
					All[i].ID, All[i].RFC, All[i].Section)
			}
		}
	}
}

// compareRules orders by document, RFCs first, then section; what no document says is last.
func compareRules(a, b *Rule) int {
	if a.RFC != b.RFC {
		if a.RFC == "" || b.RFC == "" {
			return strings.Compare(b.RFC, a.RFC)
		}
		if rfcA, rfcB := strings.HasPrefix(a.RFC, "RFC "), strings.HasPrefix(b.RFC, "RFC "); rfcA != rfcB {
			if rfcA {
				return -1
			}
			return 1
		}
		return strings.Compare(a.RFC, b.RFC)
	}
	return slices.Compare(numbers(a.Section), numbers(b.Section))
}

func numbers(section string) []int {
	var list []int
	for s := range strings.SplitSeq(section, ".") {
		n, _ := strconv.Atoi(s)
		list = append(list, n)
	}
	return list
}

func TestLevelNames(t *testing.T) {
	t.Parallel()
	for l, want := range map[Level]string{Must: "must", Should: "should", Note: "note"} {
		if l.String() != want {
			t.Errorf("level %d is %q, want %q", l, l, want)
		}
	}
}
