package stack_test

import (
	"bytes"
	"testing"

	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/pcaps"
)

// pushForged sends data, and directly before or after its segment one with other bytes in its place.
func pushForged(c *pcaps.Conversation, d pcaps.Dir, data, forged []byte, before bool) {
	s := c.Segment(d)
	s.Flags, s.Payload = pcaps.PSH|pcaps.ACK, forged
	if before {
		c.Put(s)
		c.Push(d, data)
	} else {
		c.Push(d, data)
		c.Put(s)
	}
	c.Ack(d.Other())
}

func TestHazard_T2_ForgedBefore(t *testing.T) {
	t.Parallel()
	c := upgraded("")
	c.SendFrames(pcaps.S2C, pcaps.Text("one"))
	pushForged(c, pcaps.S2C, pcaps.Text("two").Bytes(), pcaps.Text("ten").Bytes(), true)
	c.SendFrames(pcaps.S2C, pcaps.Text("three"))
	r := tell(t, c)
	r.want(t, 1, ws.S2C, "exact one, conflict ten, exact three")
	if !r.broke(rule.Conflict) {
		t.Error("no finding tells of the conflict")
	}
}

func TestHazard_T3_ForgedAfterDelivery(t *testing.T) {
	t.Parallel()
	c := upgraded("")
	c.SendFrames(pcaps.S2C, pcaps.Text("one"))
	pushForged(c, pcaps.S2C, pcaps.Text("two").Bytes(), pcaps.Text("ten").Bytes(), false)
	c.SendFrames(pcaps.S2C, pcaps.Text("three"))
	tell(t, c).want(t, 1, ws.S2C, "exact one, conflict two, exact three")
}

// A forged header moves all boundaries after it.
func TestHazard_T3_ForgedHeader(t *testing.T) {
	t.Parallel()
	for _, before := range []bool{true, false} {
		c := upgraded("")
		c.SendFrames(pcaps.S2C, pcaps.Text("one"))
		pushForged(c, pcaps.S2C, pcaps.Text("two").Bytes(), []byte{0x81, 1, 't', 'w', 'o'}, before)
		c.SendFrames(pcaps.S2C, pcaps.Text("three"))
		if got := tell(t, c).exact(1, ws.S2C, true); len(got) != 1 {
			t.Errorf("forged before: %v: told as exact: %v", before, got)
		}
	}
}

// Copies of the 101 that differ leave open what was agreed to; what was reported before that is known is amended.
func TestHazard_T3_ForgedHandshake(t *testing.T) {
	t.Parallel()
	plain := pcaps.Response{}.Bytes()
	rows := []struct {
		name   string
		forged []byte
		before bool
	}{
		{"other accept, before", bytes.Replace(plain, []byte("s3pP"), []byte("AAAA"), 1), true},
		{"other accept, behind", bytes.Replace(plain, []byte("s3pP"), []byte("AAAA"), 1), false},
		{"section ends early", bytes.Replace(plain, []byte("\r\nUp"), []byte("\n\nUp"), 1), true},
		{"refused", bytes.Replace(plain, []byte(" 101 "), []byte(" 403 "), 1), false},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			c := &pcaps.Conversation{}
			c.Open()
			c.Send(pcaps.C2S, pcaps.Request{}.Bytes())
			pushForged(c, pcaps.S2C, plain, row.forged, row.before)
			c.SendFrames(pcaps.C2S, clientText("one"))
			c.SendFrames(pcaps.S2C, pcaps.Text("two"))
			r := tell(t, c)
			for d := ws.C2S; d <= ws.S2C; d++ {
				if got := r.exact(1, d, false); len(got) > 0 {
					t.Errorf("%s: told as exact: %v", d, got)
				}
			}
		})
	}
}

// The forged response comes after messages: they are amended.
func TestHazard_T3_LateForgedHandshake(t *testing.T) {
	t.Parallel()
	c := &pcaps.Conversation{}
	c.Open()
	c.Send(pcaps.C2S, pcaps.Request{}.Bytes())
	forged := c.Segment(pcaps.S2C)
	forged.Payload = bytes.ToUpper(pcaps.Response{}.Bytes())
	c.Push(pcaps.S2C, pcaps.Response{}.Bytes())
	c.Push(pcaps.S2C, pcaps.Stream(pcaps.Text("one"), pcaps.Text("two")))
	c.Put(forged)
	c.SendFrames(pcaps.S2C, pcaps.Text("three"))
	tell(t, c).want(t, 1, ws.S2C, "conflict one, conflict two, conflict three")
}

// Conflicts before the request, in what decides where it begins.
func TestHazard_T2_ForgedEarlierResponse(t *testing.T) {
	t.Parallel()
	c := &pcaps.Conversation{}
	c.Open()
	c.Send(pcaps.C2S, pcaps.Request{Omit: []string{"Upgrade", "Connection", "Sec-WebSocket-Key", "Sec-WebSocket-Version"}}.Bytes())
	page := pcaps.Response{Status: 200, Headers: [][2]string{{"Content-Length", "3"}}, Body: []byte("abc")}.Bytes()
	pushForged(c, pcaps.S2C, page, bytes.Replace(page, []byte("th: 3"), []byte("th: 2"), 1), false)
	c.Send(pcaps.C2S, pcaps.Request{}.Bytes())
	c.Send(pcaps.S2C, pcaps.Response{}.Bytes())
	c.SendFrames(pcaps.S2C, pcaps.Text("one"))
	tell(t, c).want(t, 1, ws.S2C, "conflict one")
}

// A gap at offset 0, and a conflict in what waits after it.
func TestHazard_T2_ConflictBehindGap(t *testing.T) {
	t.Parallel()
	c := &pcaps.Conversation{}
	c.Open()
	c.Skip(pcaps.C2S, 40)
	c.Send(pcaps.C2S, pcaps.Request{}.Bytes())
	c.Send(pcaps.S2C, pcaps.Response{}.Bytes())
	pushForged(c, pcaps.C2S, clientText("one").Bytes(), clientText("two").Bytes(), true)
	c.SendFrames(pcaps.C2S, clientText("three"))
	r := tell(t, c)
	for _, m := range r.of(1, ws.C2S) {
		if string(m.Payload) != "three" && m.State == ws.Exact {
			t.Errorf("%v %q", m, m.Payload)
		}
	}
}

// Data that is no WebSocket after a forged header does not hide the conflict.
func TestHazard_H25_ForgedIntoGarbage(t *testing.T) {
	t.Parallel()
	c := upgraded("")
	forged := append([]byte{0x81, 1, 'x'}, 0x77, 0x4f, 0xad, 0x94)
	pushForged(c, pcaps.C2S, clientText("a").Bytes(), forged, true)
	if got := tell(t, c).exact(1, ws.C2S, false); len(got) > 0 {
		t.Errorf("told as exact: %v", got)
	}
}
