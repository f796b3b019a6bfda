//! The cut finds what serde_json finds, and its pieces are the object without the member.

use std::collections::BTreeMap;

use hookgate::json::canonical::{Refused, cut};
use serde_json::value::RawValue;

type Members = BTreeMap<String, Box<RawValue>>;

pub(crate) fn run(text: &[u8]) {
    let found = cut(text, "signature");
    // The cut does not look at duplicates elsewhere, and a map keeps one of them.
    let Ok(members) = serde_json::from_slice::<Members>(text) else {
        return;
    };
    match found {
        Ok(at) => {
            assert_eq!(at.value(text), members["signature"].get().as_bytes());
            let left: Members = serde_json::from_slice(&at.pieces(text).concat()).unwrap();
            assert_eq!(left.len() + 1, members.len());
            assert!(
                left.iter()
                    .all(|(name, value)| members[name].get() == value.get())
            );
        }
        Err(Refused::Missing) => assert!(!members.contains_key("signature")),
        Err(why) => assert!(matches!(why, Refused::Repeated | Refused::TooDeep), "{why}"),
    }
}
