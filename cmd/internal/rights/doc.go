// Package rights drops root's privileges. A live capture needs them only to open interfaces; wspeek gives them up, for
// good, before it reads the first packet, and makes files with the permissions of the user who started it.
//
//	who := Invoker(wanted) ──▶ open interfaces ──▶ With(OwnerOf(who), create file) ──▶ Drop(who) ──▶ read packets
package rights
