//! Logto's events: every recorded delivery has its type, nothing of it is lost, and nothing is shown.

use std::collections::BTreeSet;

use hookgate::{
    UnixTime,
    providers::logto::{
        DataEvent, Event, EventName, InteractionEvent, Json, Misfit, Rule, UserUpdate,
        digest_without_hook_id,
    },
};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::props::logto;

/// Recorded bodies by file name, without the one that has none.
fn bodies() -> Vec<(String, Vec<u8>)> {
    let all = logto::with_body().into_iter();
    all.map(|recording| (recording.file, recording.call.body.to_vec()))
        .collect()
}

fn body(name: &str) -> Vec<u8> {
    let found = bodies().into_iter().find(|(found, _)| found == name);
    found.unwrap_or_else(|| panic!("no vector {name}")).1
}

fn value(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap()
}

fn decode(value: &Value) -> Event {
    Event::from_slice(&serde_json::to_vec(value).unwrap()).unwrap()
}

fn object(value: &mut Value) -> &mut Map<String, Value> {
    value.as_object_mut().unwrap()
}

/// The same value in another JSON type.
fn of_another_type(value: &Value) -> Value {
    match value {
        Value::Null => json!([1, "x"]),
        Value::Bool(_) => json!("true"),
        Value::Number(_) => json!("12"),
        Value::String(_) => json!(7),
        Value::Array(_) => json!({"a": 1}),
        Value::Object(_) => json!([{"a": 1}]),
    }
}

#[test]
fn every_recorded_delivery_has_its_own_type() {
    let mut seen = BTreeSet::new();
    for (file, body) in bodies() {
        let event = Event::from_slice(&body).unwrap();
        let name = event.known_name();
        assert_eq!(
            name.map(EventName::as_str),
            value(&body)["event"].as_str(),
            "{file}: {event:?}"
        );
        assert_eq!(event.name(), event.label());
        seen.extend(name);
    }
    let all: BTreeSet<_> = EventName::ALL.iter().copied().collect();
    assert_eq!(all.len(), 31);
    assert_eq!(seen, all);
}

#[test]
fn no_member_of_a_recorded_delivery_is_lost() {
    for (file, body) in bodies() {
        let event = Event::from_slice(&body).unwrap();
        assert_eq!(
            value(&serde_json::to_vec(&event).unwrap()),
            value(&body),
            "{file}"
        );
    }
}

#[test]
fn most_events_are_written_byte_for_byte_as_logto_writes_them() {
    for (file, body) in bodies() {
        // These have members in an order of their own.
        if ["038", "096", "115", "118"]
            .iter()
            .any(|number| file.starts_with(number))
        {
            continue;
        }
        let event = Event::from_slice(&body).unwrap();
        let written = serde_json::to_string(&event).unwrap();
        assert_eq!(written, String::from_utf8(body).unwrap(), "{file}");
    }
}

#[test]
fn numbers_come_back_as_they_were_written() {
    let body = body("001-User.Created");
    let text = serde_json::to_string(&Event::from_slice(&body).unwrap()).unwrap();
    assert!(text.contains("[1,1e+21,null,true]"), "{text}");
    assert!(text.contains(r#""número":12345678901234567000"#), "{text}");
}

/// Adds an unknown member to each object of a value.
fn add_members(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.values_mut().for_each(add_members);
            members.insert("addedLater".into(), json!({"é": [1.5e300, "x", null]}));
        }
        Value::Array(items) => items.iter_mut().for_each(add_members),
        _ => {}
    }
}

#[test]
fn unknown_members_are_kept() {
    for (file, body) in bodies() {
        let mut changed = value(&body);
        // Route parameters are texts and identities are accounts: an addition there has to be one too.
        let params = object(&mut changed).remove("params");
        add_members(&mut changed);
        for user in ["user", "data"] {
            if let Some(identities) = changed.pointer_mut(&format!("/{user}/identities")) {
                *identities = json!({"social": {"userId": "u", "addedLater": 1}});
            }
        }
        object(&mut changed).extend(params.map(|params| ("params".to_owned(), params)));
        let event = decode(&changed);
        assert!(event.known_name().is_some(), "{file}");
        assert_eq!(serde_json::to_value(&event).unwrap(), changed, "{file}");
    }
}

#[test]
fn options_come_back_as_null_or_absent_as_they_were() {
    for (file, body) in bodies() {
        let original = value(&body);
        let mut parts = vec![String::new()];
        parts.extend(
            ["/data", "/user", "/application"]
                .iter()
                .filter(|part| original.pointer(part).is_some_and(Value::is_object))
                .map(|part| (*part).to_owned()),
        );
        for part in parts {
            let names: Vec<String> = original
                .pointer(&part)
                .unwrap()
                .as_object()
                .unwrap()
                .keys()
                .cloned()
                .collect();
            for name in names.iter().filter(|name| *name != "event") {
                let mut without = original.clone();
                object(without.pointer_mut(&part).unwrap()).remove(name);
                let mut with_null = original.clone();
                object(with_null.pointer_mut(&part).unwrap()).insert(name.clone(), Value::Null);
                for changed in [without, with_null] {
                    let event = decode(&changed);
                    assert_eq!(
                        serde_json::to_value(&event).unwrap(),
                        changed,
                        "{file} {part}/{name}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_member_of_another_type_is_no_error() {
    for (file, body) in bodies() {
        let original = value(&body);
        for part in ["", "/data", "/user", "/application"] {
            let Some(Value::Object(members)) = original.pointer(part) else {
                continue;
            };
            for name in members.keys().filter(|name| *name != "event") {
                let mut changed = original.clone();
                let member = changed.pointer_mut(&format!("{part}/{name}")).unwrap();
                *member = of_another_type(member);
                let event = decode(&changed);
                assert_eq!(event.name(), original["event"].as_str().unwrap());
                assert_eq!(
                    serde_json::to_value(&event).unwrap(),
                    changed,
                    "{file} {part}/{name}"
                );
                if let Event::Unrecognized(event) = &event {
                    assert!(matches!(event.error, Misfit::Members { .. }));
                    assert_eq!(event.raw.parse::<Value>().unwrap(), changed);
                }
                if name != "createdAt" || !part.is_empty() {
                    assert!(event.created_at().is_some(), "{file} {part}/{name}");
                }
            }
        }
    }
}

#[test]
fn an_unknown_name_keeps_name_time_hook_and_raw_json() {
    let body = br#" {"data":1e400,"hookId":"h1","event":"Some.New\u0045vent","createdAt":"2026-11-21T23:35:15.360Z"} "#;
    let event = Event::from_slice(body).unwrap();
    assert_eq!(event.name(), "Some.NewEvent");
    assert_eq!(event.label(), "other");
    assert_eq!(event.hook_id(), Some("h1"));
    assert_eq!(
        event.created_at(),
        UnixTime::from_rfc3339("2026-11-21T23:35:15.360Z")
    );
    let Event::Unrecognized(event) = event else {
        panic!("it has a type");
    };
    assert_eq!(event.error, Misfit::UnknownName);
    assert_eq!(event.raw.get(), std::str::from_utf8(body).unwrap().trim());
}

#[test]
fn what_is_no_event_is_an_error() {
    let bodies: [&[u8]; 16] = [
        b"",
        b" ",
        b"null",
        b"[]",
        b"\"PostSignIn\"",
        b"{}",
        br#"{"event":null}"#,
        br#"{"event":7,"createdAt":"2026-11-21T23:35:15.360Z"}"#,
        br#"{"event":{"event":"PostSignIn"}}"#,
        br#"{"Event":"PostSignIn"}"#,
        br#"{"event":"X","event":"X"}"#,
        br#"{"event":"X","\u0065vent":"Y"}"#,
        br#"{"event":"X"} {}"#,
        br#"{"event":"X","a":}"#,
        b"\xef\xbb\xbf{\"event\":\"X\"}",
        b"{\"event\":\"X\",\"a\":\"\xff\"}",
    ];
    for body in bodies {
        let text = String::from_utf8_lossy(body);
        let error = Event::from_slice(body).err();
        assert!(error.is_some(), "{text}");
        assert!(!error.unwrap().to_string().contains("PostSignIn"), "{text}");
    }
}

#[test]
fn a_second_name_in_a_recorded_delivery_is_an_error() {
    for (file, body) in bodies() {
        let text = String::from_utf8(body).unwrap();
        let text = format!(
            r#"{},"event":"PostSignIn"}}"#,
            text.strip_suffix('}').unwrap()
        );
        assert!(Event::from_slice(text.as_bytes()).is_err(), "{file}");
    }
}

#[test]
fn a_repeated_member_fits_no_type() {
    for (file, body) in bodies() {
        let text = String::from_utf8(body).unwrap();
        for again in [
            r#""hookId":"x""#,
            r#""createdAt":"x""#,
            r#""new":1,"new":2"#,
        ] {
            let text = format!("{},{again}}}", text.strip_suffix('}').unwrap());
            let event = Event::from_slice(text.as_bytes()).unwrap();
            assert!(matches!(event, Event::Unrecognized(_)), "{file} {again}");
        }
    }
    // Inside of an entity, and where names are data.
    let twice = [
        (r#""name":"clerk""#, r#""name":"clerk","name":"root""#),
        (
            r#""isDefault":false"#,
            r#""new":1,"isDefault":false,"new":1"#,
        ),
        (r#""params":{}"#, r#""params":{"id":"a","id":"b"}"#),
    ];
    for (once, twice) in twice {
        let text = String::from_utf8(body("013-Role.Created")).unwrap();
        assert!(text.contains(once));
        let event = Event::from_slice(text.replace(once, twice).as_bytes()).unwrap();
        assert!(matches!(event, Event::Unrecognized(_)), "{twice}");
    }
}

#[test]
fn the_order_of_members_does_not_matter() {
    for (file, body) in bodies() {
        // `serde_json::Value` sorts members, so `event` is rarely first.
        let sorted = serde_json::to_vec(&value(&body)).unwrap();
        let event = Event::from_slice(&sorted).unwrap();
        assert!(event.known_name().is_some(), "{file}");
        assert_eq!(
            serde_json::to_value(&event).unwrap(),
            value(&body),
            "{file}"
        );
    }
}

#[test]
fn nesting_has_a_limit_that_free_form_json_keeps_too() {
    let nested = |levels: usize| {
        let text = format!(
            r#"{{"event":"X","a":{}"]]{{{{"{}}}"#,
            "[".repeat(levels - 1),
            "]".repeat(levels - 1)
        );
        Event::from_slice(text.as_bytes())
    };
    assert!(nested(128).is_ok());
    assert!(nested(129).is_err());
    assert!(nested(100_000).is_err());
    let flat = format!(
        r#"{{"event":"X","a":[{}1]}}"#,
        r#"{},[],"\"[{","#.repeat(500)
    );
    assert!(Event::from_slice(flat.as_bytes()).is_ok());
}

#[test]
fn half_a_surrogate_pair_is_no_error() {
    let text = String::from_utf8(body("088-PostSignIn")).unwrap();
    let text = text.replace(r#""name":null"#, r#""name":"\ud83d""#);
    let Event::Unrecognized(event) = Event::from_slice(text.as_bytes()).unwrap() else {
        panic!("half a character became text");
    };
    assert_eq!(event.name, "PostSignIn");
    assert_eq!(event.raw.get(), text);
}

#[test]
fn parts_of_a_user_are_told_by_route_not_by_content() {
    let mut update = value(&body("002-User.Data.Updated"));
    let event = decode(&update);
    assert_eq!(event.user_id(), Some("o8edd2cwweyc"));
    let Event::UserDataUpdated(DataEvent {
        data: UserUpdate::User(user),
        ..
    }) = &event
    else {
        panic!("{event:?}");
    };
    assert_eq!(
        user.primary_email.as_deref(),
        Some("jose.nandu@example.com")
    );

    // Custom data that looks like another user.
    object(&mut update)["data"]["id"] = json!("someone-else");
    for route in ["custom-data", "profile"] {
        object(&mut update)["matchedRoute"] = json!(format!("/users/:userId/{route}"));
        let event = decode(&update);
        assert_eq!(event.user_id(), Some("o8edd2cwweyc"), "{route}");
        let Event::UserDataUpdated(DataEvent {
            data: UserUpdate::Part(part),
            ..
        }) = &event
        else {
            panic!("{event:?}");
        };
        assert_eq!(part.parse::<Value>().unwrap(), update["data"]);
        assert_eq!(serde_json::to_value(&event).unwrap(), update);
    }

    // The same with the route before the data, as Logto orders them, and with `data` twice.
    let text = String::from_utf8(body("002-User.Data.Updated")).unwrap();
    let part = text.replace("/users/:userId\"", "/users/:userId/profile\"");
    assert_ne!(part, text);
    let event = Event::from_slice(part.as_bytes()).unwrap();
    assert!(matches!(
        &event,
        Event::UserDataUpdated(DataEvent {
            data: UserUpdate::Part(_),
            ..
        })
    ));
    assert_eq!(serde_json::to_string(&event).unwrap(), part);
    for text in [text, part] {
        let twice = text.replace(r#","hookId""#, r#","data":{},"hookId""#);
        let event = Event::from_slice(twice.as_bytes()).unwrap();
        assert!(matches!(event, Event::Unrecognized(_)));
    }

    // Without a route it is a user, as the account API and end-user flows send it.
    for member in ["path", "method", "status", "params", "matchedRoute"] {
        object(&mut update).remove(member);
    }
    assert_eq!(decode(&update).user_id(), Some("someone-else"));
    object(&mut update)["data"] = json!({"theme": "dark"});
    assert!(matches!(decode(&update), Event::Unrecognized(_)));
}

#[test]
fn payloads_of_the_test_button_are_no_error() {
    let at = "2026-11-21T23:35:15.360Z";
    let event = decode(&json!({
        "event": "PostSignIn", "hookId": "h", "createdAt": at, "userAgent": "fake-user-agent",
        "sessionId": "fake-session-id", "userIp": "fake-user-ip", "userId": "fake-id",
        "user": {
            "id": "fake-id", "username": "fake-user", "primaryEmail": null, "primaryPhone": null,
            "name": null, "avatar": null, "customData": {"a": 1},
            "identities": {"google": {"userId": "fake-google"}}, "profile": {},
            "applicationId": "fake-application-id", "isSuspended": false,
            "lastSignInAt": 1, "createdAt": 1, "updatedAt": 1
        }
    }));
    let Event::PostSignIn(interaction) = &event else {
        panic!("{event:?}");
    };
    assert_eq!(interaction.interaction_event, None);
    let user = interaction.user.as_ref().unwrap();
    assert_eq!(
        user.identities.get("google").unwrap().user_id,
        "fake-google"
    );

    for name in EventName::ALL
        .iter()
        .filter(|name| name.as_str().contains('.'))
    {
        let payload = json!({
            "event": name.as_str(), "hookId": "h", "createdAt": at, "userAgent": "fake-user-agent",
            "path": "/fake-path/:id", "method": "POST", "status": 200, "params": {"id": "fake-id"},
            "data": {"result": "success"}
        });
        let event = decode(&payload);
        assert_eq!(event.name(), name.as_str());
        assert_eq!(event.label(), name.as_str());
        assert_eq!(event.hook_id(), Some("h"));
        assert_eq!(event.created_at(), UnixTime::from_rfc3339(at));
        assert_eq!(serde_json::to_value(&event).unwrap(), payload);
    }
}

#[test]
fn fields_are_where_their_docs_say() {
    let event = Event::from_slice(&body("115-PostSignInAdaptiveMfaTriggered")).unwrap();
    let Event::PostSignInAdaptiveMfaTriggered(interaction) = &event else {
        panic!("{event:?}");
    };
    assert_eq!(
        interaction.interaction_event,
        Some(InteractionEvent::SignIn)
    );
    assert_eq!(interaction.user_ip.as_deref(), Some("198.51.100.23"));
    let rules = &interaction
        .adaptive_mfa_result
        .as_ref()
        .unwrap()
        .triggered_rules;
    let rules: Vec<_> = rules.iter().map(|rule| rule.rule.clone()).collect();
    assert_eq!(
        rules,
        [Rule::NewCountry, Rule::GeoVelocity, Rule::UntrustedIp]
    );
    assert_eq!(event.user_id(), Some("2jnidrod69ht"));
    assert_eq!(
        event.session_id(),
        Some("_iwDsh7SYmgiIMuB3bG2eWtOJRRn38S2zmc-R9YiRFz")
    );
    assert_eq!(
        event.created_at(),
        Some(UnixTime::from_millis(1_795_304_581_831))
    );

    let event = Event::from_slice(&body("018-Scope.Deleted")).unwrap();
    let Event::ScopeDeleted(deleted) = &event else {
        panic!("{event:?}");
    };
    assert_eq!(deleted.envelope.target_id(), Some("d2jgiz1ujs6ynjcr5pjpe"));
    assert_eq!(deleted.envelope.status, Some(204));

    let event = Event::from_slice(&body("102-Organization.Membership.Updated")).unwrap();
    let Event::OrganizationMembershipUpdated(change) = &event else {
        panic!("{event:?}");
    };
    assert_eq!(change.data.organization_id, "iowz1k1ni612");
    assert_eq!(
        change.data.added_user_ids.as_deref(),
        Some(&["djf578fxag2w".to_owned()][..])
    );

    let event = Event::from_slice(&body("012-Role.Scopes.Updated")).unwrap();
    let Event::RoleScopesUpdated(change) = &event else {
        panic!("{event:?}");
    };
    assert_eq!(change.data.scopes.as_ref().unwrap().len(), 1);

    let event = Event::from_slice(&body("096-Grant.LimitExceeded")).unwrap();
    assert_eq!(event.user_id(), Some("hrsn8ybhyavh"));
    let event = Event::from_slice(&body("118-TrustedDevice.Deleted")).unwrap();
    assert_eq!(event.user_id(), Some("2jnidrod69ht"));
}

/// Every text in a value, and every number that is long enough to mean something.
fn leaves(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Number(number) if number.to_string().len() > 5 => found.push(number.to_string()),
        Value::Array(items) => items.iter().for_each(|item| leaves(item, found)),
        Value::Object(members) => members.values().for_each(|member| leaves(member, found)),
        _ => {}
    }
}

#[test]
fn debug_shows_nothing_personal() {
    for (file, body) in bodies() {
        let original = value(&body);
        let mut hidden = Vec::new();
        for (name, member) in original.as_object().unwrap() {
            if !["event", "createdAt", "hookId", "status"].contains(&name.as_str()) {
                leaves(member, &mut hidden);
            }
        }
        // Shorter ones, and names of types, can be in any text.
        hidden.retain(|text| {
            text.len() > 3 && !["User", "SignIn", "Register"].contains(&text.as_str())
        });
        assert!(hidden.len() > 3, "{file}");

        let broken = String::from_utf8(body.clone()).unwrap();
        let broken = format!(r#"{},"hookId":"x"}}"#, broken.strip_suffix('}').unwrap());
        for body in [&body, &broken.into_bytes()] {
            let event = Event::from_slice(body).unwrap();
            for shown in [format!("{event:?}"), format!("{event:#?}")] {
                for text in &hidden {
                    assert!(!shown.contains(text), "{file}: {text} is shown in {shown}");
                }
            }
        }
    }
}

#[test]
fn debug_of_parts_shows_ids_only() {
    let event = Event::from_slice(&body("115-PostSignInAdaptiveMfaTriggered")).unwrap();
    let Event::PostSignInAdaptiveMfaTriggered(interaction) = event else {
        panic!("{event:?}");
    };
    let user = interaction.user.clone().unwrap();
    assert_eq!(format!("{user:?}"), r#"User { id: "2jnidrod69ht", .. }"#);
    assert_eq!(format!("{:?}", user.custom_data), "Json(2 bytes)");
    assert_eq!(
        format!("{interaction:?}"),
        r#"Interaction { hook_id: "o7s9sn5gbe07hdq69p1rr", .. }"#
    );
    let result = interaction.adaptive_mfa_result.unwrap();
    assert_eq!(format!("{result:?}"), "AdaptiveMfaResult { .. }");
    assert_eq!(
        format!("{:?}", result.triggered_rules[0]),
        "TriggeredRule { .. }"
    );
    assert_eq!(
        format!("{:?}", InteractionEvent::from("secret")),
        "Other(..)"
    );
    assert_eq!(
        format!("{:?}", Json::of("secret").unwrap()),
        "Json(8 bytes)"
    );

    let event = Event::from_slice(&body("002-User.Data.Updated")).unwrap();
    let Event::UserDataUpdated(update) = event else {
        panic!("{event:?}");
    };
    assert_eq!(
        format!("{update:?}"),
        "DataEvent { envelope: Envelope { status: Some(200), .. }, \
         data: User { id: \"o8edd2cwweyc\", .. }, hook_id: \"o7s9sn5gbe07hdq69p1rr\" }"
    );
}

/// A body with `hookId` taken out of a value and put in at a chosen place.
fn with_hook_id(body: &[u8], hook_id: &str, place: usize) -> Vec<u8> {
    let text = String::from_utf8(body.to_vec()).unwrap();
    let (rest, _) = text.rsplit_once(r#","hookId":"#).unwrap();
    let mut members: Vec<String> = Vec::new();
    // Cut at the commas between top-level members.
    let (mut depth, mut in_text, mut escaped) = (0, false, false);
    let mut member = String::new();
    for c in rest.chars().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' if in_text => escaped = true,
            '"' => in_text = !in_text,
            '{' | '[' if !in_text => depth += 1,
            '}' | ']' if !in_text => depth -= 1,
            ',' if !in_text && depth == 0 => {
                members.push(std::mem::take(&mut member));
                continue;
            }
            _ => {}
        }
        member.push(c);
    }
    members.push(member);
    let place = place.min(members.len());
    members.insert(place, format!(r#""hookId":{hook_id}"#));
    format!("{{{}}}", members.join(",")).into_bytes()
}

#[test]
fn bodies_that_differ_in_hook_id_alone_have_one_digest() {
    for (file, body) in bodies() {
        let digest = digest_without_hook_id(&body).unwrap();
        for place in 0..25 {
            for hook_id in [
                r#""other""#,
                r#""a,\"hookId\":\"b""#,
                "null",
                r#"{"hookId":[1]}"#,
            ] {
                let moved = with_hook_id(&body, hook_id, place);
                assert!(serde_json::from_slice::<Value>(&moved).is_ok());
                assert_eq!(
                    digest_without_hook_id(&moved).unwrap(),
                    digest,
                    "{file} {place} {hook_id}"
                );
            }
        }
    }
    // Five hooks, one occurrence.
    let digests: BTreeSet<_> = ["062", "063", "065", "067", "068"]
        .iter()
        .map(|number| body(&format!("{number}-Role.Data.Updated")))
        .map(|body| digest_without_hook_id(&body).unwrap())
        .collect();
    assert_eq!(digests.len(), 1);
}

#[test]
fn bodies_that_differ_otherwise_have_other_digests() {
    let mut digests = BTreeSet::new();
    let mut contents = BTreeSet::new();
    for (_, body) in bodies() {
        let mut content = value(&body);
        object(&mut content).remove("hookId");
        contents.insert(content.to_string());
        digests.insert(digest_without_hook_id(&body).unwrap());
        // Another byte anywhere outside of `hookId`.
        let end = body.len() - r#","hookId":"o7s9sn5gbe07hdq69p1rr"}"#.len();
        for place in (0..end).filter(|place| body[*place].is_ascii_lowercase()) {
            let mut changed = body.clone();
            changed[place] = if changed[place] == b'z' { b'y' } else { b'z' };
            if let Ok(digest) = digest_without_hook_id(&changed) {
                assert_ne!(digest, digest_without_hook_id(&body).unwrap());
            }
        }
    }
    assert_eq!(digests.len(), contents.len());
    // Only the member of the event itself is taken out.
    let inner = |id| format!(r#"{{"event":"X","data":{{"hookId":"{id}"}}}}"#);
    assert_ne!(
        digest_without_hook_id(inner("a").as_bytes()).unwrap(),
        digest_without_hook_id(inner("b").as_bytes()).unwrap()
    );
}

#[test]
fn what_is_cut_out_of_a_body_is_exact() {
    let digest = |text: &str| digest_without_hook_id(text.as_bytes());
    let sha256 = |text: &str| <[u8; 32]>::from(Sha256::digest(text));
    for (text, rest) in [
        (r#"{"hookId":"h"}"#, "{}"),
        (r#"{"a":1,"hookId":"h"}"#, r#"{"a":1}"#),
        (r#"{"hookId":"h","a":1}"#, r#"{"a":1}"#),
        (r#"{"a":1,"hookId":"h","b":2}"#, r#"{"a":1,"b":2}"#),
        (
            r#"{ "a": 1, "hookId" : "h" , "b": 2 }"#,
            r#"{ "a": 1 , "b": 2 }"#,
        ),
        (" { \"hookId\" : \"h\" , \"b\": 2 } ", " { \"b\": 2 } "),
        (r#"{"a":1,"hook\u0049d":"h"}"#, r#"{"a":1}"#),
        (
            r#"{"a":"\",\"hookId\":1","hookid":2}"#,
            r#"{"a":"\",\"hookId\":1","hookid":2}"#,
        ),
        ("{}", "{}"),
    ] {
        assert_eq!(digest(text).unwrap(), sha256(rest), "{text}");
    }
    for text in [
        r#"{"hookId":"a","hookId":"a"}"#,
        r#"{"hookId":"a","b":1,"hook\u0049d":"a"}"#,
        r#"["hookId"]"#,
        r#"{"hookId":"a"} x"#,
        "",
    ] {
        assert!(digest(text).is_err(), "{text}");
    }
}
