#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use serde_json::Value;

use super::{
    Document, Escapes, Layout, difference,
    escapes::{Manner, escapes_of},
    layouts,
};

const FEWEST: Escapes = Escapes::As(Manner::FEWEST);

fn written(text: &str, layout: Layout, escapes: Escapes) -> String {
    let document = Document::read(text.as_bytes()).unwrap();
    String::from_utf8(document.written(&layout, &escapes).unwrap()).unwrap()
}

/// In every manner that there is for it.
fn all(text: &str) -> Vec<String> {
    let document = Document::read(text.as_bytes()).unwrap();
    let written = layouts().into_iter().flat_map(|layout| {
        let escapes = escapes_of(&document);
        let document = &document;
        escapes
            .into_iter()
            .filter_map(move |escapes| document.written(&layout, &escapes).ok())
    });
    written.map(|it| String::from_utf8(it).unwrap()).collect()
}

#[test]
fn it_writes_as_other_writers_do() {
    let text = r#"{"b": [1.0, {}, [ ]], "a/": "<í\u0031😀"}"#;
    assert_eq!(
        written(text, Layout::COMPACT, Escapes::Kept),
        r#"{"b":[1.0,{},[]],"a/":"<í\u0031😀"}"#
    );
    assert_eq!(
        written(text, Layout::pretty("  "), FEWEST),
        "{\n  \"b\": [\n    1.0,\n    {},\n    []\n  ],\n  \"a/\": \"<í1😀\"\n}"
    );
    assert!(Document::read(b"{").is_none());
}

#[test]
fn the_manners_of_known_writers_are_among_all() {
    let text = r#"{"a":"</é'+\"","b":[1,2],"c":{}}"#;
    let all = all(text);
    for (writer, expected) in [
        ("Go", r#"{"a":"\u003c/é'+\"","b":[1,2],"c":{}}"#),
        (
            ".NET",
            r#"{"a":"\u003C/\u00E9\u0027\u002B\u0022","b":[1,2],"c":{}}"#,
        ),
        ("PHP", r#"{"a":"<\/\u00e9'+\"","b":[1,2],"c":{}}"#),
        ("Python", r#"{"a": "</\u00e9'+\"", "b": [1, 2], "c": {}}"#),
        (
            "Jackson",
            "{\n  \"a\" : \"</é'+\\\"\",\n  \"b\" : [ 1, 2 ],\n  \"c\" : { }\n}",
        ),
    ] {
        assert!(all.iter().any(|it| it == expected), "{writer}");
    }
}

#[test]
fn differences_are_named_without_contents() {
    let of = |arrived: &str, signed: &str| {
        let found = difference(arrived.as_bytes(), signed.as_bytes()).unwrap();
        (
            found.spacing.unwrap_or_default(),
            found.escapes.unwrap_or_default(),
            found.is_other,
        )
    };
    let (spacing, escapes, other) = of(r#"{"a":"\ud83d\ude00"}"#, "{ \"a\": \"😀\" }");
    assert_eq!(
        spacing,
        "with a blank after each colon and blanks inside of its brackets"
    );
    assert_eq!(
        escapes,
        "with characters outside of ASCII as they are, which were escaped on the way"
    );
    assert!(!other);
    let (spacing, escapes, _) = of(r#"{"a":"b/c<"}"#, r#"{"a":"b\/c\u003c"}"#);
    assert_eq!(spacing, "");
    assert_eq!(escapes, r"with slashes (\/) and < (\u003c) escaped");
    assert!(of(r#"{"a":1,"b":2}"#, r#"{"b":2,"a":1}"#).2);
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::hash_map(any::<String>(), inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

#[test]
fn what_indentation_multiplies_is_bounded() {
    let (open, close) = ("[".repeat(100), "]".repeat(100));
    let text = format!("{open}{}0{close}", "0,".repeat(20_000));
    let document = Document::read(text.as_bytes()).unwrap();
    let spaced = document.written(&Layout::SPACED, &Escapes::Kept);
    assert!(spaced.is_ok());
    let pretty = document.written(&Layout::pretty("    "), &Escapes::Kept);
    assert!(pretty.is_err());
}

proptest! {
    #[test]
    fn the_meaning_stays_and_serde_is_met(value in json()) {
        let compact = serde_json::to_string(&value).unwrap();
        let pretty = serde_json::to_string_pretty(&value).unwrap();
        prop_assert_eq!(written(&pretty, Layout::COMPACT, Escapes::Kept), compact.clone());
        prop_assert_eq!(written(&compact, Layout::pretty("  "), Escapes::Kept), pretty);
        let document = Document::read(compact.as_bytes()).unwrap();
        for escapes in escapes_of(&document).into_iter().take(40) {
            let other = document.written(&Layout::SPACED, &escapes).unwrap();
            prop_assert_eq!(serde_json::from_slice::<Value>(&other).unwrap(), value.clone());
        }
        for layout in layouts().into_iter().step_by(7) {
            let other = document.written(&layout, &Escapes::Kept).unwrap();
            prop_assert_eq!(serde_json::from_slice::<Value>(&other).unwrap(), value.clone());
            let found = difference(compact.as_bytes(), &other).unwrap();
            prop_assert!(!found.is_other);
            prop_assert_eq!(found.spacing.is_some(), other != compact.as_bytes());
        }
    }

    #[test]
    fn any_bytes_are_read_or_not(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
        let _ = Document::read(&bytes);
        let _ = difference(&bytes, b"{}");
    }
}
