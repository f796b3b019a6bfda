//! [`HmacBodyField`]: a MAC that sits inside the JSON object that it covers.
//!
//! The sender makes an object, writes it as JSON, computes the MAC, and puts that into a member of the
//! same object. Which bytes went into the MAC is the sender's secret more often than not, so it is a
//! setting:
//!
//! | [`Recipe`] | what is signed | what it covers |
//! | --- | --- | --- |
//! | [`WithoutMember`](Recipe::WithoutMember) | the object without the member | everything |
//! | [`EmptyMember`](Recipe::EmptyMember) | the object with the member as `""` | everything |
//! | [`NullMember`](Recipe::NullMember) | the object with the member as `null` | everything |
//! | [`SortedKeys`](Recipe::SortedKeys) | the object without the member, as RFC 8785 writes it | everything |
//! | [`DataOnly`](Recipe::DataOnly) | the value of one other member | that value |
//!
//! The bytes are first tried as they arrived, with the pieces around the member hashed in place. Where they do not
//! match, the text that ECMAScript's `JSON.stringify` would have written is tried, for a body of up to [100
//! KiB](HmacBodyField::REWRITE_LIMIT). If it matches, it is what counts from there on. [`diagnose`] tries them all on
//! one captured body, and some that cover less than any receiver may rely on.

mod config;
mod diagnose;
#[cfg(feature = "simulator")]
mod sign;
mod signed_text;
mod verify;

#[cfg(feature = "simulator")]
pub(crate) use self::sign::Unsignable;
pub use self::{
    config::{HmacBodyFieldConfig, Recipe},
    diagnose::{Diagnosis, Signed, diagnose},
};
use super::{Scheme, Signs, Verified, digest::with_mac, shared_secret::check_any_secret};
use crate::{
    keys::{KeyKind, LiveKeys},
    limits::BODY_LIMIT,
    request::RawRequest,
    setup::Finding,
    verdict::Rejection,
};

/// A MAC inside the JSON that it covers, ready to verify. Made from an [`HmacBodyFieldConfig`] with
/// `try_from`.
///
/// # Security
///
/// Before the MAC has matched, a body gets one scan that allocates nothing and does not recurse. Where its bytes do not
/// match, it gets one that writes it anew. The size of such a body bounds time and memory, and has a limit of [its
/// own](Self::REWRITE_LIMIT). Whatever the recipe does not cover is not in what [`verify`](Self::verify) asserts. The
/// raw scan looks at the top level only: whoever decodes the body must refuse text that is not JSON, and members that
/// stand twice.
#[derive(Debug, Clone)]
pub struct HmacBodyField {
    config: HmacBodyFieldConfig,
}

impl HmacBodyField {
    /// The largest body that is written anew, in bytes, a tenth of what packs take. A `body_limit` of the receiver that
    /// is more raises it.
    ///
    /// A body is written anew if its bytes as they arrived do not match, since something on the way may have re-written
    /// it. Above the limit that is not tried, and the body is refused. With [`Recipe::SortedKeys`] every body is
    /// written anew, so packs take none above the limit.
    ///
    /// Whoever can call can have a server do it. It takes up to six times the CPU of the body's HMAC, and memory that
    /// no budget counts. That is a text of the body's size, 24 bytes for each member, and 48 for each object in the
    /// wrong order.
    pub const REWRITE_LIMIT: usize = 100 * 1024;

    /// Of a row, whose names are known to be right.
    pub(crate) fn of_row(config: HmacBodyFieldConfig) -> Self {
        Self { config }
    }

    /// The same with another recipe.
    #[must_use]
    pub fn recipe(mut self, recipe: Recipe) -> Self {
        self.config.recipe = recipe;
        self
    }

    /// The settings.
    pub fn config(&self) -> &HmacBodyFieldConfig {
        &self.config
    }
}

impl Scheme for HmacBodyField {
    fn signs(&self) -> Signs {
        Signs {
            all: self.config.recipe.covers_all(),
            within_json: true,
            body_limit: match self.config.recipe {
                Recipe::SortedKeys => Self::REWRITE_LIMIT,
                _ => BODY_LIMIT,
            },
            ..Signs::body()
        }
    }

    fn takes(&self, kind: KeyKind) -> bool {
        kind == KeyKind::Secret
    }

    fn findings(&self) -> Vec<Finding> {
        Vec::from_iter(self.config.digest.finding())
    }

    /// Proves the object, or what of it the recipe covers.
    fn verify<'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        check_any_secret(keys)?;
        with_mac!(self.config.digest, M => self.prove::<M>(request, keys))
    }
}
