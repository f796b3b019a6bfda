//! [`Terms`]: what a receiver or its judge is built from, and its builder.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use hookgate::{
    BuildError, Key, Keyring, Receiver, ReceiverBuilder,
    pack::{Provider, TimeKind},
    tenants::{KeySource, KeySourceError, Keys, Tenant, Tenants},
    time::Clock,
};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};

use crate::settings::{
    any_event::ForAnyEvent,
    keys_taken::{KeysTaken, key},
    members::Settings,
    refused::Refused,
    text::Text,
};

/// The route parameter that names the tenant.
pub(crate) const TENANT_PARAM: &str = "tenant";

/// What a receiver, or its judge, is built from.
pub(crate) struct Terms<'a> {
    pub(crate) endpoint: &'a str,
    /// Each with its encoding: `utf8:…`, `base64:…`, `hex:…`, `whsec_…`. Public keys also as `pem:…`, `der:…` or `whpk_…`.
    pub(crate) keys: &'a [Text<'a>],
    /// Whether the route names a tenant. Every tenant has the same keys.
    pub(crate) has_tenant: bool,
    pub(crate) window: WindowTerm,
    /// The JSON text of the settings.
    pub(crate) settings: Option<&'a str>,
    pub(crate) clock: Arc<dyn Clock>,
}

/// How old, and how far ahead, a signed time may be.
#[derive(Clone, Copy, Default)]
pub(crate) enum WindowTerm {
    /// What the pack's defaults say.
    #[default]
    OfPack,
    /// Any: time is not checked.
    Unchecked,
    /// This many seconds to each side.
    Secs(u64),
}

impl<'de> Deserialize<'de> for WindowTerm {
    /// `null` or a number; absent is for `#[serde(default)]`.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer)
            .map(|secs: Option<u64>| secs.map_or(Self::Unchecked, Self::Secs))
    }
}

impl Terms<'_> {
    /// The receiver of a pack that is made from its keys alone.
    pub(crate) fn pack<P: Provider>(
        self,
        taken: KeysTaken,
        pack: impl FnOnce(Keys) -> P,
    ) -> Result<ReceiverBuilder, Refused> {
        let settings = Settings::read(self.settings)?;
        settings.of_nothing_else()?;
        let pack = pack(self.keys(taken)?);
        self.receiver_of(&settings, pack)
    }

    /// The receiver of a scheme, whose configuration is in the settings.
    pub(crate) fn scheme<C: DeserializeOwned, P: Provider>(
        self,
        pack: impl FnOnce(C, Keys) -> Result<P, BuildError>,
    ) -> Result<ReceiverBuilder, Refused> {
        self.row(KeysTaken::Secrets, pack)
    }

    /// The same of a sender whose requests are verified with other keys.
    pub(crate) fn row<C: DeserializeOwned, P: Provider>(
        self,
        taken: KeysTaken,
        pack: impl FnOnce(C, Keys) -> Result<P, BuildError>,
    ) -> Result<ReceiverBuilder, Refused> {
        let settings = Settings::read(self.settings)?;
        let config = settings.of_scheme()?;
        let pack = pack(config, self.keys(taken)?)?;
        self.receiver_of(&settings, pack)
    }

    /// The receiver of a pack whose sender shares no secret. The sender signs nothing, or with a key whose public
    /// half is in `keys`. The second function makes the receiver serve tenants.
    pub(crate) fn without_secret<C: DeserializeOwned, P: Provider>(
        self,
        pack: impl FnOnce(C, &[Text<'_>]) -> Result<P, Refused>,
        serving: impl FnOnce(P, Tenants) -> Result<P, Refused>,
    ) -> Result<ReceiverBuilder, Refused> {
        let settings = Settings::read(self.settings)?;
        let pack = pack(settings.of_scheme()?, self.keys)?;
        let pack = if self.has_tenant {
            serving(pack, Tenants::by_route_param(TENANT_PARAM, AnyTenant(None)))?
        } else {
            pack
        };
        self.receiver_of(&settings, pack)
    }

    fn receiver_of<P: Provider>(
        self,
        settings: &Settings,
        pack: P,
    ) -> Result<ReceiverBuilder, Refused> {
        let gates = settings.gates()?;
        let profile = pack.profile();
        let media_types = settings.media_types()?.map(lasting).transpose()?;
        let pack = ForAnyEvent(pack, media_types);
        let mut receiver = Receiver::new(self.endpoint, pack).clock(self.clock);
        if let Some(bytes) = settings.body_limit()? {
            receiver = receiver.body_limit(bytes);
        }
        if settings.accepts_gzip()? {
            receiver = receiver.accept_gzip();
        }
        match self.window {
            WindowTerm::OfPack => {}
            WindowTerm::Unchecked => receiver = receiver.without_time_check(),
            // What such a pack reads as an event's time is not sure enough to refuse it for.
            WindowTerm::Secs(_) if profile.time == TimeKind::NotSigned => {}
            WindowTerm::Secs(secs) => {
                let limit = Duration::from_secs(secs);
                let least = limit
                    .saturating_mul(2)
                    .saturating_add(ReceiverBuilder::RETENTION_MARGIN);
                receiver = receiver
                    .past(limit)
                    .future(limit)
                    .retention(profile.retention.max(least));
            }
        }
        if let Some(access) = gates.access {
            receiver = receiver.access(access);
        }
        if let Some(networks) = gates.networks {
            receiver = receiver.networks(networks);
        }
        Ok(receiver)
    }

    fn keys(&self, taken: KeysTaken) -> Result<Keys, Refused> {
        let keys = self.keys.iter().enumerate();
        let keys =
            keys.map(|(place, text)| key(text, place.to_string(), &taken).ok_or(Refused::BadKey));
        let ring = Keyring::new(keys.collect::<Result<Vec<Key>, Refused>>()?)?;
        Ok(if self.has_tenant {
            Tenants::by_route_param(TENANT_PARAM, AnyTenant(Some(ring))).into()
        } else {
            ring.into()
        })
    }
}

/// The most different lists of media types. Each is kept to the end, as a profile wants it.
const MAX_LISTS: usize = 1024;

/// The list as a profile has it: kept once, however many receivers are built of it.
fn lasting(list: Vec<String>) -> Result<&'static [&'static str], Refused> {
    static LISTS: Mutex<BTreeMap<Vec<String>, &'static [&'static str]>> =
        Mutex::new(BTreeMap::new());
    let mut lists = LISTS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = lists.get(&list) {
        return Ok(known);
    }
    if lists.len() >= MAX_LISTS {
        let why = "`settings`: `media_types`: too many different lists in one run";
        return Err(Refused::Malformed(why.to_owned()));
    }
    let kept: Vec<&'static str> = list.iter().map(|text| &*text.clone().leak()).collect();
    let kept: &'static [&'static str] = kept.leak();
    lists.insert(list, kept);
    Ok(kept)
}

/// Takes the name that the route gives for the tenant's canonical id.
struct AnyTenant(Option<Keyring>);

impl KeySource for AnyTenant {
    async fn tenant(&self, name: &str) -> Result<Option<Tenant>, KeySourceError> {
        Ok(Some(match &self.0 {
            Some(ring) => Tenant::new(name, ring.clone()),
            None => Tenant::without_keys(name),
        }))
    }
}
