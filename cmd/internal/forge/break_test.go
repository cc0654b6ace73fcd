package forge

import (
	"bytes"
	"context"
	"io"
	"slices"
	"testing"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/check"
	"github.com/wspeek/wspeek/decode/explain"
	"github.com/wspeek/wspeek/decode/payload"
	"github.com/wspeek/wspeek/decode/rule"
)

// TestEveryRuleCanBeBroken builds, for each rule of the table that has a Break, a capture that breaks it, and looks for the finding.
func TestEveryRuleCanBeBroken(t *testing.T) {
	t.Parallel()
	for _, r := range rule.All {
		t.Run(r.ID, func(t *testing.T) {
			t.Parallel()
			k := Find(r.ID)
			if k == nil || explain.Rule(r.ID) == nil {
				t.Fatalf("no way to break it, or no explanation")
			}
			p := &Plan{}
			k.Apply(p)
			found := findings(t, p.Conversation().File())
			if !slices.Contains(found, r.ID) {
				t.Errorf("findings %q, want %s", found, r.ID)
			}
			for _, id := range found {
				other := rule.ByID(id)
				// Over HTTP/2 nothing else at all is found.
				if (other.Level == rule.Must || p.http2 != nil) && other != r && !goesWith(r, other) {
					t.Errorf("breaks %s too", id)
				}
			}
		})
	}
}

// goesWith says that a rule cannot be broken as it is here without another.
func goesWith(r, other *rule.Rule) bool {
	with := map[*rule.Rule][]*rule.Rule{
		rule.Connection:      {},
		rule.ResponseVersion: {rule.Version, rule.UpgradeRequired},
		rule.Version:         {rule.ResponseVersion},
		rule.DeflateParams:   {},
		rule.H2ResetCode:     {rule.NoClose},
	}
	return slices.Contains(with[r], other)
}

// findings are the IDs of the rules that a capture breaks, measured ones too.
func findings(t *testing.T, file []byte) (ids []string) {
	t.Helper()
	in, err := capture.NewReader(bytes.NewReader(file), "test", capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r := run.Over(capture.Join(capture.Options{}, in), run.Options{Decode: decode.Options{Keep: true, Wire: true, Frames: true}})
	c := check.Run{Apps: &payload.ReaderOptions{}}
	err = r.Each(context.Background(), func(b *decode.Batch, e *decode.Event) error {
		if e.Kind == decode.KindFinding {
			ids = append(ids, b.Finding(e).Rule.ID)
		}
		if report := c.Apply(b, e); report != nil {
			for i := range report.Findings {
				ids = append(ids, report.Findings[i].Rule.ID)
			}
		}
		return nil
	})
	if err != nil && err != io.EOF {
		t.Fatal(err)
	}
	return ids
}

func TestBreaksHaveNamesOfTheirOwn(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, k := range Breakers {
		if seen[k.Break] || seen[k.ID] || k.How == "" {
			t.Errorf("%s (%s) stands twice, or has no words", k.Break, k.ID)
		}
		seen[k.Break], seen[k.ID] = true, true
	}
}
