//! [`Proof`]: what shows who wrote a notification.

use std::borrow::Cow;

#[cfg(feature = "jwt")]
use crate::schemes::{Scheme, SignedRequest};
use crate::{
    keys::LiveKeys,
    request::RawRequest,
    schemes::{Signs, Verified},
    setup::{BuildError, Finding},
    tenants::Keys,
    verdict::Rejection,
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
    pub(super) fn verify<'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        match self {
            Self::Access => {
                let _ = (request, keys);
                Ok(Verified::by_access())
            }
            #[cfg(feature = "jwt")]
            Self::Signature(scheme) => scheme.verify(request, keys),
        }
    }

    pub(super) fn names_keys(&self) -> bool {
        match self {
            Self::Access => false,
            #[cfg(feature = "jwt")]
            Self::Signature(scheme) => scheme.names_keys(),
        }
    }

    pub(super) fn key_name<'r>(
        &self,
        request: &RawRequest<'r>,
    ) -> Result<Option<Cow<'r, str>>, Rejection> {
        match self {
            Self::Access => {
                let _ = request;
                Ok(None)
            }
            #[cfg(feature = "jwt")]
            Self::Signature(scheme) => scheme.key_name(request),
        }
    }

    /// What is signed; `None` where nothing is.
    pub(super) fn signs(&self) -> Option<Signs> {
        match self {
            Self::Access => None,
            #[cfg(feature = "jwt")]
            Self::Signature(scheme) => Some(scheme.signs()),
        }
    }

    pub(super) fn check(&self, keys: &Keys) -> Result<(), BuildError> {
        match self {
            Self::Access => {
                let _ = keys;
                Ok(())
            }
            #[cfg(feature = "jwt")]
            Self::Signature(scheme) => keys.check(|kind| scheme.takes(kind)),
        }
    }

    pub(super) fn findings(&self) -> Vec<Finding> {
        match self {
            Self::Access => Vec::new(),
            #[cfg(feature = "jwt")]
            Self::Signature(scheme) => scheme.findings(),
        }
    }
}
