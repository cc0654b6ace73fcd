package main

import "syscall"

// newNetwork begins a program in a network namespace of its own.
func newNetwork() *syscall.SysProcAttr { return &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET} }
