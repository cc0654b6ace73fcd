package decode_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/wspeek/wspeek/decode"
)

// TestParseProcess reads comments as ptcpdump writes them.
func TestParseProcess(t *testing.T) {
	t.Parallel()
	own := "PID: 122868\nCmd: /usr/bin/curl\nArgs: curl kernel.com"
	parent := "\nParentPID: 53229\nParentCmd: /usr/bin/bash\nParentArgs: -bash"
	for comment, want := range map[string]struct {
		p    decode.Process
		text string
	}{
		own:          {decode.Process{PID: 122868, Name: "curl", Path: "/usr/bin/curl", Args: "curl kernel.com"}, "curl[122868]"},
		own + parent: {decode.Process{PID: 122868, Name: "curl", Path: "/usr/bin/curl", Args: "curl kernel.com"}, "curl[122868]"},
		own + "\nContainerName: web\nContainerId: 0a\nContainerImage: nginx:1\nContainerLabels: {}": {
			decode.Process{PID: 122868, Name: "curl", Path: "/usr/bin/curl", Args: "curl kernel.com", Container: "web", Image: "nginx:1"}, "curl[122868] in web"},
		"PID: 7\nCmd: a\nContainerName: web\nPodName: web-1\nPodNamespace: shop\nPodUID: x": {
			decode.Process{PID: 7, Name: "a", Path: "a", Container: "web", Pod: "web-1", Namespace: "shop"}, "a[7] in shop/web-1"},
		"PodName: web-1":     {decode.Process{Pod: "web-1"}, "in web-1"},
		"PID: many\nCmd: a":  {decode.Process{Name: "a", Path: "a"}, "a"},
		"PID: 1\nPID: 2\r\n": {decode.Process{PID: 1}, "[1]"},
	} {
		got := decode.ParseProcess([]byte(comment))
		if got == nil || *got != want.p || got.String() != want.text {
			t.Errorf("%q: got %+v, want %+v, %q", comment, got, want.p, want.text)
		}
	}
	for _, comment := range []string{"", "a remark", "PID: ", "PID:7", "pid: 7", parent, "see PID: 7"} {
		if got := decode.ParseProcess([]byte(comment)); got != nil {
			t.Errorf("%q: got %+v", comment, got)
		}
	}
}

// FuzzParseProcess: any comment is read within bounds.
func FuzzParseProcess(f *testing.F) {
	f.Add([]byte("PID: 122868\nCmd: /usr/bin/curl\nArgs: curl kernel.com\nPodName: a\nPodNamespace: b"))
	f.Add([]byte("Cmd: " + strings.Repeat("\xc3", 600)))
	f.Fuzz(func(t *testing.T, comment []byte) {
		p := decode.ParseProcess(comment)
		if p == nil {
			return
		}
		if *p == (decode.Process{}) || p.PID < 0 {
			t.Errorf("%+v", p)
		}
		for _, s := range []string{p.Name, p.Path, p.Args, p.Container, p.Image, p.Pod, p.Namespace, p.String()} {
			if len(s) > 2048 || !utf8.ValidString(s) {
				t.Errorf("%d bytes: %q", len(s), s)
			}
		}
	})
}
