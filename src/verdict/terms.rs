//! [`Terms`]: what an endpoint's answers contain that is its own.

use http::HeaderValue;

/// The challenge for whatever is wrong with a signature or its time.
const SIGNATURE_CHALLENGE: HeaderValue = HeaderValue::from_static("Signature realm=\"webhook\"");

/// What a receiver's answers contain that is its own.
#[derive(Debug)]
pub(crate) struct Terms {
    pub(super) allow: HeaderValue,
    /// What the 401 for credentials says is wanted.
    pub(super) access: Vec<HeaderValue>,
    /// What the 401 for a signature, its time or its nonce says.
    pub(super) signature: Vec<HeaderValue>,
}

impl Terms {
    /// `access` are the challenges of the access rule. `serves_many`: the caller says whose keys count. Then both
    /// challenges stand in every 401: a name without a tenant is refused as credentials are, a tenant's wrong signature as
    /// signatures are, and the two must look alike.
    pub(crate) fn new(allow: HeaderValue, access: Vec<HeaderValue>, serves_many: bool) -> Self {
        let both = || [access.clone(), vec![SIGNATURE_CHALLENGE]].concat();
        if serves_many {
            Self {
                allow,
                access: both(),
                signature: both(),
            }
        } else {
            Self {
                allow,
                access,
                signature: vec![SIGNATURE_CHALLENGE],
            }
        }
    }
}
