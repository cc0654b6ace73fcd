package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/decode/payload"
)

const rootLong = `wspeek shows the WebSocket traffic that is on the wire: it reads capture files,
reassembles TCP, finds the opening handshakes, decodes frames, inflates
permessage-deflate, and lists the messages of every connection.

  wspeek chat.pcapng               opens the screen; lists messages if output is not a terminal
  wspeek sessions chat.pcapng      one line per WebSocket session
  wspeek check chat.pcapng         the rules that the traffic breaks
  sudo wspeek live -i eth0         captures and shows as it happens
  tcpdump -U -w - | wspeek live -r -

Exit status: 0 done, 1 a negative answer (check: a rule is broken), 2 usage or
input trouble, 3 finished but incomplete (standard error says why), 130 interrupted.`

func newRoot(std run.Streams) *cobra.Command {
	f := newFlags()
	root := &cobra.Command{
		Use:           "wspeek [command] FILE...",
		Short:         "The browser's Frames tab, for the wire",
		Long:          rootLong,
		Args:          cobra.ArbitraryArgs,
		Version:       run.ReadBuild().Version,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 && len(f.read) == 0 {
				return cmd.Help()
			}
			if err := notCommand(cmd, args); err != nil {
				return err
			}
			if onScreen(cmd.Flags(), std.Out) {
				return showFiles(cmd.Context(), std, f, args)
			}
			if err := checkScreen(cmd, false); err != nil {
				return err
			}
			return list(cmd.Context(), std, f, args, messagesView)
		},
	}
	root.SetVersionTemplate("wspeek {{.Version}}\n")
	f.register(root, inFiles)
	f.addCommands(root, std)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return flagTrouble(c, inOf(c), err) })
	root.SetUsageFunc(usage)
	root.SetHelpCommand(helpCommand(root))
	root.SuggestionsMinimumDistance = 2
	return root
}

// addCommands adds the commands and help topics, with their flags.
func (f *flags) addCommands(root *cobra.Command, std run.Streams) {
	for _, c := range []struct {
		cmd *cobra.Command
		in  commands
	}{
		{listCommand(std, f, messagesView, "messages FILE...", "one line per message", messagesLong), inMessages},
		{listCommand(std, f, framesView, "frames FILE...", "one line per frame", ""), inFrames},
		{listCommand(std, f, sessionsView, "sessions FILE...", "one line per WebSocket session (refused handshakes too)", ""), inSessions},
		{checkCommand(std, f), inCheck}, {callsCommand(std, f), inCalls}, {ladderCommand(std, f), inLadder}, {demoCommand(std, f), inDemo},
		{liveCommand(std, f), inLive}, {explainCommand(std, f), inExplain}, {buildCommand(std, f), inBuild},
		{exportCommand(std, f), inExport}, {reportCommand(std, f), inReport}, {diffCommand(std, f), inDiff}, {traceCommand(std, f), inTrace},
		{versionCommand(std, f), inVersion}, {topic("filter", "the language of -Y: fields and operators", filterHelp), 0}, {fileTopic("json", "the lines of --json: the contract for programs"), 0},
		{topic("apps", "what the messages of application protocols say: which are known, and how", func() string { return payload.Help(80) }), 0}, {fileTopic("exit-status", "what the exit status means"), 0}, {fileTopic("tls", "how to get the keys of TLS connections, and how to give them"), 0},
	} {
		f.register(c.cmd, c.in)
		root.AddCommand(c.cmd)
	}
}

// inOf is which command c is.
func inOf(c *cobra.Command) commands {
	for _, n := range commandNames {
		if n.name == c.Name() {
			return n.in
		}
	}
	return inFiles
}

// notCommand is the error if a name is that of neither a file nor a command, but of something near one; nil if not.
func notCommand(root *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if err := captureFilterInstead(args); err != nil {
		return err
	}
	_, err := os.Stat(args[0])
	near := root.SuggestionsFor(args[0])
	if args[0] == "-" || !errors.Is(err, os.ErrNotExist) || strings.ContainsAny(args[0], "./\\") || len(near) == 0 {
		return nil
	}
	return run.Troublef("%s: there is no such file or command; did you mean wspeek %s?", args[0], near[0])
}

// helpCommand is help, whose status is 2 if there is nothing of that name.
func helpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use: "help [command]", Short: "help about a command or topic",
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			var names []string
			for _, c := range root.Commands() {
				names = append(names, c.Name())
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			c, rest, err := root.Find(args)
			if err == nil && len(rest) == 0 {
				c.InitDefaultHelpFlag()
				return c.Help()
			}
			hint := ""
			if near := root.SuggestionsFor(args[0]); len(near) > 0 {
				hint = "; did you mean " + near[0] + "?"
			}
			return run.Troublef("help %s: there is no such command or topic%s", strings.Join(args, " "), hint)
		},
	}
}

// usage prints how a command is used.
func usage(c *cobra.Command) error {
	var b strings.Builder
	if c.Runnable() {
		fmt.Fprintf(&b, "Usage:\n  %s\n", c.UseLine())
	}
	if c.HasExample() {
		fmt.Fprintf(&b, "\nExamples:\n%s\n", c.Example)
	}
	section := func(title string, cs []*cobra.Command) {
		if len(cs) > 0 {
			fmt.Fprintf(&b, "\n%s:\n", title)
		}
		for _, s := range cs {
			fmt.Fprintf(&b, "  %-11s %s\n", s.Name(), s.Short)
		}
	}
	topic := func(s *cobra.Command) bool { return !s.Runnable() && !s.HasSubCommands() }
	shown := slices.DeleteFunc(slices.Clone(c.Commands()), func(s *cobra.Command) bool { return s.Hidden })
	section("Commands", slices.DeleteFunc(slices.Clone(shown), topic))
	section("Topics (wspeek help TOPIC)", slices.DeleteFunc(shown, func(s *cobra.Command) bool { return !topic(s) }))
	if c.HasAvailableLocalFlags() {
		fmt.Fprintf(&b, "\nFlags:\n%s\n", flagUsages(c.Flags()))
	}
	_, err := fmt.Fprint(c.OutOrStderr(), b.String())
	return err
}

// usageWidth is how long the lines about flags are.
const usageWidth = 100

// flagUsages has a line for each flag.
func flagUsages(set *pflag.FlagSet) string {
	return strings.TrimRight(strings.ReplaceAll(set.FlagUsagesWrapped(usageWidth), "[="+emptyPayload+"]", "    "), "\n")
}

const messagesLong = `messages lists data messages, and each ping, pong and close, in the order in
which they were completed.

With --raw --session N the payloads of data messages are written as they are, one after the other
(--dir c2s or s2c for one side only). With -i it captures, like live without a screen.`

func listCommand(std run.Streams, f *flags, v view, use, short, long string) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Long: long,
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.live.on() {
				return runLive(cmd, std, f, args, v, false)
			}
			if err := captureFilterInstead(args); err != nil {
				return err
			}
			return list(cmd.Context(), std, f, args, v)
		},
	}
}
