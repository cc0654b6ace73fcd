package tui

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/wspeek/wspeek/decode"
)

// leaveWithin is how long Run waits for a Feed that is not live when the user quits.
const leaveWithin = 2 * time.Second

// framesPerSecond is how often the screen may be drawn: a key is answered within 10 ms and what drawing takes.
const framesPerSecond = 100

// Run shows what the Feed hands over until the user quits or ctx is done. The account is what was read until then;
// the error is the Feed's, or one of the terminal.
func Run(ctx context.Context, opt Options) (*decode.Account, error) {
	m, err := newModel(opt)
	if err != nil {
		return nil, fmt.Errorf("display filter: %w", err)
	}
	p := tea.NewProgram(m, programOptions(ctx, opt)...)
	m.crashed = func(err error) { go p.Send(crashMsg{err}) }
	feedCtx, stop := context.WithCancel(ctx)
	fed := make(chan struct{})
	go func() {
		defer close(fed)
		defer m.guard()
		m.store.Finish(opt.Feed.Run(feedCtx, m.store.Visit), opt.Feed.Account)
	}()
	go watch(feedCtx, opt.Feed, m.store.Notify)
	_, err = p.Run()
	stop()
	m.lens.Cancel()
	m.stopHunt()
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

// crashed is the error that a panic becomes: where it happened, and nothing of what was being read. Only the
// runtime's own words are told: the value of another panic may quote payload.
func crashed(r any) error {
	what := "panic"
	if e, ok := r.(runtime.Error); ok {
		what = e.Error()
	}
	return fmt.Errorf("internal error: %s (please report it)\n%s", what, functions(string(debug.Stack())))
}

// functions are the lines of a stack that name files, without the arguments of calls.
func functions(stack string) string {
	var out []string
	for _, l := range strings.Split(stack, "\n") {
		if at := strings.LastIndexByte(l, '/'); at >= 0 && strings.HasPrefix(l, "\t") {
			l, _, _ = strings.Cut(l[at+1:], " ")
			out = append(out, l)
		}
	}
	return strings.Join(out[:min(len(out), 30)], " < ")
}
