// Package appcheck finds what goes wrong between two applications whose protocol is known: requests that are never answered, ids that
// are used twice at a time, answers to nothing, and heartbeats that were promised and not sent.
//
// A Session is given the data messages of one session and, at its end, returns notes (rule.App... and those of single protocols). It
// accuses only where nothing of the session is missing and its protocol is known; what it keeps of a session is bounded.
//
//	messages --> payload.Reader --> exchanges  --> app.unanswered, app.id-reused, app.reply-unknown ...
//	                          \---> heartbeats --> app.engine-heartbeat, app.mqtt-keep-alive ...
package appcheck
