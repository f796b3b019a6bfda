//! Comparing a token.

use http::header;
use serde_json::value::RawValue;
use subtle::ConstantTimeEq;

use super::{AccessToken, Place};
use crate::{
    access::basic_pair,
    identity::KeyId,
    json::places::{Repeated, each_item, find, text},
    keys::{LiveKeys, SecretDigest},
    request::{Head, Single},
    verdict::Rejection,
};

impl AccessToken {
    /// The key whose token the head shows; `None` where it stands in the body.
    pub(super) fn in_head<'k>(
        &self,
        head: &Head<'_>,
        keys: LiveKeys<'k>,
    ) -> Option<Result<&'k KeyId, Rejection>> {
        let (name, is_basic) = match &self.at {
            Place::Header(name) => (name, false),
            Place::Basic => (&header::AUTHORIZATION, true),
            Place::Member(_) | Place::EachOf { .. } => return None,
        };
        Some(match head.single(name) {
            Single::Missing => Err(Rejection::AccessMissing),
            Single::Repeated => Err(Rejection::AccessDenied),
            Single::Value(value) if is_basic => {
                let pair = basic_pair(value, |pair| shown(pair, keys));
                pair.flatten().ok_or(Rejection::AccessDenied)
            }
            Single::Value(value) => shown(value, keys).ok_or(Rejection::AccessDenied),
        })
    }

    /// The key whose token the body shows. Of several items it is the first one's.
    pub(super) fn in_body<'k>(
        &self,
        body: &[u8],
        keys: LiveKeys<'k>,
    ) -> Result<&'k KeyId, Rejection> {
        match &self.at {
            Place::Header(_) | Place::Basic => Err(Rejection::AccessMissing),
            Place::Member(at) => in_member(body, at, keys),
            Place::EachOf { list, member } => {
                let items = find(body, [Some(list)]).map_err(|Repeated| Rejection::AccessDenied)?;
                let [Some(items)] = items else {
                    return Err(Rejection::AccessMissing);
                };
                let mut first = Err(Rejection::AccessMissing);
                let mut is_first = true;
                let all = each_item(items, |item: &RawValue| {
                    let shown = in_member(item.get().as_bytes(), member, keys);
                    let holds = shown.is_ok();
                    // What counts is the first item, or the one that is wrong.
                    if is_first || !holds {
                        first = shown;
                    }
                    is_first = false;
                    holds
                });
                match first {
                    // No list that was read as JSON ends in something else. If one did, it would be none.
                    Ok(_) if !all => Err(Rejection::AccessDenied),
                    first => first,
                }
            }
        }
    }
}

fn in_member<'k>(json: &[u8], at: &str, keys: LiveKeys<'k>) -> Result<&'k KeyId, Rejection> {
    let [member] = find(json, [Some(at)]).map_err(|Repeated| Rejection::AccessDenied)?;
    let token = member.and_then(text).ok_or(Rejection::AccessMissing)?;
    shown(token.as_bytes(), keys).ok_or(Rejection::AccessDenied)
}

/// The key with this token. All are compared, so that time does not tell which.
fn shown<'k>(token: &[u8], keys: LiveKeys<'k>) -> Option<&'k KeyId> {
    let digest = SecretDigest::of(&[token]);
    let mut found = None;
    for (id, secret) in keys.secrets() {
        let is_it = bool::from(digest.ct_eq(&SecretDigest::of(&[secret.expose()])));
        if is_it && found.is_none() {
            found = Some(id);
        }
    }
    found
}
