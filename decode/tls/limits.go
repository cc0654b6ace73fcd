package tls

// Limits bounds what is kept. The zero value means the defaults; a field that is not positive means its default.
type Limits struct {
	// Held is how many bytes of a connection are kept until their keys come (default 8 MiB). Beyond it the oldest
	// are not decrypted.
	Held int
	// HeldAll bounds the same for all connections that share Keys (default 64 MiB).
	HeldAll int
	// Secrets bounds the memory of Keys, in bytes (default 64 MiB); the oldest are dropped.
	Secrets int
	// Sessions is how many sessions that may be resumed are remembered (default 65,536).
	Sessions int
	// Trials is how often it is tried to open records after a loss before the direction is given up (default 65,536),
	// and TrialBytes how many bytes that may take (default 256 MiB).
	Trials     int
	TrialBytes int64
}

const (
	// heldOverhead is what a chunk that is held counts besides its bytes.
	heldOverhead = 96
	// maxMessage is the longest handshake message that is looked at; longer ones pass unread.
	maxMessage = 64 << 10
	// maxTranscript is how much of a handshake is kept for its hash.
	maxTranscript = 256 << 10
	// maxAlerts is how many alerts of a connection are kept.
	maxAlerts = 8
	// maxMarks is how many records that are not acknowledged are remembered, to put acknowledgements into plaintext offsets.
	maxMarks = 4096
)

func (l Limits) withDefaults() Limits {
	orDefault(&l.Held, 8<<20)
	orDefault(&l.HeldAll, 64<<20)
	orDefault(&l.Secrets, 64<<20)
	orDefault(&l.Sessions, 1<<16)
	orDefault(&l.Trials, 1<<16)
	orDefault(&l.TrialBytes, 256<<20)
	return l
}

func orDefault[T int | int64](v *T, d T) {
	if *v <= 0 {
		*v = d
	}
}
