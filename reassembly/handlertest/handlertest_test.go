package handlertest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/reassembly"
	"github.com/wspeek/wspeek/reassembly/handlertest"
)

// failures collects what a Checker reports.
type failures []string

func (f *failures) Helper() {}
func (f *failures) Errorf(format string, args ...any) {
	*f = append(*f, fmt.Sprintf(format, args...))
}

func TestCheckerFindsEachBreach(t *testing.T) {
	t.Parallel()
	data := func(d reassembly.Dir, off int64, text string, ack int64) handlertest.Call {
		return handlertest.Call{Kind: handlertest.Data, Dir: d, Chunk: reassembly.Chunk{Off: off, Data: []byte(text), Ack: ack}}
	}
	gap := func(off, n int64) handlertest.Call { return handlertest.Call{Kind: handlertest.Gap, Off: off, N: n} }
	conflict := func(off, n int64) handlertest.Call {
		return handlertest.Call{Kind: handlertest.Conflict, Off: off, N: n}
	}
	end := func(d reassembly.Dir) handlertest.Call {
		return handlertest.Call{Kind: handlertest.Close, Dir: d, Close: reassembly.CloseFIN}
	}
	tests := map[string]struct {
		calls []handlertest.Call
		want  string
	}{
		"nothing wrong":           {[]handlertest.Call{data(0, 5, "abc", -1), gap(8, 2), conflict(5, 1), conflict(90, 1), data(1, 0, "x", 10), end(0), end(1)}, ""},
		"nothing at all":          {nil, ""},
		"a byte twice":            {[]handlertest.Call{data(0, 0, "abc", 0), data(0, 2, "c", 0), end(0), end(1)}, "Data at 2, want 3"},
		"a byte left out":         {[]handlertest.Call{data(0, 0, "abc", 0), data(0, 4, "e", 0), end(0), end(1)}, "Data at 4, want 3"},
		"a gap over data":         {[]handlertest.Call{data(0, 0, "abc", 0), gap(1, 5), end(0), end(1)}, "Gap at 1, want 3"},
		"an empty chunk":          {[]handlertest.Call{data(0, 0, "", 0), end(0), end(1)}, "Data without bytes"},
		"an empty gap":            {[]handlertest.Call{gap(0, 0), end(0), end(1)}, "Gap of 0 bytes"},
		"an empty conflict":       {[]handlertest.Call{conflict(0, 0), end(0), end(1)}, "Conflict of 0 bytes"},
		"a negative offset":       {[]handlertest.Call{data(0, -1, "a", -1), end(0), end(1)}, "at -1, want 0 or more"},
		"data after Close":        {[]handlertest.Call{end(0), data(0, 0, "a", -1), end(1)}, "Data after Close(1)"},
		"a conflict after Close":  {[]handlertest.Call{data(0, 0, "a", -1), end(0), conflict(0, 1), end(1)}, "Conflict after Close(1)"},
		"Close twice":             {[]handlertest.Call{end(0), end(0), end(1)}, "Close after Close(1)"},
		"not closed":              {[]handlertest.Call{data(0, 0, "a", -1), end(1)}, "direction 0 was not closed"},
		"the wrong stream's ack":  {[]handlertest.Call{data(0, 0, "a", 0), data(1, 0, "b", 700), end(0), end(1)}, "Ack 700, but the opposite direction ends at 1"},
		"an ack that is no place": {[]handlertest.Call{data(0, 0, "a", -2), end(0), end(1)}, "Ack -2"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var f failures
			k := &handlertest.Checker{T: &f}
			for i := range tt.calls {
				tt.calls[i].Play(k)
			}
			k.Done()
			got := strings.Join(f, "; ")
			if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
				t.Errorf("reported %q, want %q", got, tt.want)
			}
		})
	}
}

// dropper passes on what follows the first byte of each direction, without the bytes itself.
type dropper struct {
	next reassembly.Handler
	seen [2]bool
}

func (p *dropper) Data(d reassembly.Dir, c reassembly.Chunk) {
	if !p.seen[d] {
		p.seen[d] = true
		c.Off++
		c.Data = c.Data[1:]
	}
	if len(c.Data) > 0 {
		p.next.Data(d, c)
	}
}

func (p *dropper) Gap(d reassembly.Dir, off, n int64)             { p.next.Gap(d, off, n) }
func (p *dropper) Conflict(d reassembly.Dir, off, n int64)        { p.next.Conflict(d, off, n) }
func (p *dropper) Close(d reassembly.Dir, k reassembly.CloseKind) { p.next.Close(d, k) }

func TestRunPassesAHandlerThatKeepsTheContract(t *testing.T) {
	t.Parallel()
	s := new(handlertest.Script).Send(0, ">abc").Send(1, "<xyz").Lose(0, 3).Send(0, "def").Differ(0, 2).End(1, reassembly.CloseFIN)
	k := handlertest.Run(t, s.Calls, func(next reassembly.Handler) (reassembly.Handler, func() string) {
		return &dropper{next: next}, nil
	})
	if got := string(k.Bytes(0, '?')); got != "abc???def" || k.First(0) != 1 || k.End(0) != 10 || k.Closed(0) != reassembly.CloseFIN {
		t.Errorf("passed on %q from %d to %d, closed %d, want \"abc???def\" from 1 to 10, closed by FIN", got, k.First(0), k.End(0), k.Closed(0))
	}
	if got := k.Conflicts(0); len(got) != 1 || got[0].Off != 8 || got[0].N != 2 {
		t.Errorf("conflicts %v, want one of 8+2", got)
	}
}

// TestRunFindsCuts: what a Handler reports must not depend on how the input is cut.
func TestRunFindsCuts(t *testing.T) {
	t.Parallel()
	n := 0
	build := func(next reassembly.Handler) (reassembly.Handler, func() string) {
		calls := 0
		return counter{next, &calls}, func() string { n++; return fmt.Sprint(calls) }
	}
	f := &fake{TB: t}
	handlertest.Run(f, new(handlertest.Script).Send(0, "abcdef").End(0, reassembly.CloseEnd).Calls, build)
	if !f.failed || n != 2 {
		t.Errorf("failed %v after %d runs, want a failure in the second", f.failed, n)
	}
}

// counter counts the calls of Data.
type counter struct {
	reassembly.Handler
	n *int
}

func (c counter) Data(d reassembly.Dir, k reassembly.Chunk) { *c.n++; c.Handler.Data(d, k) }

// fake is a testing.TB that fails without failing the test.
type fake struct {
	testing.TB
	failed bool
}

func (f *fake) Helper()               {}
func (f *fake) Errorf(string, ...any) { f.failed = true }
func (f *fake) Failed() bool          { return f.failed }
