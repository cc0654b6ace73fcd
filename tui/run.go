package tui

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/wspeek/wspeek/decode"
)

// leaveWithin is how long Run waits for a Feed that is not live when the user quits.
const leaveWithin = 2 * time.Second

// Run shows what the Feed hands over until the user quits or ctx is done. The account is what was read until then;
// the error is the Feed's, or one of the terminal.
func Run(ctx context.Context, opt Options) (*decode.Account, error) {
	opt.ASCII = opt.ASCII || asciiOnly(environ(opt))
	m, err := newModel(opt)
	if err != nil {
		return nil, fmt.Errorf("display filter: %w", err)
	}
	p := tea.NewProgram(m, programOptions(ctx, opt)...)
	m.sleep = newSleeper(p)
	m.crashed = func(err error) { go p.Send(crashMsg{err}) }
	feedCtx, stop := context.WithCancel(ctx)
	watchCtx, stopWatching := context.WithCancel(feedCtx)
	fed := make(chan struct{})
	go func() {
		defer close(fed)
		defer m.guard()
		m.store.Finish(opt.Feed.Run(feedCtx, m.store.Visit), opt.Feed.Account)
		stopWatching()
	}()
	go watch(watchCtx, opt.Feed, m.store.Notify)
	_, err = p.Run()
	stop()
	m.filter.Cancel()
	m.stopSearching()
	leave(fed, opt.Live)
	return m.end(ctx, err)
}

// leave waits for the Feed: one that is live has packets in hand, which are to be in the account; another may wait for some that
// never come.
func leave(fed <-chan struct{}, live bool) {
	if live {
		<-fed
		return
	}
	select {
	case <-fed:
	case <-time.After(leaveWithin):
	}
}

// environ is the environment of the terminal.
func environ(opt Options) []string {
	if opt.Environ != nil {
		return opt.Environ
	}
	return os.Environ()
}

func programOptions(ctx context.Context, opt Options) []tea.ProgramOption {
	out := []tea.ProgramOption{tea.WithContext(ctx), tea.WithoutSignalHandler(), tea.WithoutCatchPanics(), tea.WithFPS(framesPerSecond)}
	if opt.In != nil {
		out = append(out, tea.WithInput(opt.In))
	}
	if opt.Out != nil {
		out = append(out, tea.WithOutput(opt.Out))
	}
	if opt.Environ != nil {
		out = append(out, tea.WithEnvironment(opt.Environ))
	}
	return out
}

// end closes what is open, and says what the run ended with.
func (m *model) end(ctx context.Context, err error) (*decode.Account, error) {
	a, feedErr := m.store.Close()
	switch {
	case m.crash != nil:
		return &a, m.crash
	case ctx.Err() != nil:
		return &a, ctx.Err()
	case err != nil && !errors.Is(err, tea.ErrProgramKilled):
		return &a, fmt.Errorf("terminal: %w", err)
	}
	return &a, feedErr
}

// guard turns a panic of one of our goroutines into a message, so that the terminal is restored.
func (m *model) guard() {
	if r := recover(); r != nil {
		m.crashed(crashed(r))
	}
}

// background is the command that runs do in the background; if it panics, the terminal is restored.
func (m *model) background(do func() tea.Msg) tea.Cmd {
	return func() tea.Msg {
		defer m.guard()
		return do()
	}
}

// caught does so for Update.
func (m *model) caught(next *tea.Model, cmd *tea.Cmd) {
	if r := recover(); r != nil {
		m.crash = crashed(r)
		*next, *cmd = m, tea.Quit
	}
}
