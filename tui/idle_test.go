package tui

import (
	"bytes"
	"io"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
)

// The library's renderer still has the ticker that sleeper slows down. Where this fails, the screen still works, but it wakes
// up a hundred times a second: look for another way.
func TestTheRendererHasATicker(t *testing.T) {
	t.Parallel()
	in, _ := io.Pipe()
	found := make(chan bool, 1)
	var p *tea.Program
	p = tea.NewProgram(tickerModel{func() { found <- tickerOf(p) != nil }}, tea.WithInput(in), tea.WithOutput(&bytes.Buffer{}), tea.WithoutSignalHandler())
	if _, err := p.Run(); err != nil {
		t.Fatal(err)
	}
	if !<-found {
		t.Error("no ticker")
	}
}

// tickerModel calls check in its first Update, and quits.
type tickerModel struct{ check func() }

func (m tickerModel) Init() tea.Cmd { return func() tea.Msg { return refreshMsg{} } }

func (m tickerModel) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if _, ok := msg.(refreshMsg); ok {
		m.check()
		return m, tea.Quit
	}
	return m, nil
}

func (m tickerModel) View() tea.View { return tea.NewView("") }

// The ticker becomes slow when nothing happens, and fast with the next message, before that is handled.
func TestTheScreenSleepsAndWakes(t *testing.T) {
	t.Parallel()
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	now := time.Unix(0, 0)
	asked := make(chan tea.Msg, 100)
	s := &sleeper{find: func() *time.Ticker { return ticker }, send: func(m tea.Msg) { asked <- m }, now: func() time.Time { return now }}
	s.saw(refreshMsg{})
	now = now.Add(idleAfter / 2)
	if s.saw(idleMsg{}); s.asleep {
		t.Fatal("asleep too early")
	}
	now = now.Add(idleAfter)
	if s.saw(idleMsg{}); s.asleep {
		t.Fatal("asleep though the message may have been handled only now: what it changed is not drawn yet")
	}
	now = now.Add(idleAfter)
	if s.saw(idleMsg{}); !s.asleep {
		t.Fatal("not asleep")
	}
	for len(ticker.C) > 0 {
		<-ticker.C
	}
	select {
	case <-ticker.C:
		t.Fatal("the ticker is as fast while asleep")
	case <-time.After(50 * time.Millisecond):
	}
	select {
	case <-ticker.C: // what was not drawn in time is drawn late, not never
	case <-time.After(20 * time.Second):
		t.Fatal("the ticker has stopped")
	}
	if s.saw(tea.KeyPressMsg{Code: 'j'}); s.asleep {
		t.Fatal("not awake")
	}
	select {
	case <-ticker.C:
	case <-time.After(20 * time.Second):
		t.Fatal("the ticker does not go on")
	}
	select {
	case <-asked: // it asks again by itself
	case <-time.After(20 * time.Second):
		t.Fatal("nobody asks whether to sleep")
	}
}

// Without a ticker nothing sleeps, and nothing fails.
func TestNoTickerNoSleep(t *testing.T) {
	t.Parallel()
	s := &sleeper{find: func() *time.Ticker { return nil }, send: func(tea.Msg) {}, now: time.Now}
	s.saw(refreshMsg{})
	s.last = time.Time{}
	s.saw(idleMsg{})
	if s.saw(idleMsg{}); s.asleep {
		t.Error("asleep")
	}
	s.saw(refreshMsg{})
}
