package appcheck

import (
	"fmt"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode/payload"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
)

// heartbeatRules are the rules about heartbeats, by the name of the protocol in JSON.
var heartbeatRules = map[string]*rule.Rule{
	"engine.io": rule.EngineHeartbeat, "mqtt": rule.MQTTKeepAlive, "stomp": rule.StompHeartBeat, "discord": rule.DiscordHeartbeat,
	"ocpp": rule.OCPPHeartbeat,
}

// watch follows what one side promised.
type watch struct {
	payload.Promise
	protocol string
	on       bool
	// since is the message from which the silence counts, or, where heartbeats are answers, the one to be answered if waits is set.
	since place
	waits bool
	// late counts silences that were too long; worst is the longest, which began at from.
	late  int
	worst capture.Time
	from  place
}

// heartbeats are the promises of both sides, by direction.
type heartbeats [2]watch

// promised takes what a packet promises.
func (h *heartbeats) promised(list []payload.Promise, protocol string, at place) {
	for _, p := range list {
		w := &h[dirOf(p.FromClient)]
		w.Promise, w.protocol, w.since, w.on = p, protocol, at, p.Within > 0
		w.waits = false
	}
}

func dirOf(fromClient bool) ws.Dir {
	if fromClient {
		return ws.C2S
	}
	return ws.S2C
}

// heard takes a packet: what answers a heartbeat is itself one, and asks for none.
func (h *heartbeats) heard(a *payload.App, at place) {
	if w := &h[at.dir]; w.on && (a.Heartbeat || w.Any) && (!w.Answers || w.waits && a.Role != payload.Request) {
		w.silence(at.at.Time)
		w.since, w.waits = at, false
	}
	if w := &h[at.dir^1]; w.on && w.Answers && a.Heartbeat && a.Role != payload.Reply && !w.waits {
		w.since, w.waits = at, true
	}
}

// silence ends a silence.
func (w *watch) silence(now capture.Time) {
	d := now - w.since.at.Time
	if d <= capture.Time(w.Within) {
		return
	}
	if w.late++; d > w.worst {
		w.worst, w.from = d, w.since
	}
}

// findings report what was not kept until the end.
func (h *heartbeats) findings(end capture.Time, find func(*rule.Rule, place, string)) {
	for d := range h {
		w := &h[d]
		if w.on && (!w.Answers || w.waits) {
			w.silence(end)
		}
		if w.late == 0 {
			continue
		}
		r := heartbeatRules[w.protocol]
		if r == nil {
			r = rule.AppHeartbeat
		}
		w.from.dir = ws.Dir(d) //nolint:gosec // 0 or 1
		find(r, w.from, w.words())
	}
}

func (w *watch) words() string {
	side := "the server"
	if w.FromClient {
		side = "the client"
	}
	after := "its opening"
	if w.from.n > 0 {
		after = fmt.Sprintf("message %d", w.from.n)
	}
	s := fmt.Sprintf("%s promised one every %s, and was silent for %s after %s", side, duration(w.Every), show.Duration(w.worst), after)
	if w.Answers {
		s = fmt.Sprintf("%s left message %d without an answer for %s; it has %s", side, w.from.n, show.Duration(w.worst), duration(w.Within))
	}
	if w.late > 1 {
		s += fmt.Sprintf("; %d times in all", w.late)
	}
	return s
}

func duration[D ~int64](d D) string { return show.Duration(capture.Time(d)) }
