//! A text that was written is written the same again, and means what serde_json reads.

use hookgate::json::canonical::{ecmascript, rfc8785};
use serde_json::Value;

pub(crate) fn run(text: &[u8]) {
    for write in [ecmascript, rfc8785] {
        let Ok(once) = write(text) else { continue };
        assert_eq!(write(&once).as_deref(), Ok(&*once));
        // serde_json takes neither lone surrogates nor 128 levels. Numbers are compared as doubles.
        if let (Ok(was), Ok(is)) = (
            serde_json::from_slice::<Value>(text),
            serde_json::from_slice::<Value>(&once),
        ) {
            assert!(same(&was, &is), "{was} {is}");
        }
    }
}

fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            // serde_json may read 17 digits and more wrong in the last bit.
            let (a, b) = (a.as_f64().unwrap_or(0.0), b.as_f64().unwrap_or(0.0));
            a == b || ((a - b) / b).abs() < 1e-15
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(name, a)| b.get(name).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}
