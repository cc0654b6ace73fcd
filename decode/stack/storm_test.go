package stack_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode/ws"
)

// stormCase says what must be shown of a capture of ../shared/captures/storm (its .md has the words).
type stormCase struct {
	// whole says that nothing is missing: all of the messages are exact, and the run is complete.
	whole    bool
	messages int
	sessions int
	// incomplete says that the run must say that something is missing.
	incomplete bool
	// doubted are packets whose bytes no exact message or frame may hold.
	doubted []int
	// endless is a message whose length nobody knows.
	endless int
	// either says that the run may be incomplete instead of whole.
	either bool
}

var stormCases = map[string]stormCase{
	"ack-ahead-of-the-true-copy":      {doubted: []int{8}},
	"ack-of-what-was-not-sent":        {doubted: []int{9}},
	"bad-checksum":                    {doubted: []int{8}},
	"conflict-after-fin":              {},
	"conflict-in-one-byte":            {},
	"data-after-fins":                 {whole: true, sessions: 1},
	"exact-badsum-102":                {doubted: []int{5}},
	"exact-badsum-228":                {doubted: []int{4}},
	"exact-badsum-7327":               {doubted: []int{5}},
	"exact-forged-26642":              {doubted: []int{4}},
	"exact-forged-5409":               {doubted: []int{5}},
	"exact-forged-8078":               {doubted: []int{4}}, // its checksum is wrong, so packet 6 is the true one
	"exact-unseen-28064":              {incomplete: true},
	"exact-unseen-40653":              {incomplete: true},
	"false-partial-22113":             {doubted: []int{13}},
	"false-partial-6084":              {doubted: []int{8}},
	"false-exact-12057":               {incomplete: true},
	"false-exact-14506":               {doubted: []int{5}},
	"false-exact-23743":               {doubted: []int{3}},
	"false-exact-29351":               {incomplete: true},
	"false-exact-38060":               {},
	"false-exact-43764":               {},
	"false-frame-4535":                {doubted: []int{12}},
	"false-frame-6471":                {doubted: []int{46}},
	"false-len-23365":                 {endless: 21},
	"false-len-95":                    {endless: 2},
	"fin-forged":                      {whole: true, sessions: 1, either: true},
	"fragments-of-two-datagrams":      {incomplete: true},
	"fragments-overlap":               {incomplete: true},
	"frames-of-a-message-in-conflict": {},
	"gap-before-it-is-recognised":     {incomplete: true},
	"length-of-an-unfinished-message": {endless: 2},
	"not-whole-12657":                 {whole: true, messages: 8, sessions: 2},
	"not-whole-44841":                 {whole: true, messages: 5, sessions: 1},
	"not-whole-fin-333":               {whole: true, messages: 25, sessions: 3},
	"not-whole-fin-545":               {whole: true, messages: 4, sessions: 1},
	"not-whole-fin-6695":              {whole: true, messages: 5, sessions: 1},
	"not-whole-rst-10617":             {whole: true, messages: 4, sessions: 1},
	"not-whole-rst-46830":             {whole: true, messages: 31, sessions: 2},
	"not-whole-rst-7051":              {whole: true, messages: 21, sessions: 1},
	"ports-again-without-syn":         {sessions: 2},
	"request-cut":                     {incomplete: true},
	"request-lost":                    {incomplete: true},
	"rst-before-its-data":             {whole: true, sessions: 1},
	"rst-data-lost":                   {incomplete: true},
	"rst-forged-in-window":            {whole: true, sessions: 1, either: true},
	"silent-124":                      {incomplete: true},
	"silent-1881":                     {incomplete: true},
	"silent-3473":                     {incomplete: true},
	"syn-doubled-late":                {whole: true, sessions: 1},
	"syn-forged":                      {whole: true, sessions: 1, either: true},
	"two-vlans-same-addresses":        {whole: true, sessions: 2, either: true},
}

// TestStorm holds the minimised captures of a storm of damage against what must be shown of them.
func TestStorm(t *testing.T) {
	t.Parallel()
	dir := filepath.Join("..", "..", "..", "shared", "captures", "storm")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no captures of the storm beside the repository: %v", err)
	}
	for name, c := range stormCases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file, err := os.ReadFile(filepath.Join(dir, name+".pcap"))
			if err != nil {
				t.Fatal(err)
			}
			r := decodeAll(t, file, everything)
			r.mustHold(t)
			c.check(t, r)
			if raw, err := os.ReadFile(filepath.Join(dir, name+".truth.json")); err == nil {
				c.checkTruth(t, r, truthOf(t, raw))
			}
		})
	}
}

func (c *stormCase) check(t *testing.T, r *result) {
	t.Helper()
	why := r.account.Why
	if c.sessions > 0 && len(r.sessions) != c.sessions {
		t.Errorf("%d sessions, want %d", len(r.sessions), c.sessions)
	}
	if c.incomplete && len(why) == 0 {
		t.Error("the run is complete, want it to say what is missing")
	}
	if c.whole && len(why) > 0 && !c.either {
		t.Errorf("the run is incomplete: %s", strings.Join(why, "; "))
	}
	if c.messages > 0 && len(r.messages) != c.messages {
		t.Errorf("%d messages, want %d", len(r.messages), c.messages)
	}
	c.checkMessages(t, r)
	for i := range r.frames {
		f := &r.frames[i]
		if f.State == ws.Exact && c.inDoubt(f.Min, f.Max) {
			t.Errorf("frame %d holds bytes of packet %v, want it not to be exact", f.N, c.doubted)
		}
	}
}

// inDoubt reports whether a packet from first to last is doubted.
func (c *stormCase) inDoubt(first, last int) bool {
	return slices.ContainsFunc(c.doubted, func(p int) bool { return p >= first && p <= last })
}

func (c *stormCase) checkMessages(t *testing.T, r *result) {
	t.Helper()
	why := r.account.Why
	if c.endless > 0 && !slices.ContainsFunc(r.messages, func(m *told) bool {
		return m.N == c.endless && m.State == ws.Partial && m.Len < 0
	}) {
		t.Errorf("message %d is not partial without a length", c.endless)
	}
	for _, m := range r.messages {
		if c.whole && len(why) == 0 && m.State != ws.Exact {
			t.Errorf("%v, want all to be exact", m)
		}
		if m.State == ws.Exact && c.inDoubt(m.Min, m.Max) {
			t.Errorf("%v holds bytes of packet %v, want it not to be exact", m, c.doubted)
		}
	}
}

func (c *stormCase) checkTruth(t *testing.T, r *result, v *truth) {
	t.Helper()
	lies, _ := r.lies(v)
	for _, l := range lies {
		t.Error(l)
	}
	if c.whole && len(r.account.Why) == 0 {
		for _, d := range r.disagreements(v) {
			t.Error(d)
		}
	}
}
