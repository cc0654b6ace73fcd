package main

import (
	"embed"

	"github.com/spf13/cobra"
)

// topicFiles are the texts of help topics, one file each.
//
//go:embed help
var topicFiles embed.FS

// topic is a help topic. Its text is made when somebody asks for it, not at every start.
func topic(name, short string, text func() string) *cobra.Command {
	c := &cobra.Command{Use: name, Short: short}
	c.SetHelpFunc(func(c *cobra.Command, args []string) {
		c.Long = text()
		c.SetHelpFunc(nil)
		c.HelpFunc()(c, args)
	})
	return c
}

// fileTopic is the help topic whose text is in help/NAME.txt. The text panics if there is none: that is a bug.
func fileTopic(name, short string) *cobra.Command {
	return topic(name, short, func() string {
		text, err := topicFiles.ReadFile("help/" + name + ".txt")
		if err != nil {
			panic(err)
		}
		return string(text)
	})
}
