//! [`JwtBinding`]: how a token binds the body.

use serde::{Deserialize, Serialize};

/// How a token binds the body, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum JwtBinding {
    /// The token stands in a header, and a claim of it holds the body's digest.
    Digest {
        /// The header.
        header: String,
        /// What stands before the token in it, such as `Bearer `. It has no letter case.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        prefix: String,
        /// The claim, as a JSON Pointer (RFC 6901) through objects: `/sha256`.
        claim: String,
        /// The digest and its encoding, as in a [`Template`](crate::schemes::Template): `sha256:hex`.
        digest: String,
    },
    /// A JWS stands in a header, without its payload: that is the body (RFC 7515, appendix F).
    Detached {
        /// The header.
        header: String,
        /// What stands before the JWS in it. It has no letter case.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        prefix: String,
        /// Whether the body was signed as it is, and not in base64url (RFC 7797).
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        unencoded: bool,
    },
    /// The token is the body.
    Body,
    /// The token stands in this member of the body, as a JSON Pointer: `/token`.
    Member(String),
}

/// What `jti` is to the sender (RFC 7519, section 4.1.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum JtiUse {
    /// The id of the event, over all attempts.
    Id,
    /// A text that is used for one event only.
    Nonce,
}
