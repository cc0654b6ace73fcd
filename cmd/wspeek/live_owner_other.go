//go:build !unix

package main

import "os"

// ownedBy asks for nothing: there is no changing users here.
func ownedBy(identity) func(*os.File) error { return nil }

func withRightsOf(_ identity, do func() error) error { return do() }
