package main

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wspeek/wspeek/cmd/internal/run"
)

// build is what this program was built from.
type build struct {
	// version is the tag, or "devel"; revision and time are those of the commit, empty if not known.
	version, revision, time string
	// modified says that the files differed from the commit.
	modified bool
}

// builtFrom reads the build information; nil is none.
func builtFrom(info *debug.BuildInfo) build {
	b := build{version: "devel"}
	if info == nil {
		return b
	}
	if v := strings.TrimPrefix(info.Main.Version, "v"); v != "" && v != "(devel)" {
		b.version = v
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.revision = s.Value
		case "vcs.time":
			b.time = s.Value
		case "vcs.modified":
			b.modified = s.Value == "true"
		}
	}
	return b
}

func (b build) String() string {
	text := "wspeek " + b.version
	if b.revision != "" {
		text += "\ncommit " + b.revision
		if b.modified {
			text += ", modified"
		}
		text += "\ndate " + cmp.Or(b.time, "unknown")
	}
	return fmt.Sprintf("%s\n%s %s/%s", text, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// version is the version of this program: its tag, or what the toolchain made of the commit.
func version() string {
	info, _ := debug.ReadBuildInfo()
	return builtFrom(info).version
}

// versionCommand says what this program was built from.
func versionCommand(std run.Streams) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "the version and what it was built from", Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			info, _ := debug.ReadBuildInfo()
			_, err := fmt.Fprintln(std.Out, builtFrom(info))
			return err
		},
	}
}

// noArgs refuses arguments.
func noArgs(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return run.Troublef("%s takes no arguments: %s", c.Name(), strings.Join(args, " "))
	}
	return nil
}
