//! The envelope in structured JSON mode.

use hookgate::{
    UnixTime,
    cloudevents::{Attributes, Data, Event, Extension, Timestamp},
};
use serde_json::Value;

fn read(text: &str) -> Result<Event, &'static str> {
    Event::from_structured(text.as_bytes()).map_err(|error| error.reason())
}

const LEAST: &str = r#"{"specversion":"1.0","type":"t","source":"s","id":"1"}"#;

#[test]
fn what_every_event_has_is_asked_for() {
    assert!(read(LEAST).is_ok());
    for (from, to, reason) in [
        (
            r#""specversion":"1.0","#,
            "",
            "`specversion` is missing or not 1.0",
        ),
        (
            r#""1.0""#,
            r#""0.3""#,
            "`specversion` is missing or not 1.0",
        ),
        (
            r#""1.0""#,
            r#""1.0.2""#,
            "`specversion` is missing or not 1.0",
        ),
        (r#""1.0""#, "null", "`specversion` is missing or not 1.0"),
        (r#","id":"1""#, "", "`id` is missing or empty"),
        (r#""id":"1""#, r#""id":"""#, "`id` is missing or empty"),
        (r#""id":"1""#, r#""id":null"#, "`id` is missing or empty"),
        (r#""source":"s","#, "", "`source` is missing or empty"),
        (
            r#""source":"s""#,
            r#""source":"""#,
            "`source` is missing or empty",
        ),
        (r#""type":"t","#, "", "`type` is missing or empty"),
        (
            r#""type":"t""#,
            r#""type":"""#,
            "`type` is missing or empty",
        ),
        (
            r#""id":"1""#,
            r#""id":1"#,
            "the body is not a JSON object with attributes in their types",
        ),
        (
            r#""id":"1""#,
            r#""id":"1","subject":{}"#,
            "the body is not a JSON object with attributes in their types",
        ),
        (
            r#""id":"1""#,
            r#""id":"1","id":"1""#,
            "the body is not a JSON object with attributes in their types",
        ),
        (
            r#""id":"1""#,
            r#""id":"1","e":1,"\u0065":2"#,
            "the body is not a JSON object with attributes in their types",
        ),
        (
            r#""id":"1""#,
            r#""id":"1","data":1,"data":2"#,
            "the body is not a JSON object with attributes in their types",
        ),
        (
            r#""id":"1""#,
            r#""id":"1","data":1,"data_base64":"AA==""#,
            "there is both `data` and `data_base64`",
        ),
        (
            r#""id":"1""#,
            r#""id":"1","data_base64":"A""#,
            "`data_base64` is not base64",
        ),
    ] {
        let text = LEAST.replacen(from, to, 1);
        assert_ne!(text, LEAST);
        assert_eq!(read(&text).err(), Some(reason), "{text}");
    }
    for text in ["", "[]", "null", "{", "{}x", "\"\""] {
        assert!(read(text).is_err(), "{text}");
    }
    assert_eq!(
        Event::from_structured(b"\xff")
            .err()
            .map(|error| error.reason()),
        Some("the body is not UTF-8")
    );
    let deep = LEAST.replace(
        "\"1\"}",
        &format!("\"1\",\"data\":{}{}}}", "[".repeat(128), "]".repeat(128)),
    );
    assert_eq!(read(&deep).err(), Some("the body is nested too deep"));
}

#[test]
fn attributes_and_extensions_have_their_types() {
    let event = read(
        r#"{"specversion":"1.0","type":"t","source":"/s?é","id":"1","time":"2026-01-02T03:04:05.5+01:00",
            "subject":"x","datacontenttype":"text/plain","dataschema":null,"yes":true,"no":false,
            "count":-2147483648,"big":2147483648,"name":"a\"b","nothing":null,"half":0.5,"list":[1]}"#,
    )
    .unwrap();
    let attributes = &event.attributes;
    assert_eq!(
        attributes.occurred_at(),
        UnixTime::from_rfc3339("2026-01-02T02:04:05.5Z")
    );
    assert_eq!(attributes.subject.as_deref(), Some("x"));
    assert_eq!(attributes.data_content_type.as_deref(), Some("text/plain"));
    assert_eq!(attributes.data_schema, None);
    assert!(matches!(
        attributes.extension("yes"),
        Some(Extension::Boolean(true))
    ));
    assert!(matches!(
        attributes.extension("no"),
        Some(Extension::Boolean(false))
    ));
    assert!(matches!(
        attributes.extension("count"),
        Some(Extension::Integer(i32::MIN))
    ));
    assert!(matches!(attributes.extension("name"), Some(Extension::Text(text)) if text == "a\"b"));
    for other in ["big", "half", "list"] {
        assert!(
            matches!(attributes.extension(other), Some(Extension::Other(_))),
            "{other}"
        );
    }
    assert!(attributes.extension("nothing").is_none());
    assert!(attributes.extension("id").is_none());
    assert!(event.data.is_none());
}

#[test]
fn a_text_that_is_no_time_is_kept_and_is_none() {
    for text in ["yesterday", "2026-13-01T00:00:00Z", "2026-01-01", ""] {
        let time = Timestamp::new(text);
        assert_eq!((time.as_str(), time.at()), (text, None));
        assert!(!format!("{time:?}").contains("yesterday"));
    }
    assert_eq!(
        Timestamp::from(UnixTime::from_secs(1)).as_str(),
        "1970-01-01T00:00:01.000Z"
    );
    for json in ["5", "1.50", "true", "{\"a\":1}", "[1]"] {
        let text =
            format!(r#"{{"specversion":"1.0","type":"t","source":"s","id":"1","time":{json}}}"#);
        let event = read(&text).unwrap();
        let time = event.attributes.time.as_ref().unwrap();
        assert_eq!((time.as_str(), time.at()), (json, None));
        assert_eq!(serde_json::to_string(&event).unwrap(), text);
    }
}

#[test]
fn data_is_kept_as_it_was_written() {
    for data in [
        "1.50",
        "null",
        "\"x\"",
        "{\"b\": 1, \"a\": 18446744073709551616}",
    ] {
        for text in [
            format!(r#"{{"specversion":"1.0","type":"t","source":"s","id":"1","data":{data}}}"#),
            format!(r#"{{"data":{data},"id":"1","source":"s","type":"t","specversion":"1.0"}}"#),
        ] {
            let event = read(&text).unwrap();
            assert!(
                matches!(&event.data, Some(Data::Json(json)) if json.get() == data),
                "{text}"
            );
            let (was, is): (Value, Value) = (
                serde_json::from_str(&text).unwrap(),
                serde_json::to_value(&event).unwrap(),
            );
            assert_eq!(was, is);
        }
    }
    let text = LEAST.replace("\"1\"}", "\"1\",\"data_base64\":\"AAH/\"}");
    let event = read(&text).unwrap();
    assert!(matches!(&event.data, Some(Data::Binary(bytes)) if bytes.0 == [0, 1, 255]));
    assert_eq!(serde_json::to_string(&event).unwrap(), text);
}

#[test]
fn nothing_of_an_event_is_shown_but_type_and_time() {
    let mut attributes = Attributes::new("personal-1", "/personal/2", "t");
    attributes.subject = Some("personal-3".to_owned());
    let shown = format!("{:?}", Event::new(attributes));
    assert!(shown.contains("\"t\""));
    assert!(!shown.contains("personal"), "{shown}");
}
