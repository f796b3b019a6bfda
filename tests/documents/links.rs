//! Links lead somewhere: in the repository, in rustdoc's pages of the guides, and in the READMEs that a registry shows.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// A page of rustdoc's guides, and a file of a published package, as the READMEs name them.
const PAGE: &str = "https://docs.rs/hookgate/latest/hookgate/guide/";
const SOURCE: &str = "https://docs.rs/crate/";
/// Ids that rustdoc uses itself: a heading of that name gets `-1`.
const RESERVED: [&str; 7] = [
    "fields",
    "help",
    "implementations",
    "implementors",
    "search",
    "settings",
    "variants",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    let text = fs::read_to_string(&path);
    text.unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What the links of a document are made of.
#[derive(Default)]
struct Links {
    /// Targets in the text: `[text](target)`.
    inline: Vec<String>,
    /// Labels in the text: `[text][label]`.
    labels: BTreeSet<String>,
    /// `[label]: target`.
    defined: BTreeMap<String, String>,
    /// The anchors of its headings.
    anchors: BTreeSet<String>,
}

impl Links {
    fn of(path: impl AsRef<Path>) -> Self {
        let mut links = Self::default();
        let mut text = String::new();
        let mut is_code = false;
        for line in read(path).lines() {
            if line.trim_start().starts_with("```") {
                is_code = !is_code;
            } else if is_code {
            } else if let Some((label, target)) = definition(line) {
                links.defined.insert(label.to_owned(), target.to_owned());
            } else {
                if line.starts_with('#') {
                    links.anchors.insert(anchor(line));
                }
                text += line;
                text.push('\n');
            }
        }
        for (at, _) in text.match_indices("](") {
            let target = text[at + 2..].split(')').next().unwrap();
            links.inline.push(target.to_owned());
        }
        for (at, _) in text.match_indices("][") {
            let label = text[at + 2..].split(']').next().unwrap();
            links.labels.insert(label.to_owned());
        }
        links
    }

    fn targets(&self) -> impl Iterator<Item = &String> {
        self.inline.iter().chain(self.defined.values())
    }
}

fn definition(line: &str) -> Option<(&str, &str)> {
    let (label, target) = line.strip_prefix('[')?.split_once("]: ")?;
    if label.contains(']') {
        return None; // A link at the begin of a line of text.
    }
    assert!(
        !target.contains(' '),
        "text stands in the place of a link: {line}"
    );
    Some((label, target))
}

/// As forges and rustdoc make it of a heading.
fn anchor(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = text
        .chars()
        .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

fn is_relative(target: &str) -> bool {
    !target.contains(':')
}

/// `file.md#heading`, taken apart.
fn parts(target: &str) -> (&str, Option<&str>) {
    match target.split_once('#') {
        Some((file, heading)) => (file, Some(heading)),
        None => (target, None),
    }
}

/// All Markdown of the repository, from its root. What rustdoc includes under `src` has its checks in rustdoc.
fn documents() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root().join(&folder)).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            let path = folder.join(&name);
            let is_foreign = name.starts_with('.') || name == "target" || name == "node_modules";
            if entry.file_type().unwrap().is_dir() {
                if !is_foreign && path != Path::new("src") {
                    folders.push(path);
                }
            } else if name.ends_with(".md") {
                found.push(path);
            }
        }
    }
    found
}

/// The pages of `guide.rs`: module and document.
fn pages() -> BTreeMap<String, String> {
    let code = read("src/guide.rs");
    let modules = code.split("include_str!(\"../").skip(1);
    modules
        .map(|rest| {
            let (document, rest) = rest.split_once('"').unwrap();
            let (_, name) = rest.split_once("pub mod ").unwrap();
            let (name, _) = name.split_once(' ').unwrap();
            (name.to_owned(), document.to_owned())
        })
        .collect()
}

/// The folders of the packages that are published, by name.
fn packages() -> BTreeMap<String, PathBuf> {
    let mut folders = vec![PathBuf::new(), "cli".into()];
    folders.extend(["inspector", "middleware-actix", "middleware-axum"].map(PathBuf::from));
    let stores = fs::read_dir(root().join("stores")).unwrap();
    folders.extend(stores.map(|it| Path::new("stores").join(it.unwrap().file_name())));
    let mut packages = BTreeMap::new();
    for folder in folders {
        let manifest = read(folder.join("Cargo.toml"));
        let name = manifest.split("\nname = \"").nth(1).unwrap();
        if !manifest.contains("\npublish = false") {
            packages.insert(name.split('"').next().unwrap().to_owned(), folder);
        }
    }
    packages
}

/// Whether the package in this folder takes the file along. The last pattern that fits decides, as in cargo.
fn includes(folder: &Path, file: &str) -> bool {
    let manifest = read(folder.join("Cargo.toml"));
    let (_, list) = manifest.split_once("\ninclude = [").unwrap();
    let list = list.split(']').next().unwrap();
    let is_there = root().join(folder).join(file).exists();
    let fits = |pattern: &str| {
        let (folder, end) = pattern.split_once('*').unwrap_or((pattern, ""));
        format!("/{file}").starts_with(folder) && file.ends_with(end)
    };
    let patterns = list.split('"').skip(1).step_by(2);
    let decides = patterns
        .filter(|pattern| fits(pattern.trim_start_matches('!')))
        .last();
    is_there && decides.is_some_and(|pattern| !pattern.starts_with('!'))
}

#[test]
fn every_relative_link_leads_to_a_file_and_a_heading() {
    let mut count = 0;
    for document in documents() {
        let links = Links::of(&document);
        for target in links.targets().filter(|target| is_relative(target)) {
            let (file, heading) = parts(target);
            let path = match file {
                "" => document.clone(),
                file => document.parent().unwrap().join(file),
            };
            let place = format!("{}: {target}", document.display());
            assert!(root().join(&path).exists(), "{place}: no such file");
            if let Some(heading) = heading {
                let anchors = Links::of(&path).anchors;
                assert!(anchors.contains(heading), "{place}: one of {anchors:?}");
            }
            count += 1;
        }
        for label in &links.labels {
            let is_defined = links.defined.contains_key(label);
            assert!(is_defined, "{}: what is [{label}]?", document.display());
        }
    }
    assert!(count > 20, "{count}");
}

/// The text of a guide is the same file in the repository and in rustdoc. So its links have labels, which both define.
#[test]
fn rustdoc_knows_every_link_of_the_guides() {
    let pages = pages();
    let known = Links::of("src/docs/links.md").defined;
    for document in documents().iter().filter(|it| it.starts_with("docs")) {
        let is_page = pages.values().any(|it| Path::new(it) == document);
        assert!(
            is_page,
            "src/guide.rs has no page for {}",
            document.display()
        );
    }
    for (page, document) in &pages {
        let links = Links::of(document);
        for target in links.inline.iter().filter(|it| is_relative(it)) {
            assert!(
                target.starts_with('#'),
                "{document}: write [text][label] for {target}, and `[label]: {target}` at the end"
            );
        }
        for (label, target) in links.defined.iter().filter(|it| is_relative(it.1)) {
            let there = known.get(label);
            let there = there.unwrap_or_else(|| panic!("src/docs/links.md lacks [{label}]"));
            let (file, heading) = parts(target);
            let path = Path::new(document).parent().unwrap().join(file);
            let other = pages.iter().find(|it| Path::new(it.1) == path);
            let Some((other, _)) = other else {
                continue;
            };
            let mut expected = format!("crate::guide::{other}");
            if let Some(heading) = heading {
                expected += &format!("#{heading}");
                expected += if RESERVED.contains(&heading) {
                    "-1"
                } else {
                    ""
                };
            }
            assert_eq!(*there, expected, "{page}: [{label}]");
        }
    }
}

/// A registry has no other file of the repository, and does not know where that is.
#[test]
fn the_readmes_of_packages_lead_to_what_is_published() {
    let (pages, packages) = (pages(), packages());
    let mut count = 0;
    for folder in packages.values() {
        let readme = folder.join("README.md");
        for target in Links::of(&readme).targets() {
            let place = format!("{}: {target}", readme.display());
            assert!(!is_relative(target) || target.starts_with('#'), "{place}");
            if let Some(page) = target.strip_prefix(PAGE) {
                let (page, heading) = parts(page);
                let document = match page.strip_suffix("/index.html") {
                    Some(page) => pages.get(page).map(String::as_str),
                    None => Some("src/guide.rs"),
                };
                let document = document.unwrap_or_else(|| panic!("{place}: no such page"));
                let anchors = Links::of(document).anchors;
                assert!(heading.is_none_or(|it| anchors.contains(it)), "{place}");
                count += 1;
            } else if let Some(file) = target
                .strip_prefix(SOURCE)
                .filter(|it| it.contains("/source/"))
            {
                let (package, file) = file.split_once("/latest/source/").unwrap();
                assert!(includes(&packages[package], file), "{place}");
                count += 1;
            } else if let Some(package) = target.strip_prefix("https://docs.rs/hookgate") {
                let package = format!("hookgate{}", package.split('/').next().unwrap());
                assert!(packages.contains_key(&package), "{place}");
            }
        }
    }
    assert!(count > 20, "{count}");
}

#[test]
fn rustdoc_links_to_files_that_are_published() {
    let packages = packages();
    for (label, target) in Links::of("src/docs/links.md").defined {
        if let Some((package, file)) = target
            .strip_prefix(SOURCE)
            .and_then(|it| it.split_once("/latest/source/"))
        {
            assert!(includes(&packages[package], file), "[{label}]: {target}");
        }
    }
    for (page, document) in pages() {
        assert!(includes(Path::new(""), &document), "{page}: {document}");
    }
}

#[test]
fn each_package_has_its_licences_and_a_readme() {
    let packages = packages();
    assert!(packages.len() >= 9);
    for (name, folder) in packages {
        for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
            assert_eq!(read(folder.join(licence)), read(licence), "{name}");
            assert!(includes(&folder, licence), "{name}");
        }
        assert!(includes(&folder, "README.md"), "{name}");
    }
}

/// `scripts/book` leaves out what the page of contents does not name.
#[test]
fn the_book_has_each_document_once() {
    let chapters = Links::of("book/SUMMARY.md").inline;
    let mut documents: Vec<_> = pages().into_values().collect();
    documents.extend(["CHANGELOG.md", "CONTRIBUTING.md", "README.md"].map(String::from));
    let mut expected: Vec<_> = documents.iter().map(|it| format!("../{it}")).collect();
    expected.sort();
    let mut told = chapters;
    told.sort();
    assert_eq!(told, expected);
}
