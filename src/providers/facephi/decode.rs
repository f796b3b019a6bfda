//! From authenticated bytes to an event.

use serde::{Deserialize, Deserializer, de::IgnoredAny};

use super::event::{DataOnly, Unrecognized, WorkflowData, WorkflowEvent};
use crate::{
    cloudevents::{Attributes, Content, Omitted, Origin, ReadData, Structured, Tolerances},
    json::{Json, Misfit, is_too_deep},
    provider::{Authenticated, Undecodable},
    providers::known::facephi::SIGNATURE,
    request::Unsigned,
};

/// What is taken of Facephi beside what CloudEvents 1.0 allows. How it names its own members, and which type it writes for
/// JSON, is not public.
const TAKES: Tolerances = Tolerances::AS_WRITTEN;

/// Reads an event whose attributes are covered.
pub(super) fn covered(
    authenticated: &Authenticated<'_>,
    has_signature: bool,
) -> Result<Box<WorkflowEvent>, Undecodable> {
    let omitted = has_signature.then(|| Omitted {
        name: SIGNATURE,
        within: authenticated.proof.clone(),
    });
    let read = Structured::read(authenticated.bytes, omitted, TAKES, &ByType)
        .map_err(|error| Undecodable(error.reason()))?;
    Ok(of_type(read.content, Origin::Signed(read.attributes)))
}

/// Reads the claim that stands around signed data. Not covered.
pub(super) fn claimed(
    authenticated: &Authenticated<'_>,
) -> Result<Unsigned<Attributes>, Undecodable> {
    let omitted = Some(Omitted {
        name: SIGNATURE,
        within: None,
    });
    Structured::read(authenticated.body.trust_unsigned(), omitted, TAKES, &Skip)
        .map(|read| Unsigned::new(read.attributes))
        .map_err(|error| Undecodable(error.reason()))
}

/// Reads signed data, and believes the claim's type only where that was asked for.
pub(super) fn data_only(
    data: &[u8],
    claimed: Unsigned<Attributes>,
    trust_type: bool,
) -> Result<Box<WorkflowEvent>, Undecodable> {
    let text = std::str::from_utf8(data).map_err(|_| Undecodable("the data is not UTF-8"))?;
    if is_too_deep(data) {
        return Err(Undecodable("the data is nested too deep"));
    }
    let raw = Json::read(text).map_err(|_| Undecodable("the data is not JSON"))?;
    if !trust_type {
        let event = WorkflowEvent::DataOnly(DataOnly { data: raw, claimed });
        return Ok(Box::new(event));
    }
    let mut json = serde_json::Deserializer::from_str(raw.get());
    let content = match WorkflowData::read(&claimed.trust_unsigned().event_type, &mut json) {
        Ok(data) => Content::Typed(data),
        Err(error) => Content::Misfit {
            error: Misfit::at(&error),
            raw,
        },
    };
    Ok(of_type(content, Origin::Claimed(claimed)))
}

/// Boxed where it is made: an event is large, and each move from here on would copy it.
fn of_type(content: Content<WorkflowData>, origin: Origin) -> Box<WorkflowEvent> {
    let (raw, error) = match content {
        Content::Typed(data) => return Box::new(data.from(origin)),
        Content::Misfit { raw, error } => (Some(raw), error),
        Content::Missing | Content::Text(_) | Content::Binary(_) => (None, Misfit::NoData),
    };
    Box::new(WorkflowEvent::Unrecognized(Unrecognized {
        raw,
        error,
        origin,
    }))
}

struct ByType;

impl ReadData for ByType {
    type Data = WorkflowData;

    fn read<'de, D: Deserializer<'de>>(
        &self,
        event_type: &str,
        data: D,
    ) -> Result<WorkflowData, D::Error> {
        WorkflowData::read(event_type, data)
    }
}

/// For envelopes whose data is read elsewhere.
struct Skip;

impl ReadData for Skip {
    type Data = ();

    fn read<'de, D: Deserializer<'de>>(&self, _event_type: &str, data: D) -> Result<(), D::Error> {
        IgnoredAny::deserialize(data).map(|_| ())
    }
}
