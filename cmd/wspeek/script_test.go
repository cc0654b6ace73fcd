package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/wspeek/wspeek/pcaps"
)

func TestMain(m *testing.M) {
	if os.Getenv("WSPEEK_TEST_MAIN") != "" {
		main()
	}
	testscript.Main(m, map[string]func(){"wspeek": main})
}

// TestScript runs the user stories of testdata/script; the samples lie in each one's directory.
func TestScript(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: false,
		Setup: func(env *testscript.Env) error {
			env.Setenv("TZ", "UTC")
			for _, s := range pcaps.Samples() {
				if err := os.WriteFile(filepath.Join(env.WorkDir, s.File), s.Data, 0o644); err != nil {
					return err
				}
			}
			return nil
		},
	})
}
