package payload

import "strings"

var viteRow = Protocol{
	Name: "Vite HMR", ID: "vite", Tokens: []string{"vite-hmr", "vite-ping"}, Evidence: `the server's first message is {"type":"connected"} and its path has token=`,
	Decodes: "updates, reloads, errors and custom events",
	Spec:    "vite.dev/guide/api-hmr; vite's types/hmrPayload.d.ts",
	Recognise: func(o *Opening, first []Message) Certainty {
		if strings.Contains(o.Target, "?token=") && !first[0].FromClient && string(first[0].Payload) == `{"type":"connected"}` {
			return Yes
		}
		return No
	},
	Begin: beginWith(func(m *Message, out []App) []App {
		return hotReload(m, out, "type", []string{"connected", "ping", "pong", "update", "full-reload", "custom", "prune", "error", "vite:invoke"})
	}),
}

var webpackRow = Protocol{
	Name: "webpack-dev-server", ID: "webpack-dev-server", Evidence: `the server's messages are {"type":"hash","data":...}, hot, liveReload, ok and the like`,
	Decodes: "builds, warnings, errors and reloads",
	Spec:    "webpack/webpack-dev-server, client-src",
	Recognise: func(_ *Opening, first []Message) Certainty {
		seen := 0
		for i := range first {
			t := str(member(first[i].Payload, "type"))
			if first[i].FromClient || !in(webpackTypes, t) {
				return No
			}
			if t == "hash" || t == "liveReload" || t == "still-ok" || t == "hot" {
				seen++
			}
		}
		if seen > 1 {
			return Yes
		}
		return Maybe
	},
	Begin: beginWith(func(m *Message, out []App) []App { return hotReload(m, out, "type", webpackTypes) }),
}

// webpackTypes are the types of messages of webpack-dev-server.
var webpackTypes = []string{
	"hot", "liveReload", "invalid", "hash", "logging", "overlay", "reconnect", "progress", "progress-update", "still-ok", "ok",
	"static-changed", "content-changed", "warnings", "errors", "error", "close",
}

var nextRow = Protocol{
	Name: "Next.js HMR", ID: "next-hmr", Evidence: "the path is /_next/webpack-hmr",
	Decodes: "builds, reloads, errors and changes of server components",
	Spec:    "vercel/next.js, hot-reloader-types.ts",
	Recognise: func(o *Opening, _ []Message) Certainty {
		if path, _, _ := strings.Cut(o.Target, "?"); strings.HasSuffix(path, "/_next/webpack-hmr") {
			return Yes
		}
		return No
	},
	Begin: beginWith(func(m *Message, out []App) []App {
		n := len(out)
		for _, key := range []string{"action", "event", "type"} {
			if out = hotReload(m, out, key, nil); len(out) > n {
				break
			}
		}
		return out
	}),
}

// hotReload appends what a message of a development server says; kinds are the values of key that there are, nil for any.
func hotReload(m *Message, out []App, key string, kinds []string) []App {
	o, ok := object(m.Payload)
	a := App{Event: str(o.Get(key))}
	if !ok || a.Event == "" || kinds != nil && !in(kinds, a.Event) {
		return out
	}
	a.Name = str(o.Get("event"))
	if a.Name == a.Event {
		a.Name = ""
	}
	a.Heartbeat = a.Event == "ping" || a.Event == "pong"
	a.Error = a.Event == "error" || a.Event == "errors"
	if !m.Brief {
		args := orNil(o.Get("data"), o.Get("updates"), o.Get("err"), o.Get("paths"), o.Get("path"), o.Get("hash"))
		a.Args, a.Summary = own(args), line(a.Event, a.Name, brief(args))
	}
	return append(out, a)
}
