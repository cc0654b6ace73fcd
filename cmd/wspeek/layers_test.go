package main_test

import (
	"go/ast"
	"path"
	"slices"
	"strings"
	"testing"
)

// layers are the files of packages that are too large for one level, from the lowest up: a file uses what its own layer
// and lower ones declare, never what a higher one does. Each file of these packages is in one.
var layers = map[string][][]string{
	"tui/draw": {
		{"doc", "edit", "list", "timeline"},
		{"ascii", "line", "rich", "sign", "style"},
	},
	"tui/rows": {
		{"doc", "marks", "spill"},
		{"ends", "history", "lock", "store"},
		{"entry", "listed", "query"},
		{"alike", "filter", "lanes", "recheck", "search", "sessionkey"},
		{"sessiontable"},
	},
	"tui/doc": {
		{"body", "doc", "empty", "frames", "session", "verdict"},
		{"hex", "json", "said", "text"},
		{"lines", "message", "request"},
	},
	"tui": {
		{"crash", "detail", "doc", "feed", "idle", "locale", "sessioncols", "sessionname", "sessions"},
		{"messages", "preview"},
		// The model, its parts, and the table of keys, whose rows are methods of it.
		{"account", "calls", "callsturn", "callsview", "command", "compare", "copysession", "diff", "diffview", "files", "folder", "help", "keys", "ladder", "lanes", "loss", "model", "motion", "packets", "prompt", "spots", "status", "triage", "undo", "view"},
		{"actions", "find", "mouse", "note", "update"},
		{"run"},
	},
}

// layerOf is the layer of a file, -1 if it has none.
func layerOf(name string) int {
	file := strings.TrimSuffix(path.Base(name), ".go")
	return slices.IndexFunc(layers[path.Dir(name)], func(l []string) bool { return slices.Contains(l, file) })
}

// declared are the names that a file declares for its package.
func declared(f *ast.File) (out []string) {
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				out = append(out, d.Name.Name)
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					out = append(out, s.Name.Name)
				case *ast.ValueSpec:
					for _, n := range s.Names {
						out = append(out, n.Name)
					}
				}
			}
		}
	}
	return out
}

func TestFilesUseLowerLayersOnly(t *testing.T) {
	t.Parallel()
	owner := map[string]*source{} // by folder and name
	var files []*source
	for _, s := range sources(t) {
		if layers[s.dir()] == nil || s.isTest() {
			continue
		}
		if layerOf(s.name) < 0 {
			t.Errorf("%s is in no layer", s.name)
		}
		files = append(files, s)
		for _, n := range declared(s.file) {
			owner[s.dir()+" "+n] = s
		}
	}
	for _, s := range files {
		for _, id := range s.file.Unresolved {
			o := owner[s.dir()+" "+id.Name]
			if o != nil && layerOf(o.name) > layerOf(s.name) {
				t.Errorf("%s: %s is declared in a higher layer, by %s", s.fset.Position(id.Pos()), id.Name, o.name)
			}
		}
	}
}

// Each file that is named in a layer exists, in one layer.
func TestLayersNameFilesThatExist(t *testing.T) {
	t.Parallel()
	have := map[string]bool{}
	for _, s := range sources(t) {
		have[s.name] = true
	}
	for dir, ls := range layers {
		seen := map[string]bool{}
		for _, name := range slices.Concat(ls...) {
			if !have[dir+"/"+name+".go"] {
				t.Errorf("there is no %s/%s.go", dir, name)
			}
			if seen[name] {
				t.Errorf("%s/%s.go is in two layers", dir, name)
			}
			seen[name] = true
		}
	}
}
