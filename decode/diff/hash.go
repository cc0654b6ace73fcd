package diff

// Hashes decide only what is compared with what, so one that is quick and the same in every run is enough.

const (
	fnvOffset = 0xcbf29ce484222325
	fnvPrime  = 0x100000001b3
)

func hashBytes(h uint64, p []byte) uint64 {
	for len(p) >= 8 {
		v := uint64(p[0]) | uint64(p[1])<<8 | uint64(p[2])<<16 | uint64(p[3])<<24 |
			uint64(p[4])<<32 | uint64(p[5])<<40 | uint64(p[6])<<48 | uint64(p[7])<<56
		h = mix(h, v)
		p = p[8:]
	}
	for _, c := range p {
		h = (h ^ uint64(c)) * fnvPrime
	}
	return finish(h ^ uint64(len(p)))
}

// mix puts v into h.
func mix(h, v uint64) uint64 { return finish(h*fnvPrime ^ v) }

func finish(h uint64) uint64 {
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 29
	return h
}
