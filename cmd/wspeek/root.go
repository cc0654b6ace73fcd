package main

import (
	"github.com/spf13/cobra"

	"github.com/wspeek/wspeek/cmd/internal/run"
)

const version = "0.1.0"

const rootLong = `wspeek shows the WebSocket traffic that is on the wire: it reads capture files,
reassembles TCP, finds the opening handshakes, decodes frames, inflates
permessage-deflate, and lists the messages of every connection.

  wspeek chat.pcapng               opens the screen; lists messages where output is no terminal
  wspeek sessions chat.pcapng      one line a WebSocket session
  wspeek check chat.pcapng         the rules that the traffic breaks
  sudo wspeek live -i eth0         captures and shows as it happens
  tcpdump -U -w - | wspeek live -r -

Exit status: 0 done, 1 a negative answer (check: a rule is broken), 2 usage or
input trouble, 3 finished but incomplete (said on standard error), 130 interrupted.`

func newRoot(std run.Streams) *cobra.Command {
	f := &flags{}
	root := &cobra.Command{
		Use:           "wspeek [command] FILE...",
		Short:         "The browser's Frames tab, for the wire",
		Long:          rootLong,
		Args:          cobra.ArbitraryArgs,
		Version:       version,
		SilenceUsage:  true,
		SilenceErrors: true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.check(cmd.Flags()); err != nil {
				return err
			}
			return f.live.check(cmd, f)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 && len(f.read) == 0 {
				return cmd.Help()
			}
			if onScreen(cmd.Flags(), std.Out) {
				return showFiles(cmd.Context(), std, f, args)
			}
			return list(cmd.Context(), std, f, args, messagesView)
		},
	}
	root.SetVersionTemplate("wspeek {{.Version}}\n")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return flagTrouble(err) })
	f.register(root.PersistentFlags())
	root.AddCommand(
		listCommand(std, f, messagesView, "messages FILE...", "one line a message", messagesLong),
		listCommand(std, f, framesView, "frames FILE...", "one line a frame", ""),
		listCommand(std, f, sessionsView, "sessions FILE...", "one line a WebSocket session (refused handshakes too)", ""),
		checkCommand(std, f), ladderCommand(std, f),
		demoCommand(std, f),
		liveCommand(std, f),
		explainCommand(std, f), buildCommand(std, f),
		exportCommand(std, f),
		diffCommand(std, f),
		filterTopic(), topic("json", "the lines of --json: the contract for programs"), topic("exit-status", "what the exit status means"),
	)
	return root
}

const messagesLong = `messages lists data messages, and each ping, pong and close, in the order in
which they were completed.

With --raw --session N the payloads of data messages are written as they are, one after the other
(--dir c2s or s2c for one side alone).`

func listCommand(std run.Streams, f *flags, v view, use, short, long string) *cobra.Command {
	c := &cobra.Command{
		Use: use, Short: short, Long: long,
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.live.on() {
				return runLive(cmd.Context(), std, f, args, v, false)
			}
			return list(cmd.Context(), std, f, args, v)
		},
	}
	if v == messagesView || v == framesView {
		f.live.registerOwn(c.Flags())
	}
	if v == messagesView {
		c.Flags().BoolVar(&f.raw, "raw", false, "write the payloads of data messages as they are (needs --session)")
		c.Flags().StringVar(&f.dir, "dir", "", "with --raw: one direction alone, `c2s` or s2c")
	}
	return c
}
