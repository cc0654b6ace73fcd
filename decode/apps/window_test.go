package apps_test

import (
	"fmt"
	"testing"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/apps"
	"github.com/wspeek/wspeek/decode/ws"
)

// shelf is a Source with one session, whose messages are these texts; it counts how many were read.
type shelf struct {
	texts []string
	read  int
}

func (s *shelf) Session(n int) *decode.Session { return &decode.Session{N: n} }

func (s *shelf) Index(_, n int) int {
	if n < 1 || n > len(s.texts) {
		return -1
	}
	return n - 1
}

func (s *shelf) MessageInto(i int, m *ws.Message) int {
	*m = ws.Message{N: i + 1, Dir: ws.Dir(i % 2), Opcode: ws.OpText, Len: int64(len(s.texts[i]))}
	return 1
}

func (s *shelf) Prefix(i, n int) ([]byte, error) {
	s.read++
	return []byte(s.texts[i][:min(n, len(s.texts[i]))]), nil
}

func rpcShelf(n int) *shelf {
	s := &shelf{}
	for i := range n {
		s.texts = append(s.texts, fmt.Sprintf(`{"jsonrpc":"2.0","method":"m%d","id":%d}`, i, i), fmt.Sprintf(`{"jsonrpc":"2.0","result":%d,"id":%d}`, i, i))
	}
	return s
}

func TestWindow(t *testing.T) {
	t.Parallel()
	s := rpcShelf(50_000)
	w := apps.NewWindow(s)
	for _, n := range []int{100_000, 99_999, 1, 2, 50_000, 100_000} {
		said := w.At(1, n)
		if len(said) != 1 || n%2 == 1 && said[0].Name != fmt.Sprintf("m%d", n/2) || n%2 == 0 && said[0].ReplyTo != int64(n-1) {
			t.Fatalf("message %d: %+v", n, said)
		}
	}
	if s.read > 1000 {
		t.Errorf("%d messages were read for six", s.read)
	}
	s.read = 0
	for n := 1000; n < 3000; n++ {
		w.At(1, n)
	}
	if s.read > 3000 {
		t.Errorf("%d messages were read for 2000 in order", s.read)
	}
	if w.At(1, 100_001) != nil || w.At(1, 0) != nil {
		t.Error("what is not there says something")
	}
}

func TestWindow_NoProtocol(t *testing.T) {
	t.Parallel()
	s := &shelf{texts: []string{"hello", "you"}}
	w := apps.NewWindow(s)
	if w.At(1, 1) != nil || len(w.At(1, 2)) > 0 {
		t.Error("chat says something")
	}
	s.texts = append(s.texts, rpcShelf(1).texts...) // the protocol shows later
	if said := w.At(1, 4); len(said) != 1 || said[0].ReplyTo != 3 {
		t.Errorf("got %+v", said)
	}
}
