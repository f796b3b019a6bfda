//! Right applications pass the whole table, on both frameworks.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Router, extract::State, routing::post};
use hookgate::{
    Receiver, ReceiverBuilder, Secret,
    access::{ApiKey, Basic, Networks},
    dedup::MemoryStore,
    json::{Json, Payload},
    providers::{
        facephi::{Facephi, Topic, WorkflowEvent},
        idcloud::{self, IdCloud},
        known,
        logto::LogtoSimulator,
        preset::{Preset, PresetSimulator},
        unico_check::{self, Status, UnicoCheck},
    },
    schemes::Recipe,
    simulator::{Asking, SampleId},
    testing::{Asked, Bench, Content, Kit, Report, Scenario, Sender, senders},
};
use hookgate_actix::testing::ActixHost;
use hookgate_axum::{
    ReceiverExt,
    testing::{AxumHost, kit},
};
use serde_json::json;

use crate::application::{LogtoEvent, OPEN, PATH, logto, logto_sender, on_actix, on_axum, user};

/// Runs the table on both, with the same credentials.
pub(crate) async fn on_both<E: Send + 'static, S: Sender>(
    receiver: impl Fn(&Bench) -> ReceiverBuilder,
    sender: impl Fn() -> S,
    credentials: Option<(&str, &str)>,
) -> [Report; 2] {
    let axum = AxumHost::new(async |bench: &Bench| on_axum::<E>(bench, receiver(bench)));
    let actix = ActixHost::new(async |bench: &Bench| on_actix::<E>(bench, receiver(bench)).await);
    let mut on_axum = Kit::new(axum, sender());
    let mut on_actix = Kit::new(actix, sender());
    if let Some((name, value)) = credentials {
        on_axum = on_axum.credentials(name, value);
        on_actix = on_actix.credentials(name, value);
    }
    [
        on_axum.run(Scenario::ALL).await,
        on_actix.run(Scenario::ALL).await,
    ]
}

pub(crate) fn pass_but(reports: [Report; 2], left_out: &[Scenario]) {
    for report in reports {
        report.assert_passed_but(left_out.iter().copied());
    }
}

#[tokio::test]
async fn logto_passes() {
    let reports = on_both::<LogtoEvent, _>(logto, logto_sender, None).await;
    pass_but(reports, &OPEN);
}

#[tokio::test]
async fn a_store_of_the_applications_own_is_the_one_that_is_used() {
    let receiver = |bench: &Bench| logto(bench).dedup(MemoryStore::with_capacity(100));
    let reports = on_both::<LogtoEvent, _>(receiver, logto_sender, None).await;
    pass_but(reports, &[OPEN[0], OPEN[1], Scenario::Restart]);
}

#[tokio::test]
async fn standard_webhooks_passes() {
    let reports = on_both::<Payload<Json>, _>(
        |bench| Receiver::new("billing", Preset::standard_webhooks(bench.keys())),
        || senders::standard_webhooks(PATH, |asked| json!({"to": asked.personal()}).to_string()),
        None,
    )
    .await;
    pass_but(reports, &[OPEN[0], OPEN[1], Scenario::UnknownType]);
}

fn facephi(recipe: Recipe) -> impl Sender {
    senders::facephi(PATH, recipe, |facephi, asked| {
        let data = json!({"status": "SUCCEEDED", "reason": asked.personal(), "at": asked.id()});
        facephi.event(Topic::OperationFinished.event_type(), &data)
    })
}

#[tokio::test]
async fn facephi_passes_by_every_recipe_that_covers_all() {
    for recipe in Recipe::ALL.iter().filter(|recipe| recipe.covers_all()) {
        let reports = on_both::<WorkflowEvent, _>(
            |bench| Receiver::new("facephi", Facephi::new(bench.keys()).recipe(*recipe)),
            || facephi(*recipe),
            None,
        )
        .await;
        pass_but(reports, &OPEN);
    }
}

#[tokio::test]
async fn facephi_passes_with_its_data_alone_signed_behind_an_api_key() {
    let key = "an-api-key-with-enough-letters-0";
    let reports = on_both::<WorkflowEvent, _>(
        |bench| {
            Receiver::new(
                "facephi",
                Facephi::new(bench.keys()).recipe(Recipe::DataOnly),
            )
            .access(ApiKey::header("x-api-key", key))
        },
        || facephi(Recipe::DataOnly),
        Some(("x-api-key", key)),
    )
    .await;
    pass_but(reports, &[Scenario::TooOld, Scenario::FromTheFuture]);
}

/// Those of senders that sign nothing.
const SIGNATURES: [Scenario; 7] = [
    Scenario::AlteredBody,
    Scenario::AlteredSignature,
    Scenario::Unsigned,
    Scenario::WrongKey,
    Scenario::RotatedKey,
    Scenario::TooOld,
    Scenario::FromTheFuture,
];

#[tokio::test]
async fn idcloud_passes_with_basic_credentials() {
    let reports = on_both::<idcloud::Event, _>(
        |_| Receiver::new("idcloud", IdCloud::new()).access(Basic::new("unico", "p4ssw0rd")),
        || {
            senders::idcloud(PATH, |idcloud, asked| {
                let flow = asked.personal();
                idcloud.process(asked.id(), idcloud::State::Finished, flow)
            })
        },
        Some(("authorization", "Basic dW5pY286cDRzc3cwcmQ=")),
    )
    .await;
    pass_but(
        reports,
        &[&SIGNATURES[..], &[Scenario::OtherShape]].concat(),
    );
}

#[tokio::test]
async fn unico_check_passes_with_its_secret() {
    let secret = "a-secret-as-typed-0123456789abcd";
    let reports = on_both::<unico_check::Event, _>(
        |_| {
            Receiver::new("unico", UnicoCheck::new())
                .access(ApiKey::header("authorization", secret))
        },
        || {
            senders::unico_check(PATH, |unico, asked| {
                let body = json!({
                    "eventDate": "2026-11-21T13:10:00Z",
                    "event": "update_process",
                    "data": { "id": asked.id(), "status": Status::Concluded, "name": asked.personal() },
                });
                unico.body(body.to_string())
            })
        },
        Some(("authorization", secret)),
    )
    .await;
    pass_but(
        reports,
        &[&SIGNATURES[..], &[Scenario::OtherShape]].concat(),
    );
}

#[tokio::test]
async fn the_other_presets_pass() {
    type Simulator = fn(&str) -> PresetSimulator;
    type Pack = fn(&Bench) -> Preset;
    let timeless = &[Scenario::TooOld, Scenario::FromTheFuture][..];
    let presets: [(Pack, Simulator, &[Scenario]); 4] = [
        (
            |b| Preset::github(b.keys()),
            |s| PresetSimulator::github(s),
            timeless,
        ),
        (
            |b| Preset::shopify(b.keys()),
            |s| PresetSimulator::shopify(s),
            timeless,
        ),
        (
            |b| Preset::slack(b.keys()),
            |s| PresetSimulator::slack(s),
            &[],
        ),
        (
            |b| Preset::stripe(b.keys()),
            |s| PresetSimulator::stripe(s),
            &[],
        ),
    ];
    for (pack, simulator, left_out) in presets {
        let reports = on_both::<Payload<Json>, _>(
            |bench| Receiver::new("preset", pack(bench)),
            || {
                senders::preset(PATH, simulator, |asked| {
                    json!({"id": asked.id(), "event_id": asked.id(), "of": asked.personal()})
                        .to_string()
                })
            },
            None,
        )
        .await;
        pass_but(
            reports,
            &[left_out, &OPEN, &[Scenario::UnknownType]].concat(),
        );
    }
}

/// An application that knows nothing of the kit but where it builds its receiver.
async fn insert(State(rows): State<Arc<AtomicUsize>>, _: hookgate_axum::Event<LogtoEvent>) {
    rows.fetch_add(1, Ordering::SeqCst);
}

#[tokio::test]
async fn an_endpoint_for_one_network_passes_when_the_requests_come_from_there() {
    let receiver = |bench: &Bench| {
        let theirs = Networks::new(["203.0.113.0/24"]).unwrap();
        logto(bench).networks(theirs)
    };
    let axum =
        || AxumHost::new(async |bench: &Bench| on_axum::<LogtoEvent>(bench, receiver(bench)));
    let actix = || {
        ActixHost::new(async |bench: &Bench| on_actix::<LogtoEvent>(bench, receiver(bench)).await)
    };
    let peer = "203.0.113.9:4711".parse().unwrap();
    pass_but(
        [
            Kit::new(axum().peer(peer), logto_sender())
                .run(Scenario::ALL)
                .await,
            Kit::new(actix().peer(peer), logto_sender())
                .run(Scenario::ALL)
                .await,
        ],
        &OPEN,
    );
    for report in [
        Kit::new(axum(), logto_sender())
            .run([&Scenario::FirstDelivery])
            .await,
        Kit::new(actix(), logto_sender())
            .run([&Scenario::FirstDelivery])
            .await,
    ] {
        let failure = report.failure(Scenario::FirstDelivery).unwrap();
        assert!(failure.contains("`peer` of the kit's host"), "{failure}");
    }
}

#[tokio::test]
async fn effects_can_be_counted_by_the_application() {
    let rows = Arc::new(AtomicUsize::new(0));
    let app = async |bench: &Bench| {
        let receiver = bench.build(logto(bench)).unwrap();
        Router::new()
            .route(PATH, post(insert).layer(receiver.layer()))
            .with_state(rows.clone())
    };
    let counted = rows.clone();
    let kit = kit(app, logto_sender()).count(move || counted.load(Ordering::SeqCst));
    let report = kit.run(Scenario::ALL).await;
    report.assert_passed_but([
        Scenario::ConcurrentCopies,
        Scenario::CopyWhileRunning,
        Scenario::RetryAfterFailure,
        Scenario::RetryAfterPanic,
        Scenario::HangUp,
        OPEN[0],
        OPEN[1],
    ]);
}

#[tokio::test]
async fn a_sender_may_be_a_closure_and_say_what_it_does_not_have() {
    let sender = |asked: &Asked<'_>| match asked.content {
        Content::Usual => {
            let logto = LogtoSimulator::new(asked.secret, asked.at).path(PATH);
            Some(logto.post_sign_in(user(asked)))
        }
        _ => None,
    };
    let app = async |bench: &Bench| on_axum::<LogtoEvent>(bench, logto(bench));
    let report = kit(app, sender).run(Scenario::ALL).await;
    let unknown = [Scenario::UnknownType, Scenario::OtherShape];
    report.assert_passed_but([unknown, OPEN].concat());
}

#[tokio::test]
async fn a_sender_that_asks_first_hears_what_it_wants() {
    let token = || Secret::utf8("typed-in").unwrap();
    let question = known::find("meta").unwrap().challenges[0];
    let nothing = |_: &Asked<'_>| None;
    let played = async |pack: fn(Preset, Secret) -> Preset| {
        let receiver = |bench: &Bench| {
            let pack = pack(Preset::meta(bench.keys()), token());
            Receiver::new("meta", pack)
        };
        let axum =
            AxumHost::new(async |bench: &Bench| on_axum::<Payload<Json>>(bench, receiver(bench)));
        let actix = ActixHost::new(async |bench: &Bench| {
            on_actix::<Payload<Json>>(bench, receiver(bench)).await
        });
        let asking = || Asking::new(question, SampleId::from_bits(1), Some(token()));
        let on_axum = Kit::new(axum, nothing).challenge(asking().request(PATH), asking());
        let on_actix = Kit::new(actix, nothing).challenge(asking().request(PATH), asking());
        let scenarios = [Scenario::Challenge];
        [
            on_axum.run(&scenarios).await,
            on_actix.run(&scenarios).await,
        ]
    };
    for report in played(Preset::answer_challenge_with).await {
        report.assert_passed();
    }
    for report in played(|pack, _| pack).await {
        let failure = report.failure(Scenario::Challenge).unwrap();
        assert!(failure.contains("answer_challenge"), "{failure}");
    }
    let app = async |bench: &Bench| on_axum::<LogtoEvent>(bench, logto(bench));
    let report = kit(app, logto_sender()).run(&[Scenario::Challenge]).await;
    report.assert_passed_but([Scenario::Challenge]);
}
