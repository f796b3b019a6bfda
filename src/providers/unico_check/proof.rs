//! [`Proof`]: what shows who wrote a notification.

#[cfg(feature = "jwt")]
use crate::schemes::SignedRequest;
use crate::{
    request::RawRequest, schemes::Verified, setup::Finding, time::UnixTime, verdict::Rejection,
};

#[derive(Debug, Clone)]
pub(super) enum Proof {
    /// Nothing is signed: who passed the access rule is believed.
    Access,
    /// The key of the owner's certificate.
    #[cfg(feature = "jwt")]
    Signature(Box<SignedRequest>),
}

impl Proof {
    pub(super) fn verify<'a>(&self, request: RawRequest<'a>) -> Result<Verified<'a>, Rejection> {
        match self {
            Self::Access => {
                let _ = request;
                Ok(Verified::by_access())
            }
            #[cfg(feature = "jwt")]
            Self::Signature(scheme) => scheme.verify(request),
        }
    }

    pub(super) fn is_signature(&self) -> bool {
        !matches!(self, Self::Access)
    }

    pub(super) fn has_timestamp(&self) -> bool {
        match self {
            Self::Access => false,
            #[cfg(feature = "jwt")]
            Self::Signature(scheme) => scheme.has_timestamp(),
        }
    }

    pub(super) fn has_nonce(&self) -> bool {
        match self {
            Self::Access => false,
            #[cfg(feature = "jwt")]
            Self::Signature(scheme) => scheme.has_nonce(),
        }
    }

    pub(super) fn findings(&self, now: UnixTime) -> Vec<Finding> {
        match self {
            Self::Access => {
                let _ = now;
                Vec::new()
            }
            #[cfg(feature = "jwt")]
            Self::Signature(scheme) => scheme.findings(now),
        }
    }
}
