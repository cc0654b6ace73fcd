package bpf

import "golang.org/x/net/bpf"

// farJump is how many instructions a branch can skip; farther ones go through jumps:
//
//	branch +0 +1; jump yes; jump no
const farJump = 255

// resolve gives the program with the labels as distances.
func (c *coder) resolve() []bpf.Instruction {
	far := make([]bool, len(c.steps))
	at := c.positions(far)
	for changed := true; changed; at = c.positions(far) {
		changed = false
		for i, s := range c.steps {
			if s.branch && !far[i] && !plain(s.ins) && max(c.skip(at, i, s.yes), c.skip(at, i, s.no)) > farJump {
				far[i], changed = true, true
			}
		}
	}
	list := make([]bpf.Instruction, 0, at[len(c.steps)])
	for i, s := range c.steps {
		list = c.emit(list, at, i, s, far[i])
	}
	return list
}

// plain jumps have no condition, and reach everywhere.
func plain(ins bpf.Instruction) bool {
	_, ok := ins.(bpf.Jump)
	return ok
}

// positions is where each step comes to lie, and the length of the program after them.
func (c *coder) positions(far []bool) []int {
	at := make([]int, len(c.steps)+1)
	for i := range c.steps {
		at[i+1] = at[i] + 1
		if far[i] {
			at[i+1] += 2
		}
	}
	return at
}

// skip is how many instructions lie between step i and a label.
func (c *coder) skip(at []int, i int, l label) int { return at[c.labels[l]] - at[i] - 1 }

func (c *coder) emit(list []bpf.Instruction, at []int, i int, s step, far bool) []bpf.Instruction {
	if !s.branch {
		return append(list, s.ins)
	}
	yes, no := c.skip(at, i, s.yes), c.skip(at, i, s.no)
	if far {
		return append(list, aim(s.ins, 0, 1), bpf.Jump{Skip: uint32(yes - 1)}, bpf.Jump{Skip: uint32(no - 2)})
	}
	return append(list, aim(s.ins, yes, no))
}

// aim sets the distances of a branch.
func aim(ins bpf.Instruction, yes, no int) bpf.Instruction {
	switch j := ins.(type) {
	case bpf.JumpIf:
		j.SkipTrue, j.SkipFalse = uint8(yes), uint8(no)
		return j
	case bpf.JumpIfX:
		j.SkipTrue, j.SkipFalse = uint8(yes), uint8(no)
		return j
	}
	return bpf.Jump{Skip: uint32(yes)}
}
