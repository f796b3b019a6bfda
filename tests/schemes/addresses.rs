//! Senders that sign the address of the endpoint.

use hookgate::{
    BuildError, Receiver, Rejection, Secret, UnixTime,
    providers::{
        known::{self, KnownSender, OpenSettings},
        preset::{Preset, PresetSimulator},
    },
};

use crate::props::{
    Seen,
    presets::{ADDRESS, Pair, signing, simulator_of, vectors},
};

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

fn signing_addresses() -> Vec<&'static KnownSender> {
    signing().filter(|sender| sender.signs_address()).collect()
}

fn built<T: serde::de::DeserializeOwned + Send + 'static>(
    preset: Preset<T>,
) -> Result<(), BuildError> {
    Receiver::new("hook", preset).judge().map(|_| ())
}

fn key() -> Secret {
    Secret::utf8("a secret of both ends").unwrap()
}

#[test]
fn a_preset_that_signs_its_address_cannot_be_built_without() {
    assert!(signing_addresses().len() >= 6);
    for sender in signing_addresses() {
        let Err(BuildError::Pack(why)) = built(Preset::of(sender, key())) else {
            panic!("{}: it needs an address", sender.name);
        };
        assert!(why.contains("`Preset::address`"), "{why}");
        assert_eq!(built(Preset::of(sender, key()).address(ADDRESS)), Ok(()));
        // In whichever order it is said.
        let typed = Preset::of(sender, key()).events::<serde_json::Value>();
        assert_eq!(built(typed.with_profile(|_| ()).address(ADDRESS)), Ok(()));
        for wrong in [
            "",
            "hooks.example/hook",
            "/hook",
            "https://hooks.example/a b",
        ] {
            assert!(
                built(Preset::of(sender, key()).address(wrong)).is_err(),
                "{wrong}"
            );
        }
    }
}

#[test]
fn what_a_sender_leaves_open_no_other_takes() {
    for sender in signing().filter(|sender| !sender.has_open_settings()) {
        let preset = || Preset::of(sender, key());
        for wrong in [
            preset().address(ADDRESS),
            preset().form_fields(["a"]),
            preset().leave_out_unknown_fields(),
            preset().signed_headers(["x-a"]),
        ] {
            assert!(
                matches!(built(wrong), Err(BuildError::Scheme(_))),
                "{}",
                sender.name
            );
        }
    }
    let square = || Preset::square(key()).address(ADDRESS);
    assert!(built(square().form_fields(["a"])).is_err());
    assert!(built(Preset::contentful(key()).address(ADDRESS)).is_err());
    let scheme =
        hookgate::schemes::HmacHeaderConfig::new("x-a", hookgate::schemes::SignatureEncoding::Hex);
    let scheme = hookgate::schemes::HmacHeader::try_from(scheme).unwrap();
    let custom = Preset::custom("own", scheme, key()).address(ADDRESS);
    assert!(matches!(built(custom), Err(BuildError::Pack(_))));
}

#[tokio::test]
async fn a_request_for_another_address_is_refused() {
    for sender in signing_addresses() {
        let pair = Pair::of(sender, "a secret of both ends");
        let sample = sender.sample.unwrap();
        let body = sample.body_of(
            sample.types[0],
            hookgate::simulator::SampleId::from_bits(7),
            NOW,
        );
        let sent = simulator_of(sender, &pair.signs).send(NOW, body.clone());
        assert_eq!(sent.path, "/hook?via=1", "{}", sender.name);
        let at = |url: &str| {
            let mut open = OpenSettings::default();
            open.url = Some(url.to_owned());
            Seen::by_with(sender, &pair.verifies, open, NOW, sent.clone())
        };
        assert!(at(ADDRESS).await.is_ok(), "{}", sender.name);
        for other in [
            "http://hooks.example/hook?via=1",
            "https://hooks.example.org/hook?via=1",
            "https://hooks.example/hook?via=12",
            "https://hooks.example/hook",
        ] {
            let refused = at(other).await.unwrap_err();
            assert_eq!(refused.status, 401, "{}: {other}", sender.name);
        }
        // It does not know what to sign.
        let unaddressed = PresetSimulator::of(sender, &pair.signs).send(NOW, body);
        let scheme = sender.scheme().unwrap();
        let header = scheme.signature_headers()[0];
        assert!(sent.header(header).is_some() && unaddressed.header(header).is_none());
    }
}

/// Nothing of the request itself says where it was sent.
#[tokio::test]
async fn headers_of_the_host_change_nothing() {
    let vector = vectors("square").remove(0);
    let key = vector.key().await;
    for name in [
        "host",
        "forwarded",
        "x-forwarded-host",
        "x-forwarded-proto",
        "x-original-url",
    ] {
        let other = vector.with_header(name, "webhook.site");
        assert_eq!(other.key().await, key, "{name}");
    }
}

#[tokio::test]
async fn contentful_takes_exactly_the_headers_that_are_set() {
    let vector = vectors("contentful").remove(1);
    let seen = |headers: &[&str]| {
        let preset = Preset::contentful(vector.keys()).signed_headers(headers.iter().copied());
        Seen::by_pack(preset, vector.now(), vector.sent())
    };
    assert!(seen(&["content-type", "x-contentful-topic"]).await.is_ok());
    assert!(seen(&["X-Contentful-Topic", "Content-Type"]).await.is_ok());
    for other in [&[][..], &["content-type"], &["x-contentful-topic"]] {
        let refused = seen(other).await.unwrap_err();
        assert_eq!(refused.why, Rejection::SignatureMismatch, "{other:?}");
    }
    let more = seen(&["content-type", "x-contentful-topic", "x-contentful-crn"]).await;
    assert_eq!(more.unwrap_err().status, 401);
    // A list that says less than was signed changes nothing: it is not what counts.
    let list = "x-contentful-signed-headers,x-contentful-timestamp";
    let other = vector.with_header("x-contentful-signed-headers", list);
    assert_eq!(other.key().await, vector.key().await);
    for name in ["host", "x-forwarded-for", "connection", "not a name"] {
        let preset = Preset::contentful(vector.keys()).signed_headers([name]);
        assert!(built(preset).is_err(), "{name}");
    }
}

#[test]
fn the_settings_of_a_row_are_read_as_they_are_written() {
    let text = r#"{"url":"https://hooks.example/","fields":["a"],"signed_headers":["b"]}"#;
    let open: OpenSettings = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&open).unwrap(), text);
    assert!(serde_json::from_str::<OpenSettings>(r#"{"urls":""}"#).is_err());
    let twilio = known::find("twilio").unwrap();
    assert!(twilio.has_open_settings() && twilio.signs_address());
}
