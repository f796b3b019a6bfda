//! [`ForAnyEvent`]: a pack whose events need no type of their own, since the command only shows what every
//! event has. Of a CloudEvent it shows all.

use std::any::Any;

use hookgate::{
    BuildError, Rejection,
    challenge::Challenge,
    cloudevents::CloudEvent,
    json::Json,
    pack::{
        Authenticated, Contents, Head, LiveKeys, Provider, RawRequest, SenderProfile, Undecodable,
    },
    schemes::Verified,
    tenants::Keys,
};

/// Stands for an event of any pack.
#[derive(Default)]
pub(crate) struct AnyEvent {
    /// The event, where it is a CloudEvent of any sender.
    pub(crate) cloud_event: Option<Box<CloudEvent<Json>>>,
    /// Whether its request is one that may hold several.
    pub(crate) is_of_batch: bool,
}

impl AnyEvent {
    fn of<E: Any>(event: E, is_of_batch: bool) -> Self {
        let mut event = Some(event);
        let cloud_event = (&mut event as &mut dyn Any).downcast_mut::<Option<CloudEvent<Json>>>();
        Self {
            cloud_event: cloud_event.and_then(Option::take).map(Box::new),
            is_of_batch,
        }
    }
}

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

    fn event_headers(&self) -> Option<&'static str> {
        self.0.event_headers()
    }

    fn check_media_type(&self, head: &Head<'_>) -> Result<(), Rejection> {
        self.0.check_media_type(head)
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
        let contents = self.0.decode(authenticated)?;
        let is_of_batch = matches!(contents, Contents::Events(_));
        Ok(contents.map(|event| AnyEvent::of(event, is_of_batch)))
    }
}
