// Package rule holds the rules that traffic is checked against, one row each: what it says and where,
// why it exists, what usually breaks it, the field it is about, and how to break it on purpose.
//
// The detection of a rule stands in the layer that sees it (decode/ws, decode/stack) or in decode/check; findings, filters,
// JSON and explanations read the same row.
package rule
