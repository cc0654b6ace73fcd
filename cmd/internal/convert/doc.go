// Package convert writes the sessions of captures in other formats: HAR, NDJSON, CSV, Markdown, pcapng, or a folder of
// payloads. One exporter chooses the sessions and messages; a sink writes one format. Some sinks write as events come,
// others keep a Trace with its payloads in a temporary file, since their format wants sessions one after the other.
//
//	run.Run ──▶ exporter (sessions, filter) ──▶ sink ──▶ out.File, out.Dir
package convert
