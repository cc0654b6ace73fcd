package payload

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/wspeek/wspeek/decode/jsontext"
)

// Promise is a heartbeat that a packet promises: how often a side shows that it is alive. It replaces an earlier one of the same side;
// without Within it takes that back.
type Promise struct {
	// FromClient says which side is to send.
	FromClient bool
	// Every is how often it sends, Within the longest silence that the other side has to accept, by the protocol.
	Every, Within time.Duration
	// Answers means: not by itself, but as an answer to each heartbeat of the other side. Every is then 0.
	Answers bool
	// Any means: any packet will do, so that a heartbeat is sent only where nothing else is.
	Any bool
}

// maxPromised is the longest interval that counts as promised; what is longer is taken for "never".
const maxPromised = 24 * time.Hour

// promises appends a Promise unless its interval is none.
func (a *App) promises(p Promise) {
	if p.Within > 0 && p.Within <= 2*maxPromised {
		a.Promised = append(a.Promised, p)
	}
}

// span is n units; 0 where that is no sensible interval.
func span(n int64, unit time.Duration) time.Duration {
	if n <= 0 || n > int64(maxPromised/unit) {
		return 0
	}
	return time.Duration(n) * unit
}

// spanIn is the member of an object that is a whole number of units; 0 where there is none.
func spanIn(o *jsontext.Shallow, name string, unit time.Duration) time.Duration {
	n, err := strconv.ParseInt(string(o.Get(name)), 10, 64)
	if err != nil {
		return 0
	}
	return span(n, unit)
}

// promisesEngine reads the packet that opens a session (engine.io-protocol, "Handshake" and "Heartbeat"): in revision 4 the server
// pings, before that the client; the other side answers within pingTimeout.
func (a *App) promisesEngine(open *jsontext.Shallow, old bool) {
	every, wait := spanIn(open, "pingInterval", time.Millisecond), spanIn(open, "pingTimeout", time.Millisecond)
	if every == 0 || wait == 0 {
		return
	}
	a.promises(Promise{FromClient: old, Every: every, Within: every + wait})
	a.promises(Promise{FromClient: !old, Within: wait, Answers: true})
}

// promisesKeepAlive is what CONNECT or CONNACK says (MQTT 5.0 section 3.1.2.10): the server closes after one and a half times that.
func (a *App) promisesKeepAlive(seconds int) {
	every := span(int64(seconds), time.Second)
	a.Promised = append(a.Promised, Promise{FromClient: true, Every: every, Within: every * 3 / 2, Any: true})
}

// mqttServerKeepAlive finds the keep alive that a server sets among properties (MQTT 5.0 section 3.2.2.3.14).
func mqttServerKeepAlive(p []byte) (seconds int, ok bool) {
	w := wire{p: p}
	if !mqttProperty(&w, mqttServerKeep) {
		return 0, false
	}
	seconds = w.small(2)
	return seconds, !w.bad
}

// promisesOCPP reads a call or result of OCPP: BootNotification gives the interval in seconds, and a configuration may change it.
func (a *App) promisesOCPP(fromClient bool, method string, args []byte) {
	if !fromClient && a.Name != "" && bytes.Contains(args, []byte("HeartbeatInterval")) {
		a.Promised = []Promise{{FromClient: true}}
	}
	if boot, ok := object(args); ok && method == "BootNotification" && a.Event == "callresult" && str(boot.Get("status")) == "Accepted" {
		a.promisesTwice(!fromClient, spanIn(&boot, "interval", time.Second), true)
	}
}

// stompBeat reads a heart-beat header (STOMP 1.2, Heart-beating): what a side can send, and what it wants, in milliseconds.
func stompBeat(header string) (can, wants int64) {
	x, y, _ := strings.Cut(header, ",")
	can, err1 := strconv.ParseInt(strings.TrimSpace(x), 10, 32)
	wants, err2 := strconv.ParseInt(strings.TrimSpace(y), 10, 32)
	if err1 != nil || err2 != nil {
		return 0, 0
	}
	return can, wants
}

// promisesStomp is what both heart-beat headers agree on. The specification leaves the error margin to the receiver: it is taken to be
// as long as the interval.
func (a *App) promisesStomp(client, server string) {
	cx, cy := stompBeat(client)
	sx, sy := stompBeat(server)
	if cx > 0 && sy > 0 {
		every := span(max(cx, sy), time.Millisecond)
		a.promises(Promise{FromClient: true, Every: every, Within: 2 * every, Any: true})
	}
	if sx > 0 && cy > 0 {
		every := span(max(sx, cy), time.Millisecond)
		a.promises(Promise{Every: every, Within: 2 * every, Any: true})
	}
}

// promisesCentrifugo reads the result of connect (client.proto, ConnectResult): the server pings every ping seconds, and the client
// answers if pong is set.
func (a *App) promisesCentrifugo(asked string, result any) {
	raw, ok := result.(json.RawMessage)
	if !ok || asked != "connect" {
		return
	}
	o, _ := object(raw)
	every := spanIn(&o, "ping", time.Second)
	a.promisesTwice(false, every, false)
	if string(o.Get("pong")) == "true" {
		a.promises(Promise{FromClient: true, Within: every, Answers: true})
	}
}

// promisesTwice is an interval for which the protocol names no margin: it is taken to be as long as the interval.
func (a *App) promisesTwice(fromClient bool, every time.Duration, anything bool) {
	a.promises(Promise{FromClient: fromClient, Every: every, Within: 2 * every, Any: anything})
}
