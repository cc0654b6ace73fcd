package feedtest

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/wspeek/wspeek/pcaps"
)

// Incident is a capture of 14 sessions that end in several ways: four are reset by their server in the same instant, of
// the others one is left by its client without a Close, one is refused, four are closed well and four stay open, of
// which one gets no pongs.
func Incident() []byte {
	var all []pcaps.Packet
	start := time.Unix(1_700_000_000, 0)
	for k := range 14 {
		c := pcaps.Conversation{Client: netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 1, 0, byte(k + 2)}), uint16(51000+k)),
			Server: netip.MustParseAddrPort("10.0.0.5:8080"), Start: start.Add(time.Duration(k) * 3 * time.Millisecond)}
		answer := pcaps.Response{}
		if k == 5 {
			answer.Status, answer.Reason = 503, "Service Unavailable"
		}
		c.Upgrade(pcaps.Request{Target: fmt.Sprintf("/api/v2/feed?room=lobby&user=user%02d", k+1)}, answer)
		if k != 5 {
			incidentTalk(&c, k)
		}
		incidentEnd(&c, k, start)
		all = append(all, c.Packets...)
	}
	return InOrder(all)
}

// incidentTalk lets both sides talk for a while; the fifth is slow to answer once.
func incidentTalk(c *pcaps.Conversation, k int) {
	for n := range 40 {
		c.Wait(time.Duration(120+7*k) * time.Millisecond)
		c.SendFrames(pcaps.C2S, pcaps.Text(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"quote"}`, n)).Masked(pcaps.RFCKey))
		if k == 4 && n == 20 {
			c.Wait(1500 * time.Millisecond)
		}
		c.SendFrames(pcaps.S2C, pcaps.Text(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"result":%d}`, n, n*n)))
	}
}

// incidentEnd ends session k.
func incidentEnd(c *pcaps.Conversation, k int, start time.Time) {
	switch {
	case k < 4: // 11 ms apart
		last := c.Packets[len(c.Packets)-1].Time
		c.Wait(start.Add(9*time.Second + time.Duration(11*k)*time.Millisecond).Sub(last))
		c.Push(pcaps.S2C, pcaps.Stream(pcaps.Text("the last words of the server")))
		c.Rst(pcaps.S2C)
	case k == 4:
		c.Fin(pcaps.C2S)
		c.Fin(pcaps.S2C)
	case k == 5:
		c.Close()
	case k < 10:
		c.SendFrames(pcaps.C2S, pcaps.Close(1000, "").Masked(pcaps.RFCKey))
		c.SendFrames(pcaps.S2C, pcaps.Close(1000, ""))
		c.Close()
	case k == 10:
		for range 2 {
			c.Wait(time.Second)
			c.SendFrames(pcaps.S2C, pcaps.Ping("are you there"))
		}
		c.Wait(8 * time.Second)
		c.Ack(pcaps.C2S)
	}
}
