//! [`ForAnyEvent`]: a pack whose events need no type of their own, since the command only shows what every
//! event has.

use hookgate::{
    BuildError, Rejection,
    challenge::Challenge,
    pack::{Authenticated, Contents, LiveKeys, Provider, RawRequest, SenderProfile, Undecodable},
    schemes::Verified,
    tenants::Keys,
};

/// Stands for an event of any pack.
pub(crate) struct AnyEvent;

/// The pack `P`, with [`AnyEvent`] for its events. It verifies and identifies them as `P` does. It takes the media types
/// that are named, in place of the pack's.
pub(crate) struct ForAnyEvent<P>(pub(crate) P, pub(crate) Option<&'static [&'static str]>);

impl<P: Provider> Provider for ForAnyEvent<P> {
    type Event = AnyEvent;

    fn name(&self) -> &str {
        self.0.name()
    }

    fn profile(&self) -> SenderProfile {
        let mut profile = self.0.profile();
        if let Some(media_types) = self.1 {
            profile.media_types = media_types;
        }
        profile
    }

    fn keys(&self) -> Keys {
        self.0.keys()
    }

    fn validate(&self) -> Result<(), BuildError> {
        self.0.validate()
    }

    fn needs_access(&self) -> bool {
        self.0.needs_access()
    }

    fn challenges(&self) -> Vec<Challenge> {
        self.0.challenges()
    }

    fn verify<'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        self.0.verify(request, keys)
    }

    fn decode(&self, authenticated: &Authenticated<'_>) -> Result<Contents<AnyEvent>, Undecodable> {
        Ok(self.0.decode(authenticated)?.map(|_| AnyEvent))
    }
}
