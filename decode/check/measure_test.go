package check_test

import (
	"compress/flate"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode/check"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/pcaps"
)

const ms = capture.Time(1e6)

func bye(c *pcaps.Conversation) {
	c.SendFrames(pcaps.C2S, pcaps.Close(1000, "").Masked(key))
	c.SendFrames(pcaps.S2C, pcaps.Close(1000, ""))
	c.Close()
}

// rules are the IDs of what the measurements gave rise to.
func rules(r *check.Report) string {
	var out []string
	for _, f := range r.Findings {
		out = append(out, f.Rule.ID+" "+f.Dir.String())
	}
	return strings.Join(out, ", ")
}

func TestHazard_W27_RoundTripsFromMatchedPayloads(t *testing.T) {
	t.Parallel()
	ping := func(c *pcaps.Conversation, s string) { c.Push(pcaps.C2S, pcaps.Ping(s).Masked(key).Bytes()) }
	pong := func(c *pcaps.Conversation, s string) { c.Push(pcaps.S2C, pcaps.Pong(s).Bytes()) }
	for _, row := range []struct {
		name  string
		write func(c *pcaps.Conversation)
		// sent, answered, skipped, waiting, measured, unasked pongs of the other side
		want [6]int
		rtt  [2]capture.Time
		rule string
	}{
		{"round trips", func(c *pcaps.Conversation) {
			ping(c, "a")
			c.Wait(4 * time.Millisecond)
			pong(c, "a")
			ping(c, "b")
			pong(c, "b")
		}, [6]int{2, 2, 0, 0, 2, 0}, [2]capture.Time{ms, 5 * ms}, ""},
		{"the newest stands for older ones", func(c *pcaps.Conversation) {
			ping(c, "a")
			ping(c, "b")
			pong(c, "b")
		}, [6]int{2, 1, 1, 0, 1, 0}, [2]capture.Time{ms, ms}, ""},
		{"the same payload twice measures nothing", func(c *pcaps.Conversation) {
			ping(c, "")
			ping(c, "")
			pong(c, "")
			pong(c, "")
		}, [6]int{2, 2, 0, 0, 1, 0}, [2]capture.Time{2 * ms, 2 * ms}, ""},
		{"unanswered", func(c *pcaps.Conversation) {
			ping(c, "a")
			c.Wait(3 * time.Second)
		}, [6]int{1, 0, 0, 1, 0, 0}, [2]capture.Time{}, "ping.unanswered c2s"},
		{"too soon to say", func(c *pcaps.Conversation) { ping(c, "a") }, [6]int{1, 0, 0, 1, 0, 0}, [2]capture.Time{}, ""},
		{"pong that nobody asked for", func(c *pcaps.Conversation) { pong(c, "beat") }, [6]int{0, 0, 0, 0, 0, 1}, [2]capture.Time{}, ""},
		{"another payload is no answer", func(c *pcaps.Conversation) {
			ping(c, "a")
			pong(c, "b")
			c.Wait(3 * time.Second)
		}, [6]int{1, 0, 0, 1, 0, 1}, [2]capture.Time{}, "ping.unanswered c2s"},
		{"pong captured before its ping", func(c *pcaps.Conversation) {
			pong(c, "a")
			ping(c, "a")
			c.Wait(3 * time.Second)
		}, [6]int{1, 1, 0, 0, 0, 1}, [2]capture.Time{}, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			c := talk()
			row.write(c)
			bye(c)
			r := only(t, c)
			p := r.Pings[ws.C2S]
			got := [6]int{p.Sent, p.Answered, p.Skipped, p.Waiting, p.Measured, r.Pings[ws.S2C].Unasked}
			if got != row.want || p.Min != row.rtt[0] || p.Max != row.rtt[1] {
				t.Errorf("got %v, %d to %d; want %v, %d to %d", got, p.Min, p.Max, row.want, row.rtt[0], row.rtt[1])
			}
			if rules(r) != row.rule {
				t.Errorf("findings %q, want %q", rules(r), row.rule)
			}
		})
	}
}

// A flood of pings is bounded, and adds up.
func TestPingFlood(t *testing.T) {
	t.Parallel()
	c := talk()
	for i := range 500 {
		c.Push(pcaps.C2S, pcaps.Ping(fmt.Sprint(i)).Masked(key).Bytes())
	}
	p := only(t, c).Pings[ws.C2S]
	if p.Sent != 500 || p.Answered+p.Skipped+p.Waiting+p.Forgotten != p.Sent || p.Waiting > 64 {
		t.Errorf("%+v does not add up", p)
	}
}

func TestHeartbeatsAndSilence(t *testing.T) {
	t.Parallel()
	c := talk()
	for i := range 6 {
		silent(c, 25*time.Second)
		c.Push(pcaps.S2C, pcaps.Text("2").Bytes())
		c.Push(pcaps.C2S, pcaps.Text("3").Masked(key).Bytes())
		if i%2 == 0 {
			c.Push(pcaps.S2C, pcaps.Ping("x").Bytes()) // three are not enough to call it regular
		}
	}
	bye(c)
	r := only(t, c)
	var got []string
	for _, b := range r.Beats {
		got = append(got, fmt.Sprintf("%s %s %d", b.Dir, b.What, b.Count))
	}
	if want := "c2s 3 6, s2c 2 6"; strings.Join(got, ", ") != want {
		t.Errorf("heartbeats %q, want %q", got, want)
	}
	if s := r.Longest; s.Length < 24*1000*ms || s.Length > 26*1000*ms || s.From.Packet >= s.To.Packet {
		t.Errorf("longest silence %+v", s)
	}
}

func TestCompression(t *testing.T) {
	t.Parallel()
	send := func(c *pcaps.Conversation, texts []string, level int, alone bool) {
		z := pcaps.Deflater{Level: level, NoTakeover: alone}
		for _, s := range texts {
			c.SendFrames(pcaps.S2C, z.Text(s))
		}
	}
	alike := make([]string, 12)
	short := make([]string, 12)
	for i := range alike {
		alike[i] = fmt.Sprintf(`{"price":%d,"bids":[[10,1],[10,1],[10,1],[10,1]],"asks":[[11,1],[11,1],[11,1],[11,1]]}`, i)
		short[i] = string(rune('a'+i)) + "?"
	}
	for _, row := range []struct {
		name, params string
		texts        []string
		level        int
		alone        bool
		rules        string
		refers       bool
	}{
		{"takeover helps", "", alike, 0, false, "", true},
		{"takeover that is never used", "", alike, 0, true, "deflate.takeover-unused s2c", false},
		{"takeover that was not agreed on", "; server_no_context_takeover", alike, 0, true, "", false},
		{"grew", "; server_no_context_takeover", short, flate.HuffmanOnly, true, "deflate.grew s2c", false},
		{"too few to say", "", alike[:4], 0, true, "", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			c := &pcaps.Conversation{}
			deflated(c, row.params)
			send(c, row.texts, row.level, row.alone)
			bye(c)
			r := only(t, c)
			z := r.Deflate[ws.S2C]
			var length int64
			for _, s := range row.texts {
				length += int64(len(s))
			}
			if z.Messages != len(row.texts) || z.Len != length || z.Refers != row.refers {
				t.Errorf("got %+v, want %d messages of %d bytes, refers %v", z, len(row.texts), length, row.refers)
			}
			if rules(r) != row.rules {
				t.Errorf("findings %q, want %q", rules(r), row.rules)
			}
		})
	}
}

func TestSlowMessages(t *testing.T) {
	t.Parallel()
	big := pcaps.Binary(make([]byte, 3000)).Bytes()
	for _, row := range []struct {
		name  string
		write func(c *pcaps.Conversation)
		says  []string
	}{
		{"sent again", func(c *pcaps.Conversation) {
			s := c.Segment(pcaps.S2C)
			s.Payload = big[:1000]
			c.Put(s)
			c.Wait(time.Second)
			s.ID += 100
			c.Put(s)
			c.Skip(pcaps.S2C, 1000)
			c.Push(pcaps.S2C, big[1000:])
		}, []string{"1 segment sent again"}},
		{"no room", func(c *pcaps.Conversation) {
			c.Push(pcaps.S2C, big[:1000])
			s := c.Segment(pcaps.C2S)
			s.Window = 0
			c.Put(s)
			c.Wait(2 * time.Second)
			s.Window = 65000
			c.Put(s)
			c.Push(pcaps.S2C, big[1000:])
		}, []string{"the client had no room for 2.00 s (zero window)"}},
		{"late", func(c *pcaps.Conversation) {
			s := c.Segment(pcaps.S2C)
			c.Push(pcaps.S2C, big[:100])
			c.Skip(pcaps.S2C, 1000)
			c.Push(pcaps.S2C, big[1100:])
			c.Wait(300 * time.Millisecond)
			s.Seq, s.Payload = s.Seq+100, big[100:1100]
			c.Put(s)
		}, []string{"1 segment late or out of order"}},
		{"nothing was captured", func(c *pcaps.Conversation) {
			c.Push(pcaps.S2C, big[:1000])
			c.Wait(time.Second)
			c.Push(pcaps.S2C, big[1000:])
		}, []string{"no trouble of TCP was captured", "the server probably"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			c := talk()
			row.write(c)
			c.Ack(pcaps.C2S)
			bye(c)
			r := only(t, c)
			if len(r.Slow) != 1 || r.SlowCount != 1 || rules(r) != "message.slow s2c" {
				t.Fatalf("slow %+v, findings %q", r.Slow, rules(r))
			}
			for _, s := range row.says {
				if !strings.Contains(r.Findings[0].Detail, s) {
					t.Errorf("%q is not in %q", s, r.Findings[0].Detail)
				}
			}
		})
	}
}

func TestTinyFragments(t *testing.T) {
	t.Parallel()
	c := talk()
	c.SendFrames(pcaps.S2C, pcaps.Fragments(1, "a", "b", "c", "d")...)
	c.SendFrames(pcaps.S2C, pcaps.Fragments(1, strings.Repeat("x", 100), strings.Repeat("y", 100), strings.Repeat("z", 100))...)
	bye(c)
	r := only(t, c)
	if f := r.Frames[ws.S2C]; f.Fragmented != 2 || f.Most != 4 || f.MostIn != 1 || f.Tiny != 1 || rules(r) != "frame.tiny s2c" {
		t.Errorf("got %+v, findings %q", f, rules(r))
	}
}

func TestInFlight(t *testing.T) {
	t.Parallel()
	c := talk()
	c.Push(pcaps.S2C, pcaps.Binary(make([]byte, 5000)).Bytes()) // 4 bytes of header
	c.Ack(pcaps.C2S)
	c.SendFrames(pcaps.S2C, pcaps.Binary(make([]byte, 100)))
	bye(c)
	if got := only(t, c).Session.TCP.Stats[ws.S2C].InFlight; got != 5004 {
		t.Errorf("in flight %d, want 5004", got)
	}
}

// Nothing from the wire acts on a terminal or breaks a line.
func TestInert(t *testing.T) {
	t.Parallel()
	c := &pcaps.Conversation{}
	c.Upgrade(pcaps.Request{Target: "/\x1b]0;x\x07\u202e"}, pcaps.Response{})
	for range 5 {
		c.Push(pcaps.S2C, pcaps.Text("\x1b[2J\n\u202e").Bytes())
		c.Wait(time.Second)
	}
	c.SendFrames(pcaps.S2C, pcaps.Close(1000, "a\nb\x1b[31m\u202e"))
	c.SendFrames(pcaps.C2S, pcaps.Close(1000, "").Masked(key))
	r := only(t, c)
	for _, out := range []string{string((&check.Text{Width: 80}).Report(nil, r)), string(check.AppendJSON(nil, r, ""))} {
		if strings.ContainsAny(out, "\x1b\x07\u202e") {
			t.Errorf("not inert: %q", out)
		}
	}
	if line := check.AppendJSON(nil, r, "f"); strings.Count(string(line), "\n") != 1 || !json.Valid(line) {
		t.Errorf("no line of JSON: %q", line)
	}
}

func TestSamples(t *testing.T) {
	t.Parallel()
	for _, s := range pcaps.Samples() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			var out []byte
			text := check.Text{Width: 100}
			for _, r := range reports(t, s.Data) {
				out = text.Report(out, r)
				for _, f := range r.Findings {
					out = fmt.Appendf(out, "%s message %d %s: %s\n", f.Rule.ID, f.Message, f.Dir, f.Detail)
				}
				out = check.AppendJSON(out, r, "")
			}
			pcaps.Golden(t, s.Name, out)
		})
	}
}

func BenchmarkRun(b *testing.B) {
	s := pcaps.Get("deflate")
	for b.Loop() {
		reports(b, s.Data)
	}
}
