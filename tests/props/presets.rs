//! Requests that known senders publish, or that were computed for them: the files of `tests/vectors/senders`.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::{Arc, Mutex},
};

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use hookgate::{
    Delivery, EventKey, Keyring, Receiver, Rejection, Secret, UnixTime,
    dedup::MemoryStore,
    framework::{self, Admitted, DeliverySlot, Handled, Outcome, Ran},
    json::{Json, Payload},
    keys::{Encoding, JwsAlgorithm, VerifyingKey},
    pack::Head,
    providers::{
        known::{self, KnownSender, OpenSettings, Proof},
        preset::{Preset, PresetSimulator},
    },
    schemes::SchemeConfig,
    simulator::Sent,
    tenants::Keys,
    testing::FakeClock,
    time::Timer,
};
use serde::Deserialize;

use super::{hex, hmac_sha256, vector};

/// One request. `CONTRIBUTING.md` says what its members mean.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Vector {
    /// The name of the file.
    #[serde(skip)]
    pub(crate) sender: String,
    pub(crate) origin: String,
    pub(crate) made_here: bool,
    pub(crate) secret: String,
    pub(crate) at: Option<i64>,
    pub(crate) event_type: Option<String>,
    pub(crate) claimed_type: Option<String>,
    pub(crate) id: Option<String>,
    /// What the row leaves open.
    #[serde(default)]
    pub(crate) settings: OpenSettings,
    /// Path and query.
    pub(crate) target: Option<String>,
    pub(crate) headers: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) body: String,
    /// Of a body that is no text.
    body_base64: Option<String>,
}

/// The vectors of one sender.
pub(crate) fn vectors(sender: &str) -> Vec<Vector> {
    let path = format!("senders/{sender}.json");
    let vectors: Vec<Vector> = serde_json::from_slice(&vector(&path))
        .unwrap_or_else(|error| panic!("tests/vectors/{path}: {error}"));
    assert!(!vectors.is_empty(), "{path} has no vector");
    let named = vectors.into_iter().map(|vector| Vector {
        sender: sender.to_owned(),
        ..vector
    });
    named.collect()
}

/// The senders that have a file of vectors.
pub(crate) fn senders_of_vectors() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/senders");
    let files = fs::read_dir(folder).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names
        .map(|name| name.strip_suffix(".json").unwrap().to_owned())
        .collect();
    names.sort();
    names
}

/// The senders that need no pack of their own.
pub(crate) fn presets() -> impl Iterator<Item = &'static KnownSender> {
    known::ALL
        .iter()
        .copied()
        .filter(|sender| sender.sample.is_some())
}

/// Those of them that sign. The others only show a token.
pub(crate) fn signing() -> impl Iterator<Item = &'static KnownSender> {
    presets().filter(|sender| matches!(sender.proof.value(), Proof::Scheme(_)))
}

/// Where tests have their endpoint, at a sender that signs its address.
pub(crate) const ADDRESS: &str = "https://hooks.example/hook?via=1";

/// For whom the tokens of the vectors are.
const AUDIENCE: &str = "tests.example";

/// What tests say of an endpoint, where the row of its sender leaves it open.
pub(crate) fn open_of(sender: &KnownSender) -> OpenSettings {
    let mut open = OpenSettings::default();
    open.url = sender.signs_address().then(|| ADDRESS.to_owned());
    if sender.needs_audience() {
        open.audiences = vec![AUDIENCE.to_owned()];
    }
    open
}

/// The preset of `sender` at the endpoint of tests.
pub(crate) fn preset_of(sender: &KnownSender, keys: impl Into<Keys>) -> Preset {
    Preset::of(sender, keys).open_settings(open_of(sender))
}

/// What sends to it.
pub(crate) fn simulator_of(sender: &KnownSender, key: impl AsRef<[u8]>) -> PresetSimulator {
    PresetSimulator::of(sender, key).open_settings(open_of(sender))
}

/// The head of a request, with its query apart.
pub(crate) fn head_of(sent: &Sent) -> Head<'_> {
    let (path, query) = match sent.path.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (&*sent.path, None),
    };
    Head::new(sent.method.as_str(), path, &sent.headers).query(query)
}

/// How the sender signs with a private key, where it does.
fn algorithm(sender: &KnownSender) -> Option<JwsAlgorithm> {
    match sender.scheme()? {
        SchemeConfig::PublicKeySignature(config) => Some(config.algorithm),
        SchemeConfig::JwtBodyHash(config) => {
            let by_secret = [
                JwsAlgorithm::Hs256,
                JwsAlgorithm::Hs384,
                JwsAlgorithm::Hs512,
            ];
            let any_secret = config.algorithms.iter().any(|it| by_secret.contains(it));
            config.algorithms.first().copied().filter(|_| !any_secret)
        }
        SchemeConfig::Sns(_) => Some(JwsAlgorithm::Rs256),
        _ => None,
    }
}

/// What a sender signs with, and what its receiver verifies with.
pub(crate) struct Pair {
    pub(crate) signs: Vec<u8>,
    pub(crate) verifies: Keyring,
}

impl Pair {
    /// This secret, or where the sender has a private key, one that is the same for all.
    pub(crate) fn of(sender: &KnownSender, secret: &str) -> Self {
        let Some(algorithm) = algorithm(sender) else {
            return Self {
                signs: secret.into(),
                verifies: Secret::utf8(secret).unwrap().into(),
            };
        };
        let name = match algorithm {
            JwsAlgorithm::EdDsa => "ed",
            JwsAlgorithm::Es256 => "p256",
            JwsAlgorithm::Rs256 => "rsa",
            other => panic!("name a test key of {other:?}"),
        };
        let public = vector(&format!("signed_request/{name}.pub.der"));
        Self {
            signs: vector(&format!("signed_request/{name}.key.pem")),
            verifies: VerifyingKey::der(public, [algorithm]).into(),
        }
    }

    /// The keys of somebody else.
    pub(crate) fn of_another(sender: &KnownSender) -> Keyring {
        let point = match algorithm(sender) {
            None => return Secret::utf8("a secret of somebody else").unwrap().into(),
            Some(JwsAlgorithm::EdDsa) => {
                "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
            }
            Some(JwsAlgorithm::Rs256) => {
                let pem = vector("token/other.pub.pem");
                return VerifyingKey::pem(pem, [JwsAlgorithm::Rs256]).into();
            }
            Some(_) => "036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
        };
        VerifyingKey::hex(point, algorithm(sender)).into()
    }
}

impl Vector {
    pub(crate) fn sender(&self) -> &'static KnownSender {
        known::find(&self.sender).unwrap()
    }

    pub(crate) fn secret(&self) -> Secret {
        let encoding = self.sender().secret.unwrap().encoding;
        Secret::parse(&self.secret, encoding).unwrap()
    }

    /// What verifies it: a public key as its console shows it, or the secret.
    pub(crate) fn keys(&self) -> Keyring {
        let encoding = self.sender().secret.unwrap().encoding;
        match (algorithm(self.sender()), encoding) {
            (None, _) => self.secret().into(),
            (algorithm, Encoding::Hex) => VerifyingKey::hex(&self.secret, algorithm).into(),
            (algorithm, _) => VerifyingKey::base64(&self.secret, algorithm).into(),
        }
    }

    pub(crate) fn preset(&self) -> Preset {
        Preset::of(self.sender(), self.keys()).open_settings(self.settings.clone())
    }

    /// When it is verified.
    pub(crate) fn now(&self) -> UnixTime {
        UnixTime::from_secs(self.at.unwrap_or(1_700_000_000))
    }

    /// As it arrives.
    pub(crate) fn sent(&self) -> Sent {
        let target = self.target.as_deref().unwrap_or("/");
        Sent::new(target, self.headers.clone(), self.body())
    }

    pub(crate) fn body(&self) -> Bytes {
        match &self.body_base64 {
            Some(text) => BASE64_STANDARD.decode(text).unwrap().into(),
            None => self.body.clone().into(),
        }
    }

    pub(crate) fn with_body(&self, body: impl Into<String>) -> Self {
        Self {
            body: body.into(),
            body_base64: None,
            ..self.clone()
        }
    }

    pub(crate) fn with_header(&self, name: &str, value: &str) -> Self {
        let mut changed = self.clone();
        changed.headers.insert(name.to_owned(), value.to_owned());
        changed
    }

    /// Signed anew over another body, through the receiver's own secret.
    pub(crate) fn resigned(&self, header: &str, prefix: &str, signed: &str, body: &str) -> Self {
        let signature = hex(&hmac_sha256(self.secret.as_bytes(), signed.as_bytes()));
        self.with_header(header, &format!("{prefix}{signature}"))
            .with_body(body)
    }

    pub(crate) async fn admit(&self) -> Result<(Receiver, Admitted, Arc<dyn Timer>), Rejection> {
        let clock = FakeClock::at(self.now());
        let timer: Arc<dyn Timer> = Arc::new(clock.clone());
        let receiver = Receiver::new("presets", self.preset())
            .dedup(MemoryStore::with_clock(10, clock.clone()))
            .clock(clock)
            .build()
            .unwrap();
        let sent = self.sent();
        let head = head_of(&sent);
        let admitted = receiver
            .judge()
            .admit(head, Some(sent.body.clone()), &timer);
        let admitted = admitted.await?.admitted().unwrap();
        Ok((receiver, admitted, timer))
    }

    pub(crate) async fn key(&self) -> EventKey {
        *self.admit().await.unwrap().1.first().event_key()
    }

    pub(crate) async fn delivery(&self) -> Delivery<Payload<Json>> {
        let (receiver, admitted, timer) = self.admit().await.unwrap();
        let taken = Arc::new(Mutex::new(None));
        let place = taken.clone();
        let run = move |slot: DeliverySlot, _| async move {
            *place.lock().unwrap() = Some(slot.take().unwrap());
            Ran {
                outcome: Outcome::Processed,
                reply: None::<()>,
                status: None,
            }
        };
        let handled = framework::handle(receiver, admitted, timer, run).await;
        assert!(matches!(handled, Handled::Answer(_)));
        let delivery = taken.lock().unwrap().take();
        delivery.unwrap()
    }
}

/// A delivery of Stripe with this body, signed.
pub(crate) fn stripe(body: &str) -> Vector {
    let vector = vectors("stripe").remove(0);
    let at = vector.at.unwrap();
    vector.resigned(
        "stripe-signature",
        &format!("t={at},v1="),
        &format!("{at}.{body}"),
        body,
    )
}

/// A delivery of Linear with this body, signed.
pub(crate) fn linear(body: &str) -> Vector {
    vectors("linear")
        .remove(0)
        .resigned("linear-signature", "", body, body)
}
