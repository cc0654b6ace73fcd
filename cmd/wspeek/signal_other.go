//go:build !unix

package main

// ignoreBrokenPipe does nothing: there is no SIGPIPE here.
func ignoreBrokenPipe() {}
