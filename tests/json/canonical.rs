//! RFC 8785, and the cut, against readers that know nothing of them.

use hookgate::json::canonical::{Refused, cut, ecmascript, rfc8785};
use proptest::prelude::*;
use serde_json::{Map, Value, value::RawValue};

fn written(text: &str) -> Result<String, Refused> {
    rfc8785(text.as_bytes()).map(|bytes| String::from_utf8(bytes).unwrap())
}

#[test]
fn the_examples_of_rfc_8785_are_written_as_it_says() {
    // Section 3.2.2 and 3.2.3.
    let text = r#"{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }"#;
    let expected = r#"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}"#;
    assert_eq!(written(text).as_deref(), Ok(expected));

    let text = r#"{
      "\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh",
      "1": "One", "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control",
      "\u00f6": "Latin Small Letter O With Diaeresis"
    }"#;
    let written = written(text).unwrap();
    let places: Vec<_> = [
        "Carriage", "One", "Control", "Latin", "Euro", "Emoji", "Hebrew",
    ]
    .iter()
    .map(|word| written.find(word).unwrap())
    .collect();
    assert!(places.is_sorted(), "{written}");
}

#[test]
fn keys_are_sorted_at_every_depth_and_lists_are_not() {
    let text = r#"[{"b":{"d":[3,{"z":0,"y":0},1],"c":0},"a":0,"10":0,"9":0}]"#;
    let sorted = r#"[{"10":0,"9":0,"a":0,"b":{"c":0,"d":[3,{"y":0,"z":0},1]}}]"#;
    assert_eq!(written(text).as_deref(), Ok(sorted));
}

/// The byte `@` has the bits of no character's later bytes turned around. After it, what differs is the next one.
#[test]
fn names_that_differ_in_any_sign_of_ascii_are_sorted_by_it() {
    let signs: Vec<char> = ('!'..='~').filter(|it| !"\"\\".contains(*it)).collect();
    for begin in ["", "x", "@", "é", "é@"] {
        let object = |signs: &mut dyn Iterator<Item = &char>| {
            let members = signs.map(|sign| format!("\"{begin}{sign}\":0"));
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        };
        let (backwards, sorted) = (object(&mut signs.iter().rev()), object(&mut signs.iter()));
        assert_eq!(written(&backwards), Ok(sorted), "{begin}");
    }
}

#[test]
fn lone_surrogates_are_no_i_json() {
    assert_eq!(written(r#"{"\ud800":1}"#), Err(Refused::LoneSurrogate));
    assert_eq!(written(r#"["\udc00\ud800"]"#), Err(Refused::LoneSurrogate));
    assert_eq!(written(r#"["\ud83d\ude00"]"#).as_deref(), Ok("[\"😀\"]"));
}

/// Putting nested objects in order costs no more than their size. Otherwise each level would copy all that is
/// inside it.
#[test]
fn deep_objects_in_the_wrong_order_are_put_right() {
    let mut text = String::from("0");
    for _ in 0..127 {
        text = format!("{{\"b\":{text},\"a\":\"{}\"}}", "x".repeat(100));
    }
    let sorted = written(&text).unwrap();
    assert_eq!(sorted.len(), text.len());
    let (a, b): (Value, Value) = (
        serde_json::from_str(&text).unwrap(),
        serde_json::from_str(&sorted).unwrap(),
    );
    assert_eq!(a, b);
    assert!(sorted.starts_with("{\"a\""));
}

/// Any JSON value without numbers that Rust and ECMAScript write differently.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(text(), inner, 0..5)
                .prop_map(|map| Value::from(map.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// Texts that look like JSON themselves.
fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop_oneof![
            Just("signature"),
            Just("\""),
            Just("\\"),
            Just(","),
            Just(":"),
            Just("{"),
            Just("}"),
            Just("["),
            Just("]"),
            Just("é"),
            Just("\n"),
            Just("a"),
            Just("1"),
        ],
        0..5,
    )
    .prop_map(|parts| parts.concat())
}

/// An object's text in some white space, with the member in some place.
fn object() -> impl Strategy<Value = (Vec<(String, String)>, usize, &'static str)> {
    let member = (text(), value())
        .prop_map(|(name, value)| (Value::from(name).to_string(), value.to_string()));
    (
        prop::collection::vec(member, 0..6),
        0..7_usize,
        prop_oneof![Just(""), Just(" "), Just("\n\t")],
    )
}

proptest! {
    #[test]
    fn the_cut_leaves_the_other_members_as_they_were(
        (mut members, place, space) in object(),
        escaped in any::<bool>(),
    ) {
        members.retain(|(name, _)| name != "\"signature\"");
        let others = members.clone();
        let name = if escaped { "\"\\u0073ignatur\\u0065\"" } else { "\"signature\"" };
        let place = place.min(members.len());
        members.insert(place, (name.to_owned(), "\"c2ln\"".to_owned()));
        let write = |members: &[(String, String)]| {
            let members: Vec<_> = members
                .iter()
                .map(|(name, value)| format!("{space}{name}{space}:{space}{value}{space}"))
                .collect();
            format!("{space}{{{}}}{space}", members.join(","))
        };
        let body = write(&members);
        let at = cut(body.as_bytes(), "signature").unwrap();
        prop_assert_eq!(at.value(body.as_bytes()), b"\"c2ln\"");
        let left = at.pieces(body.as_bytes()).concat();
        let compact = |text: &[u8]| {
            text.iter().copied().filter(|byte| !b" \n\t".contains(byte)).collect::<Vec<u8>>()
        };
        let expected = write(&others);
        prop_assert_eq!(compact(&left), compact(expected.as_bytes()));
        if space.is_empty() {
            prop_assert_eq!(String::from_utf8(left).unwrap(), expected);
        }
    }

    /// serde_json finds the same bytes, and the same refusals.
    #[test]
    fn the_cut_finds_what_serde_finds(text in "[\\[\\]{}\":,\\\\ a1su]{0,24}|\\{(\"[as]\":[01],?){0,4}\\}") {
        #[derive(serde::Deserialize)]
        struct Member<'a> {
            #[serde(borrow)]
            s: &'a RawValue,
        }
        // serde reads a derived struct from a list too.
        if text.trim_start().starts_with('{')
            && let Ok(Member { s }) = serde_json::from_str::<Member<'_>>(&text)
        {
            let at = cut(text.as_bytes(), "s").unwrap();
            prop_assert_eq!(at.value(text.as_bytes()), s.get().as_bytes());
        }
    }

    #[test]
    fn what_is_canonical_means_the_same(value in value()) {
        let text = value.to_string();
        for canonical in [ecmascript(text.as_bytes()), rfc8785(text.as_bytes())] {
            let canonical = canonical.unwrap();
            prop_assert_eq!(&serde_json::from_slice::<Value>(&canonical).unwrap(), &value);
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in prop::collection::vec(any::<u8>(), 0..64)) {
        let _ = (cut(&text, "signature"), ecmascript(&text), rfc8785(&text));
    }
}

/// Texts of these characters, which are escaped and not, of every length, and around every limit of UTF-16.
fn name() -> impl Strategy<Value = String> {
    let characters = "\u{1}\u{8}\t\n\u{1f} \"\\/0bfnrtux\u{7f}é\u{7ff}€\u{800}\u{d7ff}\u{e000}\u{ffff}😀😁\u{10ffff}";
    let characters: Vec<char> = characters.chars().collect();
    let one = prop::sample::select(characters);
    prop::collection::vec(one, 0..24).prop_map(String::from_iter)
}

proptest! {
    #[test]
    fn any_two_names_are_in_the_order_of_their_decoded_code_units(
        begin in name(), a in name(), b in name(),
    ) {
        prop_assume!(a != b);
        let mut names = [format!("{begin}{a}"), format!("{begin}{b}")];
        let written = |name: &String| serde_json::to_string(name).unwrap();
        let object = |names: &[String; 2]| {
            let [one, other] = names.each_ref().map(written);
            format!("{{{one}:0,{other}:0}}")
        };
        let text = object(&names);
        names.sort_by(|a, b| a.encode_utf16().cmp(b.encode_utf16()));
        prop_assert_eq!(rfc8785(text.as_bytes()).unwrap(), object(&names).into_bytes());
    }
}
