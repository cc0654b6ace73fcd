package main

import (
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const root = "../.."

// shownBlock is a block of the README below a comment that says what it shows: `screen NAME` is a golden screen of
// package tui, `wspeek ARGS` what that command prints.
var shownBlock = regexp.MustCompile("(?s)<!-- (screen|wspeek) ([^\n]*) -->\n```\n(.*?)```\n")

// TestReadme holds what the README shows against what is there. With -update (make screens) it rewrites it.
func TestReadme(t *testing.T) {
	t.Parallel()
	file := filepath.Join(root, "README.md")
	old, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	blocks := 0
	now := shownBlock.ReplaceAllStringFunc(string(old), func(block string) string {
		blocks++
		m := shownBlock.FindStringSubmatch(block)
		return "<!-- " + m[1] + " " + m[2] + " -->\n```\n" + whatIsShown(t, m[1], m[2]) + "```\n"
	})
	if blocks == 0 {
		t.Fatal("the README shows nothing")
	}
	if now == string(old) {
		return
	}
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.WriteFile(file, []byte(now), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Errorf("README.md shows what is no longer so; `make screens` rewrites it:\n%s", now)
}

func whatIsShown(t *testing.T, kind, what string) string {
	t.Helper()
	if kind == "screen" {
		b, err := os.ReadFile(filepath.Join(root, "tui/testdata/screens", what+".golden"))
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimRight(string(b), "\n") + "\n"
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, strings.Fields(what)...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "WSPEEK_TEST_MAIN=1", "TZ=UTC", "COLUMNS=100")
	out, err := cmd.Output()
	var status *exec.ExitError // another status than 0 is an answer too
	if err != nil && !errors.As(err, &status) {
		t.Fatal(err)
	}
	return "$ wspeek " + what + "\n" + string(out)
}
