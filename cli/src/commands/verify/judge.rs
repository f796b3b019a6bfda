//! [`Judge`]: from a line to its verdict, over the road that the middleware takes.

use std::path::PathBuf;

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use hookgate::{
    Reason,
    framework::{
        Judgement, MustWait, {self},
    },
    pack::Head,
    providers::known,
    time::{Clock, SystemClock},
};

use super::{
    judges::Judges,
    record::{Id, Record},
    verdict::{Finding, Verdict},
};
use crate::{
    output::fault,
    settings::{
        catalog::{
            Listed, {self},
        },
        peer::Peer,
        refused::Refused,
        terms::TENANT_PARAM,
        text::Text,
    },
};

/// Judges records one after the other.
pub(crate) struct Judge {
    clock: SystemClock,
    judges: Judges,
}

impl Judge {
    /// `files` is where the files are that records name. Without it they may name none.
    pub(crate) fn new(files: Option<PathBuf>) -> Self {
        Self {
            clock: SystemClock::new(),
            judges: Judges::new(files),
        }
    }

    /// The verdict on `line`, which is the `number`th.
    pub(crate) fn judge<'a>(&mut self, line: &'a [u8], number: u64) -> Verdict<'a> {
        let malformed = |error| Finding::Malformed {
            error,
            line: number,
        };
        match serde_json::from_slice::<Record<'a>>(line) {
            Ok(mut record) => Verdict {
                finding: self
                    .find(&mut record)
                    .unwrap_or_else(|refused| match refused {
                        Refused::BadKey | Refused::BadCredential(_) => {
                            Finding::Rejected(Reason::BadKey)
                        }
                        Refused::Malformed(error) => malformed(error),
                    }),
                id: Some(record.id),
            },
            Err(error) => Verdict {
                id: serde_json::from_slice::<Id<'a>>(line).ok().map(|it| it.id),
                finding: malformed(format!(
                    "{} (column {})",
                    fault::describe(&error),
                    error.column()
                )),
            },
        }
    }

    fn find(&mut self, record: &mut Record<'_>) -> Result<Finding, Refused> {
        let malformed = |error: &str| Refused::Malformed(error.to_owned());
        let listed = catalog::find(&record.provider).ok_or_else(|| {
            malformed("unknown `provider`; `hookgate providers` lists those there are")
        })?;
        let body = STANDARD
            .decode(record.body_base64.as_bytes())
            .map_err(|_| malformed("`body_base64` is not standard base64 with padding"))?;
        Ok(match self.judgement(listed, record, body.into())? {
            // Nothing is remembered here: of a nonce as little as of an event.
            Judgement::Believed(admitted) | Judgement::NonceUnclaimed(admitted, _) => {
                Finding::Accepted(admitted)
            }
            Judgement::Answered(answer) => Finding::Answered(answer.reason()),
            Judgement::Refused { rejection, .. } => Finding::Rejected(rejection.reason()),
        })
    }

    /// What the middleware would do with `record`, whose body is `body`, whatever its `body_base64` says.
    pub(crate) fn judgement(
        &mut self,
        listed: &Listed,
        record: &mut Record<'_>,
        body: Bytes,
    ) -> Result<Judgement, Refused> {
        let built = self
            .judges
            .of(listed, record)
            .as_ref()
            .map_err(Clone::clone)?;
        let judge = &built.judge;
        if built.assumes_media_type {
            add_media_type(record, judge, &body);
        }
        let now = record.now.map_or_else(|| self.clock.now(), |now| now.0);
        let params =
            (record.tenant.as_deref()).map(|tenant| [(TENANT_PARAM.into(), tenant.into())]);
        let (path, query) = match record.path.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (&*record.path, None),
        };
        let head = Head::new(&record.method, path, &record.headers)
            .query(query)
            .route_params(params.as_ref().map_or(&[], |params| params));
        let head = Peer::of(record.peer, head);
        let judgement = judge.judge_at_once(head, body, now);
        judgement
            .map_err(|MustWait| Refused::Malformed("this pack cannot be judged offline".to_owned()))
    }
}

/// Vectors of signature libraries have no media type: where the settings say so, they get the pack's, and of several
/// that of the body. One that is given is judged.
fn add_media_type(record: &mut Record<'_>, judge: &framework::Judge, body: &[u8]) {
    let name = "content-type";
    let is_given = |(given, _): &(Text<'_>, Text<'_>)| given.eq_ignore_ascii_case(name);
    if record.headers.iter().any(is_given) {
        return;
    }
    let taken = judge.profile().media_types;
    let of_body = known::find(&record.provider).map(|sender| sender.content_type_of(body));
    let of_body = of_body.filter(|media_type| taken.contains(media_type));
    if let Some(media_type) = of_body.or(taken.first().copied()) {
        record.headers.push((name.into(), media_type.into()));
    }
}
