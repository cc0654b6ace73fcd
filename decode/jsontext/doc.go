// Package jsontext reads JSON text (RFC 8259) in place: every function takes the text and an offset in it, and returns offsets.
//
// It has two readers. The scanning functions are lenient: they step over values without checking what is inside, so that a
// text that is cut or broken further on can still be searched. Document is strict and gives a tree. Nested finds strings of
// JSON that is itself inside a string of JSON.
//
//	{ "a" : [ 1 , 2 ] , "b" : "x\n" }
//	  |     |         |         |
//	  |     |         Next      AppendUnquoted
//	  Member  Value (the end of it)
//
// The scanning functions return a negative offset if there is nothing to find; they accept a negative offset as input and
// pass it on, so that calls can be chained. All of them take time that grows with the length of the text and no faster,
// however deep it is nested, and none allocates by a length that the text names.
package jsontext
