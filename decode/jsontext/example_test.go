package jsontext_test

import (
	"fmt"

	"github.com/wspeek/wspeek/decode/jsontext"
)

// Walk over the members of an object, in a text that is cut.
func Example() {
	p := []byte(`{"id": 7, "method": "ping", "params": [1,`)
	for i := jsontext.Space(p, 1); i >= 0; {
		name, at := jsontext.Member(p, i)
		end := jsontext.Value(p, at)
		if end < 0 {
			fmt.Printf("%s is cut\n", name)
			break
		}
		fmt.Printf("%s is %s\n", jsontext.Inner(name), p[at:end])
		i = jsontext.Next(p, end)
	}
	// Output:
	// id is 7
	// method is "ping"
	// "params" is cut
}
