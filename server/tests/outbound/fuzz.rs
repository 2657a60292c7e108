//! Ten thousand addresses that try to lead the client astray, and names that lead elsewhere the second time.
//!
//! The recorder stands where the client would call `connect(2)`: it notes each address, and leads those that are public
//! to a server on this machine. What must not be reached is told by the registries' own ranges, read by another program
//! than the client's.

use crate::peer::{Peer, request, send};
use daymark_server::{
    config,
    outbound::{Fault, Network, Outbound, Pending, Purpose, Refusal},
};
use ipnet::IpNet;
use std::{
    collections::HashMap,
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{Arc, Mutex},
};
use tokio::{io::AsyncWriteExt, net::TcpStream};

const URLS: usize = 10_000;

/// Known, and led inside by the stub like every name that is not its own.
const PUSH_SERVICE: &str = "fcm.googleapis.com";

/// What is not public (IANA's special-purpose registries).
const FORBIDDEN: &str = "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 \
    192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/3 \
    ::/8 100::/8 200::/7 400::/6 800::/5 1000::/4 2001::/23 2001:db8::/32 2002::/16 3fff::/20 4000::/2 8000::/1";

fn forbidden(address: SocketAddr, networks: &[IpNet]) -> bool {
    let ip = match address.ip() {
        IpAddr::V6(six) if six.segments()[..6] == [0x64, 0xff9b, 0, 0, 0, 0] => {
            IpAddr::from(Ipv4Addr::from_bits(six.to_bits() as u32))
        }
        IpAddr::V6(six) => six.to_ipv4_mapped().map_or(IpAddr::V6(six), IpAddr::V4),
        four => four,
    };
    networks.iter().any(|network| network.contains(&ip)) || !matches!(address.port(), 80 | 443)
}

/// Numbers that are the same on every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % below
    }

    fn of<T: Copy>(&mut self, some: &[T]) -> T {
        some[self.roll(some.len() as u64) as usize]
    }

    /// An address: of this machine, of somebody's network, at an edge of either, or any.
    fn v4(&mut self) -> Ipv4Addr {
        const NAMED: [[u8; 4]; 16] = [
            [127, 0, 0, 1],
            [0, 0, 0, 0],
            [10, 0, 0, 1],
            [169, 254, 169, 254],
            [192, 168, 1, 1],
            [172, 16, 0, 1],
            [172, 31, 255, 255],
            [100, 64, 0, 1],
            [255, 255, 255, 255],
            [224, 0, 0, 1],
            [192, 0, 0, 192],
            [93, 184, 216, 34],
            [8, 8, 8, 8],
            [172, 32, 0, 1],
            [11, 0, 0, 0],
            [128, 0, 0, 1],
        ];
        match self.roll(3) {
            0 => Ipv4Addr::from_bits(self.roll(1 << 32) as u32),
            _ => self.of(&NAMED).into(),
        }
    }

    fn v6(&mut self) -> Ipv6Addr {
        let four = self.v4();
        let bits = u128::from(four.to_bits());
        let low = u128::from(self.roll(1 << 48));
        match self.roll(9) {
            0 => four.to_ipv6_mapped(),
            1 => Ipv6Addr::from_bits((0x64_ff9b << 96) | bits),
            2 => Ipv6Addr::from_bits((0x2002 << 112) | (bits << 80) | 1),
            3 => Ipv6Addr::from_bits((0x2001 << 112) | (bits << 64) | (!bits & 0xffff_ffff)),
            4 => Ipv6Addr::from_bits(bits),
            5 => Ipv6Addr::from_bits((0x2a00_1450 << 96) | low),
            6 => Ipv6Addr::from_bits((self.of(&[0xfe80, 0xfec0, 0xfd00, 0xff02]) << 112) | low),
            7 => self.of(&[Ipv6Addr::LOCALHOST, Ipv6Addr::UNSPECIFIED]),
            _ => Ipv6Addr::from_bits((u128::from(self.roll(1 << 16)) << 112) | low),
        }
    }

    /// One of the ways to write an IPv4 address that some program or other reads.
    fn spelled(&mut self, ip: Ipv4Addr) -> String {
        let bits = ip.to_bits();
        let [a, b, c, d] = ip.octets();
        let plain = ip.to_string();
        match self.roll(14) {
            0 => bits.to_string(),
            1 => format!("{bits:#x}"),
            2 => format!("0X{bits:X}"),
            3 => format!("0{bits:o}"),
            4 => format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}"),
            5 => format!("{a:#x}.{b:#x}.{c:#x}.{d:#x}"),
            6 => format!("{a}.{}", bits & 0xff_ffff),
            7 => format!("{a:#x}.{b}.0{:o}", bits & 0xffff),
            8 => plain.bytes().map(|octet| format!("%{octet:02x}")).collect(),
            9 => plain.replace('.', self.of(&["。", "．", "｡", "%2e", "%E3%80%82"])),
            10 => plain
                .chars()
                .map(|c| c.to_digit(10).map_or(c, |n| char::from_u32(0xff10 + n).unwrap()))
                .collect(),
            11 => format!("{plain}."),
            12 => format!("{a:04}.{b:04}.{c:04}.{d:04}"),
            _ => plain,
        }
    }

    /// A name that the stub knows; what it leads to is in its first label.
    fn name(&mut self, number: usize) -> String {
        let kind = self.of(&["public", "rebind", "rebind", "mixed", "private", "mapped", "nobody"]);
        format!("{kind}-{number}.example")
    }

    fn host(&mut self, number: usize) -> String {
        match self.roll(9) {
            0..3 => {
                let ip = self.v4();
                self.spelled(ip)
            }
            3 | 4 => match self.v6() {
                ip if self.roll(2) == 0 => format!("[{}]", ip.to_string().to_uppercase()),
                ip => {
                    let parts = ip.segments().map(|part| format!("{part:04x}"));
                    format!("[{}]", parts.join(":"))
                }
            },
            5 => {
                let some = [
                    "localhost",
                    "LOCALHOST",
                    "a.localhost.",
                    "ⓛocalhost",
                    "local\u{ad}host",
                    "127.0.0.1.nip.example",
                ];
                self.of(&some).to_owned()
            }
            6 => {
                let some = [
                    PUSH_SERVICE,
                    "FCM.GoogleAPIs.com",
                    "fcm.googleapis.com.",
                    "fcm.googleapis.com.example",
                    "private-fcm.googleapis.com",
                    "evilpush.apple.com",
                    "push.apple.com",
                ];
                self.of(&some).to_owned()
            }
            _ => self.name(number),
        }
    }

    fn url(&mut self, number: usize) -> String {
        let (host, other) = (self.host(number), self.host(number));
        let scheme = self.of(&["https", "http", "http", "HTTPS", "Http"]);
        let port = match self.roll(4) {
            0 => format!(":{}", self.of(&[80, 443, 22, 6379, 4000, 8080, 0, 65_535])),
            _ => String::new(),
        };
        let path =
            self.of(&["", "/", "/a?b#c", "/@127.0.0.1/", "?@127.0.0.1", "#@127.0.0.1", "/..//127.0.0.1"]);
        match self.roll(24) {
            0 => format!("{scheme}://{other}@{host}{port}{path}"),
            1 => format!("{scheme}://a:{other}@{host}{port}{path}"),
            2 => format!("{scheme}://{other}\\@{host}{port}{path}"),
            3 => format!("{scheme}:\\\\{host}{port}\\{other}"),
            4 => format!("{scheme}:///{host}{port}{path}"),
            5 => format!("{scheme}:{host}{port}{path}"),
            6 => format!("{scheme}://{other}#@{host}{port}{path}"),
            7 => format!("{scheme}://{other}?@{host}{port}{path}"),
            8 => format!("{scheme}://{other}%00.{host}{port}{path}"),
            9 => format!("{scheme}://{}\t{host}{port}{path}", other.trim_end_matches('.')),
            10 => format!("{scheme}://{other}%20@{host}{port}{path}"),
            11 => format!("{scheme}://{other};{host}{port}{path}"),
            12 => format!("{scheme}://@{host}{port}{path}"),
            _ => format!("{scheme}://{host}{port}{path}"),
        }
    }
}

/// A name service that rebinds, and whoever would be connected to.
struct Recorder {
    sink: SocketAddr,
    networks: Vec<IpNet>,
    asked: Mutex<HashMap<String, usize>>,
    connected: Mutex<Vec<SocketAddr>>,
}

impl Recorder {
    fn new(sink: SocketAddr) -> Arc<Self> {
        let networks = FORBIDDEN.split_whitespace().map(|network| network.parse().unwrap()).collect();
        Arc::new(Self { sink, networks, asked: Mutex::default(), connected: Mutex::default() })
    }

    fn connections(&self) -> usize {
        self.connected.lock().unwrap().len()
    }

    /// Connections that must not be.
    fn breaches(&self) -> Vec<SocketAddr> {
        let connected = self.connected.lock().unwrap();
        connected.iter().filter(|address| forbidden(**address, &self.networks)).copied().collect()
    }
}

impl Network for Recorder {
    fn resolve(&self, name: &str) -> Pending<io::Result<Vec<IpAddr>>> {
        let times = {
            let mut asked = self.asked.lock().unwrap();
            let times = asked.entry(name.to_owned()).or_default();
            *times += 1;
            *times
        };
        let public = IpAddr::from([93, 184, 216, 34]);
        let inside = [
            IpAddr::from([127, 0, 0, 1]),
            IpAddr::from([169, 254, 169, 254]),
            IpAddr::from([10, 0, 0, 7]),
            IpAddr::from(Ipv6Addr::LOCALHOST),
        ];
        let inside = inside[name.len() % inside.len()];
        let found = match name.split('-').next().unwrap() {
            "public" => Ok(vec![public]),
            "rebind" if times == 1 => Ok(vec![public]),
            "mixed" => Ok(vec![inside, public, IpAddr::from([192, 168, 0, 1])]),
            "mapped" => Ok(vec![IpAddr::from(Ipv4Addr::LOCALHOST.to_ipv6_mapped())]),
            "nobody" => Err(io::Error::other("no such name")),
            // All others too: what was not meant to be a name at all.
            _ => Ok(vec![inside]),
        };
        Box::pin(async move { found })
    }

    fn connect(&self, address: SocketAddr) -> Pending<io::Result<TcpStream>> {
        self.connected.lock().unwrap().push(address);
        match forbidden(address, &self.networks) {
            true => Box::pin(async { Err(io::ErrorKind::ConnectionRefused.into()) }),
            false => Box::pin(TcpStream::connect(self.sink)),
        }
    }
}

/// What became of some addresses.
#[derive(Debug, Default)]
struct Outcome {
    refused: usize,
    refused_by_address: usize,
    answered: usize,
    rebound: usize,
    pushed: usize,
}

/// Asks each address twice, where it may be asked at all.
async fn run(urls: usize, config: &config::Outbound) -> (Arc<Recorder>, Outcome) {
    // It closes after each answer, so that the second time the name is looked up anew. It speaks no TLS.
    let sink = Peer::start(|mut stream| async move {
        let mut first = [0];
        if stream.peek(&mut first).await.is_ok() && first == *b"P" {
            request(&mut stream).await;
            let answer = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
            let _ = stream.write_all(answer).await;
        }
    })
    .await;
    let recorder = Recorder::new(sink.addr);
    let outbound = Outbound::on(recorder.clone(), config).unwrap();
    let (mut dice, mut outcome) = (Dice(20_260_722), Outcome::default());
    for number in 0..urls {
        let url = dice.url(number);
        if let Ok(target) = outbound.target(&url, Purpose::Push) {
            assert_eq!(target.origin(), format!("https://{PUSH_SERVICE}"), "{url}");
            outcome.pushed += 1;
        }
        if outbound.target(&url, Purpose::Any).is_err() {
            outcome.refused += 1;
            continue;
        }
        let first = send(&outbound, &url).await;
        let second = send(&outbound, &url).await;
        let inside = |failure: Fault| failure == Fault::Refused(Refusal::Address);
        match (first.map_err(|failure| failure.fault), second.map_err(|failure| failure.fault)) {
            (Err(fault), _) if inside(fault) => outcome.refused_by_address += 1,
            (Ok(_) | Err(Fault::Tls), Err(fault)) if inside(fault) => outcome.rebound += 1,
            (Ok(_), Ok(_)) => outcome.answered += 1,
            _ => {}
        }
    }
    (recorder, outcome)
}

#[actix_web::test]
async fn ten_thousand_addresses_lead_nowhere_that_is_forbidden() {
    let config = config::Outbound { allow_http: true, ..config::Outbound::default() };
    let (recorder, outcome) = run(URLS, &config).await;
    assert_eq!(recorder.breaches(), []);
    // All ways were gone, many times.
    assert!(recorder.connections() > 1_000, "{} {outcome:?}", recorder.connections());
    assert!(outcome.refused > 3_000 && outcome.refused_by_address > 300, "{outcome:?}");
    assert!(outcome.answered > 500 && outcome.rebound > 300 && outcome.pushed > 50, "{outcome:?}");
}

#[actix_web::test]
async fn a_hole_is_seen() {
    let hole = "127.0.0.0/8".parse().unwrap();
    let config = config::Outbound { allow_http: true, allow: vec![hole], ..config::Outbound::default() };
    let (recorder, _) = run(500, &config).await;
    let breaches = recorder.breaches();
    let through_it = |address: &&SocketAddr| hole.contains(&address.ip());
    assert!(breaches.iter().filter(through_it).count() > 20, "{breaches:?}");
}
