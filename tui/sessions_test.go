package tui

import "testing"

func TestTheAddressHasRoom(t *testing.T) {
	t.Parallel()
	for w := 76; w < 250; w++ {
		cols, address := columnsIn(w)
		used := 3 + address
		for _, c := range cols {
			if c.text != nil {
				used += max(c.width, -c.width) + 1
			}
		}
		if address < 30 || used != w {
			t.Errorf("%d cells: the address has %d, all %d", w, address, used)
		}
	}
}
