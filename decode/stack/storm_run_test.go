package stack_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// tryUnits decodes a capture and judges the result.
func tryUnits(s *scene, us []unit) (faults []fault, e *evidence, r *result) {
	defer func() {
		if p := recover(); p != nil {
			faults = append(faults, fault{brokenResult, fmt.Sprintf("panic: %v", p)})
		}
	}()
	e = newEvidence(s, us)
	r, err := decodeFile(unitFile(us), everything)
	if err != nil {
		return []fault{{brokenResult, err.Error()}}, e, nil
	}
	return e.judged(r), e, r
}

// smaller takes units away as long as a fault of the kind remains.
func smaller(s *scene, us []unit, kind string) []unit {
	tries := 0
	for step := len(us) / 2; step > 0 && tries < 600; {
		removed := false
		for i := 0; i+step <= len(us) && tries < 600; {
			rest := slices.Concat(us[:i], us[i+step:])
			tries++
			faults, _, _ := tryUnits(s, rest)
			if slices.ContainsFunc(faults, func(f fault) bool { return f.kind == kind }) {
				us, removed = rest, true
				continue
			}
			i += step
		}
		if step > 1 || !removed {
			step /= 2
		}
	}
	return us
}

// describe lists units for people.
func describe(us []unit) string {
	var b strings.Builder
	for i, u := range us {
		fmt.Fprintf(&b, "\n    %3d %9.6f conn %d %s [%d,%d) flags %02x ack %d", i+1, u.at.Sub(sceneStart).Seconds(), u.conn, dirNames[u.dir], u.lo, u.hi, u.seg.Flags, u.seg.Ack)
		b.WriteString([]string{"", " FORGED", "", " DAMAGED"}[u.origin])
		if u.frag != nil {
			fmt.Fprintf(&b, " fragment %d of %d of %d, id %d, xor %x", u.frag.n+1, u.frag.of, u.frag.datagram, u.seg.ID, u.frag.xor)
		}
		if u.snap > 0 {
			fmt.Fprintf(&b, " %d bytes captured", u.snap)
		}
	}
	return b.String()
}

// storm is what many mutants came to.
type storm struct {
	n, exact, frames int
	counts           map[string]int
	guesses          guesses
}

// blow tries one mutant.
func (st *storm) blow(t *testing.T, seed uint64) {
	s := newScene(seed)
	g := newGale(s, seed)
	faults, e, r := tryUnits(s, g.units)
	st.n++
	kinds := map[string]bool{}
	for _, f := range faults {
		if kinds[f.kind] {
			continue
		}
		kinds[f.kind] = true
		if st.counts[f.kind]++; st.counts[f.kind] <= envNumber("WSPEEK_STORM_SHOW", 3) {
			small := smaller(s, g.units, f.kind)
			st.keep(t, seed, f.kind, small)
			st.keep(t, seed, f.kind+" whole", g.units)
			t.Errorf("%s, WSPEEK_SEED=%d WSPEEK_MUTATIONS=1: %s\n  after %s; made as small as it still shows:%s",
				f.kind, seed, f.what, strings.Join(g.done, ", "), describe(small))
		}
	}
	if r == nil {
		return
	}
	st.exact += int(r.account.States[0])
	st.frames += len(r.frames)
	for n := range e.conns {
		if e.believed(n) {
			return
		}
	}
	for _, w := range st.guesses.count(e, r) {
		if st.counts["guesses shown"]++; st.counts["guesses shown"] <= envNumber("WSPEEK_STORM_GUESSES", 0) {
			t.Logf("seed %d, after %v: %s", seed, g.done, w)
		}
	}
}

// keep writes a capture into the directory WSPEEK_STORM_KEEP, if that is set.
func (st *storm) keep(t *testing.T, seed uint64, kind string, us []unit) {
	dir := os.Getenv("WSPEEK_STORM_KEEP")
	if dir == "" {
		return
	}
	name := filepath.Join(dir, fmt.Sprintf("%s-%d.pcapng", strings.ReplaceAll(kind, " ", "-"), seed))
	if err := os.WriteFile(name, unitFile(us), 0o644); err != nil {
		t.Error(err)
	}
}

// TestMutationsOfScenes damages sessions whose every byte is known, and holds what is reported against what was sent:
// WSPEEK_MUTATIONS mutants from the seed WSPEEK_SEED on. `make storm` runs many and prints the figures.
func TestMutationsOfScenes(t *testing.T) {
	t.Parallel()
	st := &storm{counts: map[string]int{}, guesses: guesses{}}
	first, n := envNumber("WSPEEK_SEED", 1), envNumber("WSPEEK_MUTATIONS", 2000)
	for i := range n {
		st.blow(t, uint64(first+i))
	}
	t.Logf("%d mutants from seed %d, %d exact messages, %d frames", st.n, first, st.exact, st.frames)
	for _, kind := range []string{untrueExact, unseenExact, doubtedExact, untrueFrame, untrueLen, untruePartial, silentLoss, vanished, orderChange, brokenResult} {
		t.Logf("%6d %s", st.counts[kind], kind)
	}
	t.Logf("guessed messages, and how many of them are true:\n%v", st.guesses)
	if n >= 100 && st.exact < 5*n {
		t.Errorf("%d mutants have %d exact messages: that tests nothing", n, st.exact)
	}
}
