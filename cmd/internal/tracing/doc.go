// Package tracing runs wspeek trace: a line for each call between the layers of the decoder.
//
//	files ──run──▶ steps ──▶ text or JSON
package tracing
