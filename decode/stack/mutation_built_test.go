package stack_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/wspeek/wspeek/pcaps"
)

// dialogue writes a conversation with its truth: messages of all kinds, in fragments, over several segments each.
type dialogue struct {
	*pcaps.Conversation
	*rand.Rand
	// z compresses a direction, nil if it is not compressed.
	z    [2]*pcaps.Deflater
	said []map[string]any
}

// words are what texts are made of, so that compressed ones refer to earlier ones.
var words = []string{"the quick brown fox ", "jumps over ", "a lazy dog ", "\u00fcber ", "{\"id\":17,\"value\":", "[1,2,3]", "true}", "\u65e5\u672c\u8a9e"}

func (d *dialogue) payload() []byte {
	var p []byte
	for range d.IntN(12) {
		p = append(p, words[d.IntN(len(words))]...)
	}
	return p
}

var dirNames = [2]string{"c2s", "s2c"}

func (d *dialogue) log(dir pcaps.Dir, kind string, p []byte) {
	sum := sha256.Sum256(p)
	d.said = append(d.said, map[string]any{"dir": dirNames[dir], "type": kind, "len": len(p), "sha256": hex.EncodeToString(sum[:])})
}

// masked is a frame as a direction sends it.
func (d *dialogue) masked(dir pcaps.Dir, f pcaps.Frame) pcaps.Frame {
	if dir == pcaps.S2C {
		return f
	}
	return f.Masked([4]byte{byte(d.Uint32()), byte(d.Uint32()), byte(d.Uint32()), byte(d.Uint32())})
}

// say sends one message, in up to four fragments with pings between.
func (d *dialogue) say(dir pcaps.Dir) []pcaps.Frame {
	p, kind, op := d.payload(), "text", pcaps.OpText
	if d.IntN(4) == 0 {
		kind, op = "binary", pcaps.OpBinary
		for range d.IntN(300) {
			p = append(p, byte(d.Uint32()&d.Uint32()))
		}
	}
	d.log(dir, kind, p)
	var rsv byte
	if d.z[dir] != nil && d.IntN(5) > 0 {
		p, rsv = d.z[dir].Compress(p), pcaps.RSV1
	}
	var frames []pcaps.Frame
	for n := d.IntN(4); n > 0; n-- {
		cut := d.IntN(len(p) + 1)
		frames = append(frames, d.masked(dir, pcaps.Frame{RSV: rsv, Opcode: op, Payload: p[:cut]}))
		p, rsv, op = p[cut:], 0, pcaps.OpContinuation
		if d.IntN(3) == 0 {
			frames = append(frames, d.masked(dir, pcaps.Ping("tick")))
		}
	}
	return append(frames, d.masked(dir, pcaps.Frame{Fin: true, RSV: rsv, Opcode: op, Payload: p}))
}

// agreements are what the response may agree to, and which directions keep their window.
var agreements = []struct {
	header   string
	takeover [2]bool
}{
	{"", [2]bool{}},
	{"permessage-deflate", [2]bool{true, true}},
	{"permessage-deflate; client_no_context_takeover", [2]bool{false, true}},
	{"permessage-deflate; server_no_context_takeover; client_no_context_takeover", [2]bool{}},
}

// newDialogue is a random conversation: ordinary requests first, now and then, then a session with small segments.
func newDialogue(seed uint64) *dialogue {
	d := &dialogue{Conversation: &pcaps.Conversation{}, Rand: rand.New(rand.NewPCG(seed, 13))}
	d.MSS = 20 + d.IntN(200)
	d.ISN = [2]uint32{d.Uint32(), d.Uint32()}
	a := agreements[d.IntN(len(agreements))]
	var headers [][2]string
	if a.header != "" {
		headers = [][2]string{pcaps.Extension(a.header)}
		for i := range d.z {
			d.z[i] = &pcaps.Deflater{NoTakeover: !a.takeover[i]}
		}
	}
	d.Open()
	for range d.IntN(3) {
		d.page()
	}
	d.Send(pcaps.C2S, pcaps.Request{Headers: headers}.Bytes())
	d.Send(pcaps.S2C, pcaps.Response{Headers: headers}.Bytes())
	for range 20 {
		dir := pcaps.Dir(d.IntN(2))
		var frames []pcaps.Frame
		for range 1 + d.IntN(3) {
			frames = append(frames, d.say(dir)...)
		}
		if d.SendFrames(dir, frames...); d.IntN(2) == 0 {
			d.SendFrames(dir.Other(), d.say(dir.Other())...)
		}
	}
	d.SendFrames(pcaps.C2S, pcaps.Close(1000, "bye").Masked(key))
	d.SendFrames(pcaps.S2C, pcaps.Close(1000, "bye"))
	d.Close()
	return d
}

// page is an ordinary request and its response, whose body looks like a handshake with a message.
func (d *dialogue) page() {
	trap := append(pcaps.Response{}.Bytes(), pcaps.Text("a message that nobody sent").Bytes()...)
	d.Send(pcaps.C2S, pcaps.Request{Omit: []string{"Upgrade", "Connection", "Sec-WebSocket-Key", "Sec-WebSocket-Version"}}.Bytes())
	d.Send(pcaps.S2C, pcaps.Response{Status: 200, Headers: [][2]string{{"Content-Length", fmt.Sprint(len(trap))}}, Body: trap}.Bytes())
}

func (d *dialogue) model(t testing.TB, name string) *model {
	truth, err := json.Marshal(map[string]any{"connections": []any{map[string]any{"client_addr": "192.0.2.1:50000", "path": "/", "messages": d.said}}})
	if err != nil {
		t.Fatal(err)
	}
	return newModel(t, name, d.File(), truth)
}

// TestDialogues decodes random conversations as they are.
func TestDialogues(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		m := newDialogue(seed).model(t, fmt.Sprintf("dialogue %d", seed))
		r := tellPackets(t, m.raw)
		if r.only(t).Path != "/" {
			t.Errorf("%s: path %q", m.name, r.only(t).Path)
		}
		c := &m.truth.Connections[0]
		for _, wrong := range r.missed(r.sessions[0], c) {
			t.Errorf("%s: %.600s", m.name, wrong)
		}
	}
}

// TestMutationsOfDialogues ruins them.
func TestMutationsOfDialogues(t *testing.T) {
	t.Parallel()
	var models []*model
	for seed := range uint64(40) {
		models = append(models, newDialogue(seed).model(t, fmt.Sprintf("dialogue %d", seed)))
	}
	mutateAll(t, models, envNumber("WSPEEK_MUTATIONS", 150))
}
