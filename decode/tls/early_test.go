package tls

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/reassembly"
)

// sealer seals records of TLS 1.3 under a made-up secret.
type sealer struct {
	label  label
	secret []byte
	seq    uint64
}

func newSealer(l label) *sealer {
	return &sealer{label: l, secret: bytes.Repeat([]byte{byte(l) + 1}, 32)}
}

// seal makes a record of a content type.
func (s *sealer) seal(typ contentType, content []byte) []byte {
	block, _ := aes.NewCipher(expandLabel(hashSHA256, s.secret, "key", 16))
	a, _ := cipher.NewGCM(block)
	nonce := expandLabel(hashSHA256, s.secret, "iv", 12)
	binary.BigEndian.PutUint64(nonce[4:], binary.BigEndian.Uint64(nonce[4:])^s.seq)
	s.seq++
	inner := append(bytes.Clone(content), byte(typ))
	header := binary.BigEndian.AppendUint16([]byte{23, 3, 3}, uint16(len(inner)+16))
	return append(header, a.Seal(nil, nonce, inner, header)...)
}

// update makes the keys of the next generation.
func (s *sealer) update() {
	s.secret, s.seq = expandLabel(hashSHA256, s.secret, "traffic upd", 32), 0
}

func clearRecord(typ contentType, content []byte) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{byte(typ), 3, 3}, uint16(len(content))), content...)
}

func messageOf(kind byte, body []byte) []byte {
	return append([]byte{kind, 0, byte(len(body) >> 8), byte(len(body))}, body...)
}

func extensionsOf(list ...string) []byte {
	all := strings.Join(list, "")
	return append(binary.BigEndian.AppendUint16(nil, uint16(len(all))), all...)
}

const (
	offersEarly = "\x00\x2a\x00\x00"
	psk         = "\x00\x29\x00\x02\x00\x00"
	version13x  = "\x00\x2b\x00\x02\x03\x04"
	offers13    = "\x00\x2b\x00\x03\x02\x03\x04"
)

// early13 is a made-up connection that offers early data.
type early13 struct {
	random  [randomLen]byte
	sealers [labelCount]*sealer
	keys    *Keys
	conn    *Conn
	bytes   reassembly.Bytes
	off     [2]int64
	got     []string
}

func newEarly13(without ...label) *early13 {
	e := &early13{keys: NewKeys(Limits{})}
	e.random[0] = 7
	log := e.keys.Log(FromKeyLog)
	for l := labelEarly; l < labelCount; l++ {
		e.sealers[l] = newSealer(l)
		if !slices.Contains(without, l) {
			fmt.Fprintf(log, "%s %s %s\n", labelNames[l], hex.EncodeToString(e.random[:]), hex.EncodeToString(e.sealers[l].secret))
		}
	}
	e.keys.NoMore()
	e.conn = New(e.keys, Options{}, &e.bytes, func(*Conn) reassembly.Handler { return e })
	return e
}

func (e *early13) Data(d reassembly.Dir, k reassembly.Chunk) {
	e.got = append(e.got, fmt.Sprintf("%d:%s", d, k.Data))
}
func (e *early13) Gap(d reassembly.Dir, _, n int64) {
	e.bytes.Missing += n
	e.got = append(e.got, fmt.Sprintf("%d:gap", d))
}
func (e *early13) Conflict(reassembly.Dir, int64, int64)      {}
func (e *early13) Close(reassembly.Dir, reassembly.CloseKind) {}

func (e *early13) send(d reassembly.Dir, records ...[]byte) {
	for _, r := range records {
		e.conn.Data(d, reassembly.Chunk{Off: e.off[d], Data: r, Packet: 1, Ack: -1})
		e.off[d] += int64(len(r))
	}
}

func (e *early13) clientHello() {
	body := append([]byte{3, 3}, e.random[:]...)
	body = append(body, 0, 0, 2, 0x13, 0x01, 1, 0)
	body = append(body, extensionsOf(offersEarly, offers13, psk)...)
	e.send(0, clearRecord(typeHandshake, messageOf(msgClientHello, body)))
}

func (e *early13) serverHello(random []byte) {
	body := append([]byte{3, 3}, random...)
	body = append(body, 0, 0x13, 0x01, 0)
	body = append(body, extensionsOf(version13x, psk)...)
	e.send(1, clearRecord(typeHandshake, messageOf(msgServerHello, body)))
}

// flight is the server's after its hello, and data of it.
func (e *early13) flight(accepts bool) {
	ext := extensionsOf()
	if accepts {
		ext = extensionsOf(offersEarly)
	}
	h := e.sealers[labelServerHandshake]
	e.send(1, h.seal(typeHandshake, messageOf(msgEncryptedExt, ext)), h.seal(typeHandshake, messageOf(msgFinished, make([]byte, 32))),
		e.sealers[labelServerApp].seal(typeData, []byte("reply")))
}

func (e *early13) early(data ...string) {
	for _, s := range data {
		e.send(0, e.sealers[labelEarly].seal(typeData, []byte(s)))
	}
}

// finish is the client's, with the end of early data if that was accepted, and its data.
func (e *early13) finish(ends bool) {
	if ends {
		e.send(0, e.sealers[labelEarly].seal(typeHandshake, messageOf(msgEndOfEarlyData, nil)))
	}
	e.send(0, e.sealers[labelClientHandshake].seal(typeHandshake, messageOf(msgFinished, make([]byte, 32))),
		e.sealers[labelClientApp].seal(typeData, []byte("late")))
}

// Early data is passed on if the server accepted it, before what the server answers, and never if it did not.
func TestHazard_X5_EarlyData(t *testing.T) {
	t.Parallel()
	ccs := clearRecord(typeCCS, []byte{1})
	serverRandom := bytes.Repeat([]byte{9}, randomLen)
	for _, v := range []struct {
		name    string
		without []label
		accepts bool
		retry   bool
		want    string
		early   bool
	}{
		{"accepted", nil, true, false, "0:a 0:b 1:reply 0:late", true},
		{"rejected", nil, false, false, "1:reply 0:late", false},
		{"rejected by a retry", nil, false, true, "1:reply 0:late", false},
		{"accepted, no key of the server's", []label{labelServerHandshake}, true, false, "1:reply 0:a 0:b 0:late", true},
		{"rejected, no key of the server's", []label{labelServerHandshake}, false, false, "1:reply 0:late", false},
		{"accepted, no early key", []label{labelEarly}, true, false, "1:reply 0:gap 0:late", true},
		{"rejected, no early key", []label{labelEarly}, false, false, "1:reply 0:late", false},
		{"accepted, one direction", []label{labelServerHandshake, labelServerApp}, true, false, "0:a 0:b 0:late", true},
	} {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			e := newEarly13(v.without...)
			e.clientHello()
			e.send(0, ccs)
			e.early("a", "b")
			if v.retry {
				e.serverHello(retryRandom[:])
				e.send(1, ccs)
				e.clientHello()
			}
			e.serverHello(serverRandom)
			e.flight(v.accepts)
			e.finish(v.accepts)
			e.conn.Close(0, reassembly.CloseFIN)
			e.conn.Close(1, reassembly.CloseFIN)
			if got := strings.Join(slices.DeleteFunc(e.got, func(s string) bool { return s == "1:gap" }), " "); got != v.want {
				t.Errorf("got %q, want %q", got, v.want)
			}
			if i := e.conn.Info(); i.EarlyData != v.early || (i.RejectedEarly > 0) == v.accepts {
				t.Errorf("got %+v", i)
			}
		})
	}
}

// A key update that is lost with other records is found out: the next record is opened with the keys after it.
func TestHazard_X5_KeyUpdateLost(t *testing.T) {
	t.Parallel()
	for _, cut := range []int{0, 1, 2} {
		e := newEarly13()
		e.clientHello()
		e.serverHello(bytes.Repeat([]byte{9}, randomLen))
		e.flight(false)
		e.finish(false)
		s := e.sealers[labelClientApp]
		lost := [][]byte{s.seal(typeData, []byte("x")), s.seal(typeHandshake, messageOf(msgKeyUpdate, []byte{0}))}
		s.update()
		lost = append(lost, s.seal(typeData, []byte("y")))
		e.send(0, lost[:cut]...)
		n := int64(len(bytes.Join(lost[cut:], nil)))
		e.conn.Gap(0, e.off[0], n)
		e.off[0] += n
		e.send(0, s.seal(typeData, []byte("after")), s.seal(typeData, []byte("wards")))
		want := [...]string{"0:gap 0:after 0:wards", "0:x 0:gap 0:after 0:wards", "0:x 0:gap 0:after 0:wards"}[cut]
		if got := strings.TrimPrefix(strings.Join(e.got, " "), "1:reply 0:late "); got != want {
			t.Errorf("after %d records: got %q, want %q", cut, got, want)
		}
	}
}
