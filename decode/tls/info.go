package tls

import (
	"encoding/hex"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/reassembly"
)

// Reason is why something was not decrypted; 0 if it was.
type Reason uint8

const (
	// NoKey means that there is no secret for the connection.
	NoKey Reason = iota + 1
	// NotCaptured means that the handshake, or the part of it that is needed, was not captured.
	NotCaptured
	// WrongKey means that the secret that belongs to the connection opens nothing.
	WrongKey
	// CipherNotSupported means that the cipher suite is not implemented.
	CipherNotSupported
	// VersionNotSupported means that the protocol version is not implemented.
	VersionNotSupported
	// RecordLost means that records are missing, or failed to authenticate, and that none after them could be opened.
	RecordLost
	// OneDirection means that there are secrets for one direction only.
	OneDirection
	// TooLate means that the secrets came when some ciphertext was not kept any more.
	TooLate
	// Damaged means that a hello cannot be read.
	Damaged
)

// reasons are the names that are used in JSON.
var reasons = [...]string{
	NoKey: "no key", NotCaptured: "handshake not captured", WrongKey: "wrong key",
	CipherNotSupported: "cipher not supported", VersionNotSupported: "version not supported",
	RecordLost: "record lost", OneDirection: "keys for one direction only", TooLate: "keys came too late",
	Damaged: "handshake damaged",
}

func (r Reason) String() string {
	if int(r) < len(reasons) {
		return reasons[r]
	}
	return ""
}

// Info is what is known of a connection.
type Info struct {
	// Client is the direction of the client, if Known.
	Client reassembly.Dir
	Known  bool
	// Version is "1.0" to "1.3", or a number like "0x0300"; Cipher the IANA name. Both are "" until the server's hello.
	Version, Cipher string
	// SNI is the server name that the client asked for, ALPN the protocol that was agreed on.
	SNI, ALPN string
	// Resumed means that a session was resumed, EarlyData that the server accepted early data; RejectedEarly counts bytes of
	// early data on the wire that it did not accept.
	Resumed, EarlyData bool
	RejectedEarly      int64
	// Keys says where the secrets come from; 0 while nothing was opened.
	Keys Source
	// Began is when the client's first hello was complete, Ready when the handshake was finished by both sides; 0 if not captured.
	Began, Ready capture.Time
	// Finished says by direction that the end of its handshake was read.
	Finished [2]bool
	// Waiting means that secrets are awaited.
	Waiting bool
	// Dir is what became of each direction.
	Dir [2]DirInfo
	// Alerts are the first ones of the connection.
	Alerts []Alert
}

// DirInfo is what became of one direction.
type DirInfo struct {
	// Records counts records that were read, Opened those of them that were sealed.
	Records, Opened int64
	// Plain counts bytes of application data passed on, NotDecrypted bytes of ciphertext that were not, missing ones too.
	Plain, NotDecrypted int64
	// Failed counts records that did not authenticate, Losses the holes after which decryption went on, and Trials how
	// often it was tried to open a record for that. KeyUpdates counts those of TLS 1.3.
	Failed, Losses, Trials, KeyUpdates int64
	// Inferred means that the length of a gap that was passed on is not proven.
	Inferred bool
	// Reason is why the rest of the direction is not decrypted, 0 if it is.
	Reason Reason
}

// Reason sums up why the connection, or a part of it, was not decrypted; 0 if it was, as far as it was captured.
func (i *Info) Reason() Reason {
	a, b := i.Dir[0], i.Dir[1]
	switch {
	case a.Reason == 0 && b.Reason == 0:
		return 0
	case a.Opened > 0 && b.Reason == NoKey || b.Opened > 0 && a.Reason == NoKey:
		return OneDirection
	case a.Reason == 0:
		return b.Reason
	}
	return a.Reason
}

// Decrypted reports whether anything could be opened.
func (i *Info) Decrypted() bool { return i.Dir[0].Opened > 0 || i.Dir[1].Opened > 0 }

// Info is what is known so far.
func (c *Conn) Info() Info {
	i := Info{
		Client: c.client, Known: c.known, Resumed: c.resumed, EarlyData: c.early == earlyAccepted, RejectedEarly: c.rejected,
		Began: c.began, Keys: c.from, Finished: c.finished, Waiting: c.place != 0, Alerts: c.alerts,
	}
	if c.finished == [2]bool{true, true} {
		i.Ready = max(c.ended[0], c.ended[1])
	}
	for d := range c.half {
		h := &c.half[d]
		i.Dir[d] = h.stats
		i.Dir[d].Reason = h.dead
	}
	if c.skimmed && i.Reason() == 0 {
		i.Dir[0].Reason, i.Dir[1].Reason = TooLate, TooLate
	}
	if c.known {
		i.names(c.half[c.client.Other()].nego, c.half[c.client].nego)
	}
	return i
}

// names fills in what the hellos say.
func (i *Info) names(server, client *negotiation) {
	if s := server.server; s != nil {
		i.Version, i.Cipher, i.ALPN = versionName(s.version), suiteName(s.suite), s.alpn
	}
	if client.client != nil {
		i.SNI = client.client.sni
	}
}

func versionName(v uint16) string {
	if v >= version10 && v <= version13 {
		return "1." + string(rune('0'+v-version10))
	}
	return "0x" + hex.EncodeToString([]byte{byte(v >> 8), byte(v)})
}

// Record is a record that was read.
type Record struct {
	Dir reassembly.Dir
	// Off is the offset of its header in the ciphertext, Len its length with the header.
	Off int64
	Len int
	// Type is the one of the header, Content that of the content, which TLS 1.3 hides.
	Type, Content uint8
	// Sealed means that it was encrypted; Number is then its sequence number.
	Sealed bool
	Number uint64
	// Generation counts key updates, Plain is the length of the content, and PlainOff the offset of application data in the
	// plaintext of its direction.
	Generation, Plain int
	PlainOff          int64
	// Wire are the bytes of the record, and Data is its content. They are valid during the call.
	Wire, Data []byte
	// Seal is how the record is protected.
	Seal Seal
	// Packet and Time are those that completed it.
	Packet int
	Time   capture.Time
}

// Message is a handshake message that was read.
type Message struct {
	Dir reassembly.Dir
	// Type is the number of RFC 8446 section 4, Len the length with the header.
	Type uint8
	Len  int
	// Says is its name, and what matters of a hello in a few words. Names from the wire in it are as they came.
	Says   string
	Packet int
	Time   capture.Time
}

func (c *Conn) report(h *half, e *epoch, r record, seq uint64, content contentType, plain []byte, a at) {
	if c.opt.Record == nil {
		return
	}
	k := Record{
		Dir: h.dir, Off: h.off, Len: len(r), Type: uint8(r.typ()), Content: uint8(content),
		Plain: len(plain), PlainOff: h.plain, Wire: r, Data: plain, Packet: a.packet, Time: a.time,
	}
	if e != nil {
		k.Sealed, k.Number, k.Generation = true, seq, e.generation
		k.Seal = e.seal(seq, r, len(plain))
	}
	c.opt.Record(k)
}

func (c *Conn) reportMessage(h *half, m []byte, a at) {
	if c.opt.Message != nil {
		c.opt.Message(Message{Dir: h.dir, Type: m[0], Len: len(m), Says: says(h.nego, m), Packet: a.packet, Time: a.time})
	}
}

// usedSecret is a secret that opened something, by the client random that it belongs to.
type usedSecret struct {
	random [randomLen]byte
	label  label
	secret []byte
}

// use notes a secret for KeyLog.
func (c *Conn) use(random [randomLen]byte, e *epoch) {
	for _, u := range c.used {
		if u.random == random && u.label == e.label {
			return
		}
	}
	u := usedSecret{random, e.label, e.secret.secret}
	c.used = append(c.used, u)
	if c.opt.Secret != nil {
		c.opt.Secret(u.appendLine(nil))
	}
}

// appendLine appends the secret as a line of a key log.
func (u *usedSecret) appendLine(b []byte) []byte {
	b = append(append(b, labelNames[u.label]...), ' ')
	b = append(hex.AppendEncode(b, u.random[:]), ' ')
	return append(hex.AppendEncode(b, u.secret), '\n')
}

// KeyLog returns the secrets that opened records of this connection, and no others, as lines of a key log. What comes of
// a private key, or of a session that was resumed, is there as the connection's own master secret. Whoever has it can
// read the connection.
func (c *Conn) KeyLog() []byte {
	var out []byte
	for i := range c.used {
		out = c.used[i].appendLine(out)
	}
	return out
}
