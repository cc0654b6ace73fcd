package report

import (
	"cmp"
	"slices"
)

// plan says how much of each session the page has.
type plan struct {
	// rows is how many messages of a session are shown, the first; left counts those that are not, of all sessions.
	rows map[int]int
	left int64
	// cut counts payloads of which not all is shown.
	cut int64
}

// plan shares room bytes among sessions: each gets what it needs, or as much as the others that need more.
func (r *Report) plan(room int64, shown []int) (*plan, error) {
	p := &plan{rows: map[int]int{}}
	type need struct {
		n    int
		cost int64
	}
	var needs []need
	for _, n := range shown {
		s, c := r.sessions[n], int64(0)
		for i := range s.rows {
			c += s.rows[i].guess()
		}
		needs = append(needs, need{n, c})
	}
	slices.SortFunc(needs, func(a, b need) int { return cmp.Or(cmp.Compare(a.cost, b.cost), cmp.Compare(a.n, b.n)) })
	for i, x := range needs {
		share := max(room, 0) / int64(len(needs)-i)
		used, err := r.fit(p, x.n, share)
		if err != nil {
			return nil, err
		}
		room -= used
	}
	p.left = r.messages
	for _, n := range p.rows {
		p.left -= int64(n)
	}
	return p, nil
}

// guess is about what a row takes in the page, without looking at its payload.
func (x *row) guess() int64 { return rowBytes + int64(x.size)*3/2 }

// fit sets how many messages of session n have room in share bytes, and returns what they take.
func (r *Report) fit(p *plan, n int, share int64) (used int64, err error) {
	s := r.sessions[n]
	for i := range s.rows {
		x := &s.rows[i]
		c := int64(rowBytes + len(x.frames)*frameBytes)
		payload, err := r.payload(x)
		if err != nil {
			return 0, err
		}
		c += cost(payload)
		if used+c > share {
			return used, nil
		}
		if x.size < x.whole {
			p.cut++
		}
		used += c
		p.rows[n]++
	}
	return used, nil
}

// frameBytes is about what a line about a frame takes.
const frameBytes = 90

// cost is about how many bytes a payload takes in the page: its text with what html/template makes of < and the like, or its dump.
func cost(p []byte) (n int64) {
	if !textual(p) {
		return int64(len(p))*4/3 + min(int64(len(p)), dumped)*5
	}
	preview := int64(0)
	for i, c := range p {
		switch c {
		case '"', '\'', '&', '<', '>', '+', 0:
			n += 5
		default:
			n++
		}
		if i == previewLen {
			preview = n
		}
	}
	if preview == 0 {
		preview = n
	}
	return n + preview
}

// payload is what is kept of the payload of a row.
func (r *Report) payload(x *row) ([]byte, error) {
	if x.ref < 0 {
		return nil, nil
	}
	return r.opt.Payloads.Get(x.ref, x.size)
}
