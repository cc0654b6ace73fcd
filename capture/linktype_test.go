package capture

import "testing"

func TestLinkType_String(t *testing.T) {
	t.Parallel()
	for l, want := range map[LinkType]string{
		105: "link type 105 (IEEE 802.11)", 127: "link type 127 (IEEE 802.11 with radiotap header)", 9999: "link type 9999",
	} {
		if got := l.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
