package run_test

import (
	"runtime/debug"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/cmd/internal/run"
)

func TestVersion(t *testing.T) {
	t.Parallel()
	settings := []debug.BuildSetting{{Key: "vcs.revision", Value: "0123abcd"}, {Key: "vcs.time", Value: "2026-11-30T00:00:00Z"}}
	modified := append(settings[:2:2], debug.BuildSetting{Key: "vcs.modified", Value: "true"})
	for _, tt := range []struct {
		name string
		info *debug.BuildInfo
		want string
	}{
		{"no build information", nil, "wspeek devel\ngo"},
		{"a tag", &debug.BuildInfo{Main: debug.Module{Version: "v1.2.3"}, Settings: settings}, "wspeek 1.2.3\ncommit 0123abcd\ndate 2026-11-30T00:00:00Z\ngo"},
		{"no tag, with changes", &debug.BuildInfo{Main: debug.Module{Version: "(devel)"}, Settings: modified}, "wspeek devel\ncommit 0123abcd, modified\n"},
	} {
		if got := run.BuiltFrom(tt.info).String(); !strings.HasPrefix(got, tt.want) {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}
