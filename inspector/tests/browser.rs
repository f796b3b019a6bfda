//! The pages in a real browser: Debian's Chromium and its driver. Where they are missing, a test says that it was skipped.
//!
//! `WRITE_PICTURES=1` writes what `docs/pictures` has.

use std::{
    env, fs,
    io::{self, Write},
    net::Ipv4Addr,
    path::Path,
    process::Stdio,
    time::Duration,
};

use bytes::Bytes;
use fantoccini::{
    Client, ClientBuilder, Locator,
    actions::{InputSource, KeyAction, KeyActions},
    key::Key,
};
use hookgate::EventKey;
use hookgate_inspector::InspectorBuilder;
use http::Request;
use http_body_util::Full;
use hyper_util::{
    client::legacy::{self, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::{Map, Value, json};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::TcpListener,
    process::{Child, Command},
    sync::Mutex,
    task::JoinHandle,
};

use super::props::Scene;

/// One browser at a time: each takes a core.
static ONE: Mutex<()> = Mutex::const_new(());
/// How long something may take to show on a page, at most.
const PATIENCE: Duration = Duration::from_secs(20);
const WIDTHS: [(&str, u32, u32); 2] = [("wide", 1200, 800), ("phone", 390, 844)];

/// A browser, its driver, and the pages that it looks at.
struct Browser {
    client: Client,
    address: String,
    /// The driver's.
    port: u16,
    _driver: Child,
    serving: JoinHandle<io::Result<()>>,
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Browser {
    /// `None` where there is no browser.
    async fn open(builder: InspectorBuilder, has_script: bool) -> Option<Self> {
        let (port, driver) = driver().await?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let inspector = builder.build().unwrap().on_loopback();
        let serving = tokio::spawn(inspector.serve(listener, std::future::pending()));
        let script = if has_script { 1 } else { 2 };
        let options = json!({
            "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
            "prefs": {"profile.managed_default_content_settings.javascript": script},
        });
        let mut wanted = Map::new();
        wanted.insert("goog:chromeOptions".to_owned(), options);
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(wanted)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .unwrap();
        Some(Self {
            client,
            address,
            port,
            _driver: driver,
            serving,
        })
    }

    async fn go(&self, page: &str) {
        self.client
            .goto(&format!("{}{page}", self.address))
            .await
            .unwrap();
    }

    async fn run(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap()
    }

    async fn text(&self, css: &str) -> String {
        let found = self
            .client
            .wait()
            .at_most(PATIENCE)
            .for_element(Locator::Css(css));
        found.await.unwrap().text().await.unwrap()
    }

    async fn count(&self, css: &str) -> usize {
        self.client.find_all(Locator::Css(css)).await.unwrap().len()
    }

    /// Clicks on the first element that is meant, as a reader does.
    async fn click(&self, what: Locator<'_>) {
        let found = self.client.find(what).await.unwrap();
        found.click().await.unwrap();
    }

    /// Has the browser say that its reader prefers `scheme`: `light` or `dark`.
    async fn prefer(&self, scheme: &str) {
        let session = self.client.session_id().await.unwrap().unwrap();
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        let command =
            json!({"cmd": "Emulation.setEmulatedMedia", "params": {"features": features}});
        let port = self.port;
        let address = format!("http://127.0.0.1:{port}/session/{session}/goog/cdp/execute");
        let request = Request::post(address)
            .header("content-type", "application/json")
            .body(Full::<Bytes>::from(command.to_string()))
            .unwrap();
        let driver = legacy::Client::builder(TokioExecutor::new()).build_http();
        assert_eq!(driver.request(request).await.unwrap().status(), 200);
    }

    /// Waits until `script` says `true`.
    async fn until(&self, script: &str) {
        let shown = tokio::time::timeout(PATIENCE, async {
            while self.run(script).await != Value::Bool(true) {
                tokio::task::yield_now().await;
            }
        });
        shown.await.unwrap_or_else(|_| panic!("never: {script}"));
    }

    async fn press(&self, key: Key) {
        let value = char::from(key);
        let keys = KeyActions::new("keys".to_owned());
        let keys = keys
            .then(KeyAction::Down { value })
            .then(KeyAction::Up { value });
        self.client.perform_actions(keys).await.unwrap();
    }

    async fn close(self) {
        self.client.clone().close().await.unwrap();
    }
}

/// A driver that listens on a free port, until it is dropped.
async fn driver() -> Option<(u16, Child)> {
    let started = Command::new("chromedriver")
        .arg("--port=0")
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn();
    let Ok(mut driver) = started else {
        let skipped = "skipped: no chromedriver; scripts/install-servers installs it on Debian";
        let mut stderr = io::stderr();
        writeln!(stderr, "{skipped}").unwrap();
        return None;
    };
    let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
    while let Some(line) = lines.next_line().await.unwrap() {
        if let Some((_, port)) = line.split_once("successfully on port ") {
            let port = port.trim_end_matches('.').parse().unwrap();
            // It goes on writing, and must find a reader.
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return Some((port, driver));
        }
    }
    panic!("chromedriver ended");
}

/// Deliveries, refusals and dead letters.
async fn busy() -> Scene {
    let scene = Scene::start().await;
    for number in 0..3 {
        let body = format!("{{\"id\":\"evt_{number}\",\"data\":{{\"name\":\"Maria\"}}}}");
        scene
            .deliver(&format!("evt_{number}"), body.as_bytes(), "a note")
            .await;
    }
    scene.reject_all("the table is missing").await;
    scene
        .deliver(
            "evt_1",
            b"{\"id\":\"evt_1\",\"data\":{\"name\":\"Maria\"}}",
            "a note",
        )
        .await;
    scene
        .deliver("evt_4", b"{\"id\":\"evt_4\"}", "a note")
        .await;
    scene.intrude("").await;
    scene
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_page_is_reached_and_a_keyboard_is_enough() {
    let _one = ONE.lock().await;
    let scene = busy().await;
    let Some(browser) = Browser::open(scene.builder(), true).await else {
        return;
    };
    browser.go("/").await;
    assert_eq!(browser.text("h1").await, "Receivers");
    assert!(browser.text("main").await.contains("accepting"));
    // The first stop of the keyboard leads past the header.
    browser.press(Key::Tab).await;
    let focused = "return document.activeElement.textContent.trim()";
    assert_eq!(browser.run(focused).await, "Skip to the contents");
    for page in ["Receivers", "Deliveries", "Dead letters"] {
        browser.press(Key::Tab).await;
        assert_eq!(browser.run(focused).await, page);
    }
    let outlined = "return getComputedStyle(document.activeElement).outlineStyle";
    assert_eq!(browser.run(outlined).await, "solid", "the focus is seen");
    browser.press(Key::Enter).await;
    browser
        .until("return document.querySelector('h1').textContent === 'Dead letters'")
        .await;
    assert!(
        browser
            .text("pre.command")
            .await
            .contains("hookgate inbox replay --endpoint=test")
    );
    assert_eq!(browser.text("pre.command + button").await, "Copy");
    let first = "tbody tr td a";
    for (page, clicked, shown) in [
        ("/deliveries", &[first][..], "What failed:"),
        (
            "/deliveries?reason=duplicate",
            &[first, "a[href*=compare]"],
            "Both are deliveries of one event.",
        ),
    ] {
        browser.go(page).await;
        for css in clicked {
            browser.click(Locator::Css(css)).await;
        }
        let main = browser.text("main").await;
        assert!(main.contains(shown), "{page}: {main}");
    }
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn filters_and_pages_need_no_script() {
    let _one = ONE.lock().await;
    let scene = busy().await;
    for _ in 0..60 {
        scene.intrude("").await;
    }
    let Some(browser) = Browser::open(scene.builder(), false).await else {
        return;
    };
    browser.go("/deliveries").await;
    assert_eq!(browser.count("tbody tr").await, 50);
    assert_eq!(browser.count("button").await, 0);
    for (link, rows) in [
        (Locator::LinkText("Older"), 19),
        (Locator::LinkText("queued"), 4),
        (Locator::Css("nav[aria-label=Filters] a"), 50),
        (Locator::LinkText("Kept in the inbox"), 4),
    ] {
        browser.click(link).await;
        assert_eq!(browser.count("tbody tr").await, rows, "{link:?}");
    }
    browser.close().await;
}

fn has_rows(count: usize) -> String {
    format!("return document.querySelectorAll('tbody tr').length === {count}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_new_shows_and_tears_nobody_away() {
    let _one = ONE.lock().await;
    let scene = busy().await;
    let Some(browser) = Browser::open(scene.builder(), true).await else {
        return;
    };
    browser.go("/deliveries").await;
    let rows = browser.count("tbody tr").await;
    scene.intrude("").await;
    browser.until(&has_rows(rows + 1)).await;
    // Whoever stands on a link gets another one.
    browser
        .run("document.querySelector('tbody a').focus()")
        .await;
    scene.intrude("").await;
    browser
        .until("return document.querySelector('#news a') !== null")
        .await;
    assert_eq!(browser.run(&has_rows(rows + 1)).await, true);
    browser.click(Locator::Css("#news a")).await;
    browser.until(&has_rows(rows + 2)).await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hostile_payload_is_text() {
    let _one = ONE.lock().await;
    let scene = Scene::start().await;
    let markup = "</pre><script>window.struck=1</script><img src=x onerror='window.struck=2'>\u{202e}\u{1b}[31m";
    let body = json!({"a": markup, "long": "x".repeat(1024 * 1024 - 400)}).to_string();
    scene
        .deliver("hostile", body.as_bytes(), "<svg onload='window.struck=3'>")
        .await;
    scene
        .reject_all("<iframe srcdoc='<script>parent.struck=4</script>'></iframe>")
        .await;
    let key = scene.keys().await[0];
    let Some(browser) = Browser::open(scene.builder().show_contents(), true).await else {
        return;
    };
    browser
        .go(&format!("/delivery?key={key}&contents=shown"))
        .await;
    assert!(
        browser.text("#body").await.contains("window.struck=1"),
        "it is shown"
    );
    browser
        .until("return document.readyState === 'complete'")
        .await;
    assert_eq!(
        browser.run("return window.struck ?? null").await,
        Value::Null
    );
    assert_eq!(browser.run("return document.scripts.length").await, 1);
    for element in ["img", "svg", "iframe", "main script"] {
        assert_eq!(browser.count(element).await, 0, "{element}");
    }
    // Nor does the policy let a script in that found its way.
    browser.run("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.struck=5\">')").await;
    browser.run("const s = document.createElement('script'); s.textContent = 'window.struck=6'; document.body.append(s)").await;
    assert_eq!(
        browser.run("return window.struck ?? null").await,
        Value::Null
    );
    for (_, width, height) in WIDTHS {
        browser.client.set_window_size(width, height).await.unwrap();
        assert_eq!(browser.run(FITS).await, true, "at {width}");
    }
    browser.close().await;
}

/// Each page, by the name of its picture.
fn pages(key: &EventKey) -> [(&'static str, String); 6] {
    [
        ("receivers", "/receivers".to_owned()),
        ("deliveries", "/deliveries".to_owned()),
        ("delivery", "/delivery?id=6".to_owned()),
        ("kept", format!("/delivery?key={key}")),
        ("compare", "/compare?a=2&b=4".to_owned()),
        ("dead", "/dead".to_owned()),
    ]
}

/// Nothing has to be moved sideways to be read.
const FITS: &str =
    "return document.documentElement.scrollWidth <= document.documentElement.clientWidth";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_page_fits_a_screen_and_a_phone() {
    let _one = ONE.lock().await;
    let scene = busy().await;
    let key = scene.keys().await[0];
    let Some(browser) = Browser::open(scene.builder(), true).await else {
        return;
    };
    let pages = pages(&key);
    let writes = env::var_os("WRITE_PICTURES").is_some();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/pictures");
    for (width_name, width, height) in WIDTHS {
        browser.client.set_window_size(width, height).await.unwrap();
        for (name, page) in &pages {
            browser.go(page).await;
            assert_eq!(browser.run(FITS).await, true, "{page} at {width}");
            let picture = browser.client.screenshot().await.unwrap();
            assert!(picture.starts_with(b"\x89PNG"));
            if writes {
                fs::create_dir_all(&folder).unwrap();
                fs::write(
                    folder.join(format!("inspector-{name}-{width_name}.png")),
                    picture,
                )
                .unwrap();
            }
        }
    }
    browser.close().await;
}

/// Texts with their contrast to what is behind them (WCAG 2.2, relative luminance), and what a colour alone would tell.
const SEEN: &str = r"
    const channels = (colour) => {
        const all = colour.match(/[\d.]+/g).map(Number);
        return all.length < 4 ? [...all, 1] : all;
    };
    const luminance = (colour) => {
        const [r, g, b] = channels(colour).map((it) => it / 255)
            .map((it) => it <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (element) => {
        for (let it = element; it; it = it.parentElement) {
            const colour = getComputedStyle(it).backgroundColor;
            const opacity = channels(colour)[3];
            if (opacity === 1) return colour;
            if (opacity !== 0) throw new Error('half transparent: ' + it.outerHTML);
        }
        throw new Error('nothing is behind it');
    };
    const faint = [], colourAlone = [];
    let texts = 0;
    const judge = (element, pseudo, text) => {
        const { color, opacity } = getComputedStyle(element, pseudo);
        const [a, b] = [luminance(color), luminance(behind(element))].sort((a, b) => b - a);
        const contrast = (a + 0.05) / (b + 0.05);
        texts += 1;
        if (contrast < 4.5 || opacity !== '1') faint.push(`${contrast.toFixed(2)}: ${text}`);
    };
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const text = walk.currentNode.data.trim();
        if (text) judge(walk.currentNode.parentElement, null, text);
    }
    for (const element of document.body.querySelectorAll('*')) {
        const { content } = getComputedStyle(element, '::before');
        if (content !== 'none' && content !== 'normal') judge(element, '::before', content);
    }
    for (const element of document.querySelectorAll('.good, .bad, .late, .idle')) {
        const sign = element.querySelector('[aria-hidden]');
        const word = element.textContent.replace(sign?.textContent, '').trim();
        if (!sign || !/^[a-z]+$/.test(word)) colourAlone.push(element.outerHTML);
    }
    for (const link of document.querySelectorAll('a')) {
        const { textDecorationLine, fontWeight } = getComputedStyle(link);
        const isHere = ['page', 'true'].includes(link.getAttribute('aria-current'));
        if (isHere ? fontWeight !== '700' : textDecorationLine !== 'underline') colourAlone.push(link.outerHTML);
    }
    for (const row of document.querySelectorAll('tr.differs')) {
        if (!row.lastElementChild.textContent.includes('differs')) colourAlone.push(row.outerHTML);
    }
    const paper = luminance(getComputedStyle(document.body).backgroundColor);
    return { texts: texts > 10, faint, colourAlone, scheme: paper < 0.2 ? 'dark' : 'light' };
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_text_stands_out_in_light_and_dark_and_no_colour_alone_tells_anything() {
    let _one = ONE.lock().await;
    let scene = busy().await;
    let key = scene.keys().await[0];
    let Some(browser) = Browser::open(scene.builder(), true).await else {
        return;
    };
    for scheme in ["light", "dark"] {
        browser.prefer(scheme).await;
        for (_, width, height) in WIDTHS {
            browser.client.set_window_size(width, height).await.unwrap();
            for (_, page) in &pages(&key) {
                browser.go(page).await;
                let seen = json!({"texts": true, "faint": [], "colourAlone": [], "scheme": scheme});
                assert_eq!(browser.run(SEEN).await, seen, "{page} at {width}");
            }
        }
    }
    browser.close().await;
}
