//! [`Record`]: one recorded request, and what it is judged by.

use hookgate::UnixTime;
use serde::{Deserialize, Deserializer, de::Error};
use serde_json::value::RawValue;

use crate::settings::{peer::Peer, terms::WindowTerm, text::Text};

/// One line of the input. `docs/verify.md` says what each member means.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Record<'a> {
    #[serde(borrow)]
    pub(crate) id: Text<'a>,
    #[serde(borrow)]
    pub(crate) provider: Text<'a>,
    #[serde(borrow, default)]
    pub(crate) keys: Vec<Text<'a>>,
    #[serde(borrow, default = "post")]
    pub(crate) method: Text<'a>,
    #[serde(borrow, default = "root")]
    pub(crate) path: Text<'a>,
    #[serde(borrow, default)]
    pub(crate) headers: Vec<(Text<'a>, Text<'a>)>,
    #[serde(borrow)]
    pub(crate) body_base64: Text<'a>,
    #[serde(default)]
    pub(crate) now: Option<Moment>,
    #[serde(default, rename = "window_s")]
    pub(crate) window: WindowTerm,
    #[serde(default)]
    pub(crate) peer: Option<Peer>,
    #[serde(borrow, default)]
    pub(crate) settings: Option<&'a RawValue>,
    #[serde(borrow, default = "hook")]
    pub(crate) endpoint: Text<'a>,
    #[serde(borrow, default)]
    pub(crate) tenant: Option<Text<'a>>,
}

fn post() -> Text<'static> {
    "POST".into()
}

fn root() -> Text<'static> {
    "/".into()
}

fn hook() -> Text<'static> {
    "hook".into()
}

/// The only part that is read of a line that is no record: whose verdict this is.
#[derive(Deserialize)]
pub(crate) struct Id<'a> {
    #[serde(borrow)]
    pub(crate) id: Text<'a>,
}

/// A moment in Unix seconds, with a fraction or without.
#[derive(Clone, Copy)]
pub(crate) struct Moment(pub(crate) UnixTime);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = serde_json::Number::deserialize(deserializer)?;
        if let Some(secs) = number.as_i64() {
            return Ok(Self(UnixTime::from_secs(secs)));
        }
        let millis = number.as_f64().map(|secs| (secs * 1000.0).round());
        match millis {
            // Exact in an `f64` up to here, and in the year 285428.
            Some(millis) if millis.abs() <= 9_007_199_254_740_991.0 => {
                #[expect(clippy::cast_possible_truncation, reason = "a whole number in range")]
                let millis = millis as i64;
                Ok(Self(UnixTime::from_millis(millis)))
            }
            _ => Err(D::Error::custom("out of range, expected Unix seconds")),
        }
    }
}
