//go:build !unix

package main

import (
	"io/fs"
	"os"
)

// giveTo gives files to nobody else: there is no changing users here.
func giveTo(identity) func(*os.File) error { return nil }

func ownerMayWrite(fs.FileInfo, identity) bool { return true }
