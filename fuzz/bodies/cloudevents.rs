//! An envelope that is read is written without loss, and read the same again.

use hookgate::cloudevents::Event;
use serde_json::Value;

pub(crate) fn run(body: &[u8]) {
    let Ok(event) = Event::from_structured(body) else {
        return;
    };
    let written = serde_json::to_vec(&event).unwrap();
    let again = Event::from_structured(&written).unwrap();
    assert_eq!(serde_json::to_vec(&again).unwrap(), written);
    assert_eq!(
        event.attributes.occurred_at(),
        again.attributes.occurred_at()
    );
    // A member that was not set may have been written as `null`.
    if let (Ok(Value::Object(mut was)), Ok(Value::Object(mut is))) = (
        serde_json::from_slice(body),
        serde_json::from_slice(&written),
    ) {
        // Base64 has one text for the same bytes, so only JSON can be told apart here.
        for members in [&mut was, &mut is] {
            members.retain(|name, value| name == "data" || !value.is_null());
        }
        assert_eq!(was, is);
    }
}
