package run

import "os"

// IsStream reports whether a name is that of something else than a file: it can be read once, and may have to be waited
// for.
func IsStream(name string) bool {
	info, err := os.Stat(name)
	return name == "-" || err == nil && !info.Mode().IsRegular()
}
