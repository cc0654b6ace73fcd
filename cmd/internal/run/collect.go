package run

import (
	"os"
	"runtime/debug"
	"runtime/metrics"
)

const (
	// headroom is how much garbage a run may make between two collections, as long as that is between leastGarbage and
	// mostGarbage percent of what is in use: few collections where little is in use, little memory where much is.
	headroom                  = 32 << 20
	leastGarbage, mostGarbage = 25, 400
	// collectEvery is how many batches pass between two looks at what is in use.
	collectEvery = 16
)

// collector sets how much garbage the collector allows. It belongs to one goroutine.
type collector struct {
	on      bool
	batches int
	percent int
	sample  [1]metrics.Sample
}

// newCollector is one for a run; it does nothing unless on, and where the environment has GOGC.
func newCollector(on bool) *collector {
	c := &collector{on: on && os.Getenv("GOGC") == ""}
	c.sample[0].Name = "/gc/heap/live:bytes"
	if c.on {
		c.set(mostGarbage)
	}
	return c
}

// garbageFor is how much garbage is allowed, in percent of live bytes in use.
func garbageFor(live uint64) int {
	return int(min(max(headroom*100/max(live, 1), leastGarbage), mostGarbage))
}

// batch takes note of a batch.
func (c *collector) batch() {
	if c.batches++; !c.on || c.batches%collectEvery != 0 {
		return
	}
	metrics.Read(c.sample[:])
	if c.sample[0].Value.Kind() != metrics.KindUint64 {
		return
	}
	p := garbageFor(c.sample[0].Value.Uint64())
	// Setting it stops everything for a moment: a small change is not worth that.
	if d := p - c.percent; d < -c.percent/8 || d > c.percent/8 {
		c.set(p)
	}
}

func (c *collector) set(percent int) {
	c.percent = percent
	debug.SetGCPercent(percent)
}
