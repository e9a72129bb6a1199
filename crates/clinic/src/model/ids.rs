//! The names by which the parts of a clinic refer to each other: one type per kind of thing.

use std::fmt;

/// What an id looks like. It becomes part of rule and set names on every router, so it is kept to what all of
/// them accept; what people read is the `name` beside it.
#[must_use]
pub fn is_id(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_lowercase())
        && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && text.len() <= ID_LEN_MAX
}

/// Longest id, in bytes.
pub const ID_LEN_MAX: usize = 32;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)+) => { $(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// The id, if the text is one (see [`is_id`]).
            #[must_use]
            pub fn new(text: &str) -> Option<Self> {
                is_id(text).then(|| Self(text.to_owned()))
            }

            /// As it is typed.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+ };
}

ids! {
    /// 無線アクセスポイント.
    AccessPointId
    /// 機器.
    DeviceId
    /// 通信.
    FlowId
    /// 階.
    FloorId
    /// 機器のまとまり.
    GroupId
    /// 外部の接続先: a named part of the Internet or of a closed network.
    OutsideId
    /// 担当者.
    PersonId
    /// 部屋.
    RoomId
    /// サービス.
    ServiceId
    /// 事業者.
    VendorId
    /// ゾーン.
    ZoneId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_what_every_router_accepts() {
        for good in ["a", "reception-pc1", "x2"] {
            assert_eq!(DeviceId::new(good).unwrap().as_str(), good);
        }
        for bad in ["", "1a", "-a", "A", "受付", "a_b", "a b", &"a".repeat(ID_LEN_MAX + 1)] {
            assert_eq!(DeviceId::new(bad), None, "{bad}");
        }
    }
}
