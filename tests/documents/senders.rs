//! The documents say of each sender what its row says. A new row fails these tests, which print what to write.

use std::{fs, path::Path, time::Duration};

use hookgate::{
    UnixTime,
    keys::Encoding,
    pack::TimeKind,
    providers::known::{self, KnownSender, Proof},
    schemes::{HmacHeaderConfig, SchemeConfig, SignatureEncoding, SignatureLayout},
    simulator::SampleId,
};
use serde_json::Value;

fn document(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    fs::read_to_string(path).unwrap()
}

/// The lines of the table under this heading.
fn table(path: &str, heading: &str) -> Vec<String> {
    let text = document(path);
    let lines = text.lines().skip_while(|line| *line != heading);
    let lines: Vec<_> = lines
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(str::to_owned)
        .collect();
    assert!(!lines.is_empty(), "{path} has no table `{heading}`");
    lines
}

fn line(cells: &[&str]) -> String {
    format!("| {} |", cells.join(" | "))
}

fn cells(line: &str) -> Vec<&str> {
    line.trim_matches('|').split(" | ").map(str::trim).collect()
}

/// The lines of the table that are made from rows are `expected`. Others begin with one of `others`.
fn is_made_from_rows(path: &str, heading: &str, expected: &[String], others: &[&str]) {
    let table = table(path, heading);
    let made: Vec<_> = table
        .iter()
        .filter(|line| !others.iter().any(|other| cells(line)[0].starts_with(other)))
        .cloned()
        .collect();
    assert!(
        made == expected,
        "{path}: the rows say under `{heading}`:\n{}\n",
        expected.join("\n")
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

fn scheme(sender: &KnownSender) -> HmacHeaderConfig {
    match sender.scheme() {
        Some(SchemeConfig::HmacHeader(config)) => config,
        other => panic!("say here how {} signs: {other:?}", sender.name),
    }
}

/// What is signed, for readers: the placeholders of the template.
fn signed(sender: &KnownSender) -> &'static str {
    let template = scheme(sender).template;
    match (template.contains("{id}"), template.contains("{timestamp}")) {
        (true, true) => "id, time and body",
        (true, false) => "id and body",
        (false, true) => "time and body",
        (false, false) => "the body",
    }
}

fn signed_time(sender: &KnownSender) -> &'static str {
    let in_body = sender.body_time.map(|time| time.value().kind);
    match in_body {
        Some(TimeKind::OccurredAt) => "of the event",
        Some(_) => "of the attempt",
        None if scheme(sender).template.contains("{timestamp}") => "of the attempt",
        None => "none",
    }
}

/// Where the signed time stands, and its window.
fn time_at(sender: &KnownSender) -> String {
    let scheme = scheme(sender);
    let place = match (sender.body_time, &scheme.layout) {
        (Some(time), _) => {
            let place = time.value().at.trim_start_matches('/').replace('/', ".");
            format!("the body's `{place}`")
        }
        (None, SignatureLayout::Pairs { timestamp, .. }) if timestamp.is_some() => {
            "in the pairs".to_owned()
        }
        (None, _) => match scheme.timestamp_header {
            Some(header) => format!("`{header}`"),
            None => return "none".to_owned(),
        },
    };
    match signed_time(sender) {
        "of the attempt" => format!("{place}, ± 300 s"),
        _ => place,
    }
}

#[test]
fn the_catalogue_of_presets_is_made_from_the_rows() {
    let lines: Vec<_> = presets()
        .map(|sender| {
            let secret = match sender.secret.unwrap().encoding {
                Encoding::Whsec => "`Secret::whsec`",
                _ => "`Secret::utf8`",
            };
            line(&[
                &format!("`{}`", constructor(sender)),
                &sender.proof_in_words(),
                secret,
                &time_at(sender),
                &sender.identity_in_words(),
                &sender.event_type_in_words(),
            ])
        })
        .collect();
    let heading = "| preset | signature | secret | signed time | keyed by | type |";
    is_made_from_rows("docs/presets.md", heading, &lines, &["`custom`"]);
}

#[test]
fn the_readme_has_every_sender() {
    let lines: Vec<_> = presets()
        .map(|sender| {
            let forms = sender.media_types.len() > 1 && sender.form_field.is_none();
            line(&[
                sender.title,
                &format!("`Preset::{}(key)`", constructor(sender)),
                if forms {
                    "your own type, or JSON; forms as they came"
                } else {
                    "your own type, or JSON"
                },
                &format!("HMAC-SHA256 of {}", signed(sender)),
                &sender.identity_in_words(),
            ])
        })
        .collect();
    let packs = ["[Logto]", "[Facephi]", "[Unico ", "any"];
    let heading = "| sender | how | event | proof | identity |";
    is_made_from_rows("README.md", heading, &lines, &packs);
    let readme = document("README.md");
    for sender in known::ALL {
        assert!(readme.contains(sender.title), "{}", sender.title);
    }
}

#[test]
fn the_crates_documentation_has_every_preset() {
    let lines: Vec<_> = presets()
        .map(|sender| {
            let constructor = format!("Preset::{}", constructor(sender));
            let encoding = match scheme(sender).encoding {
                SignatureEncoding::Hex => "hex",
                _ => "base64",
            };
            line(&[
                sender.title,
                &format!("[`{constructor}`](crate::providers::preset::{constructor})"),
                &format!("HMAC-SHA256 of {}, {encoding}", signed(sender)),
                signed_time(sender),
            ])
        })
        .collect();
    let heading = "| sender | pack | scheme | signed time |";
    is_made_from_rows("src/docs/crate.md", heading, &lines, &["Logto", "any"]);
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
    assert_eq!(packs, ["logto", "facephi", "idcloud", "unico-check"]);
    assert_eq!(others.len(), of_presets.len());
    let others: Vec<_> = others.iter().map(|name| name.replace('-', "_")).collect();
    assert_eq!(others, of_presets);
    assert!(of_presets.is_sorted(), "{of_presets:?}");
}

/// `1 h 30 min`, `0.3 s`, `at once`.
fn in_words(gap: Duration) -> String {
    let secs = gap.as_secs();
    if gap.is_zero() {
        return "at once".to_owned();
    }
    if secs < 60 {
        return format!("{} s", gap.as_secs_f64());
    }
    let words = [
        (secs / 3600, "h"),
        (secs / 60 % 60, "min"),
        (secs % 60, "s"),
    ];
    let words = words.iter().filter(|(count, _)| *count > 0);
    let words: Vec<_> = words
        .map(|(count, unit)| format!("{count} {unit}"))
        .collect();
    words.join(" ")
}

#[test]
fn the_guide_says_how_each_sender_waits_and_what_of_that_is_assumed() {
    let told = table(
        "docs/send-and-listen.md",
        "| sender | waits | before each further attempt | known? |",
    );
    let mut expected = String::new();
    let mut is_right = told.len() == known::ALL.len();
    for (sender, told) in known::ALL.iter().zip(&told) {
        let repeats = sender.repeats.value();
        let gaps: Vec<_> = repeats.gaps.iter().map(|gap| in_words(*gap)).collect();
        let again = match (gaps.is_empty(), repeats.only_after_5xx) {
            (true, _) => "never sends again".to_owned(),
            (false, true) => format!("after a 5xx alone: {}", gaps.join(", ")),
            (false, false) => gaps.join(", "),
        };
        let is_assumed = sender.timeout.is_assumed() || sender.repeats.is_assumed();
        let waits = in_words(*sender.timeout.value());
        let is_told = cells(told);
        is_right &= is_told[..3] == [sender.title, &waits, &again];
        // The rest is free.
        is_right &= is_told[3].starts_with("assumed") == is_assumed;
        let known = if is_assumed { "assumed" } else { "known" };
        expected.push_str(&line(&[sender.title, &waits, &again, known]));
        expected.push('\n');
    }
    assert!(is_right, "the rows say:\n{expected}");
}

#[test]
fn the_guide_names_each_senders_variables() {
    let told = table("docs/send-and-listen.md", "| provider | variables |");
    for sender in known::ALL {
        let secret = sender.secret.map(|secret| secret.variable);
        let credentials = sender.credentials.iter().map(|it| it.variable);
        let own = told
            .iter()
            .find(|line| cells(line)[0] == format!("`{}`", sender.name));
        for variable in secret.into_iter().chain(credentials) {
            let is_told = own.is_some_and(|line| line.contains(&format!("`{variable}`")));
            let line = line(&[&format!("`{}`", sender.name), &format!("`{variable}`")]);
            assert!(is_told, "the rows say:\n{line}");
        }
    }
}

#[test]
fn each_row_is_whole() {
    for sender in known::ALL {
        let name = sender.name;
        assert!(!name.is_empty() && !sender.title.is_empty());
        assert!(
            !sender.proof.is_assumed(),
            "{name}: how it signs is not known"
        );
        let plain = sender.content_type.split(';').next();
        assert_eq!(plain, sender.media_types.first().copied(), "{name}");
        let signs = matches!(sender.proof.value(), Proof::Scheme(_));
        assert_eq!(signs, sender.secret.is_some(), "{name}");
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
            let _: Value = serde_json::from_str(&body(7)).unwrap();
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
fn no_two_senders_share_a_name_or_a_mark() {
    let mut seen = Vec::new();
    for sender in known::ALL {
        for what in sender.marks.iter().chain([&sender.name, &sender.title]) {
            assert!(!seen.contains(what), "{what}");
            seen.push(what);
        }
    }
}
