package tui

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wspeek/wspeek/decode"
)

// lossyFeed has no events, and the progress that it is told to have.
type lossyFeed struct {
	badFeed
	mu sync.Mutex
	p  Progress
}

func (f *lossyFeed) Progress() Progress {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.p
}

func (f *lossyFeed) set(p Progress) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.p = p
}

// TestLossesFitTheirRoom: what is lost stands on the account line, with as much of where as there is room for.
func TestLossesFitTheirRoom(t *testing.T) {
	t.Parallel()
	kernel := Progress{Packets: 5, Dropped: 12, Unseen: 3412, Lost: Lost{Kernel: 12}}
	much := Progress{Packets: 536_166, Dropped: 376_344, Unseen: 159_998_055, Lost: Lost{Kernel: 38_598, Slow: 337_746}}
	disk := Progress{Packets: 536_166, Unwritten: 4}
	for _, c := range []struct {
		name string
		p    Progress
		w    int
		want string
	}{
		{"nothing", Progress{Packets: 5}, 80, "so far · 5 pkts · 0 dropped · 0 findings · "},
		{"not where", Progress{Dropped: 12, Unseen: 1}, 80, "so far · 0 pkts · 12 dropped · 1 byte unseen · 0 findings"},
		{"kernel", kernel, 80, "so far · 5 pkts · 12 dropped (kernel 12) · 3,412 bytes unseen · 0 findings"},
		{"much, wide", much, 120, "376,344 dropped (too slow 337,746, kernel 38,598) · 159,998,055 bytes unseen · 0 findings"},
		{"much", much, 80, "so far · 536,166 pkts · 376,344 dropped (too slow, kernel) · 160.0MB unseen"},
		{"much, narrow", much, 60, "so far · 536,166 pkts · 376,344 dropped · 160.0MB unseen"},
		{"disk", disk, 80, "0 dropped · 4 not written · 0 findings"},
	} {
		f := &lossyFeed{p: c.p}
		d := live(t, f, c.w, 24)
		d.refresh()
		if d.text(); !strings.Contains(d.text(), c.want) {
			t.Errorf("%s: no %q on the screen:\n%s", c.name, c.want, d.text())
		}
	}
}

// live is a screen of w by h cells on a feed that has not ended.
func live(t *testing.T, f Feed, w, h int) *driver {
	t.Helper()
	m, err := newModel(Options{Feed: f, Live: true, Title: "live: lo"})
	if err != nil {
		t.Fatal(err)
	}
	m.w, m.h = w, h
	return &driver{t: t, m: m}
}

// TestLossIsShownBesideANote: what is in the place of the account line does not hide that packets are lost.
func TestLossIsShownBesideANote(t *testing.T) {
	t.Parallel()
	d := live(t, &lossyFeed{p: Progress{Dropped: 1204}}, 80, 24)
	d.refresh()
	d.shows("1,204 dropped").lacks("live 1,204 dropped")
	d.m.note("wrote 5 bytes")
	d.shows("live 1,204 dropped", "wrote 5 bytes")
	d.keys("/").shows("live 1,204 dropped")
}

// TestTroubleIsShown: what has gone wrong is said at once, and stays where room is for it.
func TestTroubleIsShown(t *testing.T) {
	t.Parallel()
	f := &lossyFeed{}
	d := live(t, f, 120, 24)
	d.refresh()
	f.set(Progress{Trouble: "-w: disk full\x1b"})
	d.refresh()
	d.shows("✗ -w: disk full\\x1b").keys("j").lacks("✗")
	d.shows("so far", " · -w: disk full\\x1b")
	d.refresh()
	d.lacks("✗")
	f.set(Progress{})
	d.refresh()
	d.shows("resolved: -w: disk full").lacks("✗")
	at := time.Now()
	d.m.now = func() time.Time { return at.Add(noteStays / 2) }
	d.refresh()
	d.shows("resolved: -w: disk full")
	d.m.now = func() time.Time { return at.Add(2 * noteStays) }
	d.refresh()
	d.lacks("resolved")
}

// TestLossIsToldWithoutEvents: the screen learns of a loss within a second although no event comes, and of nothing
// where nothing has changed.
func TestLossIsToldWithoutEvents(t *testing.T) {
	t.Parallel()
	f := &lossyFeed{}
	d := live(t, f, 80, 24)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	woken := make(chan struct{}, 1)
	go watch(ctx, f, func() { woken <- struct{}{} })
	select {
	case <-woken:
		t.Error("the screen was woken for nothing")
	case <-time.After(3 * watchEvery):
	}
	f.set(Progress{Dropped: 7, Unseen: 100, Lost: Lost{Slow: 7}})
	select {
	case <-woken:
	case <-time.After(20 * time.Second):
		t.Fatal("the screen was not told")
	}
	d.refresh()
	d.shows("7 dropped (too slow 7) · 100 bytes unseen")
}

// TestLossOfAFile: what the account says at the end is shown where it is more.
func TestLossOfAFile(t *testing.T) {
	t.Parallel()
	d := live(t, &lossyFeed{p: Progress{Unseen: 5}}, 80, 24)
	d.m.store.Finish(nil, func(a *decode.Account) {
		a.Dropped = 3
		a.Bytes.Missing = 1448
	})
	d.refresh()
	d.shows("3 dropped · 1,448 bytes unseen")
}
