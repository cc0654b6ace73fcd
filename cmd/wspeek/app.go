package main

import (
	"slices"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/payload"
)

// anyApp is the value of --app that asks for what messages say, whatever the protocol.
const anyApp = "any"

// reader says how messages are read that say something, and whether they are to be read at all. Without payloads that must be
// asked for, because it costs more than all the rest.
func (f *flags) reader() (opt payload.ReaderOptions, on bool) {
	opt.Force = payload.Find(f.app)
	opt.Now = len(f.live.interfaces) > 0 || slices.Contains(f.read, "-")
	return opt, f.app != payload.NoApp && (f.app != "" || !f.noPayload)
}

// appOptions says how an export reads what messages say, nil if it does not.
func (f *flags) appOptions() *payload.ReaderOptions {
	opt, on := f.reader()
	if !on {
		return nil
	}
	return &opt
}

// protocol is the name of a protocol that is decoded, or none.
func protocol(p *string) *value {
	return &value{want: "the name of a protocol that wspeek help apps lists, any or none", choices: append(payload.Names(), anyApp, payload.NoApp), set: func(s string) bool {
		*p = s
		return s == payload.NoApp || s == anyApp || slices.Contains(payload.Names(), s)
	}}
}

// noApp is the switch that means none.
func noApp(p *string) *value {
	return &value{want: "true or false", alone: "true", set: func(s string) bool {
		if s == "true" {
			*p = payload.NoApp
		}
		return s == "true" || s == "false"
	}}
}

// visitApps visits an event and what its message says.
func (l *listing) visitApps(b *decode.Batch, e *decode.Event, said []payload.App) error {
	if l.says {
		l.json.Apps, l.text.Apps = said, said
	}
	if l.filter != nil {
		l.filter.Said = said
	}
	if e.Kind == decode.KindPoll {
		return l.poll(e, b.Poll(e))
	}
	return l.visit(b, e)
}

// poll writes the line of a body of Engine.IO's polling transport; a filter is for messages of WebSocket.
func (l *listing) poll(e *decode.Event, p *decode.Poll) error {
	of := l.apps.Polling()
	if l.filter != nil || l.f.session > 0 && of.Session != l.f.session {
		return nil
	}
	if l.f.json {
		return l.write(l.json.Poll(l.line[:0], e, p, of))
	}
	return l.write(l.text.Poll(l.line[:0], p, of))
}
