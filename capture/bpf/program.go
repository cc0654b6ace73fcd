package bpf

import (
	"math"
	"slices"

	"golang.org/x/net/bpf"
)

// memories are the answers that a program may remember. The first ones may make a program much
// shorter or much longer; the last always makes one whose length grows with the expression's.
var memories = []struct {
	effort   int // how many formulas may be looked at
	remember func(*coder, value) bool
}{
	{20_000, func(*coder, value) bool { return true }},
	{120_000, func(c *coder, v value) bool { return c.guards[v] }},
	{math.MaxInt, func(*coder, value) bool { return false }},
}

// program returns the shortest program that is found for a formula, nil if no packet can be accepted. That is not
// always noticed.
func (c *coder) program(root ref) []bpf.Instruction {
	var best []bpf.Instruction
	for _, m := range memories {
		d := newDecider(c, m.effort, func(v value) bool { return m.remember(c, v) })
		top := d.decide(root)
		if d.effort < 0 {
			continue
		}
		if top == int(never) {
			return nil
		}
		if list := c.write(d.list, top); best == nil || len(list) < len(best) {
			best = list
		}
	}
	return best
}

// write writes a graph of decisions.
func (c *coder) write(list []decision, top int) []bpf.Instruction {
	t := newStepper(&c.values, list)
	first := t.step(placed{top, empty})
	e := newEmitter(&c.values, t.list)
	e.write(first)
	slices.Reverse(e.out)
	return e.out
}
