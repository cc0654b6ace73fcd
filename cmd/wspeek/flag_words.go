package main

import (
	"errors"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/decode/show"
)

// flagTrouble is the error of a command line that cannot be parsed, in one sentence.
func flagTrouble(c *cobra.Command, in commands, err error) error {
	var unknown *pflag.NotExistError
	var invalid *pflag.InvalidValueError
	var missing *pflag.ValueRequiredError
	switch {
	case errors.As(err, &unknown):
		return unknownFlag(c, in, unknown)
	case errors.As(err, &invalid):
		flag, given := invalid.GetFlag(), invalid.GetValue()
		if h := habitOf(label(flag)+given, in); h != nil && given != "" {
			return run.Troublef("%s: %s", label(flag)+given, h.answer)
		}
		return run.Troublef("%s %s: %w", label(flag), quotedValue(given), invalid.Unwrap())
	case errors.As(err, &missing):
		return run.Troublef("%s needs a value: %s", label(missing.GetFlag()), missing.GetFlag().Value.(*value).want)
	}
	return run.AsTrouble(err)
}

// quotedValue is a value as a person finds it again in the command line.
func quotedValue(s string) string {
	if s == "" || strings.ContainsAny(s, " \t\n") {
		return strconv.Quote(s)
	}
	return show.Inert(s)
}

// unknownFlag is the error of a flag that the command does not have: it is another command's, a habit of another tool,
// or misspelt.
func unknownFlag(c *cobra.Command, in commands, e *pflag.NotExistError) error {
	typed := "--" + e.GetSpecifiedName()
	if e.GetSpecifiedShortnames() != "" {
		typed = "-" + e.GetSpecifiedName()[:1]
	}
	if h := habitOf(typed, in); h != nil {
		return run.Troublef("%s: %s", typed, h.answer)
	}
	if owners := ownersOf(typed); owners != 0 {
		if owners != inFiles {
			owners &^= inFiles // messages has its flags too
		}
		return run.Troublef("%s does not fit wspeek %s: it goes with %s", typed, strings.Join(namesOf(in), " "), alternatives(namesOf(owners)))
	}
	hint := ""
	if near := nearestFlag(typed, c.Flags()); near != "" {
		hint = "; did you mean " + near + "?"
	}
	return run.Troublef("%s: there is no such flag%s", show.Inert(typed), hint)
}

// ownersOf are the commands that have a flag, typed with its dashes.
func ownersOf(typed string) (in commands) {
	for i := range flagTable {
		if r := &flagTable[i]; !r.hidden && (typed == "--"+r.name || typed == "-"+r.short && r.short != "") {
			in |= r.in
		}
	}
	return in
}

// namesOf are the names of commands.
func namesOf(in commands) (names []string) {
	for _, c := range commandNames {
		if c.in&in != 0 {
			names = append(names, c.name)
		}
	}
	return names
}

// nearestFlag is the flag of a command whose name is nearest to a misspelt one; empty if none is near.
func nearestFlag(typed string, set *pflag.FlagSet) (near string) {
	word, best := strings.TrimLeft(typed, "-"), 0
	if len(word) < 2 {
		return ""
	}
	set.VisitAll(func(f *pflag.Flag) {
		d := distance(word, f.Name)
		if !f.Hidden && d <= 1+len(word)/5 && (near == "" || d < best) {
			near, best = "--"+f.Name, d
		}
	})
	return near
}

// distance is how many characters must be inserted, removed or replaced to make b of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			diagonal, row[j] = row[j], min(row[j]+1, row[j-1]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
