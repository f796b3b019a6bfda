//! Which bytes of a body are signed. Whoever verifies and whoever signs reads it here.

use super::{HmacBodyField, Recipe};
use crate::{
    json::canonical::{self, Cut, Edit, Order, Refused, cut},
    schemes::Coverage,
    verdict::Rejection,
};

impl HmacBodyField {
    /// What is signed if nothing re-wrote the text, in place, and what that covers.
    pub(super) fn raw<'b>(
        &self,
        body: &'b [u8],
        at: &Cut,
    ) -> Result<Option<(Pieces<'b>, Coverage)>, Rejection> {
        let blanked = |blank: &'static [u8]| {
            let [before, behind] = at.around_value(body);
            let coverage = Coverage::BodyBut {
                proof: at.value.clone(),
                blank,
            };
            ([before, blank, behind], coverage)
        };
        Ok(Some(match self.config.recipe {
            Recipe::WithoutMember => {
                let [before, behind] = at.pieces(body);
                let coverage = Coverage::BodyBut {
                    proof: at.member.clone(),
                    blank: b"",
                };
                ([before, behind, &[]], coverage)
            }
            Recipe::EmptyMember => blanked(b"\"\""),
            Recipe::NullMember => blanked(b"null"),
            Recipe::SortedKeys => return Ok(None),
            Recipe::DataOnly => {
                let data = self.data(body)?;
                ([data.value(body), &[], &[]], Coverage::Part(data.value))
            }
        }))
    }

    /// What is signed if something re-wrote the text.
    pub(super) fn canonical(&self, body: &[u8]) -> Result<Vec<u8>, Rejection> {
        let member = &*self.config.member;
        let (text, order, edit) = match self.config.recipe {
            Recipe::WithoutMember => (body, Order::Received, Edit::Omit(member)),
            Recipe::EmptyMember => (body, Order::Received, Edit::Replace(member, "\"\"")),
            Recipe::NullMember => (body, Order::Received, Edit::Replace(member, "null")),
            Recipe::SortedKeys => (body, Order::Sorted, Edit::Omit(member)),
            Recipe::DataOnly => (self.data(body)?.value(body), Order::Received, Edit::Keep),
        };
        canonical::edited(text, order, edit).map_err(unreadable)
    }

    fn data(&self, body: &[u8]) -> Result<Cut, Rejection> {
        cut(body, &self.config.data_member).map_err(|refused| match refused {
            Refused::Missing => Rejection::MalformedSignature("what it signs is missing"),
            other => unreadable(other),
        })
    }
}

/// What is signed, one after the other.
pub(super) type Pieces<'b> = [&'b [u8]; 3];

/// Why a body has no signature to compare.
pub(super) fn unreadable(refused: Refused) -> Rejection {
    match refused {
        Refused::Missing => Rejection::MissingSignature,
        Refused::Repeated => Rejection::MalformedSignature("a member stands twice"),
        Refused::TooDeep => Rejection::MalformedSignature("the body is nested too deep"),
        Refused::NotFinite => Rejection::MalformedSignature("a number is not finite"),
        Refused::LoneSurrogate => Rejection::MalformedSignature("a text has a lone surrogate"),
        Refused::NotUtf8 | Refused::NotJson | Refused::NotAnObject => {
            Rejection::MalformedSignature("the body that should carry it is not a JSON object")
        }
    }
}
