package out_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/wspeek/wspeek/cmd/internal/out"
)

func ExampleFile() {
	dir, _ := os.MkdirTemp("", "example")
	defer os.RemoveAll(dir)
	write := func(text string, force bool) {
		o := out.File{Name: filepath.Join(dir, "report"), Force: force}
		defer o.Discard()
		if _, err := o.Write([]byte(text)); err != nil {
			fmt.Println("not replaced")
			return
		}
		if err := o.Commit(); err != nil {
			fmt.Println(err)
		}
	}
	write("first", false)
	write("second", false)
	write("third", true)
	text, _ := os.ReadFile(filepath.Join(dir, "report"))
	fmt.Printf("%s\n", text)
	// Output:
	// not replaced
	// third
}
