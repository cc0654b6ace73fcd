package run

import (
	"cmp"
	"slices"

	"github.com/wspeek/wspeek/decode"
)

// stepping are the options of a shard, which gathers its steps if anybody wants them.
func (p *pump) stepping(shard int) decode.Options {
	opt := p.opt
	if p.step != nil {
		opt.Steps = func(s decode.Step) { *p.gathering[shard] = append(*p.gathering[shard], s) }
	}
	return opt
}

// report calls Options.Step for the steps of a job, in the order of packets, and empties them.
func (p *pump) report(steps *[Shards][]decode.Step) error {
	if p.step == nil {
		return nil
	}
	var all []decode.Step
	for i := range steps {
		all = append(all, steps[i]...)
		steps[i] = steps[i][:0]
	}
	slices.SortStableFunc(all, func(a, b decode.Step) int {
		return cmp.Or(cmp.Compare(a.Packet, b.Packet), cmp.Compare(a.Stream.First, b.Stream.First))
	})
	for i := range all {
		if err := p.step(&all[i]); err != nil {
			return err
		}
	}
	return nil
}
