package run

import (
	"io"
	"os"
)

// Streams are the standard streams of a run.
type Streams struct {
	In       *os.File
	Out, Err io.Writer
}
