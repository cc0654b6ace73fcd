package tui

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/wspeek/wspeek/tui/feedtest"
	"github.com/wspeek/wspeek/tui/rows"

	tea "charm.land/bubbletea/v2"
)

// million is a store with a million messages: a generated capture, read twice.
var million = sync.OnceValue(func() *driver {
	dir := os.Getenv("WSPEEK_CAPTURES")
	if dir == "" {
		return nil
	}
	data, err := os.ReadFile(filepath.Join(dir, "small-64.pcap"))
	if err != nil {
		return nil
	}
	var t testing.T
	d := drive(&t, data, 200, 50, Options{Title: "bench"})
	for d.m.store.Counts().Messages < 1_000_000 {
		f := feedOf(&t, data)
		if err := f.Run(context.Background(), d.m.store.Visit); err != nil {
			return nil
		}
	}
	d.refresh()
	return d
})

func needMillion(b *testing.B) *driver {
	b.Helper()
	d := million()
	if d == nil {
		b.Skip("WSPEEK_CAPTURES names no directory with small-64.pcap: see make bench")
	}
	d.t = b
	b.ResetTimer()
	b.ReportMetric(float64(d.m.store.Counts().Messages), "messages")
	return d
}

// benchKeys presses keys in turn; each is Update and View.
func benchKeys(b *testing.B, before []string, keys ...string) {
	d := needMillion(b)
	d.keys(before...)
	b.ResetTimer()
	for i := range b.N {
		k := keys[i%len(keys)]
		msg := tea.KeyPressMsg(namedKeys[k])
		if msg.Code == 0 {
			msg = tea.KeyPressMsg{Code: rune(k[0]), Text: k}
		}
		d.m.Update(msg)
		d.m.View()
	}
	b.StopTimer()
	d.m.focus = paneSessions
}

func BenchmarkKeyDown(b *testing.B) { benchKeys(b, []string{"enter", "home"}, "j") }
func BenchmarkKeyPage(b *testing.B) { benchKeys(b, []string{"enter", "home"}, "ctrl+f") }
func BenchmarkKeyEnds(b *testing.B) { benchKeys(b, []string{"enter", "home"}, "G", "g", "g") }

// benchQuery measures a filter over all messages, to its end.
func benchQuery(b *testing.B, text string) {
	d := needMillion(b)
	q, err := rows.Compile(text)
	if err != nil {
		b.Fatal(err)
	}
	found := 0
	for range b.N {
		v := rows.NewFilter(rows.Spec{Query: q})
		v.Scan(d.m.store)
		found, _, _ = v.Progress(d.m.store)
	}
	b.ReportMetric(float64(found), "rows")
}

func BenchmarkFilterFields(b *testing.B) {
	benchQuery(b, `websocket.opcode == 1 && ws.len > 100 && ws.dir == s2c`)
}
func BenchmarkFilterPayload(b *testing.B) { benchQuery(b, `xyzzy`) }

func BenchmarkHideHeartbeats(b *testing.B) {
	d := needMillion(b)
	for range b.N {
		rows.NewFilter(rows.Spec{NoHeartbeats: true}).Scan(d.m.store)
	}
}

func BenchmarkLadderMade(b *testing.B) {
	d := drive(b, feedtest.TwoSessions(feedtest.Script(10_000), nil), 120, 40, Options{})
	b.ReportAllocs()
	for b.Loop() {
		j := &ladderJob{key: ladderKey{ladderLook: ladderLook{session: 1}}}
		if j.run(d.m.store); len(j.rows) < 10_000 {
			b.Fatal(j.err)
		}
	}
}

func BenchmarkLadderKey(b *testing.B) {
	d := drive(b, feedtest.TwoSessions(feedtest.Script(10_000), nil), 120, 40, Options{})
	d.keys("j", "enter", "L")
	for b.Loop() {
		d.m.Update(tea.KeyPressMsg{Code: 'j', Text: "j"})
		d.m.View()
	}
}

func BenchmarkSessionsCompared(b *testing.B) {
	d := drive(b, feedtest.TwoSessions(feedtest.Script(10_000), feedtest.Script(9_000)), 120, 40, Options{})
	for b.Loop() {
		if p, err := (&diffJob{store: d.m.store, th: d.m.th, sessions: [2]int{1, 2}}).run(); err != nil || p.list.N < 10_000 {
			b.Fatal(err)
		}
	}
}

func BenchmarkSessionsComparedKey(b *testing.B) {
	d := drive(b, feedtest.TwoSessions(feedtest.Script(10_000), feedtest.Script(9_000)), 120, 40, Options{})
	d.keys("j", "space", "space", "=", "g", "g")
	for b.Loop() {
		d.m.Update(tea.KeyPressMsg{Code: 'j', Text: "j"})
		d.m.View()
	}
}
