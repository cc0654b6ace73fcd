package run

import "testing"

func TestGarbageFor(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		live uint64
		want int
	}{{0, 400}, {1 << 20, 400}, {8 << 20, 400}, {16 << 20, 200}, {32 << 20, 100}, {64 << 20, 50}, {128 << 20, 25}, {4 << 30, 25}} {
		if got := garbageFor(tt.live); got != tt.want {
			t.Errorf("%d MiB in use: %d percent, want %d", tt.live>>20, got, tt.want)
		}
	}
}
