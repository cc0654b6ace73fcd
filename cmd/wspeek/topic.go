package main

import (
	"embed"

	"github.com/spf13/cobra"
)

// topicFiles are the texts of help topics, one file each.
//
//go:embed help
var topicFiles embed.FS

// topic returns the help topic whose text is in help/NAME.txt. It panics if there is none: that is a bug.
func topic(name, short string) *cobra.Command {
	text, err := topicFiles.ReadFile("help/" + name + ".txt")
	if err != nil {
		panic(err)
	}
	return &cobra.Command{Use: name, Short: short, Long: string(text)}
}
