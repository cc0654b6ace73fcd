// Package poll waits in tests for what other goroutines, programs and the kernel do.
//
// A test that sleeps, or that waits for something that comes a little before what it asserts, fails now and then on a
// busy machine. Until waits for the asserted state itself. There is one deadline for all tests, and it is generous: only
// a test that fails ever reaches it.
package poll
