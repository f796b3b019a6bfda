//! What is sent and what is asked for reach one handler, with the state that the framework gives it.

use std::{
    rc::Rc,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use actix_web::{App, rt::System, test as actix, web};
use axum::{Router, body::Body, extract::State, http::Request, routing::post};
use bytes::Bytes;
use hookgate::{
    Ack, Delivery, Nack, Origin, Receiver,
    access::AnyoneMayCall,
    dedup::MemoryStore,
    polling::{
        AskError, Backoff, Fallback, FallbackBuilder, MemoryExpectations, Question, Rate, Reply,
        StatusSource,
    },
    providers::idcloud::{self, IdCloud, IdCloudSimulator},
};
use hookgate_actix::{ReceiverExt as _, on_system_arbiter};
use hookgate_axum::ReceiverExt as _;
use tokio::sync::watch;
use tower::ServiceExt;

use crate::stage::reaches;

const HOOK: &str = "/hook";
const JSON: (&str, &str) = ("content-type", "application/json");

/// Each process has ended.
struct Api;

fn ended(id: &str) -> Bytes {
    let sent = IdCloudSimulator::new().process(id, idcloud::State::Finished, "id");
    sent.body.clone()
}

impl StatusSource for Api {
    async fn ask(&self, question: Question<'_>) -> Result<Reply, AskError> {
        Ok(Reply::Status {
            notification: ended(question.id),
            is_end: true,
        })
    }

    fn ends(&self, id: &str) -> Vec<Bytes> {
        vec![ended(id)]
    }
}

/// The application's state: what was handled, and how it came.
struct Effects {
    runs: Mutex<Vec<(String, Origin)>>,
    count: watch::Sender<usize>,
}

impl Effects {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            runs: Mutex::default(),
            count: watch::Sender::new(0),
        })
    }

    /// Its first run of a process whose name says so fails, and panics.
    fn handle(&self, delivery: &Delivery<idcloud::Event>) -> Result<Ack, Nack> {
        let run = (delivery.event().id().to_owned(), delivery.origin());
        let is_first = {
            let mut runs = self.runs.lock().unwrap();
            runs.push(run.clone());
            runs.iter().filter(|it| it.0 == run.0).count() == 1
        };
        self.count.send_modify(|count| *count += 1);
        assert!(
            !is_first || run.0 != "panics",
            "a fault of the application's"
        );
        if is_first && run.0 == "fails" {
            return Err(Nack::retry());
        }
        Ok(Ack::processed())
    }
}

fn receiver() -> Receiver {
    Receiver::new("idcloud", IdCloud::new())
        .access(AnyoneMayCall)
        .dedup(MemoryStore::new())
        .build()
        .unwrap()
}

fn fallback(receiver: &Receiver) -> FallbackBuilder {
    let moment = Duration::from_millis(100);
    let mut backoff = Backoff::default();
    (backoff.first, backoff.longest) = (moment, moment);
    Fallback::new(receiver, Api, MemoryExpectations::new())
        .on_gave_up(|_| async { Ok(Ack::processed()) })
        .first_after(Duration::from_millis(1))
        .rate(Rate::every("api", Duration::from_millis(1)))
        .backoff(backoff)
}

/// One is sent before it is asked for, one after, and two fail when they are first handled.
async fn both_ways(fallback: Fallback, effects: Arc<Effects>, push: impl AsyncFn(&str) -> u16) {
    assert_eq!(push("pushed").await, 200);
    let asks = fallback.clone();
    let running = tokio::spawn(async move { asks.run(std::future::pending()).await });
    for id in ["pushed", "polled", "fails", "panics"] {
        fallback.expect(None, id).await.unwrap();
    }
    reaches(&effects.count, |count| *count == 6).await;
    // The claims of those that are asked for may still be open for a moment. None of them runs again.
    for id in ["pushed", "polled", "fails", "panics"] {
        assert_eq!(push(id).await, 200, "{id}");
    }
    let runs = effects.runs.lock().unwrap();
    let origins = |id: &str| {
        let of = runs.iter().filter(|run| run.0 == id);
        of.map(|run| run.1).collect::<Vec<_>>()
    };
    assert_eq!(origins("pushed"), [Origin::Pushed]);
    assert_eq!(origins("polled"), [Origin::Polled]);
    for id in ["fails", "panics"] {
        assert_eq!(origins(id), [Origin::Polled; 2], "{id}");
    }
    running.abort();
}

#[tokio::test]
async fn one_handler_on_axum() {
    async fn on_event(
        effects: State<Arc<Effects>>,
        hookgate_axum::Event(delivery): hookgate_axum::Event<idcloud::Event>,
    ) -> Result<Ack, Nack> {
        handled(effects.0, delivery).await
    }

    async fn handled(
        effects: Arc<Effects>,
        delivery: Delivery<idcloud::Event>,
    ) -> Result<Ack, Nack> {
        tokio::task::yield_now().await;
        effects.handle(&delivery)
    }

    let (receiver, effects) = (receiver(), Effects::new());
    let app: Router = Router::new()
        .route(HOOK, post(on_event).layer(receiver.layer()))
        .with_state(effects.clone());
    let push = async |id: &str| {
        let request = Request::post(HOOK).header(JSON.0, JSON.1);
        let request = request.body(Body::from(ended(id))).unwrap();
        app.clone()
            .oneshot(request)
            .await
            .unwrap()
            .status()
            .as_u16()
    };
    let of_polled = effects.clone();
    let fallback = fallback(&receiver).handle(move |it| handled(of_polled.clone(), it));
    both_ways(fallback.build().unwrap(), effects, push).await;
}

/// Its future stays on its thread.
#[actix_web::test]
async fn one_handler_on_actix_web() {
    async fn on_event(
        effects: web::Data<Effects>,
        hookgate_actix::Event(delivery): hookgate_actix::Event<idcloud::Event>,
    ) -> Result<Ack, Nack> {
        handled(effects, delivery).await
    }

    async fn handled(
        effects: web::Data<Effects>,
        delivery: Delivery<idcloud::Event>,
    ) -> Result<Ack, Nack> {
        let delivery = Rc::new(delivery);
        tokio::task::yield_now().await;
        effects.handle(&delivery)
    }

    let (receiver, effects) = (receiver(), Effects::new());
    let data = web::Data::from(effects.clone());
    let hook = web::resource(HOOK).wrap(receiver.middleware());
    let app = App::new().app_data(data.clone());
    let app = actix::init_service(app.service(hook.route(web::post().to(on_event)))).await;
    let push = async |id: &str| {
        let request = actix::TestRequest::post().uri(HOOK).insert_header(JSON);
        let request = request.set_payload(ended(id)).to_request();
        actix::call_service(&app, request).await.status().as_u16()
    };
    let handler = on_system_arbiter(move |it| handled(data.clone(), it));
    let fallback = fallback(&receiver).handle(handler.unwrap());
    both_ways(fallback.build().unwrap(), effects, push).await;
}

/// The process is asked for again: nothing is lost with the thread.
#[tokio::test]
async fn a_handler_whose_system_has_stopped_is_a_retry() {
    let (receiver, effects) = (receiver(), Effects::new());
    let of_polled = effects.clone();
    let handler = move |it: Delivery<idcloud::Event>| {
        let effects = of_polled.clone();
        async move { effects.handle(&it) }
    };
    let system = thread::spawn(|| System::new().block_on(async { on_system_arbiter(handler) }));
    let stopped = system.join().unwrap().unwrap();
    let seen = Arc::new(watch::Sender::new(0));
    let told = seen.clone();
    let handler = move |it| {
        let (told, running) = (told.clone(), stopped(it));
        async move {
            let said = running.await;
            assert!(said.is_err());
            told.send_modify(|count| *count += 1);
            said
        }
    };
    let fallback = fallback(&receiver).handle(handler).build().unwrap();
    let asks = fallback.clone();
    let running = tokio::spawn(async move { asks.run(std::future::pending()).await });
    fallback.expect(None, "polled").await.unwrap();
    reaches(&seen, |count| *count >= 2).await;
    assert!(effects.runs.lock().unwrap().is_empty());
    running.abort();
}

#[test]
fn a_thread_without_a_system_is_refused() {
    async fn on_event(_: Delivery<idcloud::Event>) -> Result<Ack, Nack> {
        Ok(Ack::processed())
    }
    let refused = on_system_arbiter(on_event)
        .map(drop)
        .unwrap_err()
        .to_string();
    assert!(refused.contains("actix_web::main"), "{refused}");
}
