package tui

import "strings"

// asciiOnly reports whether the environment asks for ASCII: the locale names another character set than UTF-8, or none
// at all (C, POSIX). Where no locale is set, UTF-8 is assumed, but for terminals that are known to go by the locale.
func asciiOnly(environ []string) bool {
	env := map[string]string{}
	for _, e := range environ {
		name, value, _ := strings.Cut(e, "=")
		env[name] = value
	}
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if locale := env[name]; locale != "" {
			return !isUTF8(locale)
		}
	}
	return env["TMUX"] != "" || env["STY"] != "" || strings.HasPrefix(env["TERM"], "vt")
}

// isUTF8 reports whether the name of a locale says that its character set is UTF-8: de_DE.UTF-8, C.utf8@euro.
func isUTF8(locale string) bool {
	_, set, _ := strings.Cut(locale, ".")
	set, _, _ = strings.Cut(set, "@")
	return strings.EqualFold(set, "UTF-8") || strings.EqualFold(set, "UTF8")
}
