package stack_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/pcaps"
)

// model is a capture to be mutated, and all that may be reported of it.
type model struct {
	name  string
	raw   []pcaps.Packet
	segs  []seg
	truth *truth
	// control are the control frames of the capture as it is, by client and direction: no endpoint logs all of them.
	control map[string][][]item
	// keys is the key log of the capture, nil for none.
	keys []byte
}

func newModel(t testing.TB, name string, file, truth []byte) *model {
	return newModelOf(t, name, file, truthOf(t, truth), nil)
}

func newModelOf(t testing.TB, name string, file []byte, v *truth, keys []byte) *model {
	m := &model{name: name, raw: readPackets(t, file), truth: v, control: map[string][][]item{}, keys: keys}
	m.segs = segments(m.raw)
	r := decodeAll(t, file, m.how())
	for _, s := range r.sessions {
		for d := ws.C2S; d <= ws.S2C; d++ {
			key := s.Client.String() + d.String()
			m.control[key] = append(m.control[key], r.controls(s.N, d, ws.Guessed))
		}
	}
	return m
}

// how is how captures made of the model are decoded.
func (m *model) how() decoding {
	h := everything
	h.keys = m.keys
	return h
}

// controls are the control frames of a session and direction up to a state.
func (r *result) controls(session int, d ws.Dir, worst ws.State) (out []item) {
	for _, m := range r.of(session, d) {
		if m.Opcode.Control() && m.State <= worst && m.State != ws.Partial {
			out = append(out, makeItem(m.Opcode.String(), m.Len, m.sum, m.CloseCode))
		}
	}
	return out
}

// untrue is what r tells as exact that is not true of the model.
func (m *model) untrue(r *result) ([]string, int) {
	out, exact := r.lies(m.truth)
	for _, s := range r.sessions {
		for d := ws.C2S; d <= ws.S2C; d++ {
			got := r.controls(s.N, d, ws.Exact)
			true := slices.ContainsFunc(m.control[s.Client.String()+d.String()], func(want []item) bool {
				n, _ := inOrder(got, want)
				return n == len(got)
			})
			if !true && len(got) > 0 {
				out = append(out, fmt.Sprintf("session %d (%v) %s: control frames %v told as exact are not true", s.N, s.Client, d, got))
			}
		}
	}
	return out, exact
}

// mutate is one random capture made of the model, and what was done to it.
func (m *model) mutate(seed uint64) (file []byte, done []string) {
	x := &mutant{Rand: rand.New(rand.NewPCG(seed, 6455))}
	if x.IntN(4) == 0 && m.oneLink() {
		return m.mutateRaw(x)
	}
	x.segs = slices.Clone(m.segs)
	x.ruin()
	file = writeFile(packets(x.segs))
	if x.IntN(8) == 0 && len(file) > 24 && !x.forged {
		file = file[:24+x.IntN(len(file)-24)]
		x.note("cut the file at %d", len(file))
	}
	return file, x.done
}

func (m *model) oneLink() bool {
	return !slices.ContainsFunc(m.raw, func(p pcaps.Packet) bool { return p.Link != m.raw[0].Link })
}

// mutateRaw works on whole packets, link layer, tunnels and fragments included.
func (m *model) mutateRaw(x *mutant) ([]byte, []string) {
	ps := slices.Clone(m.raw)
	for range 1 + x.IntN(6) {
		i := x.IntN(len(ps))
		switch x.IntN(4) {
		case 0:
			ps = pcaps.Drop(ps, i, i+1, i+x.IntN(4))
			x.note("drop packet %d", i)
		case 1:
			ps = pcaps.Duplicate(ps, i)
			x.note("double packet %d", i)
		case 2:
			to := max(0, min(i+x.IntN(17)-8, len(ps)-1))
			ps = pcaps.Move(ps, i, to)
			x.note("move packet %d to %d", i, to)
		case 3:
			n := 40 + x.IntN(400)
			ps = slices.Concat(ps[:i], pcaps.Cut(ps[i:min(i+3, len(ps))], n), ps[min(i+3, len(ps)):])
			x.note("cut packets from %d to %d bytes", i, n)
		}
		if len(ps) == 0 {
			break
		}
	}
	file := writeFile(ps)
	if x.IntN(4) == 0 && len(file) > 24 {
		file = file[:24+x.IntN(len(file)-24)]
		x.note("cut the file at %d", len(file))
	}
	return file, x.done
}

// try decodes one mutant and says what is wrong with what was reported.
func (m *model) try(seed uint64) (wrong, done []string, exact int) {
	file, done := m.mutate(seed)
	defer func() {
		if p := recover(); p != nil {
			wrong = append(wrong, fmt.Sprintf("panic: %v", p))
		}
	}()
	r, err := decodeFile(file, m.how())
	if err != nil {
		return []string{err.Error()}, done, 0
	}
	wrong, exact = m.untrue(r)
	return append(wrong, r.faults()...), done, exact
}

func envNumber(name string, def int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return def
}

// mutateAll tries n mutants spread over the models, from the seed WSPEEK_SEED on.
func mutateAll(t *testing.T, models []*model, n int) {
	t.Helper()
	first, told, failed := envNumber("WSPEEK_SEED", 1), 0, 0
	for i := range n {
		seed := uint64(first + i)
		m := models[seed%uint64(len(models))]
		wrong, done, exact := m.try(seed)
		told += exact
		if len(wrong) == 0 {
			continue
		}
		t.Errorf("%s, WSPEEK_SEED=%d WSPEEK_MUTATIONS=1: %s\n  after: %s", m.name, seed, strings.Join(wrong, "\n  "), strings.Join(done, "; "))
		if failed++; failed == 10 {
			t.Fatal("and so on")
		}
	}
	t.Logf("%d mutants, %d messages told as exact, all of them true", n, told)
	if n >= 100 && told < n {
		t.Errorf("%d mutants told %d messages as exact: that tests nothing", n, told)
	}
}

// TestMutationsOfSamples deletes, doubles, reorders, cuts, splits and forges packets of the samples. Nothing that is
// then reported as exact may be untrue, and the account still adds up.
func TestMutationsOfSamples(t *testing.T) {
	t.Parallel()
	var models []*model
	for _, s := range pcaps.Samples() {
		models = append(models, newModel(t, s.Name, s.Data, s.Truth))
	}
	mutateAll(t, models, envNumber("WSPEEK_MUTATIONS", 150))
}

// TestMutationsOracle does the same to the WebSocket captures of ../shared, where that is there.
func TestMutationsOracle(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..", "..", "shared", "captures")
	var models []*model
	for _, dir := range []string{"interop", "shapes", "public", "hard"} {
		names, err := filepath.Glob(filepath.Join(root, dir, "*.truth.json"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if m := sharedModel(t, strings.TrimSuffix(name, ".truth.json")); m != nil {
				models = append(models, m)
			}
		}
	}
	if len(models) == 0 {
		t.Skipf("no captures in %s", root)
	}
	mutateAll(t, models, envNumber("WSPEEK_MUTATIONS", 150))
}

// maxShared is the size in bytes beyond which a capture is left out: mutants of it take too long.
const maxShared = 300_000

// sharedModel is the model of a capture named without its extensions, nil if it is too large or damaged.
func sharedModel(t *testing.T, base string) *model {
	t.Helper()
	truth, err := os.ReadFile(base + ".truth.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, ext := range []string{".pcap", ".pcapng", ".pcap.gz", ".pcapng.gz"} {
		file, err := os.ReadFile(base + ext)
		if err != nil || len(file) > maxShared {
			continue
		}
		if r, err := decodeFile(file, everything); err == nil && r.damage == "" {
			return newModel(t, filepath.Base(base), file, truth)
		}
	}
	return nil
}
