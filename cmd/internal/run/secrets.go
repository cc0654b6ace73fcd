package run

import (
	"errors"
	"io"
	"os"
	"sync"
	"time"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode/stack"
)

// Keys says where the secrets of TLS connections come from, besides the capture itself.
type Keys struct {
	// Logs are key logs (NSS key log format), Private files of RSA private keys (PEM).
	Logs, Private []string
	// Follow reads the key logs on while they grow: they may not exist yet, and may be named pipes. For live captures.
	Follow bool
}

// FromEnv adds the environment's SSLKEYLOGFILE to k if it names no key log.
func (k Keys) FromEnv() Keys {
	if name := os.Getenv("SSLKEYLOGFILE"); name != "" && len(k.Logs) == 0 {
		k.Logs = []string{name}
	}
	return k
}

// secret is a piece of a key log, or the content of a Decryption Secrets Block.
type secret struct {
	fromCapture bool
	data        []byte
}

// secrets collects what the decoders are to be given before the next packets.
type secrets struct {
	mu   sync.Mutex
	list []secret
}

func (s *secrets) add(x secret) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append(s.list, x)
}

// take is what came since the last call.
func (s *secrets) take() []secret {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.list
	s.list = nil
	return list
}

// tlsKeyLog is the type of a Decryption Secrets Block that holds a key log ("TLSK").
const tlsKeyLog = 0x544c534b

// captureOptions are the options for opening capture files whose secrets are to be used.
func (f *Files) captureOptions() capture.Options {
	return capture.Options{Secrets: func(typ uint32, data []byte) {
		if typ == tlsKeyLog {
			f.found.add(secret{true, append([]byte(nil), data...)})
		}
	}}
}

// Files are capture files, with the secrets that they hold.
type Files struct {
	*capture.Files
	found secrets
}

// takeSecrets is implemented by inputs that hold secrets.
func (f *Files) takeSecrets() []secret { return f.found.take() }

// chunk is how much of a key log is read at a time.
const chunk = 64 << 10

// readKeys gives the decoders the key logs and private keys as they are now. A key log that is not there is an error.
func (p *pump) readKeys(k *Keys) error {
	for _, name := range k.Private {
		pem, err := os.ReadFile(name)
		if err != nil {
			return &Error{Trouble, err}
		}
		for _, d := range p.decoders {
			if err := d.PrivateKeys(pem); err != nil {
				return Troublef("--tls-key %s: %v", name, err)
			}
		}
	}
	if k.Follow {
		return nil
	}
	for _, name := range k.Logs {
		if err := p.readLog(name); err != nil {
			return &Error{Trouble, err}
		}
	}
	return nil
}

func (p *pump) readLog(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	buf := make([]byte, chunk)
	for {
		n, err := f.Read(buf)
		p.give(p.decoders[:], secret{data: buf[:n]})
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// give passes a secret to decoders.
func (p *pump) give(to []*stack.Decoder, s secret) {
	for _, d := range to {
		if s.fromCapture {
			d.Secrets(s.data)
		} else {
			d.KeyLog(s.data)
		}
	}
}

// followEvery is how often a key log is looked at for more.
const followEvery = 20 * time.Millisecond

// follow reads a key log on while it grows, until quit is closed. One that becomes shorter is read from its start again.
func (p *pump) follow(name string, quit <-chan struct{}) {
	defer p.guard()
	var f *os.File
	var offset int64
	buf := make([]byte, chunk)
	for {
		if f == nil {
			f, _ = os.Open(name)
			offset = 0
		}
		if f != nil {
			n, err := f.Read(buf)
			if offset += int64(n); n > 0 {
				p.found.add(secret{data: append([]byte(nil), buf[:n]...)})
				continue
			}
			if i, stat := os.Stat(name); stat == nil && i.Mode().IsRegular() && !sameFile(f, i, offset) || err != nil && !errors.Is(err, io.EOF) {
				f.Close()
				f = nil
				continue
			}
		}
		select {
		case <-quit:
			if f != nil {
				f.Close()
			}
			return
		case <-time.After(followEvery):
		}
	}
}

// sameFile reports whether f is still the file that i describes, and has not become shorter than offset.
func sameFile(f *os.File, i os.FileInfo, offset int64) bool {
	own, err := f.Stat()
	return err == nil && os.SameFile(own, i) && i.Size() >= offset
}
