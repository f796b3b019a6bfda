//! [`SignedMembers`]: a MAC over the values of some members of a JSON body, inside that body.
//!
//! The sender joins the values of a few members with a sign, makes the MAC of that text, and puts it into the same object.
//! Whatever stands beside these members is not signed. Adyen's payment webhooks are so.
//!
//! | part | setting |
//! | --- | --- |
//! | the object: an item of a list in the body, or a member of the body | [`in_list`](SignedMembersConfig::in_list), [`within`](SignedMembersConfig::within) |
//! | the members whose values are signed, in their order | [`new`](SignedMembersConfig::new) |
//! | what stands between them | [`separator`](SignedMembersConfig::separator) |
//! | the one that may contain that sign | [`free_member`](SignedMembersConfig::free_member) |
//!
//! A value is its text: that of a text, decoded, or the digits of a number. One that is missing, or `null`, is empty. Nothing
//! is escaped, so one signed text would have several readings if two members could contain the separator. One may, and a
//! request in which another does is refused.

mod config;
#[cfg(feature = "simulator")]
mod sign;
mod text;
mod verify;

pub use self::config::SignedMembersConfig;
use super::{Scheme, Signs, Verified, digest::with_mac, shared_secret::check_any_secret};
use crate::{
    keys::{KeyKind, LiveKeys},
    request::RawRequest,
    setup::Finding,
    verdict::Rejection,
};

/// A MAC over some members of a body, ready to verify. Made from a [`SignedMembersConfig`] with `try_from`.
///
/// # Security
///
/// What it proves is written anew: an object with the signed members and no other, each as a text. It is what a handler gets,
/// and what an event is read from and identified by. What else the body says is a
/// [`claimed_body`](crate::delivery::Delivery::claimed_body): whoever captured a delivery can send it again with anything there.
///
/// A list must have exactly one item. Several would be several events under one answer, and one signature proves one of them.
#[derive(Debug, Clone)]
pub struct SignedMembers {
    config: SignedMembersConfig,
}

impl Scheme for SignedMembers {
    fn signs(&self) -> Signs {
        Signs {
            text: true,
            beside: true,
            ..Signs::body()
        }
    }

    fn takes(&self, kind: KeyKind) -> bool {
        kind == KeyKind::Secret
    }

    fn findings(&self) -> Vec<Finding> {
        Vec::from_iter(self.config.digest.finding())
    }

    /// Proves the signed members, and nothing beside them.
    fn verify<'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        check_any_secret(keys)?;
        with_mac!(self.config.digest, M => self.prove::<M>(request.body, keys))
    }
}
