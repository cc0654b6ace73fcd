package flate

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	kflate "github.com/klauspost/compress/flate"
)

// load is a benchmark: messages of several directions in turn, as they lie on the wire with their tail put back.
type load struct {
	name       string
	directions int
	takeover   bool
	message    func(r *rand.Rand, i int) []byte
}

var loads = []load{
	{"chat-105", 1, true, chat(0)},
	{"chat-105-x400", 400, true, chat(0)},
	{"socketio-91", 1, true, socketIO},
	{"socketio-91-x400", 400, true, socketIO},
	{"chat-300", 1, true, chat(190)},
	{"chat-1k", 1, true, chat(900)},
	{"chat-1k-x400", 400, true, chat(900)},
	{"no-takeover-500", 1, false, chat(400)},
	{"rows-16k", 1, true, rows},
	{"rows-16k-x100", 100, true, rows},
}

var vocabulary = bytes.Fields([]byte(`the of and to in is you that it he was for on are as with his they at be this have from or one had
 by word but not what all were we when your can said there use an each which she do how their if will up other about out many then
 them these so some her would make like him into time has look two more write go see number no way could people my than first water
 been call who oil its now find long down day did get come made may part build deploy review merge ticket server latency database
 release customer invoice meeting tomorrow yesterday perhaps definitely broken fixed waiting thanks please`))

// chat is a JSON message with about n more bytes of text.
func chat(n int) func(*rand.Rand, int) []byte {
	return func(r *rand.Rand, i int) []byte {
		var b bytes.Buffer
		fmt.Fprintf(&b, `{"type":"message","id":"%06x","room":%d,"ts":%d,"text":"`, r.IntN(1<<24), r.IntN(90), int64(1764490000000)+int64(i*731+r.IntN(700)))
		for end := b.Len() + n + 32; b.Len() < end; {
			if r.IntN(12) == 0 {
				fmt.Fprintf(&b, "%x", r.IntN(1<<12))
			}
			b.Write(vocabulary[r.IntN(len(vocabulary))])
			b.WriteByte(' ')
		}
		b.WriteString(`"}`)
		return b.Bytes()
	}
}

func socketIO(r *rand.Rand, i int) []byte {
	return fmt.Appendf(nil, `42["quote",{"symbol":"%c%c%c","bid":%d.%02d,"ask":%d.%02d,"size":%d,"seq":%d,"key":"%04x"}]`, 'A'+r.IntN(26),
		'A'+r.IntN(26), 'A'+r.IntN(26), 100+r.IntN(900), r.IntN(100), 100+r.IntN(900), r.IntN(100), r.IntN(900), 5000+i, r.IntN(1<<16))
}

func rows(r *rand.Rand, i int) []byte {
	b := []byte(`{"rows":[`)
	for k := range 150 {
		b = fmt.Appendf(b, `{"id":%d,"name":"%s %s","sku":"%05x","price":%d.%02d,"stock":%d,"active":%t},`, i*130+k, vocabulary[r.IntN(len(vocabulary))],
			vocabulary[r.IntN(len(vocabulary))], r.IntN(1<<20), r.IntN(900), r.IntN(100), r.IntN(5000), r.IntN(3) > 0)
	}
	return append(b, "]}"...)
}

// wire are messages, by direction; out is how long they are.
func (l *load) wire() (list [][][]byte, out int64) {
	r := rand.New(rand.NewPCG(11, 12))
	perDirection := max(30, 9600/l.directions)
	if l.directions == 1 && l.name[:4] == "rows" {
		perDirection = 120
	}
	for range l.directions {
		var plain [][]byte
		for i := range perDirection {
			m := l.message(r, i)
			out += int64(len(m))
			plain = append(plain, m)
		}
		var in [][]byte
		if l.takeover {
			in = deflate(6, false, plain)
		} else {
			for _, m := range plain {
				in = append(in, deflate(6, false, [][]byte{m})...)
			}
		}
		list = append(list, together(in))
	}
	return list, out
}

// together puts messages into memory one after another, so that each but the last has capacity after it.
func together(messages [][]byte) [][]byte {
	all := padded(bytes.Join(messages, nil))
	for i, m := range messages {
		messages[i], all = all[:len(m)], all[len(m):]
	}
	return messages
}

// BenchmarkInflate holds this decoder beside klauspost/compress. A turn is all messages of a load; ns/msg is what counts.
func BenchmarkInflate(b *testing.B) {
	for i := range loads {
		l := &loads[i]
		list, out := l.wire()
		for _, c := range []struct {
			name string
			run  func(*load, [][][]byte) int64
		}{{"ours", l.runner(list)}, {"klauspost", l.klauspost(list)}} {
			b.Run(l.name+"/"+c.name, func(b *testing.B) {
				messages := len(list) * len(list[0])
				b.SetBytes(out)
				for b.Loop() {
					if n := c.run(l, list); n != out {
						b.Fatalf("%d bytes, want %d", n, out)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(messages), "ns/msg")
			})
		}
	}
}

// runner decodes as decode/ws does: one decoder, a buffer for each direction.
func (l *load) runner(list [][][]byte) func(*load, [][][]byte) int64 {
	var d Decoder
	buffers := make([]Buffer, len(list))
	buf := make([]byte, 64<<10)
	for i := range buffers {
		buffers[i].Move(make([]byte, 64<<10), false)
	}
	return func(l *load, list [][][]byte) (n int64) {
		for i := range buffers {
			buffers[i].Forget()
		}
		for m := range list[0] {
			for i := range list {
				b := &buffers[i]
				if !l.takeover {
					b.Forget()
				}
				if b.Room() < len(list[i][m])*8 {
					b.Slide(false)
				}
				b.Begin()
				d.Reset()
				if _, s := d.Decode(b, list[i][m], 1<<20); s != More || !d.Aligned() {
					return -1
				}
				n += int64(copy(buf, b.Output()))
			}
		}
		return n
	}
}

// klauspost decodes with a reader for each direction that stays alive, fed by a bytes.Reader, which is its fastest way, message by
// message; it is told how long each is.
func (l *load) klauspost(list [][][]byte) func(*load, [][][]byte) int64 {
	readers, sources := make([]io.ReadCloser, len(list)), make([]bytes.Reader, len(list))
	joined, lengths, stops := make([][]byte, len(list)), make([][]int, len(list)), make([][]int, len(list))
	for i, messages := range list {
		readers[i] = kflate.NewReader(&sources[i])
		joined[i], lengths[i], stops[i] = bytes.Join(messages, nil), l.lengths(messages), ends(messages)
	}
	buf := make([]byte, 64<<10)
	return func(l *load, list [][][]byte) (n int64) {
		for i := range readers {
			sources[i].Reset(nil)
			_ = readers[i].(kflate.Resetter).Reset(&sources[i], nil)
		}
		for m := range list[0] {
			for i, r := range readers {
				end := stops[i][m]
				sources[i].Reset(joined[i][end-len(list[i][m])-sources[i].Len() : end])
				if !l.takeover {
					_ = r.(kflate.Resetter).Reset(&sources[i], nil)
				}
				k, err := io.ReadFull(r, buf[:lengths[i][m]])
				if n += int64(k); err != nil {
					return -1
				}
			}
		}
		return n
	}
}

// lengths are how long the messages of a direction are.
func (l *load) lengths(messages [][]byte) (list []int) {
	var d Decoder
	var b Buffer
	b.Move(make([]byte, 256<<10), false)
	for _, m := range messages {
		b.Slide(false)
		b.Begin()
		d.Reset()
		d.Decode(&b, m, 1<<20)
		list = append(list, len(b.Output()))
	}
	return list
}

// ends is where each message ends when they are joined.
func ends(messages [][]byte) (list []int) {
	at := 0
	for _, m := range messages {
		at += len(m)
		list = append(list, at)
	}
	return list
}
