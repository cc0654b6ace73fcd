package stack

import (
	"bytes"

	"github.com/wspeek/wspeek/reassembly"
)

type heldKind uint8

const (
	heldData heldKind = iota
	heldGap
	heldConflict
	heldClose
)

type heldItem struct {
	kind   heldKind
	dir    reassembly.Dir
	close  reassembly.CloseKind
	chunk  reassembly.Chunk
	off, n int64
}

// held are calls of a Handler, kept to be made again.
type held struct {
	items []heldItem
	// size is how many bytes of data they hold.
	size      int
	closed    int
	conflicts int
}

// maxConflicts is how many conflicts are kept apart; beyond it the last one of a direction grows.
const maxConflicts = 64

// conflict keeps a range whose copies differed.
func (h *held) conflict(d reassembly.Dir, off, n int64) {
	if h.conflicts >= maxConflicts {
		for i := len(h.items) - 1; i >= 0; i-- {
			if k := &h.items[i]; k.kind == heldConflict && k.dir == d {
				end := max(k.off+k.n, off+n)
				k.off = min(k.off, off)
				k.n = end - k.off
				return
			}
		}
	}
	h.conflicts++
	h.add(heldItem{kind: heldConflict, dir: d, off: off, n: n})
}

func (h *held) data(d reassembly.Dir, k reassembly.Chunk) {
	k.Data = bytes.Clone(k.Data)
	h.size += len(k.Data)
	h.items = append(h.items, heldItem{kind: heldData, dir: d, chunk: k})
}

func (h *held) add(i heldItem) {
	if i.kind == heldClose {
		h.closed++
	}
	h.items = append(h.items, i)
}

// replay makes the calls on to, and forgets them first, so that to may lead back here.
func (h *held) replay(to reassembly.Handler) {
	items := h.items
	*h = held{}
	for i := range items {
		switch k := &items[i]; k.kind {
		case heldData:
			to.Data(k.dir, k.chunk)
		case heldGap:
			to.Gap(k.dir, k.off, k.n)
		case heldConflict:
			to.Conflict(k.dir, k.off, k.n)
		case heldClose:
			to.Close(k.dir, k.close)
		}
	}
}
