package ws

import "testing"

func TestArena(t *testing.T) {
	t.Parallel()
	var a Arena
	var held [][]byte
	sizes := []int{0, 1, 1000, 65535, 1, 65536, 200000, 30000, 40000, 7}
	total := int64(0)
	for i, n := range sizes {
		p := a.Bytes(n)
		if p == nil || len(p) != n || cap(p) != n && n > 0 {
			t.Fatalf("%d bytes: len %d, cap %d", n, len(p), cap(p))
		}
		for k := range p {
			p[k] = byte(i)
		}
		held = append(held, p)
		total += int64(n)
	}
	b := a.Take()
	if b.Bytes != total {
		t.Errorf("got %d bytes, want %d", b.Bytes, total)
	}
	a.Copy([]byte("a new batch"))
	for i, p := range held {
		for _, c := range p {
			if c != byte(i) {
				t.Fatalf("piece %d was overwritten", i)
			}
		}
	}
	a.Release(b)
	old := &held[1][0]
	for range 10 {
		if p := a.Bytes(60000); &p[0] == old {
			return
		}
	}
	t.Error("released memory is not used again")
}
