// Package out writes the files of commands: completely or not at all, readable by their owner only, never through a
// symbolic link, and never over a file that exists unless that is asked for.
//
//	o := out.File{Name: name, Force: force}
//	defer o.Discard()
//	... o.Write ...
//	err := o.Commit()
//
// A run that breaks off before Commit leaves no file, and a file that was to be replaced as it was.
package out
