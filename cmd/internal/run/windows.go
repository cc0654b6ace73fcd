package run

import (
	"errors"
	"fmt"
	"math/bits"
	"os"
)

const (
	// minWindow and maxWindow are the sizes of the smallest and the largest place for a window in the file; sizes between are
	// powers of two.
	minWindow, maxWindow = 256, 32 << 10
	windowSizes          = 8
)

// windowFile keeps compression windows that memory has no room for, in a temporary file without a name. It is a
// ws.WindowStore of one decoder. The file is made at the first window.
type windowFile struct {
	file *os.File
	// unnamed says that the file has been removed from its folder.
	unnamed bool
	// end is how long the file is, free are places in it by size.
	end  int64
	free [windowSizes][]int64
	// err is why nothing more can be kept.
	err error
}

// place is the index and the size of the place that n bytes need.
func place(n int) (i int, size int64) {
	i = max(0, bits.Len(uint(n-1))-bits.Len(minWindow-1))
	return i, minWindow << i
}

// Put keeps a window. After an error, of which Err says why, it keeps nothing more.
func (f *windowFile) Put(window []byte) (int64, bool) {
	if f.err != nil || len(window) == 0 || len(window) > maxWindow || !f.open() {
		return 0, false
	}
	i, size := place(len(window))
	at := f.end
	if n := len(f.free[i]); n > 0 {
		at, f.free[i] = f.free[i][n-1], f.free[i][:n-1]
	} else {
		f.end += size
	}
	if _, err := f.file.WriteAt(window, at); err != nil {
		f.fail(err)
		return 0, false
	}
	return at, true
}

// Get reads a window and frees its place.
func (f *windowFile) Get(at int64, window []byte) bool {
	f.Free(at, len(window))
	_, err := f.file.ReadAt(window, at)
	if err != nil {
		f.fail(err)
	}
	return err == nil
}

// Free frees the place of a window of n bytes.
func (f *windowFile) Free(at int64, n int) {
	i, _ := place(n)
	f.free[i] = append(f.free[i], at)
}

func (f *windowFile) open() bool {
	if f.file != nil {
		return true
	}
	file, err := os.CreateTemp("", "wspeek-*.windows") // mode 0600
	if err != nil {
		f.fail(err)
		return false
	}
	f.file = file
	// If an open file cannot be removed, Close does it.
	f.unnamed = os.Remove(file.Name()) == nil
	return true
}

func (f *windowFile) fail(err error) {
	if f.err == nil {
		f.err = fmt.Errorf("compression windows could not be kept on disk: %w", err)
	}
}

// Err is why windows were not kept, nil if all were.
func (f *windowFile) Err() error { return f.err }

// Close closes and removes the file.
func (f *windowFile) Close() error {
	if f.file == nil {
		return nil
	}
	err := f.file.Close()
	if !f.unnamed {
		err = errors.Join(err, os.Remove(f.file.Name()))
	}
	f.file = nil
	return err
}
