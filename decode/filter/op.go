package filter

import "strings"

// operator compares the values of a field with what is on its right.
type operator uint8

const (
	opNone operator = iota
	opEq
	opNe
	opAllEq
	opAnyNe
	opGt
	opLt
	opGe
	opLe
	opBits
	opContains
	opMatches
	opIn
)

// Operator is a row of the language's table of operators.
type Operator struct {
	// Names are its spellings, the usual one first.
	Names []string
	// Text says in one sentence what it asks.
	Text string
	op   operator
}

// operators is the table; the connectives have no operator.
var operators = []Operator{
	{[]string{"==", "eq", "any_eq", "="}, "A value of the field is equal; for an address, or is in the network 10.0.0.0/8.", opEq},
	{[]string{"!=", "ne", "all_ne"}, "The field is there and no value of it is equal, as in Wireshark 4.", opNe},
	{[]string{"===", "all_eq"}, "The field is there and all its values are equal.", opAllEq},
	{[]string{"!==", "any_ne", "~="}, "A value of the field is not equal.", opAnyNe},
	{[]string{">", "gt"}, "A value is greater.", opGt},
	{[]string{"<", "lt"}, "A value is less.", opLt},
	{[]string{">=", "ge"}, "A value is greater or equal.", opGe},
	{[]string{"<=", "le"}, "A value is less or equal.", opLe},
	{[]string{"&", "bitand", "bitwise_and"}, "A bit of the number is set: websocket.rsv & 4.", opBits},
	{[]string{"contains"}, "The text or bytes hold this, in the same case.", opContains},
	{[]string{"matches", "~"}, "A regular expression (RE2) matches, in any case; (?-i) makes case count.", opMatches},
	{[]string{"in"}, "A value is in the set: {1, 2, 5..9}.", opIn},
	{[]string{"&&", "and"}, "Both hold. It binds tighter than ||.", opNone},
	{[]string{"||", "or"}, "At least one holds.", opNone},
	{[]string{"!", "not"}, "What follows does not hold.", opNone},
}

// Operators are the operators of the language. The slice is shared: do not change it.
func Operators() []Operator { return operators }

func (o operator) String() string {
	for i := range operators {
		if operators[i].op == o {
			return operators[i].Names[0]
		}
	}
	return ""
}

// operatorOf is the operator that a token is, opNone where it is none.
func operatorOf(t token) operator {
	if t.kind != tokenSign && t.kind != tokenWord {
		return opNone
	}
	for i := range operators {
		for _, n := range operators[i].Names {
			if strings.EqualFold(n, t.text) {
				return operators[i].op
			}
		}
	}
	return opNone
}

// all reports whether the operator asks about all values of a field rather than any.
func (o operator) all() bool { return o == opNe || o == opAllEq }

// is reports whether a token is one of these spellings.
func (t token) is(names ...string) bool {
	if t.kind != tokenSign && t.kind != tokenWord {
		return false
	}
	for _, n := range names {
		if strings.EqualFold(t.text, n) {
			return true
		}
	}
	return false
}
