package diff_test

import (
	"os"

	"github.com/wspeek/wspeek/decode/diff"
)

func Example() {
	a := texts(`{"id":"2f1e8a3c-1111-4222-8333-444455556666","price":10}`, "bye")
	b := texts("hello", `{"price":12,"id":"aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"}`, "bye")
	a.Info.HandshakeSeen, b.Info.HandshakeSeen = true, true
	c := diff.Compare(a, b, &diff.Options{})
	t := diff.Text{Width: 72}
	os.Stdout.Write(t.Comparison(nil, c))
	// Output:
	// session 1 ~ 1  /  differs: 1 changed, 1 only in B, 1 same
	// +           1 ← text        5  hello
	// ~     1     2 ← text       56  {"id":"2f1e8a3c-1111-4222-8333-444455556…
	//       $.price: 10 → 12
	//   ... 1 message the same
	//   not counted: 1 uuid (built in; --strict counts them)
}
