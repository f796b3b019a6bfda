//! [`Scheme`]: how the sender of a preset signs.

#[cfg(feature = "jwt")]
use crate::schemes::SignedRequest;
use crate::{
    keys::LiveKeys,
    request::RawRequest,
    schemes::{HmacBodyField, HmacHeader, Verified},
    setup::Finding,
    time::UnixTime,
    verdict::Rejection,
};

#[derive(Debug, Clone)]
pub(super) enum Scheme {
    Header(HmacHeader),
    BodyField(HmacBodyField),
    #[cfg(feature = "jwt")]
    Request(SignedRequest),
}

impl Scheme {
    pub(super) fn verify<'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        match self {
            Self::Header(scheme) => scheme.verify(request, keys),
            Self::BodyField(scheme) => scheme.verify(request, keys),
            #[cfg(feature = "jwt")]
            Self::Request(scheme) => scheme.verify(request),
        }
    }

    /// Whether something that is used is not signed.
    pub(super) fn leaves_something_unsigned(&self) -> bool {
        match self {
            Self::BodyField(scheme) => !scheme.config().recipe.covers_all(),
            Self::Header(_) => false,
            #[cfg(feature = "jwt")]
            Self::Request(_) => false,
        }
    }

    pub(super) fn findings(&self, now: UnixTime) -> Vec<Finding> {
        let _ = now;
        match self {
            Self::Header(_) | Self::BodyField(_) => Vec::new(),
            #[cfg(feature = "jwt")]
            Self::Request(scheme) => scheme.findings(now),
        }
    }
}

impl From<HmacHeader> for Scheme {
    fn from(scheme: HmacHeader) -> Self {
        Self::Header(scheme)
    }
}
