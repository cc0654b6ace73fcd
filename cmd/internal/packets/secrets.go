package packets

import (
	"cmp"
	"slices"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
)

// secrets are those of TLS connections, by the TCP connection that carries them.
type secrets struct{ of map[*decode.Stream]*keyLog }

// keyLog are the secrets that opened records of the TLS connections in one TCP connection.
type keyLog struct {
	first int
	lines []byte
	// last is its newest packet, 0 until it has ended.
	last int
}

func (s *secrets) add(c *decode.Stream, lines []byte) {
	k := s.of[c]
	if k == nil {
		k = &keyLog{first: c.First}
		s.of[c] = k
	}
	k.lines = append(k.lines, lines...)
}

func (s *secrets) ended(c *decode.Stream, last int) {
	if k := s.of[c]; k != nil {
		k.last = last
	}
}

// tidy drops those of connections whose packets all came before number oldest.
func (s *secrets) tidy(oldest int) {
	for c, k := range s.of {
		if k.last != 0 && k.last < oldest {
			delete(s.of, c)
		}
	}
}

// EmbedKeys writes the secrets of connections, and of no others, and returns how many connections have some. It must
// come before their packets: other programs want it so.
func (k *Connections) EmbedKeys(w *capture.Writer, conns []Connection) (n int, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	var logs []*keyLog
	for i := range conns {
		if log := k.secrets.of[conns[i].stream]; log != nil {
			logs = append(logs, log)
		}
	}
	return writeKeys(w, logs)
}

// KeyLog are the secrets of connections, as a key log.
func (k *Connections) KeyLog(conns []Connection) (lines []byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for i := range conns {
		if log := k.secrets.of[conns[i].stream]; log != nil {
			lines = append(lines, log.lines...)
		}
	}
	return lines
}

// EmbedAllKeys writes the secrets of all connections that have packets from number oldest on, also of those without a session.
func (k *Connections) EmbedAllKeys(w *capture.Writer, oldest int) (n int, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	var logs []*keyLog
	for _, log := range k.secrets.of {
		if log.last == 0 || log.last >= oldest {
			logs = append(logs, log)
		}
	}
	slices.SortFunc(logs, func(a, b *keyLog) int { return cmp.Compare(a.first, b.first) })
	return writeKeys(w, logs)
}

// writeKeys writes each log as a block of its own.
func writeKeys(w *capture.Writer, logs []*keyLog) (n int, err error) {
	for _, log := range logs {
		if err := w.Secrets(capture.SecretsTLS, log.lines); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
