package diff

import (
	"slices"

	"github.com/wspeek/wspeek/decode/jsontext"
	"github.com/wspeek/wspeek/decode/ws"
)

const (
	// sketchSize is how many hashes stand for a message.
	sketchSize = 64
	// enough is how similar messages have to be to be called one that changed; of alone ones less will do.
	enough, enoughAlone = 0.5, 0.2
	// alikeEnough is how similar they have to be at different places, maxWander how many pairs are looked at for that.
	alikeEnough, maxWander = 0.75, 4096
	// maxTable is how many pairs of a run are all looked at; in longer runs only those near each other are.
	maxTable = 40_000
	// window is how far ahead is looked in long runs.
	window = 24
	// short is the length in bytes below which every two bytes in a row count.
	short = 64
	// sketched is how many bytes of a message are looked at.
	sketched = 1 << 16
)

// sketch is the smallest hashes of the parts of a message, ascending.
type sketch []uint32

// sketcher makes sketches, once for a message.
type sketcher struct {
	*printer
	side *Side
	done map[int]sketch
	all  []uint32
}

func (k *sketcher) of(i int) sketch {
	s, ok := k.done[i]
	if !ok {
		k.all = k.all[:0]
		k.parts(&k.side.Messages[i])
		slices.Sort(k.all)
		s = slices.Clone(slices.Compact(k.all))
		s = s[:min(len(s), sketchSize)]
		k.done[i] = s
	}
	return s
}

func (k *sketcher) put(h uint64) { k.all = append(k.all, uint32(h>>32)) }

func (k *sketcher) parts(m *ws.Message) {
	p := m.Reason()
	if !m.ValidUTF8 {
		n := 4
		if len(p) < short {
			n = 2
		}
		k.windows(p[:min(len(p), sketched)], n)
		return
	}
	if prefix, ok := splitJSON(&k.doc, p); ok {
		k.put(hashBytes(1, prefix))
		k.leaves(0, fnvOffset)
		return
	}
	p = p[:min(len(p), sketched)]
	if len(p) < short {
		k.windows(p, 2)
	}
	for len(p) > 0 {
		n := max(run(p, isWordByte), 1)
		if isAlnum(p[0]) {
			k.put(hashBytes(2, p[:n]))
		}
		p = p[n:]
	}
}

// windows adds all runs of n bytes.
func (k *sketcher) windows(p []byte, n int) {
	for i := 0; i+n <= len(p); i++ {
		k.put(hashBytes(uint64(n), p[i:i+n]))
	}
}

// leaves adds the places and the values of a JSON value.
func (k *sketcher) leaves(at int32, path uint64) {
	n := &k.doc.Nodes[at]
	if n.Kind < jsontext.Array {
		text := n.Text
		if spans := k.find(text); len(spans) > 0 {
			k.buf = scrubbed(k.buf[:0], text, spans)
			text = k.buf
		}
		k.put(path)
		k.put(hashBytes(path, text))
		return
	}
	i := 0
	for c := n.First; c != 0; c = k.doc.Nodes[c].Next {
		k.leaves(c, mix(path, childHash(n, &k.doc.Nodes[c], i)))
		i++
	}
}

// alike is how much two sketches have in common, from 0 to 1.
func alike(a, b sketch) float32 {
	if len(a)+len(b) == 0 {
		return 1
	}
	i, j, same := 0, 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] == b[j]:
			same, i, j = same+1, i+1, j+1
		case a[i] < b[j]:
			i++
		default:
			j++
		}
	}
	return 2 * float32(same) / float32(len(a)+len(b))
}

// matcher pairs what is similar.
type matcher struct {
	a, b   sketcher
	ia, ib []int // the messages of the direction: indices of Side.Messages
	match  []int32
}

// similarity is how much message i of the direction's list in A has in common with j of B, from 0 to 1.
func (t *matcher) similarity(i, j int) float32 {
	a, b := &t.a.side.Messages[t.ia[i]], &t.b.side.Messages[t.ib[j]]
	if a.Opcode.Control() != b.Opcode.Control() || a.Opcode.Control() && a.Opcode != b.Opcode {
		return 0
	}
	var s float32
	switch {
	case a.Opcode.Control():
		s = 0.9
	case !whole(a) || !whole(b):
		s = 0.5
		if a.Len == b.Len {
			s = 0.8
		}
	default:
		s = alike(t.a.of(t.ia[i]), t.b.of(t.ib[j]))
		if t.replaced(i, j, a, b) {
			s = max(s, enough)
		}
		s = t.named(s, i, j)
	}
	if a.Opcode != b.Opcode {
		s *= enough
	}
	return s
}

// run pairs the unmatched a[a0:a1] with b[b0:b1], in order.
func (t *matcher) run(a0, a1, b0, b1 int) {
	n, m := a1-a0, b1-b0
	switch {
	case n == 0 || m == 0:
	case n == 1 && m == 1:
		if t.similarity(a0, b0) >= enoughAlone {
			t.match[a0] = int32(b0)
		}
	case n*m <= maxTable:
		t.table(a0, b0, n, m)
	default:
		t.near(a0, a1, b0, b1)
	}
}

// table finds the pairs whose similarities have the largest sum.
func (t *matcher) table(a0, b0, n, m int) {
	best := make([]float32, (n+1)*(m+1)) // of the first i and j
	sim := make([]float32, n*m)
	for i := range n {
		for j := range m {
			s := t.similarity(a0+i, b0+j)
			sim[i*m+j] = s
			v := max(best[i*(m+1)+j+1], best[(i+1)*(m+1)+j])
			if s >= enough {
				v = max(v, best[i*(m+1)+j]+s)
			}
			best[(i+1)*(m+1)+j+1] = v
		}
	}
	for i, j := n, m; i > 0 && j > 0; {
		s, v := sim[(i-1)*m+j-1], best[i*(m+1)+j]
		switch {
		case s >= enough && v == best[(i-1)*(m+1)+j-1]+s:
			t.match[a0+i-1] = int32(b0 + j - 1)
			i, j = i-1, j-1
		case v == best[(i-1)*(m+1)+j]:
			i--
		default:
			j--
		}
	}
}

// near goes through both at once and pairs each message with the most similar of the next few.
func (t *matcher) near(a0, a1, b0, b1 int) {
	drift := 0
	for i := a0; i < a1 && b0 < b1; i++ {
		expected := min(max(b0, b0+drift), b1-1)
		at, top := -1, float32(0)
		for j := b0; j < min(b1, expected+window); j++ {
			if s := t.similarity(i, j); s >= enough && s > top {
				at, top = j, s
			}
			if top > 0.95 {
				break
			}
		}
		if at < 0 {
			drift = min(drift+1, window)
			continue
		}
		t.match[i], b0, drift = int32(at), at+1, 0
	}
}
