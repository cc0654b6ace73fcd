package run

// InterruptibleFor is Interruptible with another time for signals that are the same.
var InterruptibleFor = interruptible
