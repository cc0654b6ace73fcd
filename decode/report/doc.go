// Package report makes one page of a run that a browser opens from disk: what happened, for people who have no terminal.
//
//	events ──Apply──▶ Report ──Write──▶ HTML: overview, sessions, messages, verdicts
//
// The page is one file. It loads nothing, and its Content-Security-Policy allows its own script and style alone, by their
// hashes: nothing of what was captured can run. Without the script everything can be read; with it, messages are
// filtered, and shown as a tree or in hex. All text goes through html/template; control characters are made visible before.
//
// A page has a bound in bytes. Messages share what the rest leaves of it, and what was left out is counted and said.
package report
