package run

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
)

// Build is what a program was built from.
type Build struct {
	// Version is the tag, or "devel"; Revision and Time are those of the commit, empty if not known.
	Version, Revision, Time string
	// Modified says that the files differed from the commit.
	Modified bool
}

// ReadBuild is what this program was built from.
func ReadBuild() Build {
	info, _ := debug.ReadBuildInfo()
	return BuiltFrom(info)
}

// BuiltFrom reads build information; nil is none.
func BuiltFrom(info *debug.BuildInfo) Build {
	b := Build{Version: "devel"}
	if info == nil {
		return b
	}
	if v := strings.TrimPrefix(info.Main.Version, "v"); v != "" && v != "(devel)" {
		b.Version = v
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Revision = s.Value
		case "vcs.time":
			b.Time = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}

// Program is the name and version: "wspeek 1.2.3".
func (b Build) Program() string { return "wspeek " + b.Version }

// String is the whole of it, a line each.
func (b Build) String() string {
	text := b.Program()
	if b.Revision != "" {
		text += "\ncommit " + b.Revision
		if b.Modified {
			text += ", modified"
		}
		text += "\ndate " + cmp.Or(b.Time, "unknown")
	}
	return fmt.Sprintf("%s\n%s %s/%s", text, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
