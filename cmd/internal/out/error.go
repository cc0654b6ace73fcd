package out

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
)

// WithoutOp words an error about a file like all others: the name first.
func WithoutOp(err error) error {
	p, ok := err.(*fs.PathError)
	switch {
	case !ok:
		return err
	case errors.Is(err, syscall.ELOOP):
		return fmt.Errorf("%s is a symbolic link, which is not followed", p.Path)
	case errors.Is(err, syscall.ENXIO):
		return fmt.Errorf("%s is not a regular file", p.Path)
	}
	return fmt.Errorf("%s: %w", p.Path, p.Err)
}
