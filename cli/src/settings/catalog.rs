//! Every pack, preset and scheme that the command knows.

use std::{borrow::Cow, sync::LazyLock};

use hookgate::{
    ReceiverBuilder,
    keys::JwsAlgorithm,
    pack::{Keys, Provider},
    providers::{
        idcloud::IdCloud,
        known::{self, KnownSender, OpenSettings},
        preset::Preset,
    },
    schemes::{
        AccessToken, AccessTokenConfig, HmacBodyField, HmacBodyFieldConfig, HmacHeader,
        HmacHeaderConfig, OneTimeToken, OneTimeTokenConfig, SchemeConfig, SignedForm,
        SignedFormConfig, SignedMembers, SignedMembersConfig,
    },
};

use crate::settings::{
    access_only::{
        AccessOnlyConfig, {self},
    },
    dated_events::{DatedEventsConfig, dates_events},
    facephi::FacephiConfig,
    members::Settings,
    public_key::{KeysTaken, PublicKeyRule},
    refused::Refused,
    signed_request::SignedRequestRule,
    sns,
    terms::Terms,
    token_binding::{TokenRule, is_shared},
    unico::{IdCloudConfig, UnicoCheckConfig},
};

/// A pack, preset or scheme.
pub(crate) struct Listed {
    /// Its name in records.
    pub(crate) name: &'static str,
    of: Of,
}

enum Of {
    /// A sender that leaves nothing to be set.
    Row(&'static KnownSender),
    /// A sender with a pack of its own, which has settings.
    Pack(&'static KnownSender, &'static Entry),
    /// No sender: a scheme, which its settings describe.
    Scheme(&'static Entry, &'static Words),
}

/// What has settings of its own.
struct Entry {
    name: &'static str,
    builder: fn(Terms<'_>) -> Result<ReceiverBuilder, Refused>,
    /// The least settings with which a receiver can be built.
    least_settings: Option<&'static str>,
    /// A key with which one can be built. It never verifies anything.
    sample_key: &'static str,
    /// What lets `application/json` in too.
    plain_json: Option<Relaxed>,
}

/// A setting that relaxes a pack, and the builder's line that does the same.
#[derive(Clone, Copy)]
pub(crate) struct Relaxed {
    pub(crate) setting: &'static str,
    pub(crate) builder_line: &'static str,
}

/// Where all is known.
pub(crate) const NOTHING: &str = "nothing";

/// What a row says of a sender.
struct Words {
    proof: &'static str,
    identity: &'static str,
}

/// Settings of a sender that signs the address.
const ADDRESS: &str = r#"{"url":"https://hooks.example/hook"}"#;
/// Settings of a sender whose tokens are each for somebody.
const AUDIENCE: &str = r#"{"audiences":["sample"]}"#;

/// A shared secret that verifies nothing.
pub(crate) const SAMPLE_SECRET: &str = "hex:01";
/// The public key of RFC 8410, section 10.1.
const SAMPLE_PUBLIC_KEY: &str = "der:MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=";

/// The point that generates P-256.
const SAMPLE_P256_KEY: &str =
    "hex:036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296";

/// The public key of `tests/vectors/signed_request`.
const SAMPLE_RSA_KEY: &str = "der:MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAt6zDVVClhqCwlWXZk8rifF+mj/jLWC0EjsYBj8m8ysTFndnzx61NeaY6\
    siokRfspC9i8fSGUuW9pLD2Oc6QU/aIh4f8/mEH+miMQxAJl4H522AR1rT8nx+o3PLLkuqAj442e7CvRxkcwQcMCn4ciOy/FU8IC\
    FiSOGv58XkH2edo8hQ9DJ30bcr9bAc4fV2qSA7L1nexsbLIQoWSwaFCccdIYLleZ4CZtG2On7wxdrDemK6YCGsV8M9kq1n3ycuT2\
    jFv2t0Cf7pDW45rNgg7hxjf/B5rkzV7nmdCnEW5kYne3j25edBzlmrvRsubV3Xbm/xo2GKYnwzY3Z98NQrZsmwIDAQAB";

/// How the sender signs with a private key, where it does not sign with a secret.
pub(crate) fn algorithm_of(sender: &KnownSender) -> Option<JwsAlgorithm> {
    let algorithms = algorithms_of(sender);
    let any_secret = algorithms.iter().any(|it| is_shared(*it));
    algorithms.first().copied().filter(|_| !any_secret)
}

/// How the sender may sign, as far as its scheme names algorithms of tokens and public keys.
fn algorithms_of(sender: &KnownSender) -> Vec<JwsAlgorithm> {
    match sender.scheme() {
        Some(SchemeConfig::PublicKeySignature(config)) => vec![config.algorithm],
        Some(SchemeConfig::JwtBodyHash(config)) => config.algorithms,
        Some(SchemeConfig::Sns(_)) => vec![JwsAlgorithm::Rs256],
        _ => Vec::new(),
    }
}

/// Which keys verify the sender's requests.
fn keys_of(sender: &KnownSender) -> KeysTaken {
    if let Some(SchemeConfig::JwtBodyHash(config)) = sender.scheme() {
        return KeysTaken::OfTokens(config.algorithms);
    }
    match (algorithm_of(sender), sender.or_by_key) {
        (Some(algorithm), _) => KeysTaken::Public(algorithm),
        (None, Some(by_key)) => KeysTaken::Either(by_key().algorithm),
        (None, None) => KeysTaken::Secrets,
    }
}

const fn sample_key_for(algorithm: Option<JwsAlgorithm>) -> &'static str {
    match algorithm {
        None => SAMPLE_SECRET,
        Some(JwsAlgorithm::Es256) => SAMPLE_P256_KEY,
        Some(JwsAlgorithm::Rs256) => SAMPLE_RSA_KEY,
        Some(_) => SAMPLE_PUBLIC_KEY,
    }
}

/// The one of this name.
pub(crate) fn find(name: &str) -> Option<&'static Listed> {
    all().iter().find(|listed| listed.name == name)
}

/// The senders of the library's rows, then the schemes.
pub(crate) fn all() -> &'static [Listed] {
    static ALL: LazyLock<Vec<Listed>> = LazyLock::new(|| {
        let senders = known::ALL.iter().map(|sender| Listed {
            name: sender.name,
            of: match PACKS.iter().find(|pack| pack.name == sender.name) {
                Some(pack) => Of::Pack(sender, pack),
                None => Of::Row(sender),
            },
        });
        let schemes = SCHEMES.iter().map(|(scheme, words)| Listed {
            name: scheme.name,
            of: Of::Scheme(scheme, words),
        });
        senders.chain(schemes).collect()
    });
    &ALL
}

impl Listed {
    /// Its receiver.
    pub(crate) fn receiver(&self, terms: Terms<'_>) -> Result<ReceiverBuilder, Refused> {
        let answers = Settings::read(terms.settings)?.answers()?;
        match self.of {
            Of::Row(sender) if dates_events(sender) => terms
                .row(keys_of(sender), |config: DatedEventsConfig, keys| {
                    Ok(answers.of(config.preset(sender, keys)))
                }),
            Of::Row(sender) if sender.has_open_settings() => {
                terms.row(keys_of(sender), |open: OpenSettings, keys| {
                    Ok(answers.of(Preset::of(sender, keys).open_settings(open)))
                })
            }
            Of::Row(sender) => {
                terms.pack(keys_of(sender), |keys| answers.of(Preset::of(sender, keys)))
            }
            Of::Pack(_, entry) | Of::Scheme(entry, _) => {
                answers.none()?;
                (entry.builder)(terms)
            }
        }
    }

    /// The least settings with which a receiver can be built.
    pub(crate) fn least_settings(&self) -> Option<&'static str> {
        match self.of {
            Of::Row(sender) if sender.signs_address() => Some(ADDRESS),
            Of::Row(sender) if sender.needs_audience() => Some(AUDIENCE),
            _ => self.entry()?.least_settings,
        }
    }

    /// A key with which a receiver can be built. It never verifies anything.
    pub(crate) fn sample_key(&self) -> &'static str {
        match self.of {
            Of::Row(sender) => sample_key_for(algorithm_of(sender)),
            Of::Pack(_, entry) | Of::Scheme(entry, _) => entry.sample_key,
        }
    }

    /// The setting that lets `application/json` in, where the pack has one.
    pub(crate) fn plain_json(&self) -> Option<Relaxed> {
        self.entry()?.plain_json
    }

    /// The row of the sender; `None` where it is no sender but a scheme.
    pub(crate) fn sender(&self) -> Option<&'static KnownSender> {
        match self.of {
            Of::Row(sender) | Of::Pack(sender, _) => Some(sender),
            Of::Scheme(..) => None,
        }
    }

    /// How it signs.
    pub(crate) fn signature(&self) -> Cow<'static, str> {
        match self.of {
            Of::Row(sender) | Of::Pack(sender, _) => sender.proof_in_words().into(),
            Of::Scheme(_, words) => words.proof.into(),
        }
    }

    /// What identifies an event.
    pub(crate) fn event_key(&self) -> Cow<'static, str> {
        match self.of {
            Of::Row(sender) | Of::Pack(sender, _) => sender.identity_in_words().into(),
            Of::Scheme(_, words) => words.identity.into(),
        }
    }

    /// How long it waits, and when it sends again.
    pub(crate) fn manner(&self) -> String {
        match self.of {
            Of::Row(sender) | Of::Pack(sender, _) => sender.manner_in_words(),
            Of::Scheme(..) => "waits for an unknown time, sends again: unknown".to_owned(),
        }
    }

    /// What is assumed of the sender rather than known.
    pub(crate) fn assumed(&self) -> Cow<'static, str> {
        match self.of {
            Of::Scheme(..) => "how long it waits, and whether it sends again".into(),
            Of::Row(sender) | Of::Pack(sender, _) => {
                let assumptions = sender.assumptions();
                if assumptions.is_empty() {
                    return NOTHING.into();
                }
                assumptions.join("; ").into()
            }
        }
    }

    fn entry(&self) -> Option<&'static Entry> {
        match self.of {
            Of::Row(_) => None,
            Of::Pack(_, entry) | Of::Scheme(entry, _) => Some(entry),
        }
    }
}

/// Packs with settings of their own. `terms.scheme` takes a constructor that takes the settings too.
/// `terms.without_secret` is for senders that sign nothing, or with a key whose public half the receiver has.
const PACKS: &[Entry] = &[
    Entry {
        name: "logto",
        builder: |terms| terms.scheme(|config: DatedEventsConfig, keys| Ok(config.logto(keys))),
        least_settings: None,
        sample_key: SAMPLE_SECRET,
        plain_json: None,
    },
    Entry {
        name: "facephi",
        builder: |terms| terms.scheme(|config: FacephiConfig, keys| Ok(config.pack(keys))),
        least_settings: None,
        sample_key: SAMPLE_SECRET,
        plain_json: Some(Relaxed {
            setting: "plain_json",
            builder_line: "Facephi::new(secret).plain_json()",
        }),
    },
    Entry {
        name: "idcloud",
        builder: |terms| {
            terms.without_secret(
                |config: IdCloudConfig, _| Ok(config.pack()),
                |pack, tenants| Ok(IdCloud::tenants(pack, tenants)),
            )
        },
        least_settings: Some(r#"{"access":"none"}"#),
        sample_key: SAMPLE_SECRET,
        plain_json: None,
    },
    Entry {
        name: "unico-check",
        builder: |terms| {
            terms.without_secret(UnicoCheckConfig::pack, |pack, tenants| {
                // Every tenant has the record's keys.
                if !matches!(pack.keys(), Keys::NotNeeded) {
                    let why = "signed requests cannot serve tenants, who would all have the same key: give each a receiver of its own";
                    return Err(Refused::Malformed(why.to_owned()));
                }
                Ok(pack.tenants(tenants))
            })
        },
        least_settings: Some(r#"{"access":"none"}"#),
        sample_key: SAMPLE_PUBLIC_KEY,
        plain_json: None,
    },
    Entry {
        name: "sns",
        builder: |terms| {
            terms.without_secret(sns::pack, |_, _| {
                let why = "`tenant`: SNS signs for all with one key, so a message of one would pass for another";
                Err(Refused::Malformed(why.to_owned()))
            })
        },
        least_settings: Some(r#"{"topics":["arn:aws:sns:us-east-1:123456789012:topic"]}"#),
        sample_key: SAMPLE_RSA_KEY,
        plain_json: None,
    },
];

/// Schemes for any sender.
const SCHEMES: &[(Entry, Words)] = &[
    (
        Entry {
            name: "hmac-header",
            builder: |terms| {
                terms.scheme(|config: HmacHeaderConfig, keys| {
                    let scheme = HmacHeader::try_from(config)?;
                    Ok(Preset::custom("hmac-header", scheme, keys))
                })
            },
            least_settings: Some(r#"{"signature_header":"x-signature","encoding":"hex"}"#),
            sample_key: SAMPLE_SECRET,
            plain_json: None,
        },
        Words {
            proof: "HMAC of a template, in a header, as `settings` say",
            identity: "the signed id, else the digest of the body",
        },
    ),
    (
        Entry {
            name: "hmac-body-field",
            builder: |terms| {
                terms.scheme(|config: HmacBodyFieldConfig, keys| {
                    let scheme = HmacBodyField::try_from(config)?;
                    Ok(Preset::custom("hmac-body-field", scheme, keys))
                })
            },
            least_settings: Some(r#"{"member":"signature"}"#),
            sample_key: SAMPLE_SECRET,
            plain_json: None,
        },
        Words {
            proof: "HMAC of the JSON without its signature, in a member of it, as `settings` say",
            identity: "digest of what is signed",
        },
    ),
    (
        Entry {
            name: "public-key-signature",
            builder: |terms| {
                terms.without_secret(
                    |rule: PublicKeyRule, keys| {
                        let (scheme, keys) = rule.scheme(keys)?;
                        Ok(Preset::custom("public-key-signature", scheme, keys))
                    },
                    |_, _| {
                        let why = "`tenant`: all would have the same key, so a request of one would pass for another";
                        Err(Refused::Malformed(why.to_owned()))
                    },
                )
            },
            least_settings: Some(
                r#"{"algorithm":"EdDSA","signature_header":"x-signature","encoding":"hex"}"#,
            ),
            sample_key: SAMPLE_PUBLIC_KEY,
            plain_json: None,
        },
        Words {
            proof: "by a private key over a template, in a header, as `settings` say",
            identity: "the signed id, else the digest of the body",
        },
    ),
    (
        Entry {
            name: "jwt-body-hash",
            builder: |terms| {
                terms.without_secret(
                    |rule: TokenRule, keys| {
                        let (scheme, keys) = rule.scheme(keys)?;
                        Ok(Preset::custom("jwt-body-hash", scheme, keys))
                    },
                    |_, _| {
                        let why = "`tenant`: all would have the same key, so a request of one would pass for another";
                        Err(Refused::Malformed(why.to_owned()))
                    },
                )
            },
            least_settings: Some(
                r#"{"algorithms":["HS256"],"binding":{"digest":{"header":"x-token","claim":"/sha256","digest":"sha256:hex"}}}"#,
            ),
            sample_key: SAMPLE_SECRET,
            plain_json: None,
        },
        Words {
            proof: "a token that binds the body, as `settings` say",
            identity: "the token's `jti` where it is the id, else the digest of the body or of the claims",
        },
    ),
    (
        Entry {
            name: "signed-request",
            builder: |terms| {
                terms.without_secret(
                    |rule: SignedRequestRule, keys| {
                        let (scheme, keys) = rule.scheme(keys)?;
                        Ok(Preset::custom("signed-request", scheme, keys))
                    },
                    |_, _| {
                        let why = "`tenant`: all would have the same key, so a request of one would pass for another";
                        Err(Refused::Malformed(why.to_owned()))
                    },
                )
            },
            least_settings: Some(r#"{"algorithms":["EdDSA"],"signature_header":"x-signature"}"#),
            sample_key: SAMPLE_PUBLIC_KEY,
            plain_json: None,
        },
        Words {
            proof: "by a certificate's key over a template, in a header, as `settings` say",
            identity: "digest of the body",
        },
    ),
    (
        Entry {
            name: "signed-form",
            builder: |terms| {
                terms.scheme(|config: SignedFormConfig, keys| {
                    let scheme = SignedForm::try_from(config)?;
                    Ok(Preset::custom("signed-form", scheme, keys))
                })
            },
            least_settings: Some(
                r#"{"signature_header":"x-signature","encoding":"base64","url":"https://hooks.example/hook","fields":["id"]}"#,
            ),
            sample_key: SAMPLE_SECRET,
            plain_json: None,
        },
        Words {
            proof: "HMAC of an address and the fields of a form, in a header, as `settings` say",
            identity: "digest of what is signed",
        },
    ),
    (
        Entry {
            name: "signed-members",
            builder: |terms| {
                terms.scheme(|config: SignedMembersConfig, keys| {
                    let scheme = SignedMembers::try_from(config)?;
                    Ok(Preset::custom("signed-members", scheme, keys))
                })
            },
            least_settings: Some(r#"{"members":["/id"],"signature":"/mac"}"#),
            sample_key: SAMPLE_SECRET,
            plain_json: None,
        },
        Words {
            proof: "HMAC of some members of the JSON alone, in a member of it, as `settings` say",
            identity: "digest of what is signed",
        },
    ),
    (
        Entry {
            name: "access-token",
            builder: |terms| {
                terms.scheme(|config: AccessTokenConfig, keys| {
                    let scheme = AccessToken::try_from(config)?;
                    Ok(Preset::custom("access-token", scheme, keys))
                })
            },
            least_settings: Some(r#"{"at":"basic"}"#),
            sample_key: SAMPLE_SECRET,
            plain_json: None,
        },
        Words {
            proof: "access only: the token itself, where `settings` say",
            identity: "digest of the body",
        },
    ),
    (
        Entry {
            name: "one-time-token",
            builder: |terms| {
                terms.scheme(|config: OneTimeTokenConfig, keys| {
                    let scheme = OneTimeToken::try_from(config)?;
                    Ok(Preset::custom("one-time-token", scheme, keys))
                })
            },
            least_settings: Some(
                r#"{"timestamp":"/timestamp","token":"/token","token_length":50,"signature":"/signature"}"#,
            ),
            sample_key: SAMPLE_SECRET,
            plain_json: None,
        },
        Words {
            proof: "access only: HMAC of time and token, in the body, where `settings` say",
            identity: "digest of the body",
        },
    ),
    (
        Entry {
            name: access_only::NAME,
            builder: |terms| {
                terms.without_secret(
                    |config: AccessOnlyConfig, _| config.pack(),
                    |pack, tenants| Ok(pack.tenants(tenants)),
                )
            },
            least_settings: Some(r#"{"access":"none"}"#),
            sample_key: SAMPLE_SECRET,
            plain_json: None,
        },
        Words {
            proof: "nothing is signed; access credentials",
            identity: "the digest of the body, a member of it or a header, as `settings` say",
        },
    ),
];
