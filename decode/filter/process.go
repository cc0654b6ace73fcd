package filter

import "github.com/wspeek/wspeek/decode"

// ofProcess makes the getter of a text of the process, absent if that is not known.
func ofProcess(get func(*decode.Process) string) func(*Row) (string, bool) {
	return func(r *Row) (string, bool) {
		if r.Session == nil || r.Session.Process == nil {
			return "", false
		}
		s := get(r.Session.Process)
		return s, s != ""
	}
}

func pidOf(r *Row) (int64, bool) {
	if r.Session == nil || r.Session.Process == nil {
		return 0, false
	}
	pid := r.Session.Process.PID
	return int64(pid), pid > 0
}
