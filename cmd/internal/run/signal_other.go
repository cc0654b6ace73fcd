//go:build !unix

package run

// IgnoreBrokenPipe does nothing: there is no SIGPIPE here.
func IgnoreBrokenPipe() {}
