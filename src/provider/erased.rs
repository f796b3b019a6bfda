//! [`DynProvider`]: a pack without its event type.

use std::{
    any::{Any, type_name},
    borrow::Cow,
};

use http::HeaderName;

use super::{Authenticated, Contents, Provider, SenderProfile, Undecodable};
use crate::{
    challenge::Challenge,
    keys::LiveKeys,
    request::{Head, RawRequest},
    schemes::Verified,
    setup::{BuildError, Finding},
    tenants::Keys,
    time::UnixTime,
    verdict::Rejection,
};

/// [`Provider`] without its event type.
pub(crate) trait DynProvider: Send + Sync {
    fn name(&self) -> &str;
    /// What handlers take: the name of its event's type.
    fn event_name(&self) -> &'static str;
    fn profile(&self) -> SenderProfile;
    fn keys(&self) -> Keys;
    fn validate(&self) -> Result<(), BuildError>;
    fn needs_access(&self) -> bool;
    fn findings(&self, now: UnixTime) -> Vec<Finding>;
    fn challenges(&self) -> Vec<Challenge>;
    fn names_keys(&self) -> bool;
    fn key_name<'r>(&self, request: &RawRequest<'r>) -> Result<Option<Cow<'r, str>>, Rejection>;
    fn reads_secret(&self, name: &HeaderName) -> bool;
    fn event_headers(&self) -> Option<&'static str>;
    fn check_media_type(&self, head: &Head<'_>) -> Result<(), Rejection>;
    fn check_head(&self, head: &Head<'_>, keys: LiveKeys<'_>) -> Result<(), Rejection>;
    fn verify<'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection>;
    fn decode(
        &self,
        authenticated: &Authenticated<'_>,
    ) -> Result<Contents<dyn Any + Send>, Undecodable>;
}

impl<P: Provider> DynProvider for P {
    fn name(&self) -> &str {
        Provider::name(self)
    }

    fn event_name(&self) -> &'static str {
        type_name::<P::Event>()
    }

    fn profile(&self) -> SenderProfile {
        Provider::profile(self)
    }

    fn keys(&self) -> Keys {
        Provider::keys(self)
    }

    fn validate(&self) -> Result<(), BuildError> {
        Provider::validate(self)
    }

    fn needs_access(&self) -> bool {
        Provider::needs_access(self)
    }

    fn findings(&self, now: UnixTime) -> Vec<Finding> {
        Provider::findings(self, now)
    }

    fn challenges(&self) -> Vec<Challenge> {
        Provider::challenges(self)
    }

    fn names_keys(&self) -> bool {
        Provider::names_keys(self)
    }

    fn key_name<'r>(&self, request: &RawRequest<'r>) -> Result<Option<Cow<'r, str>>, Rejection> {
        Provider::key_name(self, request)
    }

    fn reads_secret(&self, name: &HeaderName) -> bool {
        Provider::reads_secret(self, name)
    }

    fn event_headers(&self) -> Option<&'static str> {
        Provider::event_headers(self)
    }

    fn check_media_type(&self, head: &Head<'_>) -> Result<(), Rejection> {
        Provider::check_media_type(self, head)
    }

    fn check_head(&self, head: &Head<'_>, keys: LiveKeys<'_>) -> Result<(), Rejection> {
        Provider::check_head(self, head, keys)
    }

    fn verify<'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        Provider::verify(self, request, keys)
    }

    fn decode(
        &self,
        authenticated: &Authenticated<'_>,
    ) -> Result<Contents<dyn Any + Send>, Undecodable> {
        Provider::decode(self, authenticated).map(Contents::erased)
    }
}
