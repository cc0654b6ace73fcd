package draw_test

import (
	"fmt"

	"github.com/wspeek/wspeek/tui/draw"
)

// A row has exactly the cells that it was made for; controls from the wire are made visible.
func Example() {
	th := draw.NewTheme(true)
	row := th.Line(24).Put(th.Plain, "got ").Wire(th.Plain, []byte("a\x1b[2Jb and much more text"))
	fmt.Printf("%s|\n", row.Text())
	fmt.Println(row.Used())
	// Output:
	// got a\x1b[2Jb and much …|
	// 24
}
