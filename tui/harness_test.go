package tui

import (
	"context"
	"reflect"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/pcaps"
	"github.com/wspeek/wspeek/tui/feedtest"
)

// fileFeed is a Feed of a capture in memory.
type fileFeed struct {
	data    []byte
	packets int64
}

func feedOf(t testing.TB, data []byte) *fileFeed {
	t.Helper()
	return &fileFeed{data: data}
}

func (f *fileFeed) Run(ctx context.Context, visit func(*decode.Batch, *decode.Event) error) error {
	f.packets = feedtest.Packets(f.data)
	return feedtest.Read(f.data, func(b *decode.Batch, e *decode.Event) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return visit(b, e)
	})
}

func (f *fileFeed) Progress() Progress { return Progress{Packets: f.packets} }

func (f *fileFeed) Account(*decode.Account) {}

// driver drives a model as Bubble Tea does, but carries commands out at once.
type driver struct {
	t testing.TB
	m *model
	// copied is what was last copied.
	copied string
	quit   bool
}

// drive opens a capture on a screen of w by h cells, read to its end.
func drive(t testing.TB, data []byte, w, h int, opt Options) *driver {
	t.Helper()
	d := driveOn(t, data, w, h, opt)
	d.end()
	return d
}

// driveOn is drive, but more may come.
func driveOn(t testing.TB, data []byte, w, h int, opt Options) *driver {
	t.Helper()
	opt.Feed = feedOf(t, data)
	m, err := newModel(opt)
	if err != nil {
		t.Fatal(err)
	}
	m.now = func() time.Time { return time.Unix(0, 0) }
	m.touched = true // the only session of a sample is not opened by itself: see TestTheOnlySessionIsOpened
	d := &driver{t: t, m: m}
	d.send(tea.WindowSizeMsg{Width: w, Height: h})
	if err := opt.Feed.Run(context.Background(), m.store.Visit); err != nil {
		t.Fatal(err)
	}
	d.refresh()
	return d
}

// end lets the capture end.
func (d *driver) end() {
	d.m.store.Finish(nil, d.m.opt.Feed.Account)
	d.refresh()
}

func (d *driver) refresh() { d.do(d.m.refresh()) }

func (d *driver) send(msg tea.Msg) {
	_, cmd := d.m.Update(msg)
	d.do(cmd)
}

// do carries out a command and what follows from it.
func (d *driver) do(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case nil:
	case tea.BatchMsg:
		for _, c := range msg {
			d.do(c)
		}
	case tea.QuitMsg:
		d.quit = true
	case builtMsg, scannedMsg, foundMsg, countedMsg, wroteMsg, comparedMsg, ladderMsg, diffedMsg, callsMsg, tableMsg, lanesMsg:
		d.send(msg)
	default:
		if v := reflect.ValueOf(msg); v.Type() == reflect.TypeOf(tea.SetClipboard("")()) {
			d.copied = v.String()
		}
	}
}

// keys presses keys: names as "enter", "ctrl+d", or text that is typed letter by letter.
func (d *driver) keys(names ...string) *driver {
	for _, n := range names {
		if k, ok := namedKeys[n]; ok {
			d.send(tea.KeyPressMsg(k))
			continue
		}
		for _, r := range n {
			d.send(tea.KeyPressMsg{Code: r, Text: string(r)})
		}
	}
	return d
}

var namedKeys = map[string]tea.Key{
	"enter": {Code: tea.KeyEnter}, "esc": {Code: tea.KeyEscape}, "tab": {Code: tea.KeyTab}, "up": {Code: tea.KeyUp},
	"down": {Code: tea.KeyDown}, "left": {Code: tea.KeyLeft}, "right": {Code: tea.KeyRight}, "backspace": {Code: tea.KeyBackspace},
	"space": {Code: tea.KeySpace, Text: " "}, "home": {Code: tea.KeyHome}, "end": {Code: tea.KeyEnd},
	"pgdown": {Code: tea.KeyPgDown}, "pgup": {Code: tea.KeyPgUp}, "f1": {Code: tea.KeyF1}, "ctrl+b": {Code: 'b', Mod: tea.ModCtrl},
	"ctrl+d": {Code: 'd', Mod: tea.ModCtrl}, "ctrl+u": {Code: 'u', Mod: tea.ModCtrl}, "ctrl+f": {Code: 'f', Mod: tea.ModCtrl},
	"ctrl+w": {Code: 'w', Mod: tea.ModCtrl}, "ctrl+z": {Code: 'z', Mod: tea.ModCtrl}, "ctrl+c": {Code: 'c', Mod: tea.ModCtrl},
}

// text is the screen without styles.
func (d *driver) text() string {
	d.t.Helper()
	s := d.m.screen()
	d.checkScreen(s)
	rows := strings.Split(ansi.Strip(s), "\n")
	for i := range rows {
		rows[i] = strings.TrimRight(rows[i], " ")
	}
	return strings.Join(rows, "\n") + "\n"
}

// checkScreen checks what must hold of every screen: its size, and that only colours and the like are written.
func (d *driver) checkScreen(s string) {
	d.t.Helper()
	if d.m.crash != nil {
		d.t.Fatal(d.m.crash)
	}
	rows := strings.Split(s, "\n")
	if len(rows) != d.m.h {
		d.t.Fatalf("%d rows on a screen of %d:\n%s", len(rows), d.m.h, s)
	}
	for i, r := range rows {
		if w := ansi.StringWidth(r); w != d.m.w {
			d.t.Fatalf("row %d has %d cells of %d: %q", i, w, d.m.w, r)
		}
		feedtest.CheckInert(d.t, r)
	}
}

func sample(name string) []byte { return pcaps.Get(name).Data }
