package bpf

import "golang.org/x/net/bpf"

// step is a piece of a program: the instructions that make a value, and then next; or a jump
// on what is in the accumulator. Steps 0 and 1 reject and accept.
type step struct {
	from, to value // to is empty in a jump
	next     int

	cond    bpf.JumpTest
	k       uint32
	x       bool
	yes, no int
}

// stepper makes steps of decisions. As a jump does not say where the accumulator came from,
// decisions about different values may share them.
type stepper struct {
	values    *values
	decisions []decision
	done      map[placed]int
	list      []step
	ids       map[step]int
}

// placed is a decision that is made while a is in the accumulator.
type placed struct {
	decision int
	a        value
}

func newStepper(v *values, list []decision) *stepper {
	return &stepper{values: v, decisions: list, done: map[placed]int{}, list: make([]step, 2), ids: map[step]int{}}
}

func (t *stepper) name(s step) int {
	id, ok := t.ids[s]
	if !ok {
		id = len(t.list)
		t.ids[s] = id
		t.list = append(t.list, s)
	}
	return id
}

// step is the first step of a decision.
func (t *stepper) step(p placed) int {
	if p.decision <= int(always) {
		return p.decision
	}
	if id, ok := t.done[p]; ok {
		return id
	}
	d := t.decisions[p.decision]
	s := step{cond: d.q.cond, k: d.q.k, x: d.q.x}
	v := d.q.value
	if d.q.cond == jumpEqual && d.q.k == 0 && d.q.mask != full {
		s.cond, s.k, d.yes, d.no = jumpSet, d.q.mask, d.no, d.yes
	} else {
		v = t.values.masked(v, d.q.mask)
	}
	s.yes, s.no = t.step(placed{d.yes, v}), t.step(placed{d.no, v})
	id := t.name(s)
	if p.a != v {
		id = t.name(step{from: t.values.begin(p.a, v), to: v, next: id})
	}
	t.done[p] = id
	return id
}

// farJump is how many instructions a branch can skip, less those that come between at the last moment.
const farJump = 255 - 2

// emitter writes a program from its end, so that it knows how far away is what it jumps to.
type emitter struct {
	values *values
	steps  []step
	at     []int // the length of the program from each step on, or from a jump to it; 0: not yet written
	out    []bpf.Instruction
}

func newEmitter(v *values, list []step) *emitter {
	return &emitter{values: v, steps: list, at: make([]int, len(list))}
}

// add writes instructions, the last one first.
func (e *emitter) add(list ...bpf.Instruction) {
	for i := len(list) - 1; i >= 0; i-- {
		e.out = append(e.out, list[i])
	}
}

// skip is how many instructions there are between the next to be written and a step.
func (e *emitter) skip(id int) int { return len(e.out) - e.at[id] }

// write writes a step before those that it leads to.
func (e *emitter) write(id int) {
	if e.at[id] != 0 {
		return
	}
	s := e.steps[id]
	switch {
	case id <= int(always):
		e.add(verdict(id))
	case s.to != empty:
		e.write(s.next)
		if e.skip(s.next) > 0 {
			e.add(bpf.Jump{Skip: uint32(e.skip(s.next))})
		}
		e.add(e.values.code(s.from, s.to)...)
	default:
		e.write(s.yes)
		e.write(s.no)
		e.near(s.yes)
		e.near(s.no)
		e.add(s.jump(e.skip(s.yes), e.skip(s.no)))
	}
	e.at[id] = len(e.out)
}

// near leads to a step that is too far away for a branch: the branches before use it too.
func (e *emitter) near(id int) {
	if e.skip(id) <= farJump {
		return
	}
	if id <= int(always) {
		e.add(verdict(id))
	} else {
		e.add(bpf.Jump{Skip: uint32(e.skip(id))})
	}
	e.at[id] = len(e.out)
}

func (s step) jump(yes, no int) bpf.Instruction {
	if s.x {
		return bpf.JumpIfX{Cond: s.cond, SkipTrue: uint8(yes), SkipFalse: uint8(no)}
	}
	return bpf.JumpIf{Cond: s.cond, Val: s.k, SkipTrue: uint8(yes), SkipFalse: uint8(no)}
}

// verdict is the instruction of step 0 or 1.
func verdict(id int) bpf.Instruction {
	if id == int(always) {
		return bpf.RetConstant{Val: Accept}
	}
	return bpf.RetConstant{Val: 0}
}
