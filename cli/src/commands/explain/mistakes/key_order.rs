//! The members of the body's object in another order than was signed. Tries all orders of a few members.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{
    super::{
        case::Case,
        court::Ruling,
        finding::Trial,
        json_text::{Document, Escapes, Layout},
    },
    Trials, concerns_proof,
};

/// Six members have 720 orders.
const MAX_MEMBERS: usize = 6;
const MAX_BODY_BYTES: usize = 8 * 1024;

pub(super) fn trials<'c>(case: &'c Case, ruling: &'c Ruling) -> Trials<'c> {
    let none = Box::new(std::iter::empty());
    if !concerns_proof(ruling) || case.body.len() > MAX_BODY_BYTES {
        return none;
    }
    let Ok(Members(members)) = serde_json::from_slice::<Members<'_>>(&case.body) else {
        return none;
    };
    if !(2..=MAX_MEMBERS).contains(&members.len()) {
        return none;
    }
    let mut orders = Vec::new();
    permute(&mut members.iter().collect(), 0, &mut orders);
    // The first is the order that they have.
    orders.remove(0);
    let layouts = [Layout::COMPACT, Layout::SPACED, Layout::pretty("  ")];
    let bodies = layouts.into_iter().flat_map(move |layout| {
        let orders = orders.clone().into_iter();
        orders.filter_map(move |body| {
            Document::read(body.as_bytes())?
                .written(&layout, &Escapes::Kept)
                .ok()
        })
    });
    Box::new(bodies.map(|body| {
        Trial::proof(
            case.with_body(body),
            "body_key_order",
            "the body's JSON was written anew: the sender signed its members in another order",
            "hand the raw bytes to the check: something parsed the body into a map that does not keep the order",
        )
    }))
}

fn permute(members: &mut Vec<&(String, &RawValue)>, from: usize, orders: &mut Vec<String>) {
    if from >= members.len() {
        let members: Vec<String> = members
            .iter()
            .map(|(name, value)| {
                format!("{}:{}", serde_json::Value::from(name.as_str()), value.get())
            })
            .collect();
        orders.push(format!("{{{}}}", members.join(",")));
        return;
    }
    for place in from..members.len() {
        members.swap(from, place);
        permute(members, from.saturating_add(1), orders);
        members.swap(from, place);
    }
}

/// An object's members in their order.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}
