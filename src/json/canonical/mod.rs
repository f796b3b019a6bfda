//! JSON as ECMAScript writes it, and one member cut out of raw JSON.
//!
//! Some senders put a MAC inside the JSON object that it covers. What they signed is the object
//! without that member, as their own JSON writer wrote it. Where the text that arrived is still that
//! text, [`cut`] finds the member's bytes and the rest can be hashed in place. Where something on the
//! way has re-written it (spaces, escapes, the form of numbers), [`ecmascript`] gives the one text that
//! `JSON.stringify(JSON.parse(text))` gives, which is what a sender on Node signs.
//!
//! | | order of members | numbers | lone surrogates |
//! | --- | --- | --- | --- |
//! | [`ecmascript`] | array indices first, ascending; then as received | shortest that reads back, in ECMAScript's form | kept, as `\udXXX` |
//! | [`rfc8785`] | by UTF-16 code units | the same | refused: RFC 8785 takes I-JSON only, which has none |
//!
//! # Security
//!
//! `JSON.parse` lets the last of repeated members win and turns `1e400` into `null`. A text with either means different
//! things to different readers, so both are refused here, at any depth. So are texts that are not UTF-8 (no decoder's
//! replacement characters are guessed) and texts nested deeper than 128 levels. Nothing here recurses. Time is at most
//! `n log n` in the size of the text.
//!
//! Memory is a text of the size of the one that was read. To that come 24 bytes for each member of the objects that are
//! open, and 48 for each object whose members are in the wrong order. The byte budget of a receiver does not count it,
//! though strangers' bodies are written before their proof is known. It is one body a thread at a time, and only up to
//! a [smaller limit](crate::schemes::HmacBodyField::REWRITE_LIMIT) than that for bodies.

mod cursor;
mod cut;
mod misplaced;
mod number;
mod order;
mod writer;

pub(crate) use self::{cut::find, writer::Edit};
pub use self::{
    cut::{Cut, cut},
    order::Order,
};

/// How deep objects and lists may be nested.
const MAX_DEPTH: usize = 128;

/// What `JSON.stringify(JSON.parse(text))` gives.
///
/// # Errors
///
/// When `text` is not JSON, or one of the texts that this module refuses.
///
/// # Examples
///
/// ```
/// use hookgate::json::canonical::ecmascript;
///
/// let text = br#" { "b" : 1.50, "10": "\u0041\/", "9": 1E21 } "#;
/// assert_eq!(ecmascript(text)?, br#"{"9":1e+21,"10":"A/","b":1.5}"#);
/// # Ok::<(), hookgate::json::canonical::Refused>(())
/// ```
pub fn ecmascript(text: &[u8]) -> Result<Vec<u8>, Refused> {
    writer::write(text, Order::Received, Edit::Keep)
}

/// The JSON Canonicalization Scheme of RFC 8785.
///
/// # Errors
///
/// As [`ecmascript`], and when a text has a lone surrogate.
///
/// # Examples
///
/// ```
/// use hookgate::json::canonical::rfc8785;
///
/// assert_eq!(rfc8785(br#"{"b":1,"a":2,"10":3}"#)?, br#"{"10":3,"a":2,"b":1}"#);
/// # Ok::<(), hookgate::json::canonical::Refused>(())
/// ```
pub fn rfc8785(text: &[u8]) -> Result<Vec<u8>, Refused> {
    writer::write(text, Order::Sorted, Edit::Keep)
}

/// [`ecmascript`] or [`rfc8785`] of an object, with one member of its top level left out or replaced.
pub(crate) fn edited(text: &[u8], order: Order, edit: Edit<'_>) -> Result<Vec<u8>, Refused> {
    writer::write(text, order, edit)
}

/// Why a text is not taken. Carries nothing of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// The bytes are not UTF-8.
    #[error("the text is not UTF-8")]
    NotUtf8,
    /// The text is not JSON (RFC 8259).
    #[error("the text is not JSON")]
    NotJson,
    /// The text is JSON, but not an object.
    #[error("the text is not an object")]
    NotAnObject,
    /// Objects and lists are nested deeper than 128 levels.
    #[error("the text is nested too deep")]
    TooDeep,
    /// A member stands twice in one object: which one counts cannot be told.
    #[error("a member is repeated")]
    Repeated,
    /// A number is beyond what a double can hold.
    #[error("a number is not finite")]
    NotFinite,
    /// Half of a surrogate pair, which RFC 8785 does not take.
    #[error("a text has a lone surrogate")]
    LoneSurrogate,
    /// The member that was asked for is not there.
    #[error("the member is missing")]
    Missing,
}
