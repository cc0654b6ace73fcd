package keep

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/wspeek/wspeek/capture"
)

// TestRing_NoRoom: where the disk is full the oldest packets are dropped and the newest are kept.
func TestRing_NoRoom(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("needs root, to make a small file system")
	}
	r, failures := ringOf(t, 10_000_000)
	if err := unix.Mount("tmpfs", r.dir, "tmpfs", 0, "size=400k"); err != nil {
		t.Skipf("no small file system can be made: %v", err)
	}
	t.Cleanup(func() { unix.Unmount(r.dir, unix.MNT_DETACH) })
	const all = 10_000
	for n := 1; n <= all; n += 50 {
		r.keep(madeFrom(n, n+49))
	}
	c, v := r.Counts(), r.View()
	defer v.Release()
	var first, last int
	err := v.Read(t.Context(), func(p *capture.Packet) error {
		if last = p.Number; first == 0 {
			first = last
		}
		return nil
	})
	if err != nil || c.Err != nil || c.Lost != 0 || c.Dropped == 0 || c.Kept+c.Dropped != all || last != all || int64(last-first+1) != c.Kept {
		t.Errorf("%+v, packets %d to %d, %v, reported %v", c, first, last, err, *failures)
	}
}
