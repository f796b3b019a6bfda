//! The mistakes that `explain` knows, one file a family. A new one may be a [`Trial`] in its family's `trials`:
//! a change that the library's own checks must confirm. Or it is a [`Finding`] in its `signs`: something that
//! the request shows by itself. A new family is one entry here.

mod access;
mod body_bytes;
mod body_field;
mod body_json;
mod body_wrapped;
mod cloud_events;
mod covered_header;
mod form;
mod head;
mod key_order;
mod no_mac;
mod older_digest;
mod provider;
mod scheme;
mod secret;
mod signature_header;
mod signed_parts;
mod signed_request;
mod sns;
mod time;
mod time_form;
mod token_binding;
mod undecodable;

pub(super) use self::{
    access::credential_headers, cloud_events::double_encoded, head::path_sign,
    signed_request::unchecked_signature,
};
use super::{
    case::Case,
    court::Ruling,
    finding::{Finding, Trial},
};

/// Changes one after the other, made when they are asked for.
pub(crate) type Trials<'c> = Box<dyn Iterator<Item = Trial> + 'c>;

/// Mistakes of one kind.
pub(crate) struct Family {
    /// The tried changes, in words.
    pub(crate) in_words: &'static str,
    pub(crate) part: Part,
    /// Changes to a case of which this is the ruling, the likeliest first.
    pub(crate) trials: for<'c> fn(&'c Case, &'c Ruling) -> Trials<'c>,
    /// How many changes `trials` goes through by itself, to propose those alone that match.
    pub(crate) searched: fn(&Case, &Ruling) -> usize,
    /// Whether two of its changes can both come to a right case, for different causes. Two bodies cannot: one MAC does not
    /// fit both.
    pub(crate) may_have_rivals: bool,
    /// What the case shows by itself. It is asked only where no change helps.
    pub(crate) signs: fn(&Case, &Ruling) -> Vec<Finding>,
}

/// The part that a family changes. Changes of a request and of a key are also tried together.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Request,
    Key,
    /// On its own only.
    Alone,
}

fn no_search(_: &Case, _: &Ruling) -> usize {
    0
}

fn no_signs(_: &Case, _: &Ruling) -> Vec<Finding> {
    Vec::new()
}

/// In the order in which they are tried: along the road, and cheap ones before long searches.
pub(crate) const FAMILIES: &[Family] = &[
    Family {
        in_words: "method, media type, encoding and length",
        part: Part::Alone,
        trials: |case, ruling| Box::new(head::trials(case, ruling).into_iter()),
        searched: no_search,
        may_have_rivals: false,
        signs: head::signs,
    },
    Family {
        in_words: "access credentials under another name or in another form",
        part: Part::Alone,
        trials: |case, ruling| Box::new(access::trials(case, ruling).into_iter()),
        searched: no_search,
        may_have_rivals: true,
        signs: access::signs,
    },
    Family {
        in_words: "access credentials that are missing or wrong",
        part: Part::Alone,
        trials: |case, ruling| Box::new(access::refused(case, ruling).into_iter()),
        searched: no_search,
        may_have_rivals: false,
        signs: no_signs,
    },
    Family {
        in_words: "parts, separators, encodings and algorithms of requests signed with a certificate's key",
        part: Part::Alone,
        trials: |case, ruling| Box::new(signed_request::trials(case, ruling).into_iter()),
        searched: signed_request::searched,
        may_have_rivals: false,
        signs: signed_request::signs,
    },
    Family {
        in_words: "what a token that binds the body says",
        part: Part::Alone,
        trials: |_, _| Box::new(std::iter::empty()),
        searched: no_search,
        may_have_rivals: false,
        signs: token_binding::signs,
    },
    Family {
        in_words: "the topic of a message of Amazon SNS, and the version of its signature",
        part: Part::Alone,
        trials: |case, ruling| Box::new(sns::trials(case, ruling).into_iter()),
        searched: no_search,
        may_have_rivals: false,
        signs: sns::signs,
    },
    Family {
        in_words: "mode, label and version of a CloudEvent, and what 1.0 does not allow",
        part: Part::Alone,
        trials: |case, ruling| Box::new(cloud_events::trials(case, ruling).into_iter()),
        searched: no_search,
        may_have_rivals: false,
        signs: cloud_events::signs,
    },
    Family {
        in_words: "clock, time zone and unit of time",
        part: Part::Alone,
        trials: |case, ruling| Box::new(time::trials(case, ruling).into_iter()),
        searched: no_search,
        may_have_rivals: false,
        signs: time::signs,
    },
    Family {
        in_words: "what the pack reads of the event",
        part: Part::Alone,
        trials: |_, _| Box::new(std::iter::empty()),
        searched: no_search,
        may_have_rivals: false,
        signs: undecodable::signs,
    },
    Family {
        in_words: "the signed time in other forms",
        part: Part::Request,
        trials: |case, ruling| Box::new(time_form::trials(case, ruling).into_iter()),
        searched: no_search,
        may_have_rivals: false,
        signs: no_signs,
    },
    Family {
        in_words: "every signing recipe of a MAC in the body, with every reading of the secret",
        part: Part::Alone,
        trials: |case, ruling| Box::new(body_field::trials(case, ruling).into_iter()),
        searched: body_field::searched,
        may_have_rivals: false,
        signs: body_field::signs,
    },
    Family {
        in_words: "the parts of the request that are signed",
        part: Part::Alone,
        trials: |_, _| Box::new(std::iter::empty()),
        searched: no_search,
        may_have_rivals: false,
        signs: signed_parts::signs,
    },
    Family {
        in_words: "the secret read in other ways, with and without prefix, quotes and white space, and the other keys",
        part: Part::Key,
        trials: |case, ruling| Box::new(secret::trials(case, ruling).into_iter()),
        searched: no_search,
        may_have_rivals: false,
        signs: secret::signs,
    },
    Family {
        in_words: "the signature under other headers and in other forms",
        part: Part::Request,
        trials: |case, ruling| Box::new(signature_header::trials(case, ruling).into_iter()),
        searched: no_search,
        may_have_rivals: true,
        signs: signature_header::signs,
    },
    Family {
        in_words: "white space, line ends, byte order mark, charset and length of the body",
        part: Part::Request,
        trials: body_bytes::trials,
        searched: no_search,
        may_have_rivals: false,
        signs: body_bytes::signs,
    },
    Family {
        in_words: "the body compressed, in base64, or inside a form, a text or a gateway's event",
        part: Part::Request,
        trials: body_wrapped::trials,
        searched: no_search,
        may_have_rivals: false,
        signs: body_wrapped::signs,
    },
    Family {
        in_words: "hashes of body and secret that are no MAC of the body",
        part: Part::Alone,
        trials: |_, _| Box::new(std::iter::empty()),
        searched: no_mac::searched,
        may_have_rivals: false,
        signs: no_mac::signs,
    },
    Family {
        in_words: "another provider",
        part: Part::Alone,
        trials: |case, ruling| Box::new(provider::trials(case, ruling).into_iter()),
        searched: no_search,
        may_have_rivals: false,
        signs: provider::signs,
    },
    Family {
        in_words: "the members of the body in another order",
        part: Part::Alone,
        trials: key_order::trials,
        searched: no_search,
        may_have_rivals: false,
        signs: no_signs,
    },
    Family {
        in_words: "a form decoded, written anew by another encoder, or as JSON",
        part: Part::Request,
        trials: form::trials,
        searched: no_search,
        may_have_rivals: false,
        signs: no_signs,
    },
    Family {
        in_words: "the body's JSON written anew: indentation, separators, escapes, sorted keys",
        part: Part::Request,
        trials: body_json::trials,
        searched: no_search,
        may_have_rivals: false,
        signs: body_json::signs,
    },
    Family {
        in_words: "another digest, encoding, template or unit of the scheme",
        part: Part::Request,
        trials: scheme::trials,
        searched: scheme::searched,
        may_have_rivals: true,
        signs: no_signs,
    },
];

/// Whether the search is about the proof.
fn concerns_proof(ruling: &Ruling) -> bool {
    use super::court::Stage;
    (Stage::Signature..=Stage::Proof).contains(&ruling.stage()) || matches!(ruling, Ruling::BadKey)
}
