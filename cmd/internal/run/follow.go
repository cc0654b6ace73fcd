package run

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"time"
)

const (
	// followEvery is how often a key log is looked at for more.
	followEvery = 20 * time.Millisecond
	// longestLine is the longest start of a line that is kept until its end comes.
	longestLine = 64 << 10
)

// follower reads a key log while it grows, and passes on whole lines. The file may not exist yet. One that becomes
// shorter, or is replaced by another, is read from its start. It may be a named pipe.
type follower struct {
	name string
	pass func(lines []byte)
	f    *os.File
	// offset is how much of f was read, line the start of a line at its end.
	offset int64
	line   []byte
	buf    []byte
	// trouble is called with the first error of opening a file that is there.
	trouble func(error)
	// ended is closed when run has ended.
	ended chan struct{}
}

// waits reports whether reading may wait: it does for a named pipe that nobody writes to.
func (l *follower) waits() bool {
	i, err := os.Stat(l.name)
	return err == nil && !i.Mode().IsRegular()
}

// poll passes on what is there now, and reports whether that is anything. A named pipe is read once, which may wait.
func (l *follower) poll() (any bool) {
	for {
		if l.f == nil && !l.open() {
			return any
		}
		n, err := l.f.Read(l.buf)
		if n > 0 {
			l.offset += int64(n)
			l.lines(l.buf[:n])
			any = true
			if l.waits() {
				return any
			}
			continue
		}
		if gone := err != nil && !errors.Is(err, io.EOF); !gone && !l.replaced() {
			return any
		}
		l.rest()
		l.close()
	}
}

// rest passes on what was written to a file before it was replaced.
func (l *follower) rest() {
	for n, _ := l.f.Read(l.buf); n > 0; n, _ = l.f.Read(l.buf) {
		l.lines(l.buf[:n])
	}
}

func (l *follower) open() bool {
	f, err := os.Open(l.name)
	if err != nil {
		if l.trouble != nil && !errors.Is(err, fs.ErrNotExist) {
			l.trouble(err)
			l.trouble = nil
		}
		return false
	}
	if i, err := f.Stat(); err != nil || i.IsDir() {
		f.Close()
		return false
	}
	l.f, l.offset = f, 0
	return true
}

func (l *follower) close() {
	l.f.Close()
	l.f, l.line = nil, nil
}

// replaced reports whether there is another file of that name now, or the same has become shorter.
func (l *follower) replaced() bool {
	i, err := os.Stat(l.name)
	if err != nil || !i.Mode().IsRegular() {
		return false
	}
	own, err := l.f.Stat()
	return err == nil && (!os.SameFile(own, i) || i.Size() < l.offset)
}

// lines passes on the lines that end in b, and keeps what is left.
func (l *follower) lines(b []byte) {
	end := bytes.LastIndexByte(b, '\n') + 1
	if end > 0 {
		l.pass(append(l.line, b[:end]...))
		l.line = l.line[:0]
	}
	if l.line = append(l.line, b[end:]...); len(l.line) > longestLine {
		l.line = l.line[:longestLine] // no line of a key log: its end is to be found nevertheless
	}
}

// run polls until quit is closed.
func (l *follower) run(quit <-chan struct{}, found func()) {
	defer close(l.ended)
	for {
		if l.poll() {
			found()
		}
		select {
		case <-quit:
			return
		case <-time.After(followEvery):
		}
	}
}

// last passes on what came until now, and a last line without its end. It must be called after run has ended.
func (l *follower) last() {
	l.poll()
	if len(l.line) > 0 {
		l.pass(append(l.line, '\n'))
	}
	if l.f != nil {
		l.close()
	}
}

// followKeys reads key logs as they are now; follow goes on with them.
func (p *pump) followKeys(names []string) {
	for _, name := range names {
		l := &follower{name: name, buf: make([]byte, chunk), trouble: p.keys.Trouble, ended: make(chan struct{})}
		l.pass = func(b []byte) { p.give(p.decoders[:], secret{data: b}) }
		if !l.waits() {
			l.poll()
		}
		p.followed = append(p.followed, l)
	}
}

// follow reads key logs until quit is closed.
func (p *pump) follow(quit <-chan struct{}) {
	found := func() {}
	if s, ok := p.source.(interface{ Wake() }); ok {
		found = s.Wake
	}
	for _, l := range p.followed {
		l.pass = func(b []byte) {
			for p.found.full() && !over(quit) {
				time.Sleep(followEvery)
			}
			p.found.add(false, b)
		}
		go func() {
			defer p.guard()
			l.run(quit, found)
		}()
	}
}

// over reports whether quit is closed.
func over(quit <-chan struct{}) bool {
	select {
	case <-quit:
		return true
	default:
		return false
	}
}

// lastKeys reads what has come at the end of key logs, when follow has ended. Named pipes may wait for more for ever: what
// has come from them is there already.
func (p *pump) lastKeys() {
	for _, l := range p.followed {
		select {
		case <-l.ended:
			l.last()
		case <-time.After(2 * followEvery):
		}
	}
	p.giveFound()
}
