package main_test

import (
	"go/ast"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/wspeek/wspeek"

// top is the module's directory; all names are relative to it.
const top = "../.."

// ranks says how far from the wire each package is. A package imports only lower ranks:
// equal ones do not know each other.
var ranks = map[string]int{
	"capture":                0,
	"capture/bpf":            0,
	"capture/keep":           0,
	"capture/link":           0,
	"capture/live":           0,
	"reassembly":             1,
	"decode/rule":            1,
	"decode/flate":           1,
	"decode/show":            1,
	"decode/jsontext":        1,
	"decode/ws":              2,
	"decode/http1":           2,
	"decode/http2":           2,
	"decode/tls":             2,
	"decode/payload":         2,
	"reassembly/handlertest": 2,
	"decode":                 3,
	"decode/stack":           4,
	"decode/apps":            4,
	"decode/trace":           4,
	"decode/secured":         4,
	"decode/microscope":      4,
	"decode/explain":         5,
	"decode/ladder":          5,
	"decode/har":             5,
	"decode/filter":          5,
	"decode/calls":           5,
	"decode/appcheck":        5,
	"decode/export":          6,
	"decode/diff":            6,
	"decode/check":           6,
	"decode/report":          6,
	"tui":                    7,
	"tui/draw":               7,
	"tui/rows":               7,
	"tui/feedtest":           7,
	"tui/doc":                7,
	"cmd/internal/run":       7,
	"cmd/internal/out":       8,
	"cmd/internal/schema":    8,
	"cmd/internal/rights":    8,
	"cmd/internal/compare":   8,
	"cmd/internal/forge":     8,
	"cmd/internal/pairing":   8,
	"cmd/internal/tracing":   8,
	"cmd/internal/packets":   9,
	"cmd/internal/tap":       9,
	"cmd/internal/convert":   10,
	"cmd/wspeek":             11,
}

// testsOnly are packages that only tests may import.
var testsOnly = []string{"reassembly/handlertest", "tui/feedtest"}

// inside are the packages that a package may import although they have its own rank.
var inside = map[string][]string{
	"capture/keep":  {"capture"},
	"capture/link":  {"capture"},
	"capture/live":  {"capture"},
	"decode/report": {"decode/check", "decode/export"},
	"tui/rows":      {"tui/draw"},
	"tui/feedtest":  {"tui/draw"},
	"tui/doc":       {"tui/draw", "tui/rows"},
	"tui":           {"tui/draw", "tui/rows", "tui/doc"},
}

// pure packages (ranks 1 to 6) may not import these, nor what lies below them.
var impure = []string{"os", "net", "sync", "context", "log", "runtime", "math/rand", "math/rand/v2", "crypto/rand", "syscall"}

// pureExceptions lie below a banned path and have no part in what it is banned for.
var pureExceptions = []string{"net/netip", "net/url"}

// clock are the names of package time that read or wait for the clock.
var clock = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTicker", "NewTimer"}

const maxLines = 400

// source is one Go file of this module. All are read, whatever system or tag they are
// for; `go list` would leave some out.
type source struct {
	name  string // slash-separated, from the root
	lines int
	fset  *token.FileSet
	file  *ast.File
}

func (s *source) dir() string  { return path.Dir(s.name) }
func (s *source) isTest() bool { return strings.HasSuffix(s.name, "_test.go") }

func (s *source) pure() bool {
	r, ok := ranks[s.dir()]
	return ok && r >= 1 && r <= 6 && !s.isTest()
}

// imports are the paths that the file imports.
func (s *source) imports() []string {
	var out []string
	for _, i := range s.file.Imports {
		p, err := strconv.Unquote(i.Path.Value)
		if err == nil {
			out = append(out, p)
		}
	}
	return out
}

// tagged reports whether the file's build constraint needs the tag.
func (s *source) tagged(tag string) bool {
	for _, group := range s.file.Comments {
		for _, c := range group.List {
			x, err := constraint.Parse(c.Text)
			if err == nil && c.Pos() < s.file.Package {
				return !x.Eval(func(t string) bool { return t != tag })
			}
		}
	}
	return false
}

func TestImportsGoDownTheRanks(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if s.isTest() || s.dir() == "pcaps" || strings.HasPrefix(s.dir(), "pcaps/") {
			continue
		}
		own, known := ranks[s.dir()]
		if !known {
			t.Errorf("%s: package %s has no rank", s.name, s.dir())
			continue
		}
		for _, p := range s.imports() {
			p, ours := strings.CutPrefix(p, module+"/")
			if rank, ok := ranks[p]; ours && ok && rank >= own && !slices.Contains(inside[s.dir()], p) {
				t.Errorf("%s (rank %d) imports %s (rank %d)", s.name, own, p, rank)
			}
		}
	}
}

func TestPcapsStandsApart(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		for _, p := range s.imports() {
			if p == module+"/pcaps" && !s.isTest() && !strings.HasPrefix(s.dir(), "cmd/") && !strings.HasPrefix(s.dir(), "pcaps/") &&
				!slices.Contains(testsOnly, s.dir()) {
				t.Errorf("%s imports pcaps, which is for tests and cmd", s.name)
			}
			if independent(s.dir()) && strings.HasPrefix(p, module+"/") && p != module+"/pcaps" {
				t.Errorf("%s imports %s: what tests expect must not come from the decoder", s.name, p)
			}
		}
	}
}

// independent reports whether a package makes captures or judges wspeek by them.
func independent(dir string) bool {
	return dir == "pcaps" || dir == "pcaps/internal/gencap" || dir == "pcaps/internal/agree"
}

// The screen's model has one lock, which one file takes.
func TestTheScreensLockIsTakenInOneFile(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if s.isTest() || s.name == "tui/rows/lock.go" || s.dir() != "tui" && !strings.HasPrefix(s.dir(), "tui/") {
			continue
		}
		if slices.Contains(s.imports(), "sync") {
			t.Errorf("%s imports sync: the lock is in tui/rows/lock.go", s.name)
		}
	}
}

func TestPackagesForTestsAreForTests(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		for _, p := range s.imports() {
			if p, ours := strings.CutPrefix(p, module+"/"); ours && slices.Contains(testsOnly, p) && !s.isTest() {
				t.Errorf("%s imports %s, which is for tests", s.name, p)
			}
		}
	}
}

func TestPureImports(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		for _, p := range s.imports() {
			if s.pure() && banned(p) {
				t.Errorf("%s imports %s; ranks 1 to 6 are sans-IO", s.name, p)
			}
		}
	}
}

// banned reports whether an import, or what it lies below, is impure.
func banned(p string) bool {
	if slices.Contains(pureExceptions, p) {
		return false
	}
	return slices.ContainsFunc(impure, func(b string) bool { return p == b || strings.HasPrefix(p, b+"/") })
}

func TestPureCode(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if !s.pure() {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if what := impurity(n); what != "" {
				t.Errorf("%s: %s; ranks 1 to 5 have no clock, goroutine or init", s.fset.Position(n.Pos()), what)
			}
			return true
		})
	}
}

// impurity names what a node does that sans-IO code may not, "" where nothing.
func impurity(n ast.Node) string {
	switch n := n.(type) {
	case *ast.GoStmt:
		return "go statement"
	case *ast.ChanType:
		return "channel"
	case *ast.FuncDecl:
		if n.Recv == nil && n.Name.Name == "init" {
			return "func init"
		}
	case *ast.SelectorExpr:
		if x, ok := n.X.(*ast.Ident); ok && x.Name == "time" && x.Obj == nil && slices.Contains(clock, n.Sel.Name) {
			return "time." + n.Sel.Name
		}
	}
	return ""
}

func TestFilesAreShort(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if s.lines > maxLines {
			t.Errorf("%s has %d lines, want at most %d", s.name, s.lines, maxLines)
		}
	}
}

// gopacket stays at the edge: libpcap.
func TestGopacketStaysAtTheEdge(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if s.isTest() || mayUseGopacket(s) {
			continue
		}
		for _, p := range s.imports() {
			if strings.HasPrefix(p, "github.com/google/gopacket") {
				t.Errorf("%s imports %s", s.name, p)
			}
		}
	}
}

func mayUseGopacket(s *source) bool {
	return s.dir() == "capture/live" && s.tagged("libpcap")
}

// sources reads every Go file of the module, so that a change in any of them runs these tests again.
func sources(t *testing.T) []*source {
	t.Helper()
	var out []*source
	err := filepath.WalkDir(top, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name, err = filepath.Rel(top, name); err != nil {
			return err
		}
		if d.IsDir() {
			return skipDir(name)
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		s, err := parse(name)
		out = append(out, s)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// skipDir leaves out what the go command leaves out.
func skipDir(name string) error {
	base := filepath.Base(name)
	if name != "." && (base == "testdata" || base == "vendor" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_")) {
		return fs.SkipDir
	}
	return nil
}

func parse(name string) (*source, error) {
	text, err := os.ReadFile(filepath.Join(top, name))
	if err != nil {
		return nil, err
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, text, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	return &source{name: filepath.ToSlash(name), lines: strings.Count(string(text), "\n"), fset: fset, file: file}, nil
}

// The rules above find what they are meant to find.
func TestRulesBite(t *testing.T) {
	t.Parallel()
	for p, want := range map[string]bool{
		"os": true, "os/exec": true, "net": true, "net/http": true, "net/netip": false, "sync/atomic": true,
		"log/slog": true, "time": false, "bytes": false, "context": true, "logic": false,
	} {
		if got := banned(p); got != want {
			t.Errorf("banned(%q) is %v, want %v", p, got, want)
		}
	}
	file, err := parser.ParseFile(token.NewFileSet(), "x.go", `package x
import "time"
func init() {}
var c chan int
func f() time.Time { go f(); return time.Now() }
func g(t time.Time) { _ = t.Add(time.Second) }`, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	ast.Inspect(file, func(n ast.Node) bool {
		if what := impurity(n); what != "" {
			got = append(got, what)
		}
		return true
	})
	if want := []string{"func init", "channel", "go statement", "time.Now"}; !slices.Equal(got, want) {
		t.Errorf("impurities %q, want %q", got, want)
	}
}
