package ws

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/reassembly"
)

// recorder keeps all that a Conn tells, payloads copied, and a log of it in order.
type recorder struct {
	frames   []Frame
	messages []Message
	findings []Finding
	amends   map[int]State
	log      []string
}

func ruleIDs(rs []*rule.Rule) string {
	ids := make([]string, len(rs))
	for i, r := range rs {
		ids[i] = r.ID
	}
	return strings.Join(ids, ",")
}

func (r *recorder) Frame(f *Frame) {
	r.frames = append(r.frames, *f)
	g := *f
	g.Findings = nil
	r.log = append(r.log, fmt.Sprintf("frame %+v [%s]", g, ruleIDs(f.Findings)))
}

func (r *recorder) Message(m *Message) {
	g := *m
	if m.Payload != nil {
		g.Payload = append([]byte{}, m.Payload...)
	}
	r.messages = append(r.messages, g)
	g.Findings = nil
	r.log = append(r.log, fmt.Sprintf("message %+v [%s]", g, ruleIDs(m.Findings)))
}

func (r *recorder) Amend(n int, s State) {
	if r.amends == nil {
		r.amends = map[int]State{}
	}
	r.amends[n] = s
	r.log = append(r.log, fmt.Sprintf("amend %d %v", n, s))
}

func (r *recorder) Finding(f *Finding) {
	r.findings = append(r.findings, *f)
	g := *f
	g.Rule = nil
	r.log = append(r.log, fmt.Sprintf("finding %s %+v", f.Rule.ID, g))
}

// broke is the IDs of the findings in order, capture notes left out.
func (r *recorder) broke() string {
	var ids []string
	for _, f := range r.findings {
		if !strings.HasPrefix(f.Rule.ID, "capture.") {
			ids = append(ids, f.Rule.ID)
		}
	}
	return strings.Join(ids, " ")
}

// brief is one line a message: direction, kind, state, why, content.
func (r *recorder) brief() string {
	var b strings.Builder
	for i := range r.messages {
		m := &r.messages[i]
		fmt.Fprintf(&b, "%d %s %s %s", m.N, m.Dir, m.Opcode, m.State)
		if m.Why != 0 {
			fmt.Fprintf(&b, " (%s)", m.Why)
		}
		if m.CloseCode >= 0 {
			fmt.Fprintf(&b, " %d", m.CloseCode)
		}
		for _, h := range m.Holes {
			fmt.Fprintf(&b, " hole %d+%d", h.At, h.N)
		}
		fmt.Fprintf(&b, " %q\n", m.Reason())
	}
	return b.String()
}

// rig is a Conn under test with its offsets.
type rig struct {
	t     testing.TB
	c     *Conn
	rec   *recorder
	bytes reassembly.Bytes
	off   [2]int64
	given int64
	// packet is the number of the next chunk.
	packet int
}

func newRig(t testing.TB, cfg Config) *rig {
	r := &rig{t: t, rec: new(recorder), packet: 1}
	if cfg.Pool == nil {
		cfg.Pool = NewPool()
	}
	cfg.Bytes = &r.bytes
	cfg.Frames = true
	r.c = New(cfg, r.rec)
	return r
}

func (r *rig) data(d Dir, p []byte) {
	if len(p) == 0 {
		return
	}
	k := reassembly.Chunk{Off: r.off[d], Data: append([]byte(nil), p...), Packet: r.packet, Time: capture.Time(r.packet), Ack: -1}
	r.c.Data(reassembly.Dir(d), k)
	for i := range k.Data {
		k.Data[i] = 0xEE
	}
	r.off[d] += int64(len(p))
	r.given += int64(len(p))
	r.packet++
}

func (r *rig) hex(d Dir, s string) *rig {
	r.t.Helper()
	r.data(d, unhex(r.t, s))
	return r
}

func (r *rig) gap(d Dir, n int64) *rig {
	r.c.Gap(reassembly.Dir(d), r.off[d], n)
	r.off[d] += n
	return r
}

// close ends both directions and holds the account against what was given.
func (r *rig) close() *rig {
	r.t.Helper()
	r.c.Close(reassembly.Fwd, reassembly.CloseFIN)
	r.c.Close(reassembly.Rev, reassembly.CloseFIN)
	b := r.bytes
	if got := b.FrameHeaders + b.Payload + b.Undecoded; got != r.given {
		r.t.Errorf("the account has %d bytes (%+v), given were %d", got, b, r.given)
	}
	return r
}

func (r *rig) want(brief, broke string) {
	r.t.Helper()
	want := strings.Join(strings.Fields(brief), " ")
	if got := strings.Join(strings.Fields(r.rec.brief()), " "); got != want {
		r.t.Errorf("messages\n got %s\nwant %s", got, want)
	}
	if got := r.rec.broke(); got != broke {
		r.t.Errorf("findings\n got %q\nwant %q", got, broke)
	}
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// drawn is bytes as the RFC draws them.
func drawn(s string) []byte {
	s = strings.ReplaceAll(s, " ", "")
	b := make([]byte, len(s)/8)
	for i, c := range s {
		b[i/8] |= byte(c-'0') << (7 - i%8)
	}
	return b
}

// build is a frame: first byte, payload, and a masking key unless that is empty. It is written
// against section 5.2 and shares nothing with the decoder.
func build(first byte, payload string, key string) []byte {
	b := []byte{first}
	m := byte(0)
	if key != "" {
		m = 0x80
	}
	switch n := len(payload); {
	case n < 126:
		b = append(b, m|byte(n))
	case n < 65536:
		b = append(b, m|126, byte(n>>8), byte(n))
	default:
		b = append(b, m|127, 0, 0, 0, 0, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
	b = append(b, key...)
	for i := range len(payload) {
		c := payload[i]
		if key != "" {
			c ^= key[i%4]
		}
		b = append(b, c)
	}
	return b
}
