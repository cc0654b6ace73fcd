package trace

// indexByNumber finds indexes by number, from 1. What is dropped is cut off its start, as far as nothing before it is awaited.
type indexByNumber struct {
	// cut is how many numbers were cut off. list has 1 + the index of number cut+1 and so on; 0 if it is awaited,
	// below where it is dropped.
	cut  int
	list []int
}

// awaitedBehind is how many numbers are kept for the sake of one that is awaited.
const awaitedBehind = 1 << 16

// len is the highest number there was.
func (l *indexByNumber) len() int { return l.cut + len(l.list) }

// put sets the index of number n.
func (l *indexByNumber) put(n, i int) {
	for l.len() < n {
		l.list = append(l.list, 0)
	}
	if n > l.cut {
		l.list[n-l.cut-1] = i + 1
	}
}

// at is the index of number n, -1 if there is none.
func (l *indexByNumber) at(n int) int {
	if n <= l.cut || n > l.len() {
		return -1
	}
	return max(l.list[n-l.cut-1]-1, -1)
}

// forget makes at return -1 for number n from now on.
func (l *indexByNumber) forget(n int) {
	if n <= l.cut || n > l.len() {
		return
	}
	l.list[n-l.cut-1] = -1
	for len(l.list) > 0 && (l.list[0] < 0 || l.list[0] == 0 && len(l.list) > awaitedBehind) {
		l.list, l.cut = l.list[1:], l.cut+1
	}
}
