package capture

import "strconv"

// Time is a moment in nanoseconds since 1970-01-01 UTC. Moments that do not fit
// (before 1677 or after 2262) are held at the nearest one that does.
type Time int64

// LinkType is a LINKTYPE_ number of the pcap registry (1 is Ethernet).
type LinkType uint16

// Packet is one captured packet.
type Packet struct {
	// Number is 1-based and equals Wireshark's frame.number: every packet record
	// counts, even if nothing can be made of it. Numbers go on from file to file.
	Number int
	// Time is when it was captured; the zero Time if the record has none (a
	// Simple Packet Block).
	Time Time
	// LinkType says what Data starts with.
	LinkType LinkType
	// Interface is the index of the interface that it was captured on, among those of a
	// live capture; 0 for packets of files.
	Interface uint16
	// OrigLen is the length on the wire in bytes; larger than len(Data) if the
	// capture cut it (snaplen), never smaller.
	OrigLen int
	// Data are the captured bytes. They belong to the Batch.
	Data []byte
	// Comment is the comment that the file has for the packet, lines for several; nil for none. It belongs to the Batch.
	Comment []byte
}

// Batch is a run of packets with the memory that holds their bytes. The zero value is
// ready to be filled; a filled one may be filled again, which overwrites it.
type Batch struct {
	// Packets are in file order.
	Packets []Packet
	// File is the index of the file that they come from (Files.Names), else 0.
	File int
	// Memory holds the bytes of the packets. A Source appends to it; nobody else changes it.
	Memory []byte
}

// Source is where packets come from.
type Source interface {
	// ReadBatch empties b and fills it with the next packets. It blocks until
	// there is at least one, takes as many as have already arrived and fit in
	// about 1 MiB, and never waits for more (so that a pipe or an interface is
	// shown as it comes). With a nil error there is at least one packet. At the end it returns
	// io.EOF and no packets. Damage is reported once, as *Damage, by the call after the one that
	// returned the last packet before it.
	ReadBatch(b *Batch) error
}

// Damage is an error of the input that ends reading, with its place. What was read before it is valid.
type Damage struct {
	// Name is the file as the user named it ("-" is standard input).
	Name string
	// Offset is where, in bytes from the start of the (uncompressed) file: the first
	// byte of the record or block that could not be read.
	Offset int64
	// Packets is how many packets were read before it.
	Packets int
	// Missing is how many bytes of the last record are missing if the file just
	// ends (a writer that was killed), else 0.
	Missing int64
	// What says what is wrong: "ends inside packet 12", "block length 7 is not a multiple of 4".
	What string
	// Err is the cause if it is one of reading or unpacking, else nil.
	Err error
}

// Unwrap returns Err.
func (d *Damage) Unwrap() error { return d.Err }

func (d *Damage) Error() string {
	s := d.Name + ": " + d.What + " at byte " + strconv.FormatInt(d.Offset, 10)
	if d.Missing > 0 {
		s += ", " + strconv.FormatInt(d.Missing, 10) + " bytes missing"
	}
	return s + " (" + strconv.Itoa(d.Packets) + " packets read before it)"
}
