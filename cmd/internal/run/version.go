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
	Version  string `json:"version"`
	Revision string `json:"commit,omitempty"`
	Time     string `json:"date,omitempty"`
	// Modified says that the files differed from the commit.
	Modified bool `json:"modified"`
	// Go is the version of Go, OS and Arch what the program was built for.
	Go   string `json:"go"`
	OS   string `json:"os"`
	Arch string `json:"arch"`
}

// ReadBuild is what this program was built from.
func ReadBuild() Build {
	info, _ := debug.ReadBuildInfo()
	return BuiltFrom(info)
}

// BuiltFrom reads build information; nil is none.
func BuiltFrom(info *debug.BuildInfo) Build {
	b := Build{Version: "devel", Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH}
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
	return fmt.Sprintf("%s\n%s %s/%s", text, b.Go, b.OS, b.Arch)
}
