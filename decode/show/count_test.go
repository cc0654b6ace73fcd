package show_test

import (
	"testing"

	"github.com/wspeek/wspeek/decode/show"
)

func TestCount(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		n             int64
		plain, groups string
	}{
		{0, "0 bytes", "0 bytes"},
		{1, "1 byte", "1 byte"},
		{-1, "-1 bytes", "-1 bytes"},
		{999, "999 bytes", "999 bytes"},
		{1000, "1000 bytes", "1,000 bytes"},
		{-123456, "-123456 bytes", "-123,456 bytes"},
		{1234567, "1234567 bytes", "1,234,567 bytes"},
	} {
		if got := show.Bytes(row.n); got != row.plain {
			t.Errorf("Bytes(%d) = %q, want %q", row.n, got, row.plain)
		}
		if got := show.CountGrouped(row.n, "byte"); got != row.groups {
			t.Errorf("CountGrouped(%d) = %q, want %q", row.n, got, row.groups)
		}
	}
}

func TestShortFitsSixCharacters(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "0", 99999: "99999", 100000: "100.0k", 1234567: "1.2M", -9999: "-9999", -10000: "-10.0k", 5e15: "5.0P", 9e18: "huge"} {
		if got := show.Short(n); got != want || len(got) > 6 {
			t.Errorf("Short(%d) = %q, want %q", n, got, want)
		}
	}
}
