//! What a sender with a token writes.

use base64::{Engine, prelude::BASE64_STANDARD};

use super::{AccessToken, Place};
use crate::json::places::{around, each_item, find, written};

/// Where a sender writes its token.
pub(crate) enum Shown {
    /// This header has this value.
    Header(String, String),
    /// This is the body.
    Body(Vec<u8>),
}

impl AccessToken {
    /// The request's part with the token; `None` where it can stand nowhere in the body.
    pub(crate) fn shown(&self, body: &[u8], token: &[u8]) -> Option<Shown> {
        let text = String::from_utf8_lossy(token);
        Some(match &self.at {
            Place::Header(name) => Shown::Header(name.as_str().to_owned(), text.into_owned()),
            Place::Basic => {
                let value = format!("Basic {}", BASE64_STANDARD.encode(token));
                Shown::Header("authorization".to_owned(), value)
            }
            _ => Shown::Body(self.with_members(body, &serde_json::Value::from(text).to_string())?),
        })
    }

    /// The header with the token, in lower case; `None` where it stands in the body.
    pub(crate) fn header(&self) -> Option<&str> {
        match &self.at {
            Place::Header(name) => Some(name.as_str()),
            Place::Basic => Some("authorization"),
            Place::Member(_) | Place::EachOf { .. } => None,
        }
    }

    /// `body` with `value`, which is JSON, in the place of each token.
    pub(crate) fn with_members(&self, body: &[u8], value: &str) -> Option<Vec<u8>> {
        match &self.at {
            Place::Header(_) | Place::Basic => None,
            Place::Member(at) => written(body, at, value),
            Place::EachOf { list, member } => {
                let [list] = find(body, [Some(list)]).ok()?;
                let list = list?;
                let mut items: Vec<Vec<u8>> = Vec::new();
                let all = each_item(list, |item| {
                    let item = written(item.get().as_bytes(), member, value);
                    let is_object = item.is_some();
                    items.extend(item);
                    is_object
                });
                let (before, behind) = around(body, list)?;
                let items = items.join(&b","[..]);
                all.then(|| [before, b"[", &items, b"]", behind].concat())
            }
        }
    }
}
