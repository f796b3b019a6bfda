//! [`ask`] and [`handshake`]: whether the endpoint is its owner's, as a provider asks it.

use std::{io, process::ExitCode};

use hookgate::{
    Secret,
    challenge::Question,
    providers::known,
    simulator::{Asking, Sent},
};
use http::{HeaderMap, Method};
use serde_json::{Map, Value, json};

use super::{courier::Courier, random_id::random_id, sender::Event};
use crate::{
    commands::providers::unusable,
    http::{Answered, Failure},
    output::screen::Screen,
    settings::{credentials::Loaded, members::Settings, shared_secret::secret},
};

/// How a question ended.
struct Heard {
    status: String,
    is_right: bool,
    /// What else is worth a look.
    also: Vec<(&'static str, String)>,
}

/// Asks each question of the provider, and shows whether the answer is the one that it wants.
pub(super) async fn ask(courier: &Courier, loaded: &Loaded, json: bool) -> io::Result<ExitCode> {
    let questions = known::find(courier.provider).map_or(&[][..], |sender| sender.challenges);
    if questions.is_empty() {
        let why = format!("--challenge: no question of {} is known", courier.provider);
        return Err(io::Error::other(why));
    }
    let mut all_right = true;
    for question in questions {
        let asking = Asking::new(*question, random_id()?, secret_of(question, loaded)?);
        let answered = send(courier, request(courier, &asking).await?).await?;
        let is_right = |it: &Answered| asking.is_answered(it.status, &it.body);
        let heard = heard(answered, is_right, |_| Vec::new());
        all_right &= heard.is_right;
        show("challenge", &heard, json)?;
    }
    Ok(exit(all_right))
}

/// Asks as a sender of CloudEvents named `origin` does before it sends.
pub(super) async fn handshake(courier: &Courier, origin: &str, json: bool) -> io::Result<ExitCode> {
    let path = &courier.client.target().path;
    let mut sent = Sent::new(path, [("webhook-request-origin", origin)], "");
    sent.method = Method::OPTIONS;
    let answered = send(courier, sent).await?;
    let allows = |it: &Answered| {
        let allowed = header(&it.headers, "webhook-allowed-origin");
        let is_own = |it: &str| it == "*" || it.eq_ignore_ascii_case(origin);
        it.status.is_success() && allowed.is_some_and(|it| is_own(&it))
    };
    let also = |it: &Answered| {
        let names = ["webhook-allowed-origin", "webhook-allowed-rate"].into_iter();
        let found = names.map(|name| Some((name, header(&it.headers, name)?)));
        found.flatten().collect()
    };
    let heard = heard(answered, allows, also);
    show("handshake", &heard, json)?;
    Ok(exit(heard.is_right))
}

/// The secret of the settings. The key of events signs answers too, where they say nothing.
fn secret_of(question: &Question, loaded: &Loaded) -> io::Result<Option<Secret>> {
    if !question.needs_secret() {
        return Ok(None);
    }
    let settings = Settings::read(loaded.settings.as_deref()).map_err(unusable)?;
    let own = settings.answers().map_err(unusable)?.secret();
    let key = || loaded.keys.first().and_then(|key| secret(key));
    let found = own.or_else(key);
    found.map(Some).ok_or_else(|| {
        io::Error::other("--challenge: the question needs a secret: the setting `challenge`")
    })
}

/// What travels like an event is signed like one, and shows the same credentials.
async fn request(courier: &Courier, asking: &Asking) -> io::Result<Sent> {
    let request = asking.request(&courier.client.target().path);
    if !asking.is_signed() {
        return Ok(request);
    }
    let now = courier.now();
    let event = Event {
        name: String::new(),
        identity: random_id()?,
        at: now,
        body: Some(request.body.to_vec()),
    };
    let sent = courier.sender.request(&event, 1, now)?;
    let presented = courier.wallet.presented().await?;
    Ok(courier.mistake.make(&courier.sender, sent, &presented))
}

async fn send(courier: &Courier, sent: Sent) -> io::Result<Result<Answered, Failure>> {
    let request = sent.into_request().map_err(io::Error::other)?;
    Ok(courier.client.send(request, courier.manner.timeout).await)
}

fn heard(
    answered: Result<Answered, Failure>,
    is_right: impl Fn(&Answered) -> bool,
    also: impl Fn(&Answered) -> Vec<(&'static str, String)>,
) -> Heard {
    match answered {
        Ok(answered) => Heard {
            status: answered.status.as_u16().to_string(),
            is_right: is_right(&answered),
            also: also(&answered),
        },
        Err(failure) => Heard {
            status: failure.to_string(),
            is_right: false,
            also: Vec::new(),
        },
    }
}

fn show(what: &str, heard: &Heard, json: bool) -> io::Result<()> {
    let mut screen = Screen::stdout();
    let (status, also) = (&heard.status, heard.also.iter());
    if json {
        let also = also.map(|(name, value)| ((*name).to_owned(), value.as_str().into()));
        let mut line: Map<String, Value> = also.collect();
        line.insert("status".to_owned(), status.as_str().into());
        line.insert("right".to_owned(), heard.is_right.into());
        return screen.json(&json!({what: line}));
    }
    let said = if heard.is_right {
        "answered as the provider wants"
    } else {
        "not what the provider wants to hear"
    };
    screen.say(format_args!("{status}  {said}"))?;
    for (name, value) in also {
        screen.say(format_args!("  {name}: {value}"))?;
    }
    Ok(())
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?;
    Some(value.to_owned())
}

const fn exit(is_right: bool) -> ExitCode {
    if is_right {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
