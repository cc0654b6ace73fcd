package bpf

import (
	"slices"

	"golang.org/x/net/bpf"
)

// value is what the accumulator holds after a list of instructions without jumps, which also
// may leave something in X and in the scratch memory. Equal lists are the same value; empty
// is the one of none.
type value int

const empty value = 0

// made is how a value comes from another: by one more instruction.
type made struct {
	before value
	last   bpf.Instruction
}

// values gives equal lists of instructions the same number.
type values struct {
	made []made
	ids  map[made]value
}

func newValues() values { return values{made: []made{{}}, ids: map[made]value{}} }

// then is v with more instructions after it.
func (t *values) then(v value, list ...bpf.Instruction) value {
	for _, i := range list {
		m := made{v, i}
		id, ok := t.ids[m]
		if !ok {
			id = value(len(t.made))
			t.made = append(t.made, m)
			t.ids[m] = id
		}
		v = id
	}
	return v
}

// code are the instructions that make v, when a, perhaps a part of v, is in the accumulator.
func (t *values) code(a, v value) []bpf.Instruction {
	var list []bpf.Instruction
	for ; v != empty && v != a; v = t.made[v].before {
		list = append(list, t.made[v].last)
	}
	slices.Reverse(list)
	return list
}

// masked is v with only the bits of mask.
func (t *values) masked(v value, mask uint32) value {
	if mask == full {
		return v
	}
	return t.then(v, bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: mask})
}

// begin is a, if it is a part of v, else empty.
func (t *values) begin(a, v value) value {
	for ; v != empty && v != a; v = t.made[v].before {
	}
	return v
}
