package filter

import "strings"

// prefixes begin the names of fields; a word that starts so and is not a field is a mistake.
var prefixes = []string{"websocket.", "ws.", "tcp.", "ip.", "ipv6.", "frame.", "http.", "json.", "tls.", "_ws."}

// looksLikeField reports whether a word that is not a field is rather a misspelt one than a text to search for.
func looksLikeField(word string) bool {
	for _, p := range prefixes {
		if len(word) >= len(p) && strings.EqualFold(word[:len(p)], p) {
			return true
		}
	}
	if x := foreignOf(word, false); x != nil && !strings.HasSuffix(x.name, ".") {
		return true
	}
	return strings.Contains(word, ".") && suggest(word) != ""
}

// suggest is the field whose name is nearest to a word, empty where none is near.
func suggest(word string) string {
	_, last, _ := strings.Cut(strings.ToLower(word), ".")
	names := make([]string, 0, len(fields))
	for i := range fields {
		f := &fields[i]
		if f.pattern() {
			continue
		}
		if last != "" && strings.HasSuffix(f.Name, "."+last) { // the right name behind the wrong protocol
			return f.Name
		}
		names = append(names, f.Name)
	}
	return nearest(word, names)
}

// nearest is the one of names that takes the fewest changes to get to from word, at most a third of its length; else empty.
func nearest(word string, names []string) string {
	const longest = 64
	if len(word) > longest {
		return ""
	}
	word = strings.ToLower(word)
	best, least := "", 1+max(1, len(word)/4)
	for _, n := range names {
		if d := distance(word, strings.ToLower(n)); d < least {
			best, least = n, d
		}
	}
	return best
}

// distance is how many characters must be put in, taken out, replaced or swapped with the next to make b of a.
func distance(a, b string) int {
	before, row := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		two := before
		before, row = row, make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(before[j]+1, row[j-1]+1, before[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], two[j-2]+1)
			}
		}
	}
	return row[len(b)]
}
