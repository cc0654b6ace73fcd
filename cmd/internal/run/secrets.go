package run

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode/stack"
)

// Keys says where the secrets of TLS connections come from, besides the capture itself.
type Keys struct {
	// Logs are key logs (NSS key log format), Private files of RSA private keys (PEM).
	Logs, Private []string
	// Lines is a key log in memory.
	Lines []byte
	// Follow reads the key logs on while they grow: they may not exist yet, and may be named pipes. For live captures.
	Follow bool
	// Trouble is called if a key log that is followed is there but cannot be opened, once; nil ignores it.
	Trouble func(error)
}

// FromEnv adds the environment's SSLKEYLOGFILE to k if it names no key log, and the file is there or may still come.
func (k Keys) FromEnv() Keys {
	name := os.Getenv("SSLKEYLOGFILE")
	if name == "" || len(k.Logs) > 0 {
		return k
	}
	if _, err := os.Stat(name); err == nil || k.Follow {
		k.Logs = []string{name}
	}
	return k
}

// Missing is the error for the first file that is not there; nil if all are, or may still come.
func (k Keys) Missing() error {
	files := k.Private
	if !k.Follow {
		files = slices.Concat(k.Logs, files)
	}
	for _, name := range files {
		if _, err := os.Stat(name); err != nil {
			var x *os.PathError
			if errors.As(err, &x) {
				err = x.Err
			}
			return Troublef("%s: %v", name, err)
		}
	}
	return nil
}

// Exposed is a warning if other users of the machine can read a key log; empty if they cannot.
func (k Keys) Exposed() string {
	for _, name := range k.Logs {
		i, err := os.Stat(name)
		if err == nil && i.Mode().IsRegular() && i.Mode().Perm()&othersRead != 0 {
			return fmt.Sprintf("key log %s: every user of this machine can read it, and with it decrypt its connections (chmod 600)", name)
		}
	}
	return ""
}

// othersRead is the permission to read for everybody.
const othersRead = 0o004

// secret is a piece of a key log in whole lines, or the content of a Decryption Secrets Block.
type secret struct {
	fromCapture bool
	data        []byte
}

// maxSecrets is how many bytes of secrets may wait for the decoders.
const maxSecrets = 16 << 20

// Secrets collects the secrets that the decoders are to be given before the next packets. The zero value is empty. Its
// methods may be called by several goroutines.
type Secrets struct {
	mu   sync.Mutex // guards what follows
	list []secret
	size int
}

// add keeps a copy of a secret, unless too much is waiting already.
func (s *Secrets) add(fromCapture bool, data []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.size+len(data) > maxSecrets {
		return
	}
	s.list = append(s.list, secret{fromCapture, append([]byte(nil), data...)})
	s.size += len(data)
}

// full reports whether there is no room for more of a key log.
func (s *Secrets) full() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.size > maxSecrets/2
}

// take is what came since the last call.
func (s *Secrets) take() []secret {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.list
	s.list, s.size = nil, 0
	return list
}

// Options are the options for opening capture files whose secrets are to be collected.
func (s *Secrets) Options() capture.Options {
	return capture.Options{Secrets: func(typ uint32, data []byte) {
		if typ == capture.SecretsTLS {
			s.add(true, data)
		}
	}}
}

// Files are capture files, with the secrets that they hold.
type Files struct {
	*capture.Files
	found Secrets
}

// Secrets are those of the files as far as they have been read.
func (f *Files) Secrets() *Secrets { return &f.found }

// readKeys gives the decoders the private keys and, unless they are followed, the key logs. A file that is not there is an
// error.
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
	if len(k.Lines) > 0 {
		p.give(p.decoders[:], secret{data: k.Lines})
	}
	if k.Follow {
		p.followKeys(k.Logs)
		return nil
	}
	for _, name := range k.Logs {
		if err := p.readLog(name); err != nil {
			return &Error{Trouble, err}
		}
	}
	return nil
}

// chunk is how much of a key log is read at a time.
const chunk = 64 << 10

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
			p.give(p.decoders[:], secret{data: []byte("\n")}) // the last line may have no end
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

// giveFound passes what has been found to all decoders, which must not be at work.
func (p *pump) giveFound() {
	for _, s := range p.take() {
		p.give(p.decoders[:], s)
	}
}

// take is what has been found since the last call.
func (p *pump) take() []secret {
	list := p.found.take()
	if in, ok := p.source.(interface{ Secrets() *Secrets }); ok {
		list = append(list, in.Secrets().take()...)
	}
	return list
}
