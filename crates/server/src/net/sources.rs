//! How many connections each address holds.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

/// Counts connections by source.
#[derive(Debug, Clone)]
pub(crate) struct Sources {
    held: Arc<Mutex<HashMap<IpAddr, usize>>>,
    max: usize,
}

/// One connection's place; given back when dropped.
#[derive(Debug)]
pub(crate) struct Slot {
    sources: Sources,
    source: IpAddr,
}

impl Sources {
    pub(crate) fn new(max: usize) -> Self {
        Self { held: Arc::default(), max }
    }

    /// None when the source holds as many as it may.
    pub(crate) fn take(&self, address: IpAddr) -> Option<Slot> {
        let source = source_of(address);
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let count = held.entry(source).or_default();
        if *count >= self.max {
            return None;
        }
        *count += 1;
        Some(Slot { sources: self.clone(), source })
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut held = self.sources.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = held.get_mut(&self.source) {
            *count -= 1;
            if *count == 0 {
                held.remove(&self.source);
            }
        }
    }
}

/// What counts as one source: an IPv4 address, or an IPv6 /64, whose addresses one host can take freely.
pub(crate) fn source_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) if !v6.is_loopback() => {
            let [a, b, c, d, ..] = v6.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_gets_its_share_and_gives_it_back() {
        let sources = Sources::new(2);
        let [a, b] = ["192.0.2.1", "192.0.2.2"].map(|a| a.parse::<IpAddr>().unwrap());
        let first = sources.take(a).unwrap();
        let _second = sources.take(a).unwrap();
        assert!(sources.take(a).is_none());
        assert!(sources.take(b).is_some());
        drop(first);
        assert!(sources.take(a).is_some());
        assert_eq!(sources.held.lock().unwrap().len(), 1, "a source that left is forgotten");
    }

    #[test]
    fn one_host_cannot_be_many_sources() {
        let source = |text: &str| source_of(text.parse().unwrap());
        assert_eq!(source("2001:db8::1"), source("2001:db8::ffff:1"));
        assert_ne!(source("2001:db8::1"), source("2001:db8:0:1::1"));
        assert_eq!(source("::ffff:192.0.2.1"), source("192.0.2.1"));
    }
}
