//! [`JwsHead`]: what the head of a compact JWS says.

use serde::{Deserialize, de::IgnoredAny};
use serde_json::Value;

use super::base64url;
use crate::keys::JwsAlgorithm;

/// The longest head that is read, in base64url. A chain of three certificates (`x5c`) stays below. A token in a body may be as
/// long as that, and what nobody has proved must not become many times as large in memory.
const MAX_HEAD_BYTES: usize = 16 * 1024;

/// All that is read of the head of a compact JWS (RFC 7515, section 4.1). Nothing that it carries or links to (`jku`,
/// `jwk`, `x5u`, `x5c`) is: keys are the receiver's.
#[derive(Deserialize)]
pub(crate) struct JwsHead {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    crit: Option<Critical>,
    b64: Option<Value>,
}

/// What must be understood, by whoever reads the JWS.
#[derive(Deserialize)]
#[serde(untagged)]
enum Critical {
    Names(Vec<String>),
    /// What no signer may write.
    Other(IgnoredAny),
}

impl JwsHead {
    /// What `typ` says of a token that is of no kind of its own (RFC 7519, section 5.1).
    pub(super) const PLAIN: &str = "JWT";

    /// Reads the first part of a JWS: `None` where it is not base64url, or not the head of one, or too long.
    pub(crate) fn read(part: &[u8]) -> Option<Self> {
        if part.len() > MAX_HEAD_BYTES {
            return None;
        }
        serde_json::from_slice(&base64url::decode(part)?).ok()
    }

    /// The algorithm that it names; `None` where it is unknown.
    pub(crate) fn algorithm(&self) -> Option<JwsAlgorithm> {
        JwsAlgorithm::from_name(&self.alg)
    }

    /// The id of the key that it names.
    pub(crate) fn key_id(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    pub(crate) fn into_key_id(self) -> Option<String> {
        self.kid
    }

    /// Whether it wants something understood that is not.
    pub(crate) fn demands_extension(&self) -> bool {
        self.crit.is_some()
    }

    /// Whether the payload was signed as it is, and not in base64url: RFC 7797, whose section 6 wants `crit` to name it. No
    /// other extension is understood.
    pub(crate) fn is_unencoded(&self) -> bool {
        let names_it =
            matches!(&self.crit, Some(Critical::Names(names)) if names.iter().eq(["b64"]));
        names_it && self.b64 == Some(Value::Bool(false))
    }

    /// Whether it says that it is a token of this kind.
    pub(crate) fn is_token_of(&self, kind: &str) -> bool {
        self.kind().is_some_and(|it| it.eq_ignore_ascii_case(kind))
    }

    /// Whether it is a token by what it says: `JWT`, `at+jwt` and its like (RFC 8725, section 3.11).
    pub(crate) fn is_token(&self) -> bool {
        self.kind().is_some_and(|kind| {
            let kind = kind.to_ascii_lowercase();
            kind == "jwt" || kind.ends_with("+jwt")
        })
    }

    /// Whether it may be a token of this kind: it says so, or says only that it is a token, or nothing.
    pub(crate) fn may_be_token_of(&self, kind: &str) -> bool {
        self.kind().is_none_or(|it| {
            let is = |kind: &str| it.eq_ignore_ascii_case(kind);
            is(Self::PLAIN) || is(kind)
        })
    }

    /// What `typ` says. Media types have no letter case, and their `application/` may be left out (RFC 7515, section
    /// 4.1.9).
    fn kind(&self) -> Option<&str> {
        let typ = self.typ.as_deref()?;
        Some(match typ.split_once('/') {
            Some((tree, name)) if tree.eq_ignore_ascii_case("application") => name,
            _ => typ,
        })
    }
}
