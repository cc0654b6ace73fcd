package explain

import (
	"cmp"
	"slices"

	"github.com/wspeek/wspeek/decode/ws"
)

func sortExchanges(list []Exchange) {
	slices.SortFunc(list, func(a, b Exchange) int { return cmp.Compare(a.Message.N, b.Message.N) })
}

// between are the frames of the same direction that stand between the frames of a message.
func between(all, own []ws.Frame) (list []ws.Frame) {
	if len(own) == 0 {
		return nil
	}
	first, last := &own[0], &own[len(own)-1]
	for _, f := range all {
		if f.Dir == first.Dir && f.N > first.N && f.N < last.N && f.Message != first.Message {
			list = append(list, f)
		}
	}
	slices.SortFunc(list, func(a, b ws.Frame) int { return cmp.Compare(a.N, b.N) })
	return list
}
