//! [`CloudEventsRule`]: which CloudEvents are received, and how their sender proves them.

use hookgate::{
    Key, Keyring,
    challenge::WebHooks,
    cloudevents::{Mode, Tolerance},
    json::Json,
    providers::cloudevents::CloudEvents,
    schemes::{AccessToken, AccessTokenConfig, HmacHeader, HmacHeaderConfig},
};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error},
};
use serde_json::{Map, Value};

use crate::{
    output::fault,
    settings::{
        keys_taken::is_shared, public_key::PublicKeyRule, refused::Refused, shared_secret::secret,
        signed_request::SignedRequestRule, text::Text, token_binding::TokenBinding,
    },
};

/// The pack's name in records.
pub(crate) const NAME: &str = "cloudevents";

/// The setting that says how requests are proved.
pub(crate) const SIGNED: &str = "signed";

/// The member of it that names the scheme. The others are that scheme's own settings.
pub(crate) const SCHEME: &str = "scheme";

/// The settings.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CloudEventsRule {
    /// Without it the access rule is the proof.
    signed: Option<Signed>,
    modes: Option<Vec<String>>,
    #[serde(default)]
    tolerate: Vec<String>,
    most_of_a_batch: Option<usize>,
}

/// How requests are proved: `scheme`, and the settings of the scheme of that name.
struct Signed {
    scheme: String,
    settings: Map<String, Value>,
}

impl<'de> Deserialize<'de> for Signed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut settings = Map::deserialize(deserializer)?;
        match settings.remove(SCHEME) {
            Some(Value::String(scheme)) => Ok(Self { scheme, settings }),
            _ => Err(D::Error::missing_field(SCHEME)),
        }
    }
}

impl Signed {
    fn rule<R: DeserializeOwned>(&self) -> Result<R, Refused> {
        serde_json::from_value(self.settings.clone().into())
            .map_err(|error| malformed(&format!("`signed`: {}", fault::describe(&error))))
    }
}

/// What a sender needs to know of how requests are proved.
pub(crate) enum ProvedBy {
    /// The access rule.
    Access,
    /// A secret that both ends have.
    Secret,
    /// A private key.
    PrivateKey,
}

impl CloudEventsRule {
    /// `senders` may ask by `OPTIONS`.
    pub(crate) fn pack(
        self,
        keys: &[Text<'_>],
        senders: Option<WebHooks>,
    ) -> Result<CloudEvents<Json>, Refused> {
        let mut pack = match &self.signed {
            None => CloudEvents::by_access(),
            Some(signed) => signed_by(signed, keys)?,
        };
        if let Some(names) = &self.modes {
            let known = |name: &String| Mode::ALL.iter().copied().find(|it| it.name() == name);
            let modes: Option<Vec<Mode>> = names.iter().map(known).collect();
            pack = pack.modes(modes.ok_or_else(|| malformed("`modes`: one is unknown"))?);
        }
        let known = |name: &String| Tolerance::ALL.iter().copied().find(|it| it.name() == name);
        let tolerances: Option<Vec<Tolerance>> = self.tolerate.iter().map(known).collect();
        pack = pack.tolerate(tolerances.ok_or_else(|| malformed("`tolerate`: one is unknown"))?);
        if let Some(most) = self.most_of_a_batch {
            pack = pack.most_of_a_batch(most);
        }
        if let Some(senders) = senders {
            pack = pack.web_hooks(senders);
        }
        Ok(pack)
    }

    /// How requests are proved.
    pub(crate) fn proved_by(&self) -> ProvedBy {
        let Some(signed) = &self.signed else {
            return ProvedBy::Access;
        };
        match &*signed.scheme {
            "public-key-signature" | "signed-request" => ProvedBy::PrivateKey,
            "jwt-body-hash" => match signed.rule::<TokenBinding>() {
                Ok(rule) if !rule.scheme.algorithms.iter().copied().any(is_shared) => {
                    ProvedBy::PrivateKey
                }
                _ => ProvedBy::Secret,
            },
            _ => ProvedBy::Secret,
        }
    }

    /// The scheme's name, and its own settings as JSON text.
    pub(crate) fn scheme(&self) -> Option<(&str, String)> {
        let signed = self.signed.as_ref()?;
        Some((
            &signed.scheme,
            Value::from(signed.settings.clone()).to_string(),
        ))
    }
}

fn signed_by(signed: &Signed, keys: &[Text<'_>]) -> Result<CloudEvents<Json>, Refused> {
    Ok(match &*signed.scheme {
        "hmac-header" => {
            let scheme = HmacHeader::try_from(signed.rule::<HmacHeaderConfig>()?)?;
            CloudEvents::signed(scheme, secrets(keys)?)
        }
        "access-token" => {
            let scheme = AccessToken::try_from(signed.rule::<AccessTokenConfig>()?)?;
            CloudEvents::signed(scheme, secrets(keys)?)
        }
        "public-key-signature" => {
            let (scheme, keys) = signed.rule::<PublicKeyRule>()?.scheme(keys)?;
            CloudEvents::signed(scheme, keys)
        }
        "jwt-body-hash" => {
            let (scheme, keys) = signed.rule::<TokenBinding>()?.scheme(keys)?;
            CloudEvents::signed(scheme, keys)
        }
        "signed-request" => {
            let (scheme, keys) = signed.rule::<SignedRequestRule>()?.scheme(keys)?;
            CloudEvents::signed(scheme, keys)
        }
        _ => {
            return Err(malformed(
                "`signed`: `scheme`: one of `hmac-header`, `public-key-signature`, `jwt-body-hash`, `signed-request`, \
                 `access-token`",
            ));
        }
    })
}

/// Shared secrets, each with its place as its id.
fn secrets(keys: &[Text<'_>]) -> Result<Keyring, Refused> {
    let keys = keys.iter().enumerate();
    let keys = keys.map(|(place, text)| Some(Key::new(place.to_string(), secret(text)?)));
    let keys = keys.collect::<Option<Vec<_>>>().ok_or(Refused::BadKey)?;
    Ok(Keyring::new(keys)?)
}

fn malformed(what: &str) -> Refused {
    Refused::Malformed(format!("`settings`: {what}"))
}
