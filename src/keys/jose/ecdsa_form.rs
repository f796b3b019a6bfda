//! [`EcdsaForm`]: how the two numbers of an ECDSA signature are written.

use serde::{Deserialize, Serialize};

/// How the two numbers of an ECDSA signature, `r` and `s`, are written. Each sender writes one of these forms. A signature
/// in the other one is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EcdsaForm {
    /// One behind the other, each as long as the curve's order: as tokens have it (RFC 7518, section 3.4).
    #[default]
    Fixed,
    /// A DER `ECDSA-Sig-Value` (RFC 3279, section 2.2.3), as OpenSSL and Java write it.
    Der,
}
