package main

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/wspeek/wspeek/decode/payload"
)

// reader says how messages are read that say something, and whether they are to be read at all.
func (f *flags) reader() (opt payload.ReaderOptions, on bool) {
	opt.Force = payload.Find(f.app)
	opt.Now = len(f.live.interfaces) > 0 || slices.Contains(f.read, "-")
	return opt, f.app != payload.NoApp
}

// protocol is the name of a protocol that is decoded, or none.
func protocol(p *string) *value {
	return &value{want: "the name of a protocol that wspeek help apps lists, or none", choices: append(payload.Names(), payload.NoApp), set: func(s string) bool {
		*p = s
		return s == payload.NoApp || slices.Contains(payload.Names(), s)
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

// appsTopic lists the protocols whose messages are decoded.
func appsTopic() *cobra.Command {
	return &cobra.Command{Use: "apps", Short: "what the messages of application protocols say: which are known, and how", Long: payload.Help(80)}
}
