package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// direction compares the records of one direction with its messages; other are those of the other one, which records may answer.
// Each record takes the first packet that is right, after those of the records before it.
func direction(records []map[string]any, messages, other []message) (right int, missed []string) {
	at, packet := 0, 0
	told := make([]int, len(messages))
	for _, r := range records {
		i, k, why := find(r, messages, other, at, packet)
		if why != "" {
			b, _ := json.Marshal(r)
			missed = append(missed, fmt.Sprintf("%s: %.200s", why, b))
			continue
		}
		right++
		if told[i]++; i < len(messages) && len(messages[i].apps) > 0 {
			at, packet = i, k+1
		}
	}
	if len(missed) == 0 {
		missed = surplus(records, messages, told)
	}
	return right, missed
}

// surplus says which messages that records cover hold more packets than there are records.
func surplus(records []map[string]any, messages []message, told []int) (out []string) {
	for _, r := range records {
		n, ok := r["n"].(float64)
		if i := int(n); ok && i < len(messages) && len(messages[i].apps) > max(told[i], 1) && !more(messages[i].apps) {
			out = append(out, fmt.Sprintf("message %d of its direction says more than was logged: %v", i, messages[i].apps))
		}
	}
	return out
}

func more(apps []map[string]any) bool { return len(apps) > 0 && apps[0]["event"] == "part" }

// find looks for the packet of a record from a place on.
func find(r map[string]any, messages, other []message, at, packet int) (i, k int, why string) {
	from, to := at, len(messages)-1
	if n, ok := r["n"].(float64); ok {
		if from, to = int(n), int(n); r["n_last"] != nil {
			to = int(r["n_last"].(float64))
		}
	}
	why = "not there"
	for i = max(from, at); i <= min(to, len(messages)-1); i++ {
		apps := messages[i].apps
		if len(apps) == 0 {
			if why = wrong(r, nil, other); why == "" {
				return i, 0, ""
			}
			continue
		}
		for k = range apps {
			if i == at && k < packet {
				continue
			}
			if why = wrong(r, apps[k], other); why == "" {
				return i, k, ""
			}
		}
	}
	return 0, 0, why
}

// wrong is the first field of a record that a packet does not have, "" if it has all.
func wrong(r, app map[string]any, other []message) string { //nolint:gocyclo // a flat switch over the fields
	if want, ok := r["protocol"]; ok && app == nil {
		if want == nil || slices.Contains(alternatives(want), nil) {
			return ""
		}
		return "no app"
	}
	for field, want := range r {
		got := app[field]
		ok := true
		switch field {
		case "dir", "n", "n_last", "transport":
		case "also":
			for k, v := range want.(map[string]any) {
				ok = ok && same(v, app[k])
			}
		case "reply_to_index":
			i := int(want.(float64))
			ok = i < len(other) && app["reply_to"] == other[i].n
		case "error", "heartbeat":
			ok = (got == true) == (want == true)
		case "args":
			ok = same(want, got) || got == nil && empty(want)
		default:
			ok = slices.ContainsFunc(alternatives(want), func(w any) bool { return w != nil && got != nil && folded(w) == folded(got) })
		}
		if !ok {
			return field
		}
	}
	return ""
}

// alternatives are what a field may be: the elements of a list, or itself.
func alternatives(want any) []any {
	if list, ok := want.([]any); ok {
		return list
	}
	return []any{want}
}

// folded is a name without case and punctuation.
func folded(v any) string {
	return strings.Map(func(c rune) rune {
		if c == '-' || c == '_' || c == '.' || c == ' ' {
			return -1
		}
		return c
	}, strings.ToLower(fmt.Sprint(v)))
}

func empty(v any) bool {
	switch v := v.(type) {
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return v == nil || v == ""
}

// same reports whether two values mean the same: text that is JSON may be its value, numbers may be text.
func same(a, b any) bool {
	if x, ok := a.(string); ok {
		switch y := b.(type) {
		case string:
			return x == y
		case float64:
			return x == strconv.FormatFloat(y, 'f', -1, 64)
		case map[string]any, []any:
			var v any
			return plain(y) == x || json.Unmarshal([]byte(x), &v) == nil && same(v, y)
		}
		return false
	}
	if _, ok := b.(string); ok {
		return same(b, a)
	}
	switch x := a.(type) {
	case []any:
		y, ok := b.([]any)
		return ok && slices.EqualFunc(x, y, same)
	case map[string]any:
		y, ok := b.(map[string]any)
		return ok && sameObject(x, y)
	}
	return a == b
}

func sameObject(x, y map[string]any) bool {
	if x["sha256"] != nil && y["base64"] != nil { // long bytes are logged by their length
		return x["len"] == float64(len(plain(y)))
	}
	if len(x) != len(y) {
		return false
	}
	for k, v := range x {
		w, ok := y[k]
		if !ok || !same(v, w) {
			return false
		}
	}
	return true
}

// plain are the bytes of {"base64":...}.
func plain(v any) string {
	m, _ := v.(map[string]any)
	s, _ := m["base64"].(string)
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return ""
	}
	return string(b)
}
