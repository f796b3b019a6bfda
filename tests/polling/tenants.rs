//! One fallback for many tenants: their processes have keys of their own, and their accounts do not wait for one another.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use hookgate::{
    Ack, BuildError, Delivery, Nack, Origin,
    pack::Head,
    polling::{AskError, Question, Rate, Reply, StatusSource},
    providers::idcloud::{
        Event, IdCloud,
        client::{Account, Contract, Environment, IdCloudClient},
    },
    tenants::{KeySource, KeySourceError, Tenant, Tenants},
    time::{Clock, Timer},
};

use super::{
    unico::{ID, KEY, Unico},
    world::{Instance, Says, World, notification},
};
use crate::props::{at_once, soon};

/// Whoever is named.
struct Anybody;

impl KeySource for Anybody {
    async fn tenant(&self, name: &str) -> Result<Option<Tenant>, KeySourceError> {
        Ok(Some(Tenant::without_keys(name)))
    }
}

pub(super) fn pack() -> IdCloud {
    IdCloud::new().tenants(Tenants::by_route_param("customer", Anybody))
}

/// Whose processes were handled, and how they came.
type Handled = Arc<Mutex<Vec<(String, Origin)>>>;

fn instance(world: &World, pause: Duration) -> (Instance, Handled) {
    let handled = Handled::default();
    let noted = handled.clone();
    let handler = move |delivery: Delivery<Event>| {
        let tenant = delivery.tenant().unwrap().to_string();
        noted.lock().unwrap().push((tenant, delivery.origin()));
        async { Ok::<_, Nack>(Ack::processed()) }
    };
    let app = world.instance_with(pack(), |it| {
        it.handle(handler).rate(Rate::every("unico", pause))
    });
    (app, handled)
}

fn expect(app: &Instance, tenant: &str, id: &str) {
    at_once(app.fallback.expect(Some(tenant), id)).unwrap();
}

const PAUSE: Duration = Duration::from_millis(100);

/// What is sent to one is asked for of the other.
#[test]
fn one_id_of_two_tenants_is_two_processes() {
    let mut world = World::new(51);
    let (app, handled) = instance(&world, PAUSE);
    world.ends(ID, 1);
    expect(&app, "a", ID);
    expect(&app, "b", ID);
    assert_eq!(world.expectations.len(), 2);
    let (receiver, timer) = (app.receiver.clone(), app.process.clone());
    let body = notification(ID, &hookgate::providers::idcloud::State::Finished);
    let taken = handled.clone();
    app.process.spawn(Box::pin(async move {
        let timer: Arc<dyn Timer> = Arc::new(timer);
        let headers = vec![("content-type", "application/json")];
        let params = [("customer".into(), "a".into())];
        let head = Head::new("POST", "/hook/a", &headers).route_params(&params);
        let judged = receiver.judge().admit(head, Some(body), &timer).await;
        let Ok(hookgate::framework::Judged::Admitted(admitted)) = judged else {
            panic!("not admitted");
        };
        let run = move |slot: hookgate::framework::DeliverySlot, _| async move {
            let delivery = slot.take::<Event>().unwrap();
            let tenant = delivery.tenant().unwrap().to_string();
            taken.lock().unwrap().push((tenant, delivery.origin()));
            hookgate::framework::Ran::answered(None, 200, ())
        };
        let work = hookgate::framework::handle(receiver, admitted, timer.clone(), run);
        hookgate::framework::conclude(&timer, work).await;
    }));
    world.pass(60);
    let polled = ("b".to_owned(), Origin::Polled);
    assert_eq!(
        *handled.lock().unwrap(),
        [("a".to_owned(), Origin::Pushed), polled]
    );
    assert_eq!(world.asked(), 1);
    assert!(world.expectations.is_empty());
}

/// When each account was asked.
fn asked(world: &World) -> BTreeMap<String, Vec<Duration>> {
    let mut times = BTreeMap::<_, Vec<_>>::new();
    for (id, at) in world.log.asked.lock().unwrap().iter() {
        let tenant = id.split('-').next().unwrap().to_owned();
        times.entry(tenant).or_default().push(*at);
    }
    times
}

/// The sender counts by account.
#[test]
fn each_account_has_the_rate_for_itself() {
    let mut world = World::new(52).by_account();
    let instances = [(); 2].map(|()| instance(&world, PAUSE).0);
    for number in 0..50 {
        for tenant in ["a", "b"] {
            let id = format!("{tenant}-{number}");
            world.ends(&id, 1);
            expect(&instances[number % 2], tenant, &id);
        }
    }
    world.pass_by(Duration::from_millis(2), 30);
    let asked = asked(&world);
    assert_eq!(asked.len(), 2);
    for (tenant, mut times) in asked {
        times.sort();
        assert_eq!(times.len(), 50, "{tenant}");
        // A sleep ends up to 2 ms late.
        let least = PAUSE - Duration::from_millis(2);
        assert!(
            times.windows(2).all(|pair| pair[1] - pair[0] >= least),
            "{tenant}: {times:?}"
        );
        // Together they would take 10 s.
        assert!(
            times[49] - times[0] <= Duration::from_secs(7),
            "{tenant}: {times:?}"
        );
    }
}

#[test]
fn accounts_that_are_not_told_apart_share_the_rate() {
    let mut world = World::new(53);
    let app = instance(&world, PAUSE).0;
    for number in 0..20 {
        for tenant in ["a", "b"] {
            let id = format!("{tenant}-{number}");
            world.ends(&id, 1);
            expect(&app, tenant, &id);
        }
    }
    world.pass_by(Duration::from_millis(2), 30);
    let all: Vec<Duration> = asked(&world).into_values().flatten().collect();
    let (first, last) = (*all.iter().min().unwrap(), *all.iter().max().unwrap());
    assert!(
        last - first >= PAUSE * 39 - Duration::from_millis(2),
        "{first:?} {last:?}"
    );
}

/// And one that is held is not leased again and again.
#[test]
fn an_account_that_takes_no_more_questions_holds_up_no_other() {
    let retry_after = Some(Duration::from_secs(300));
    let limited = Says::Fails(AskError::Limited { retry_after });
    let mut world = World::new(54).by_account().says([limited]);
    let app = instance(&world, PAUSE).0;
    let first = world.clock.monotonic() + Duration::from_secs(10);
    world.ends("a-first", 1);
    expect(&app, "a", "a-first");
    world.pass(11);
    for number in 0..200 {
        for tenant in ["a", "b"] {
            let id = format!("{tenant}-{number}");
            world.ends(&id, 1);
            expect(&app, tenant, &id);
        }
    }
    world.expectations.take_counts();
    world.pass_by(Duration::from_millis(20), 120);
    let asked_now = asked(&world);
    assert_eq!((asked_now["a"].len(), asked_now["b"].len()), (1, 200));
    let counts = world.expectations.take_counts();
    // Each of the held account's was leased once, and each of the other's at most twice.
    assert!(counts.leased <= 200 + 2 * 200, "{counts:?}");

    world.pass_by(Duration::from_millis(100), 300);
    let asked = asked(&world);
    assert_eq!(asked["a"].len(), 202);
    let soonest = asked["a"][1];
    assert!(
        soonest >= first + Duration::from_secs(300),
        "{soonest:?} {first:?}"
    );
    assert!(world.expectations.is_empty());
}

/// It takes the turns of no other, and keeps no other from being leased.
#[test]
fn a_tenant_without_a_client_holds_up_no_other() {
    let account = Account::new("service", "one", KEY).unwrap();
    let client = IdCloudClient::by_unico(Environment::Uat, account);
    let client = client.build().unwrap();
    let find = move |tenant: &str| (tenant == "a").then(|| client.clone());
    let source = pack().status_source_by_tenant(Contract::Sdk, find).unwrap();
    let refused = Says::Fails(AskError::Refused("no client"));
    let mut world = World::new(56).says([refused]);
    let names = source.clone();
    world = world.accounts(move |tenant| names.account(tenant));
    let app = instance(&world, Duration::from_secs(300)).0;
    for number in 0..5 {
        expect(&app, "nobody", &format!("nobody-{number}"));
    }
    // One of them was asked for. The others have no turn for five minutes.
    world.pass(15);
    world.ends("a-first", 1);
    expect(&app, "a", "a-first");
    world.pass(30);
    let asked = asked(&world);
    let counts = asked.iter().map(|(tenant, times)| (&**tenant, times.len()));
    assert_eq!(counts.collect::<Vec<_>>(), [("a", 1), ("nobody", 1)]);
    let name = source.account(Some("nobody")).unwrap();
    assert!(
        Account::new("service", &name, KEY).is_err(),
        "no tenant of Unico's can have it: {name}"
    );
}

/// Application code: it names an account wrongly, and nothing else ends.
#[test]
fn a_source_that_panics_over_an_account_is_asked_again() {
    let mut world = World::new(55).by_account();
    let app = instance(&world, PAUSE).0;
    world.ends(ID, 1);
    expect(&app, "panics", ID);
    expect(&app, "b", ID);
    world.pass(60);
    let asked = world.asked();
    assert_eq!((asked, world.expectations.len()), (1, 1));
}

fn client(unico: &Unico, tenant: &str) -> IdCloudClient {
    let account = Account::new("service", tenant, KEY).unwrap();
    let url = format!("http://{}", unico.server.addr);
    let client = IdCloudClient::by_unico(Environment::Uat, account);
    let client = client.api_url(&url).identity_url(&url);
    client.clock(unico.clock.clone()).build().unwrap()
}

#[tokio::test]
async fn unicos_api_is_asked_by_each_tenants_account() {
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
    let unico = Unico::start().await;
    let (one, other) = (client(&unico, "one"), client(&unico, "other"));
    let numeric = unico.client(Contract::Api);
    let find = move |tenant: &str| match tenant {
        "a" => Some(one.clone()),
        "b" => Some(other.clone()),
        "numeric" => Some(numeric.clone()),
        _ => None,
    };
    let source = pack().status_source_by_tenant(Contract::Sdk, find).unwrap();
    assert!(source.serves_tenants());
    for (tenant, account) in [("a", "one"), ("b", "other")] {
        let reply = soon(source.ask(Question::new(Some(tenant), ID))).await;
        assert!(matches!(reply, Ok(Reply::Status { is_end: true, .. })));
        assert_eq!(source.account(Some(tenant)).as_deref(), Some(account));
    }
    let issuers: Vec<String> = {
        let script = unico.script.lock().unwrap();
        let issuer = |assertion: &String| {
            let claims = assertion.split('.').nth(1).unwrap();
            let claims: Bytes = BASE64_URL_SAFE_NO_PAD.decode(claims).unwrap().into();
            let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
            claims["iss"].as_str().unwrap().to_owned()
        };
        script.assertions.iter().map(issuer).collect()
    };
    assert_eq!(
        issuers,
        ["service@one.iam.acesso.io", "service@other.iam.acesso.io"]
    );
    let bearers = unico.asked().into_iter().map(|it| it.bearer);
    let own = [1, 2].map(|number| Some(format!("Bearer token-{number}")));
    assert_eq!(bearers.collect::<Vec<_>>(), own);
    for tenant in ["nobody", "numeric"] {
        let reply = soon(source.ask(Question::new(Some(tenant), ID))).await;
        let Err(AskError::Refused(why)) = reply else {
            panic!("{reply:?}");
        };
        assert!(!why.contains(tenant), "{why}");
    }
    assert_eq!(unico.asked().len(), 2);
}

/// A process that one tenant's account does not know may be another's.
#[tokio::test]
async fn what_is_gone_is_counted_for_each_tenant() {
    use super::unico::Says;
    let unico = Unico::start().await;
    let both = client(&unico, "one");
    let source = pack().status_source_by_tenant(Contract::Sdk, move |_| Some(both.clone()));
    let source = source.unwrap();
    for number in 0..19 {
        unico.answers([Says::Json(404, serde_json::json!({}))]);
        let tenant = if number % 2 == 0 { "a" } else { "b" };
        let reply = soon(source.ask(Question::new(Some(tenant), ID))).await;
        assert_eq!(
            reply == Ok(Reply::Gone),
            number == 18,
            "{number}: {reply:?}"
        );
    }
}

#[tokio::test]
async fn a_source_fits_an_endpoint_with_tenants_or_one_without() {
    let unico = Unico::start().await;
    let client = unico.client(Contract::Sdk);
    let refused = pack().status_source(&client).map(drop);
    assert!(
        matches!(refused, Err(BuildError::Pack(why)) if why.contains("status_source_by_tenant"))
    );
    let refused = IdCloud::new().status_source_by_tenant(Contract::Sdk, |_| None);
    assert!(matches!(refused, Err(BuildError::Pack(why)) if why.contains("use `status_source`")));
    // The numeric contract for the current body.
    let refused = pack().status_source_by_tenant(Contract::Api, |_| None);
    assert!(matches!(refused, Err(BuildError::Pack(why)) if why.contains("by_unico")));
}
