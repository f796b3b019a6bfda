//! Sends the events with the crate cloudevents-sdk: <address> <file of the events>.

use base64::prelude::{BASE64_STANDARD, Engine};
use cloudevents::{
    Data, Event, EventBuilder, EventBuilderV10,
    binding::reqwest::{RequestBuilderExt, RequestSerializer},
    message::StructuredDeserializer,
};
use serde_json::{Value, json};

type Failed = Box<dyn std::error::Error>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failed> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, file] = &*arguments else {
        return Err("give the address and the file of the events".into());
    };
    let events: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(file)?)?;
    let client = reqwest::Client::new();
    let mut batch = (Vec::new(), Vec::new());
    for mode in ["structured", "binary"] {
        for (place, described) in events.iter().enumerate() {
            let sent = async {
                let event = event_of(described)?;
                let request = client.post(format!("{address}/{mode}/{place}"));
                let request = if mode == "binary" {
                    request.event(event)?
                } else {
                    event.deserialize_structured(RequestSerializer::new(request))?
                };
                request.send().await?;
                Ok::<_, Failed>(())
            };
            match sent.await {
                Ok(()) if mode == "structured" => {
                    batch.0.push(place.to_string());
                    batch.1.push(event_of(described)?);
                }
                Ok(()) => {}
                Err(error) => println!(
                    "{}",
                    json!({"event": described["name"], "mode": mode, "error": error.to_string()})
                ),
            }
        }
    }
    let request = client.post(format!("{address}/batch/{}", batch.0.join(",")));
    request.events(batch.1)?.send().await?;
    Ok(())
}

fn event_of(described: &Value) -> Result<Event, Failed> {
    let mut builder = EventBuilderV10::new();
    let attributes = described["attributes"].as_object().ok_or("no attributes")?;
    let text = |name: &str| attributes.get(name).and_then(Value::as_str);
    for (name, value) in attributes {
        builder = match (&**name, value) {
            ("id", Value::String(value)) => builder.id(value),
            ("source", Value::String(value)) => builder.source(value),
            ("type", Value::String(value)) => builder.ty(value),
            ("time", Value::String(value)) => builder.time(value.as_str()),
            ("subject", Value::String(value)) => builder.subject(value),
            ("datacontenttype" | "dataschema", _) => builder,
            (name, Value::String(value)) => builder.extension(name, value.as_str()),
            (name, Value::Bool(value)) => builder.extension(name, *value),
            (name, value) => builder.extension(name, value.as_i64().ok_or("no type")?),
        };
    }
    if let Some(described) = described.get("data") {
        let data = match described {
            described if described.get("json").is_some() => Data::Json(described["json"].clone()),
            described if described.get("text").is_some() => {
                Data::String(described["text"].as_str().ok_or("no text")?.to_owned())
            }
            described => Data::Binary(
                BASE64_STANDARD.decode(described["base64"].as_str().ok_or("no base64")?)?,
            ),
        };
        // It takes data with its type alone.
        let content_type = text("datacontenttype").unwrap_or("application/json");
        builder = match text("dataschema") {
            Some(schema) => builder.data_with_schema(content_type, schema, data),
            None => builder.data(content_type, data),
        };
    }
    Ok(builder.build()?)
}
