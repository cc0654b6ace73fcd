package tls

import (
	"bytes"
	"encoding/hex"
)

// label says what a secret of a key log is for (RFC 9850 section 2, and what came before it).
type label uint8

const (
	labelMaster label = iota
	labelEarly
	labelClientHandshake
	labelServerHandshake
	labelClientApp
	labelServerApp
	labelCount
)

// labelNames are the labels of a key log, as they are written too.
var labelNames = [labelCount]string{
	labelMaster:          "CLIENT_RANDOM",
	labelEarly:           "CLIENT_EARLY_TRAFFIC_SECRET",
	labelClientHandshake: "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
	labelServerHandshake: "SERVER_HANDSHAKE_TRAFFIC_SECRET",
	labelClientApp:       "CLIENT_TRAFFIC_SECRET_0",
	labelServerApp:       "SERVER_TRAFFIC_SECRET_0",
}

// unneeded are labels of secrets that decrypt no records, or that follow from others.
var unneeded = []string{
	"EXPORTER_SECRET", "EARLY_EXPORTER_SECRET", "CLIENT_TRAFFIC_SECRET_N", "SERVER_TRAFFIC_SECRET_N",
	"ECH_SECRET", "ECH_CONFIG", "QUIC_",
}

const (
	randomLen = 32
	masterLen = 48
	// maxLine is the longest line of a key log that is read; longer ones are skipped.
	maxLine = 1024
)

// LogStats counts the lines of a key log.
type LogStats struct {
	// Secrets counts lines that were used, Repeated those that said the same again.
	Secrets, Repeated int64
	// Unneeded counts comments, empty lines and secrets that decrypt no records.
	Unneeded int64
	// Bad counts lines that are none of a key log, or are damaged.
	Bad int64
}

// Log reads a key log (NSS key log format, RFC 9850) that is given to it in pieces of any size. It keeps no more than a line.
type Log struct {
	// Stats counts the lines so far.
	Stats LogStats
	keys  *Keys
	from  Source
	line  []byte
	// long means that the rest of a line that is too long is being skipped.
	long bool
	// started means that there is nothing more to be said about a byte order mark.
	started bool
}

// Log makes a reader that adds what it reads to k. From says where the log comes from.
func (k *Keys) Log(from Source) *Log { return &Log{keys: k, from: from} }

// Write takes the next bytes of the log. It never fails: what is not a line of a key log is counted.
func (l *Log) Write(p []byte) (int, error) {
	n := len(p)
	for {
		i := bytes.IndexByte(p, '\n')
		if i < 0 {
			l.keep(p)
			return n, nil
		}
		if len(l.line) == 0 && !l.long {
			l.take(p[:i])
		} else {
			l.keep(p[:i])
			l.End()
		}
		p = p[i+1:]
	}
}

// keep keeps the start of a line.
func (l *Log) keep(p []byte) {
	if l.long || len(l.line)+len(p) > maxLine {
		l.long, l.line = true, l.line[:0]
		return
	}
	l.line = append(l.line, p...)
}

// End takes what came after the last newline as a line. Where a growing log is followed, do not call it before the log is complete.
func (l *Log) End() {
	switch {
	case l.long:
		l.Stats.Bad++
	case len(l.line) > 0:
		l.take(l.line)
	default:
		l.Stats.Unneeded++
	}
	l.line, l.long = l.line[:0], false
}

// Restart drops a line that was begun: the log was replaced by another one.
func (l *Log) Restart() { l.line, l.long, l.started = l.line[:0], false, false }

// take takes a whole line.
func (l *Log) take(line []byte) {
	if !l.started {
		line, l.started = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf")), true
	}
	if len(line) > maxLine {
		l.Stats.Bad++
		return
	}
	line = bytes.TrimSpace(line)
	switch {
	case len(line) == 0 || line[0] == '#':
		l.Stats.Unneeded++
	case bytes.IndexByte(initials, line[0]) < 0: // rubbish is not looked at further: there may be a gigabyte of it
		l.Stats.Bad++
	default:
		l.fields(bytes.Fields(line))
	}
}

// initials are the first letters of all that a line may start with.
var initials = []byte("CSERPQ")

func (l *Log) fields(f [][]byte) {
	if len(f) == 3 {
		for i, known := range labelNames {
			if string(f[0]) == known {
				l.secret(label(i), f[1], f[2])
				return
			}
		}
	}
	name := string(f[0])
	switch {
	case len(f) == 3 && name == "RSA":
		l.rsa(f[1], f[2])
		return
	case len(f) == 3 && name == "PMS_CLIENT_RANDOM":
		l.store(preMaster, f[1], f[2])
		return
	case skippable(name):
		l.Stats.Unneeded++
		return
	}
	l.Stats.Bad++
}

func skippable(name string) bool {
	for _, u := range unneeded {
		if name == u || u == "QUIC_" && len(name) > 5 && name[:5] == u {
			return true
		}
	}
	return false
}

// rsa takes the two lines that start with RSA: one gives the first eight bytes of an encrypted premaster secret and that
// secret, the other a session ID and its master secret.
func (l *Log) rsa(a, b []byte) {
	id, isID := bytes.CutPrefix(a, []byte("Session-ID:"))
	master, isKey := bytes.CutPrefix(b, []byte("Master-Key:"))
	if !isID || !isKey {
		l.store(preMasterOf, a, b)
		return
	}
	i, m := unhex(id), unhex(master)
	if len(i) == 0 || len(i) > 32 || len(m) != masterLen {
		l.Stats.Bad++
		return
	}
	l.keys.remember(string(i), session{m, l.from})
	l.Stats.Secrets++
}

// preMaster and preMasterOf are keys of premaster secrets: by client random, and by the start of what encrypts them.
const (
	preMaster   = "pms "
	preMasterOf = "rsa "
)

// store keeps a premaster secret.
func (l *Log) store(kind string, key, secret []byte) {
	k, s := unhex(key), unhex(secret)
	want := randomLen
	if kind == preMasterOf {
		want = 8
	}
	if len(k) != want || len(s) == 0 || len(s) > 512 {
		l.Stats.Bad++
		return
	}
	l.keys.remember(kind+string(k), session{s, l.from})
	l.Stats.Secrets++
}

func (l *Log) secret(what label, random, secret []byte) {
	var r [randomLen]byte
	s := unhex(secret)
	if len(random) != 2*randomLen || !legalLength(what, len(s)) {
		l.Stats.Bad++
		return
	}
	if _, err := hex.Decode(r[:], random); err != nil {
		l.Stats.Bad++
		return
	}
	if l.keys.add(r, what, secretOf{s, l.from}) {
		l.Stats.Secrets++
	} else {
		l.Stats.Repeated++
	}
}

// legalLength reports whether a secret may have n bytes: a master secret has 48, others have the length of a hash.
func legalLength(what label, n int) bool {
	return n == masterLen || what != labelMaster && n == hashSHA256.size()
}

// unhex decodes hexadecimal digits; nil if they are not.
func unhex(b []byte) []byte {
	out := make([]byte, hex.DecodedLen(len(b)))
	if _, err := hex.Decode(out, b); err != nil {
		return nil
	}
	return out
}
