package check

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/wspeek/wspeek/decode/ws"
)

// side is who sends in direction d.
func side(d ws.Dir) string {
	if d == ws.C2S {
		return "client"
	}
	return "server"
}

// codeName is a close code with its name: "1000 Normal Closure", or words for none.
func codeName(code int) string {
	if code < 0 {
		return "a Close without a code"
	}
	return strings.TrimRight(strconv.Itoa(code)+" "+ws.CloseName(code), " ")
}

// closeName is a Close frame with its code.
func closeName(code int) string {
	if code < 0 {
		return codeName(code)
	}
	return "Close " + codeName(code)
}

// percent writes a share in percent.
func percent(v float64) string {
	if v < 0.0995 {
		return fmt.Sprintf("%.1f %%", 100*v)
	}
	return fmt.Sprintf("%.0f %%", 100*v)
}
