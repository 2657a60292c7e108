//! Which addresses are on the public internet: the IANA special-purpose registries (RFC 6890), as one table a family.
//!
//! Where a registry leaves room, the narrower reading is taken: nobody's push service or calendar is at an anycast
//! address of the IETF, or behind a tunnel of 2001.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// IPv4 that is not: the first address, and how many bits of it count.
const V4: [([u8; 4], u32); 18] = [
    ([0, 0, 0, 0], 8),        // this network, RFC 791
    ([10, 0, 0, 0], 8),       // private, RFC 1918
    ([100, 64, 0, 0], 10),    // shared by a provider's customers, RFC 6598
    ([127, 0, 0, 0], 8),      // loopback, RFC 1122
    ([168, 63, 129, 16], 32), // a cloud's own services for its machines: public by its look only
    ([169, 254, 0, 0], 16),   // link-local, and where clouds keep credentials, RFC 3927
    ([172, 16, 0, 0], 12),    // private, RFC 1918
    ([192, 0, 0, 0], 24),     // protocol assignments, RFC 6890
    ([192, 0, 2, 0], 24),     // documentation, RFC 5737
    ([192, 31, 196, 0], 24),  // AS112, RFC 7535
    ([192, 52, 193, 0], 24),  // AMT, RFC 7450
    ([192, 88, 99, 0], 24),   // 6to4 relays, RFC 7526
    ([192, 168, 0, 0], 16),   // private, RFC 1918
    ([198, 18, 0, 0], 15),    // benchmarks, RFC 2544
    ([198, 51, 100, 0], 24),  // documentation, RFC 5737
    ([203, 0, 113, 0], 24),   // documentation, RFC 5737
    ([224, 0, 0, 0], 4),      // multicast, RFC 5771
    ([240, 0, 0, 0], 4),      // reserved, and broadcast, RFC 1112
];

/// All of IPv6 that is given out, RFC 4291: what is not in it is loopback, local, multicast, mapped, or nothing yet.
const V6_GIVEN_OUT: ([u16; 8], u32) = ([0x2000, 0, 0, 0, 0, 0, 0, 0], 3);

/// IPv6 in [`V6_GIVEN_OUT`] that is not public.
const V6: [([u16; 8], u32); 5] = [
    ([0x2001, 0, 0, 0, 0, 0, 0, 0], 23), // protocol assignments, Teredo among them, RFC 2928 and 4380
    ([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32), // documentation, RFC 3849
    ([0x2002, 0, 0, 0, 0, 0, 0, 0], 16), // 6to4: an IPv4 address of any kind behind it, RFC 7526
    ([0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0], 48), // AS112, RFC 7534
    ([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20), // documentation, RFC 9637
];

/// NAT64: an IPv4 address in its last 32 bits, which is where packets go (RFC 6052).
const NAT64: ([u16; 8], u32) = ([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96);

/// Whether whoever is at `ip` is on the public internet. An address that carries an IPv4 address is what it carries.
pub fn is_global(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => v4(ip),
        IpAddr::V6(ip) => v6(ip),
    }
}

fn v4(ip: Ipv4Addr) -> bool {
    let within = |(first, bits): ([u8; 4], u32)| {
        (ip.to_bits() ^ Ipv4Addr::from(first).to_bits()).leading_zeros() >= bits
    };
    !V4.into_iter().any(within)
}

fn v6(ip: Ipv6Addr) -> bool {
    let within = |(first, bits): ([u16; 8], u32)| {
        (ip.to_bits() ^ Ipv6Addr::from(first).to_bits()).leading_zeros() >= bits
    };
    if within(NAT64) {
        let [.., a, b, c, d] = ip.octets();
        return v4(Ipv4Addr::new(a, b, c, d));
    }
    within(V6_GIVEN_OUT) && !V6.into_iter().any(within)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case::this_network("0.0.0.0", "0.255.255.255")]
    #[case::private("10.0.0.0", "10.255.255.255")]
    #[case::shared("100.64.0.0", "100.127.255.255")]
    #[case::loopback("127.0.0.0", "127.255.255.255")]
    #[case::cloud("168.63.129.16", "168.63.129.16")]
    #[case::link_local("169.254.0.0", "169.254.255.255")]
    #[case::private("172.16.0.0", "172.31.255.255")]
    #[case::protocols("192.0.0.0", "192.0.0.255")]
    #[case::documentation("192.0.2.0", "192.0.2.255")]
    #[case::relays("192.88.99.0", "192.88.99.255")]
    #[case::private("192.168.0.0", "192.168.255.255")]
    #[case::benchmarks("198.18.0.0", "198.19.255.255")]
    #[case::documentation("198.51.100.0", "198.51.100.255")]
    #[case::documentation("203.0.113.0", "203.0.113.255")]
    #[case::multicast_and_reserved("224.0.0.0", "255.255.255.255")]
    #[case::nothing_and_mapped("::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    #[case::protocols("2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff")]
    #[case::documentation("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff")]
    #[case::six_to_four("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    #[case::documentation("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff")]
    #[case::all_that_is_local("4000::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    fn a_range_is_refused_from_its_first_to_its_last(#[case] first: IpAddr, #[case] last: IpAddr) {
        assert!(!is_global(first), "{first}");
        assert!(!is_global(last), "{last}");
    }

    #[rstest]
    #[case("1.0.0.0")]
    #[case("9.255.255.255")]
    #[case("11.0.0.0")]
    #[case("100.63.255.255")]
    #[case("100.128.0.0")]
    #[case("126.255.255.255")]
    #[case("128.0.0.0")]
    #[case("169.253.255.255")]
    #[case("169.255.0.0")]
    #[case("172.15.255.255")]
    #[case("172.32.0.0")]
    #[case("192.0.1.0")]
    #[case("192.167.255.255")]
    #[case("192.169.0.0")]
    #[case("198.17.255.255")]
    #[case("198.20.0.0")]
    #[case("223.255.255.255")]
    #[case("2000::")]
    #[case("2001:200::")]
    #[case("2001:db7:ffff::")]
    #[case("2001:db9::")]
    #[case("2003::")]
    #[case("2a00:1450:4001:80b::200a")]
    #[case("3ffe:ffff::")]
    #[case("3fff:1000::")]
    fn its_neighbours_are_public(#[case] ip: IpAddr) {
        assert!(is_global(ip), "{ip}");
    }

    #[rstest]
    #[case::mapped("::ffff:127.0.0.1", false)]
    #[case::mapped("::ffff:93.184.216.34", true)]
    #[case::compatible("::127.0.0.1", false)]
    #[case::compatible("::93.184.216.34", false)]
    #[case::nat64("64:ff9b::a9fe:a9fe", false)]
    #[case::nat64("64:ff9b::93.184.216.34", true)]
    #[case::nat64_of_somebody("64:ff9b:1::93.184.216.34", false)]
    #[case::six_to_four("2002:7f00:1::", false)]
    #[case::teredo("2001:0:53aa:64c:0:fbff:80ff:fffe", false)]
    #[case::translated("::ffff:0:10.0.0.1", false)]
    #[case::unique_local("fd00:ec2::254", false)]
    #[case::link_local("fe80::1", false)]
    #[case::site_local("fec0::1", false)]
    fn an_address_is_what_it_carries(#[case] ip: IpAddr, #[case] public: bool) {
        assert_eq!(is_global(ip), public, "{ip}");
    }

    proptest! {
        #[test]
        fn no_spelling_makes_an_address_public(bits: u32) {
            let ip = Ipv4Addr::from_bits(bits);
            let [a, b, c, d] = ip.octets();
            let last = [u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])];
            let nat64 = Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, last[0], last[1]);
            prop_assert_eq!(is_global(ip.to_ipv6_mapped().into()), is_global(ip.into()));
            prop_assert_eq!(is_global(nat64.into()), is_global(ip.into()));
            if ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_multicast() || ip.is_unspecified() {
                prop_assert!(!is_global(ip.into()));
            }
        }
    }
}
