package explain

import (
	"strings"
	"testing"
)

// TestEmptyLastColumn holds that a cell with nothing in it takes no line below the others.
func TestEmptyLastColumn(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("wide ", 9)
	table := &Table{Columns: []string{"frame", long, "rules"}, Rows: [][]any{{1, "a", ""}, {2, "b", "ws.rsv"}, {3, "c", ""}}}
	got := string(Text{Width: MinWidth}.Append(nil, &Document{Title: "x", Parts: []Part{{Title: "table", Data: table}}}))
	if want := "\n  1      a\n  2      b\n      ws.rsv\n  3      c\n"; !strings.HasSuffix(got, want) {
		t.Errorf("got %q, want it to end in %q", got, want)
	}
}
