package ws

import "math"

const (
	// enoughSeams are looked through first, at most maxSeams later.
	enoughSeams, maxSeams = 448, 1024
	// coarseSeams are those that all shifts are tried with, finalists how many shifts are tried with all.
	coarseSeams, finalists = 96, 64
	// A shift is believed if it scores at least surely, and surelyTimes as much as the next. Short messages that are much alike fit
	// well one message further on too: then clearPercent of the next will do, if it is clearMargin more. Where no shift is right none scores
	// more than some 20.
	surely, surelyTimes, clearPercent, clearMargin = 150, 4, 135, 300
	// scale is what scores are counted in: parts of a nat.
	scale = 16
)

// pairs says how likely it is that one byte follows another, compared with chance, learned from a window.
type pairs struct {
	score [256 * 256]int16
	count [256 * 256]uint16
}

// learn reads a window.
func (t *pairs) learn(window []token) {
	clear(t.count[:])
	var first, second [256]float64
	n := 0.0
	for i := 1; i < len(window); i++ {
		if a, b := window[i-1], window[i]; a.known() && b.known() {
			t.count[int(a&255)<<8|int(b&255)]++
			first[a&255]++
			second[b&255]++
			n++
		}
	}
	for i, c := range t.count {
		// What was never seen counts as a quarter of a time.
		expected := (first[i>>8] + 0.5) * (second[i&255] + 0.5) / (n + 1)
		s := math.Log((float64(c) + 0.25) / (expected + 0.25))
		t.score[i] = int16(max(-4, min(5, s)) * scale)
	}
}

// fit is how well seams fit together if the window moved by shift.
func (g *healing) fit(t *pairs, seams [][2]token, shift int) (sum int) {
	for _, s := range seams {
		a, b := s[0], s[1]
		if a.refers() {
			a = g.moved(int(a-reference)+1, shift)
		}
		if b.refers() {
			b = g.moved(int(b-reference)+1, shift)
		}
		if a.known() && b.known() {
			sum += int(t.score[int(a&255)<<8|int(b&255)])
		}
	}
	return sum
}

// find looks for the shift: all are tried with some seams, the best with all.
func (g *healing) find(t *pairs) {
	g.tried++
	t.learn(g.old)
	var best [finalists]struct{ shift, score int }
	n := 0
	coarse := g.seams[:min(len(g.seams), coarseSeams)]
	for shift := range len(g.old) {
		score := g.fit(t, coarse, shift)
		if n == finalists && score <= best[n-1].score {
			continue
		}
		i := min(n, finalists-1)
		for ; i > 0 && best[i-1].score < score; i-- {
			best[i] = best[i-1]
		}
		best[i] = struct{ shift, score int }{shift, score}
		n = min(n+1, finalists)
	}
	first, second, at := 0, 0, -1
	for _, f := range best[:n] {
		switch score := g.fit(t, g.seams, f.shift); {
		case score > first:
			first, second, at = score, first, f.shift
		case score > second:
			second = score
		}
	}
	clear := first*100 >= clearPercent*second && first-second >= clearMargin*scale
	if at >= 0 && first >= surely*scale && (first >= surelyTimes*second || clear) {
		g.shift = at
	}
}
