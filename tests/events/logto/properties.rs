//! Logto's events under inputs that nobody thought of: no panic, nothing lost, and the same result in any order
//! of members.

use std::sync::LazyLock;

use hookgate::providers::logto::{Event, digest_without_hook_id};
use proptest::{collection::vec, prelude::*, sample::Index};
use serde_json::{Value, json};

use crate::props::logto;

static BODIES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let all = logto::with_body().into_iter();
    all.map(|recording| recording.call.body.to_vec()).collect()
});

fn any_body() -> impl Strategy<Value = Vec<u8>> {
    any::<Index>().prop_map(|index| index.get(&BODIES).clone())
}

/// Any JSON without floating-point numbers, whose text serde_json may round.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
        Just(json!("2026-11-21T23:35:15.360Z")),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((any_name(), inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Names that mean something here, more often than not.
fn any_name() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "id",
            "data",
            "user",
            "hookId",
            "createdAt",
            "params",
            "status",
            "customData",
            "identities",
            "matchedRoute",
            "application",
            "extra",
            "",
        ])
        .prop_map(str::to_owned),
        ".{0,6}",
    ]
}

/// Places of all values in a value, the value itself first.
fn places(value: &Value, here: String, found: &mut Vec<String>) {
    found.push(here.clone());
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                places(member, format!("{here}/{name}"), found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                places(item, format!("{here}/{index}"), found);
            }
        }
        _ => {}
    }
}

fn read(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_bytes_are_no_panic(body in vec(any::<u8>(), 0..200)) {
        let _ = Event::from_slice(&body);
        let _ = digest_without_hook_id(&body);
    }

    #[test]
    fn any_change_of_bytes_is_no_panic_and_loses_nothing(
        body in any_body(),
        changes in vec((any::<Index>(), any::<u8>(), 0_u8..4), 1..6),
    ) {
        let mut body = body;
        for (place, byte, how) in changes {
            let place = place.index(body.len().max(1));
            match how {
                0 if place < body.len() => body[place] = byte,
                1 if place < body.len() => drop(body.remove(place)),
                2 => body.insert(place, byte),
                _ => body.truncate(place),
            }
        }
        let _ = digest_without_hook_id(&body);
        if let Ok(event) = Event::from_slice(&body) {
            let _ = format!("{event:?}");
            // serde_json refuses a few texts as a `Value` that are JSON, such as 1e999.
            if let Ok(value) = serde_json::from_slice::<Value>(&body) {
                let text = serde_json::to_vec(&event).unwrap();
                prop_assert_eq!(read(&text), value);
            }
        }
    }

    #[test]
    fn any_value_anywhere_keeps_name_and_json(
        body in any_body(),
        changes in vec((any::<Index>(), any_json(), any::<bool>(), any_name()), 1..4),
    ) {
        let mut value = read(&body);
        for (place, new, replace, member) in changes {
            let mut found = Vec::new();
            places(&value, String::new(), &mut found);
            let target = value.pointer_mut(&found[place.index(found.len())]).unwrap();
            match target {
                Value::Object(members) if !replace => drop(members.insert(member, new)),
                target => *target = new,
            }
        }
        let body = serde_json::to_vec(&value).unwrap();
        let is_event = value["event"].is_string();
        let event = Event::from_slice(&body);
        prop_assert_eq!(event.is_ok(), is_event);
        if let Ok(event) = event {
            prop_assert_eq!(event.name(), value["event"].as_str().unwrap());
            prop_assert_eq!(serde_json::to_value(&event).unwrap(), value.clone());
            let again = Event::from_slice(&serde_json::to_vec(&event).unwrap()).unwrap();
            prop_assert_eq!(again.known_name(), event.known_name());
            prop_assert_eq!(again.created_at(), event.created_at());
        }
    }

    #[test]
    fn only_hook_id_is_left_out_of_the_digest(one in any_json(), other in any_json()) {
        let without = |value: &Value| {
            let mut value = value.clone();
            if let Value::Object(members) = &mut value {
                members.remove("hookId");
            }
            value
        };
        let digest = |value: &Value| digest_without_hook_id(&serde_json::to_vec(value).unwrap());
        match (digest(&one), digest(&other)) {
            (Ok(a), Ok(b)) => prop_assert_eq!(a == b, without(&one) == without(&other)),
            (a, b) => {
                prop_assert_eq!(a.is_ok(), one.is_object());
                prop_assert_eq!(b.is_ok(), other.is_object());
            }
        }
    }
}
