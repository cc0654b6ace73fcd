package bpf

import "strings"

// expressions are compiled by tcpdump and by us, and have to choose the same packets.
var expressions = strings.Split(strings.TrimSpace(`
tcp
udp
icmp
icmp6
igmp
sctp
ah
esp
ip
ip6
arp
rarp
host 10.1.2.3
src host 10.1.2.3
dst host 10.1.2.3
src or dst host 10.1.2.3
src and dst host 10.1.2.3
dst and src host 10.1.2.3
src 10.1.2.3
dst 10.1.2.3
ip host 10.1.2.3
ip src 10.1.2.3 and dst 10.1.2.4
arp host 10.1.2.3
arp src 10.1.2.3
rarp dst host 10.1.2.4
host 10.1.2.3 or 10.1.2.4
host 10.1.2.3 and not 10.1.2.4
host not 10.1.2.3
host 10.1.2.3 and (port 80 or 443)
host 10.1.2.3 and (10.1.2.4 or 192.168.1.1)
host (10.1.2.3 or 10.1.2.4)
net 10
net 10.1
net 10.1.2
net 10.1.2.3
net 10.0.0.0/8
net 10.1.2.0/24
net 10.1.2.2/31
net 0.0.0.0/0
net 10.1.2.0 mask 255.255.255.0
src net 10.0.0.0/8 and not dst net 10.0.0.0/8
ip net 192.168.0.0/16
arp net 10.0.0.0/8
host 2001:db8::1
src host 2001:db8::1 or dst host ::1
host ::1 or fe80::1
ip6 host fe80::1
net fe80::/10
net fe80::/64
net 2001:db8::/33
net ::/0
dst net ff00::/8
src ::1/128
port 80
port 80 or 443
port (80 or 443)
port (80 or 443) and 22
port 80 or 443 or 22 or 53
port not 80
src port 80
dst port 443
src or dst port 80
src and dst port 80
tcp port 80
tcp port 0x50
tcp port 0120
tcp src port 80
udp port 53
udp src or dst port 53
udp dst port 53
sctp port 80
tcp port 80 or not 443
not port 80 and 443
portrange 80-443
portrange 443-80
portrange 80
tcp portrange 8000-9000
tcp portrange 8000-9000 or 20-53
src portrange 0-80
udp dst portrange 9000-65535
proto 6
proto 6 or 17
ip proto 6
ip proto 17 or 1
ip6 proto 6
ip6 proto 58
ip proto \tcp
ip proto \icmp or \udp
proto \udp
ether proto 0x86dd
ether proto \arp
ether proto \ip
link proto 0x88cc
ether host 00:11:22:33:44:55
ether src 0:11:22:33:44:55
ether dst ff:ff:ff:ff:ff:ff
ether src or dst 02:00:00:00:00:01
broadcast
multicast
ether broadcast
ether multicast
ip multicast
ip6 multicast
vlan
vlan 5
vlan 100
not vlan
vlan and tcp
vlan 5 and tcp port 80
vlan 100 and vlan 5
vlan 5 or vlan 100
vlan and host 10.1.2.3
vlan and vlan and ip6
tcp port 80 or (vlan and tcp port 80)
not vlan and tcp
less 80
greater 80
less 60 or greater 100
len > 80
len <= 80
len = 74
length != 74
5 < len
tcp port 80 or 80 < len
len = 70+4*1
len - 14 > 60
not tcp
! tcp
!(tcp)
not not tcp
tcp and not port 22
tcp or udp and port 53
(tcp or udp) and port 53
not (tcp and port 80)
tcp && port 80 || icmp
((((tcp))))
(tcp) and ((port 80) or (port 443))
tcp[tcpflags] & tcp-syn != 0
tcp[tcpflags] & (tcp-syn|tcp-fin) != 0
tcp[tcpflags] == tcp-syn
tcp[tcpflags] & (tcp-syn|tcp-ack) == (tcp-syn|tcp-ack)
(tcp[13] & 2) != 0
tcp[13] = 2 or tcp[13] = 18
tcp[0:2] = 80
tcp[2:2] > 1024
tcp[4:4] & 0x80000000 != 0
tcp[((tcp[12:1] & 0xf0) >> 2):4] = 0x47455420
tcp port 80 and (((ip[2:2] - ((ip[0]&0xf)<<2)) - ((tcp[12]&0xf0)>>2)) != 0)
tcp port 80 and ip[2:2] - ((ip[0]&0xf)<<2) > 40
udp[4:2] > 30
udp[0:2] = 53 and udp[2] < 1
icmp[icmptype] = icmp-echo or icmp[icmptype] = icmp-echoreply
icmp[0] = 8
icmp[icmptype] != icmp-echo and icmp[icmpcode] < 2
icmp6[0] = 1
icmp6[0] >= 8
ip[8] < 5
ip[8] <= 64 and ip[0] & 0xf != 5
ip[6:2] & 0x1fff != 0
ip[6:2] & 0x1fff = 0
ip[9] = ip[8]
ip[8] > ip[9]
ip[16] >= 224
ip[0] + ip[1] * 2 = 69
ip[0] * 2 / 3 - 1 > 40
ip[8] / ip[7] > 1
ip[8] << 2 | 1 = 5
ip[8] >> 1 + 1 = 3
(ip[8] & 15) | 1 = 7
ip[ip[0] & 0xf] = 0
ip[8] - ip[9] < 100
ip6[6] = 6
ip6[0:4] & 0xf0000000 = 0x60000000
ip6[24] = 0xff
arp[6:2] = 1
ether[12:2] = 0x800
ether[0] & 1 = 0 and ip[16] >= 224
ether[0] & 1 != 0
ether[ether[12]] = 0
link[12:2] > 1500
sctp[0:2] = 80
igmp[0] > 100
port 80 and tcp[tcpflags] & tcp-push != 0 or 443 < len
host 10.1.2.3 and tcp and not port 22
tcp and (src 10.1.2.3 or src 10.1.2.4) and (dst port 80 or dst port 443 or dst portrange 8000-8090)
ip and not net 127.0.0.0/8 and not multicast
port 80 and (host 10.1.2.3) or 443
not host 10.1.2.3 and not host 10.1.2.4
net 10.0.0.0/8 or 192.168.0.0/16
net fe80::/10 or 2001:db8::/32
ip host 10.1.2.3 and not (tcp port 22 or 53)
1 = 1
`), "\n")
