//! What the documents say of senders is made from their rows. A new row fails these tests. Under `WRITE_CATALOGUE=1` they
//! write it.

use std::{env, fs, path::Path};

use hookgate::{
    UnixTime,
    keys::Encoding,
    pack::TimeKind,
    providers::known::{self, KeyOwner, KnownSender, Proof},
    schemes::{SchemeConfig, SignatureLayout},
    simulator::SampleId,
};
use serde_json::Value;

fn document(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    fs::read_to_string(path).unwrap()
}

/// The text between `begin` and `end` in the document is `expected`.
fn is_made_from_rows(path: &str, begin: &str, end: &str, expected: &str) {
    let text = document(path);
    let (before, rest) = text
        .split_once(begin)
        .unwrap_or_else(|| panic!("{path} has no `{begin}`"));
    let (told, behind) = rest
        .split_once(end)
        .unwrap_or_else(|| panic!("{path} has no `{end}` behind `{begin}`"));
    if told == expected {
        return;
    }
    if env::var_os("WRITE_CATALOGUE").is_some() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
        fs::write(file, [before, begin, expected, end, behind].concat()).unwrap();
        return;
    }
    let differs = expected
        .lines()
        .find(|line| !told.lines().any(|it| it == *line));
    panic!(
        "{path} is not what the rows say. WRITE_CATALOGUE=1 in the environment of this test writes it. The first line \
         that is missing:\n{}",
        differs.unwrap_or("none: some are too many, or in another order")
    );
}

/// The senders that need no pack of their own, in the order of the rows.
fn presets() -> impl Iterator<Item = &'static KnownSender> {
    known::ALL
        .iter()
        .copied()
        .filter(|sender| sender.sample.is_some())
}

/// The names of what makes it.
fn constructor(sender: &KnownSender) -> String {
    sender.name.replace('-', "_")
}

/// The line of code that makes its pack.
fn code(sender: &KnownSender) -> String {
    match sender.name {
        "logto" => "Logto::new(key)".to_owned(),
        "facephi" => "Facephi::new(key)".to_owned(),
        "idcloud" => "IdCloud::new()".to_owned(),
        "unico-check" => "UnicoCheck::new()".to_owned(),
        "sns" => "AmazonSns::new(topics, certificates)".to_owned(),
        _ if sender.signs_address() => {
            format!("Preset::{}(key).address(url)", constructor(sender))
        }
        _ => format!("Preset::{}(key)", constructor(sender)),
    }
}

/// Where the signed time stands, and its window.
fn time(sender: &KnownSender) -> String {
    if let Some(time) = sender.body_time {
        let time = time.value();
        let place = time.at.trim_start_matches('/').replace('/', ".");
        return match time.kind {
            TimeKind::SentAt => format!("the body's `{place}`, ± 300 s"),
            _ => format!("the body's `{place}`, of the event"),
        };
    }
    let beside = |layout: &SignatureLayout| match layout {
        SignatureLayout::Pairs { timestamp, .. } => timestamp.is_some(),
        SignatureLayout::TimeAndSignature | SignatureLayout::TimeAndList => true,
        _ => false,
    };
    match sender.scheme() {
        Some(SchemeConfig::HmacHeader(config)) => match config.timestamp_header {
            Some(header) => format!("{header}, ± 300 s"),
            None if beside(&config.layout) => "beside the signature, ± 300 s".to_owned(),
            None => "none".to_owned(),
        },
        Some(SchemeConfig::PublicKeySignature(config)) => match config.timestamp_header {
            Some(header) => format!("{header}, ± 300 s"),
            None => "none".to_owned(),
        },
        Some(SchemeConfig::JwtBodyHash(config)) if config.issued_at => "`iat`, ± 300 s".to_owned(),
        Some(SchemeConfig::JwtBodyHash(config)) if config.expires => "`exp` alone".to_owned(),
        Some(SchemeConfig::OneTimeToken(config)) => {
            let place = config.timestamp.trim_start_matches('/').replace('/', ".");
            format!("the body's `{place}`, signed with the token alone")
        }
        Some(SchemeConfig::SignedRequest(config)) => match config.timestamp_header {
            Some(header) => format!("{header}, ± 300 s"),
            None => "none".to_owned(),
        },
        _ => "none".to_owned(),
    }
}

/// What is signed, and what counts.
fn signed(sender: &KnownSender) -> String {
    let bound = match sender.key_owner {
        KeyOwner::Sender { bound_by } => {
            format!(" One key for all customers; bound by {bound_by}.")
        }
        _ => String::new(),
    };
    format!(
        "{}. Time: {}. Event: {}. Type: {}.{bound}",
        sender.proof_in_words(),
        time(sender),
        sender.identity_in_words(),
        sender.event_type_in_words()
    )
}

/// Whether its tokens are signed with private keys alone.
fn signs_tokens_by_key(sender: &KnownSender) -> bool {
    match sender.scheme() {
        Some(SchemeConfig::JwtBodyHash(config)) => !config
            .algorithms
            .iter()
            .any(|it| it.name().starts_with("HS")),
        _ => false,
    }
}

/// How a secret is read, where it is shown, and which variable the command takes it from.
fn secret(sender: &KnownSender) -> String {
    let credentials = sender.credentials.iter().map(|it| it.variable);
    let secret = sender.secret.map(|secret| {
        let is_public = matches!(sender.scheme(), Some(SchemeConfig::PublicKeySignature(_)));
        let is_certificate = matches!(sender.scheme(), Some(SchemeConfig::Sns(_)));
        let read = match secret.encoding {
            _ if signs_tokens_by_key(sender) => "Jwks::new",
            _ if is_certificate => "VerifyingKey::pem",
            Encoding::Hex if is_public => "VerifyingKey::hex",
            _ if is_public => "VerifyingKey::base64",
            Encoding::Whsec => "Secret::whsec",
            Encoding::Base64 => "Secret::base64",
            Encoding::Hex => "Secret::hex",
            _ => "Secret::utf8",
        };
        let shown = secret.shown_in.map(|place| format!(" {place};"));
        format!(
            "`{read}`;{} `{}`",
            shown.unwrap_or_default(),
            secret.variable
        )
    });
    let credentials = credentials.map(|variable| format!("`{variable}`"));
    let all: Vec<_> = secret.into_iter().chain(credentials).collect();
    all.join(", ")
}

fn row(sender: &KnownSender) -> String {
    let marks: Vec<_> = sender
        .marks
        .iter()
        .map(|mark| format!("`{mark}`"))
        .collect();
    let assumed = sender.assumptions();
    let cells = [
        format!(
            "<a id=\"{}\"></a>[{}]({})",
            sender.name,
            sender.title,
            sender.page.value()
        ),
        format!("`{}`", code(sender)),
        signed(sender),
        if marks.is_empty() {
            "none".to_owned()
        } else {
            marks.join(", ")
        },
        secret(sender),
        sender.manner_in_words(),
        if assumed.is_empty() {
            "nothing".to_owned()
        } else {
            assumed.join("; ")
        },
    ];
    // A text that is signed may have one.
    let cells = cells.map(|cell| cell.replace('|', "\\|"));
    format!("| {} |", cells.join(" | "))
}

#[test]
fn the_catalogue_is_made_from_the_rows() {
    let rows: Vec<_> = known::ALL.iter().map(|sender| row(sender)).collect();
    let heading = "| sender | code | signed | headers of its own | secret | waits; sends again | only assumed |\n\
                   | --- | --- | --- | --- | --- | --- | --- |\n";
    is_made_from_rows("docs/presets.md", heading, "\n\n", &rows.join("\n"));
}

#[test]
fn senders_that_prove_too_little_are_listed_with_the_reason() {
    let row = |sender: &known::NotSafely| {
        let source = sender.why.source().unwrap_or("nobody: it is assumed");
        format!("| {} | {} | {source} |", sender.title, sender.why.value())
    };
    let rows: Vec<_> = known::NOT_SAFELY.iter().map(row).collect();
    let heading = "| sender | what it sends | known from |\n| --- | --- | --- |\n";
    is_made_from_rows("docs/presets.md", heading, "\n\n", &rows.join("\n"));
    let names: Vec<_> = known::NOT_SAFELY.iter().map(|it| it.name).collect();
    assert!(names.is_sorted(), "{names:?}");
    for sender in known::NOT_SAFELY {
        assert!(known::find(sender.name).is_none(), "{}", sender.name);
        assert!(!sender.why.value().contains('|') && !sender.why.value().ends_with('.'));
    }
}

/// Rounded down, so that few new senders change a document.
fn at_least() -> usize {
    let count = presets().count();
    if count < 10 { count } else { count / 10 * 10 }
}

#[test]
fn the_overviews_say_how_many_senders_there_are() {
    for path in ["README.md", "src/docs/crate.md", "docs/send-and-listen.md"] {
        is_made_from_rows(path, "at least ", " other senders", &at_least().to_string());
    }
}

#[test]
fn the_overviews_name_the_senders_with_packs_of_their_own() {
    for path in ["README.md", "src/docs/crate.md"] {
        let text = document(path);
        for sender in known::ALL.iter().filter(|sender| sender.sample.is_none()) {
            assert!(text.contains(sender.title), "{path}: {}", sender.title);
        }
    }
    let guide = document("docs/send-and-listen.md");
    for sender in known::ALL.iter().filter(|sender| sender.sample.is_none()) {
        let secret = sender.secret.map(|secret| secret.variable);
        let credentials = sender.credentials.iter().map(|it| it.variable);
        for variable in secret.into_iter().chain(credentials) {
            assert!(guide.contains(&format!("`{variable}`")), "{variable}");
        }
    }
}

/// Each constructor stands beside the row of its name.
#[test]
fn each_preset_has_a_constructor_of_its_name() {
    for sender in presets() {
        let name = constructor(sender);
        let code = document(&format!("src/providers/known/rows/{name}.rs"));
        assert!(code.contains(&format!("\n    {name}\n}}")), "{name}");
        assert!(
            code.contains(&format!("\n    name: \"{}\",", sender.name)),
            "{name}"
        );
    }
}

#[test]
fn senders_with_packs_come_first_and_the_others_by_their_names() {
    let names: Vec<_> = known::ALL.iter().map(|sender| sender.name).collect();
    let of_presets: Vec<_> = presets().map(constructor).collect();
    let (packs, others) = names.split_at(names.len() - of_presets.len());
    assert_eq!(packs, ["logto", "facephi", "idcloud", "unico-check", "sns"]);
    assert_eq!(others.len(), of_presets.len());
    let others: Vec<_> = others.iter().map(|name| name.replace('-', "_")).collect();
    assert_eq!(others, of_presets);
    assert!(of_presets.is_sorted(), "{of_presets:?}");
}

#[test]
fn each_row_is_whole() {
    for sender in known::ALL {
        let name = sender.name;
        assert!(!name.is_empty() && !sender.title.is_empty());
        assert!(
            sender.page.value().starts_with("https://"),
            "{name}: its `page`"
        );
        let texts = [Some(sender.title), sender.secret.and_then(|it| it.shown_in)];
        for text in texts
            .into_iter()
            .flatten()
            .chain(sender.assumed.iter().copied())
            .chain(sender.equal_bodies)
        {
            assert!(
                !text.contains('|'),
                "{name}: `{text}` would end a cell of a table"
            );
        }
        assert!(
            !sender.proof.is_assumed(),
            "{name}: how it signs is not known"
        );
        let plain = sender.content_type.split(';').next();
        assert_eq!(plain, sender.media_types.first().copied(), "{name}");
        let has_secret = matches!(sender.proof.value(), Proof::Scheme(_) | Proof::Token(_));
        assert_eq!(has_secret, sender.secret.is_some(), "{name}");
        let body_time = sender.body_time.map(|time| time.value().at);
        let takes_forms = sender
            .media_types
            .contains(&"application/x-www-form-urlencoded");
        assert!(takes_forms || sender.form_field.is_none(), "{name}");
        for place in body_time.into_iter().chain(sender.id_at) {
            assert!(
                place.starts_with('/') && !place.contains('~'),
                "{name}: {place}"
            );
        }
    }
}

#[test]
fn each_sample_is_json_of_its_type_and_another_one_for_each_event() {
    let at = UnixTime::from_secs(1_700_000_000);
    for sender in known::ALL {
        let Some(sample) = sender.sample else {
            continue;
        };
        for event_type in sample.types {
            let body =
                |bits: u128| sample.body_of(event_type, SampleId::from_bits(bits << 120), at);
            // Twilio's is a form.
            if !sender.content_type.ends_with("form-urlencoded") {
                let _: Value = serde_json::from_str(&body(7)).unwrap();
            }
            assert!(!body(7).contains('$'), "{}", body(7));
            assert_ne!(body(7), body(8), "{}", sender.name);
        }
        for (name, value) in sample.headers_of("a", SampleId::from_bits(7), at) {
            assert!(!value.contains('$'), "{name}: {value}");
        }
    }
}

#[test]
fn what_stands_in_a_sample_is_not_taken_for_a_place() {
    let sample = known::find("stripe")
        .and_then(|sender| sender.sample)
        .unwrap();
    let body = sample.body_of("$hex\"", SampleId::from_bits(7), UnixTime::from_secs(0));
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body["type"], "$hex\"");
}

#[test]
fn no_two_senders_share_a_name_or_have_the_same_marks() {
    let mut seen = Vec::new();
    for sender in known::ALL {
        let mut marks = sender.marks.to_vec();
        marks.sort_unstable();
        let marks = (!marks.is_empty()).then(|| marks.join(" "));
        let own = [
            Some(sender.name.to_owned()),
            Some(sender.title.to_owned()),
            marks,
        ];
        for what in own.into_iter().flatten() {
            assert!(!seen.contains(&what), "{what}");
            seen.push(what);
        }
    }
}

/// `hookgate` and the simulators take secrets from them.
#[test]
fn no_two_senders_share_a_variable() {
    let mut seen = Vec::new();
    for sender in known::ALL {
        let secret = sender.secret.map(|secret| secret.variable);
        for variable in secret
            .into_iter()
            .chain(sender.credentials.iter().map(|it| it.variable))
        {
            assert!(!seen.contains(&variable), "{variable}");
            seen.push(variable);
        }
    }
}
