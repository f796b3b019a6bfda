//! The rows: a file for each sender, and the list of all.

use super::KnownSender;

/// Makes the constructors of a sender that needs no pack of its own, under its documentation, from the `ROW` beside it.
///
/// ```text
/// preset! {
///     /// GitHub.
///     github
/// }
/// ```
///
/// becomes
///
/// ```text
/// impl Preset {
///     /// GitHub.
///     pub fn github(keys: impl Into<Keys>) -> Self {
///         Self::of(&ROW, keys)
///     }
/// }
///
/// #[cfg(feature = "simulator")]
/// impl PresetSimulator {
///     /// Sends what `Preset::github` takes.
///     pub fn github(secret: impl AsRef<[u8]>) -> Self {
///         Self::of(&ROW, secret)
///     }
/// }
/// ```
macro_rules! preset {
    ($(#[$doc:meta])* $name:ident) => {
        impl $crate::providers::preset::Preset {
            $(#[$doc])*
            pub fn $name(keys: impl Into<$crate::tenants::Keys>) -> Self {
                Self::of(&ROW, keys)
            }
        }

        #[cfg(feature = "simulator")]
        impl $crate::providers::preset::PresetSimulator {
            #[doc = concat!(
                "Sends what [`Preset::", stringify!($name), "`](crate::providers::preset::Preset::",
                stringify!($name), ") takes."
            )]
            pub fn $name(secret: impl AsRef<[u8]>) -> Self {
                Self::of(&ROW, secret)
            }
        }
    };
}

/// Declares the file of each sender, and makes the list of their rows.
///
/// ```text
/// rows! { github, linear }
/// ```
///
/// becomes
///
/// ```text
/// mod github;
/// mod linear;
///
/// pub static ALL: &[&KnownSender] = &[&github::ROW, &linear::ROW];
/// ```
macro_rules! rows {
    ($($name:ident),+ $(,)?) => {
        $(pub(in crate::providers) mod $name;)+

        /// Every sender that is known: those with packs of their own first, then the others, by their names.
        pub static ALL: &[&KnownSender] = &[$(&$name::ROW),+];
    };
}

rows! {
    // Of packs of their own.
    logto,
    facephi,
    idcloud,
    unico_check,
    // The others, sorted.
    aftership,
    aiprise,
    airtable,
    akeneo,
    alchemy,
    asana,
    ascend,
    ashby,
    attentive,
    auth0,
    autodesk,
    bitbucket,
    blockfrost,
    boldsign,
    bolt,
    bridge_api,
    btcpay,
    buildkite,
    calcom,
    calendly,
    chargebee,
    checkout_com,
    checkr,
    circleci,
    clerk,
    clio,
    cloudconvert,
    cloudflare_stream,
    coinbase_commerce,
    coinify,
    commercelayer,
    complycube,
    courier,
    cursor,
    customerio,
    datasaur,
    deel,
    didit,
    discourse,
    documenso,
    docusign,
    dub,
    duffel,
    dwolla,
    dynamic,
    easypost,
    elevenlabs,
    emailit,
    enode,
    exa,
    expo_eas,
    fastspring,
    figma,
    finch,
    fintoc,
    fireflies,
    fivetran,
    flagsmith,
    flexport,
    flutterwave,
    forgejo,
    formbricks,
    fourthwall,
    front,
    gitbook,
    gitea,
    github,
    gitlab,
    gitlab_token,
    gocardless,
    gogs,
    grafana,
    greenhouse,
    gusto,
    helpscout,
    heroku,
    hyperswitch,
    idenfy,
    incident_io,
    intercom,
    jaas,
    jira,
    jobber,
    keycloak,
    khipu,
    knock,
    komoju,
    latitude,
    launchdarkly,
    leaf,
    lemon_squeezy,
    lightspark,
    line,
    linear,
    lithic,
    liveblocks,
    loops,
    lusha,
    mailersend,
    mailgun,
    mailtrap,
    memberful,
    meta,
    microsoft_graph,
    microsoft_teams,
    middesk,
    mindbody,
    modern_treasury,
    mollie,
    monnify,
    moonpay,
    mux,
    neynar,
    nmi,
    notion,
    nylas,
    okta,
    onfido,
    onfleet,
    openai,
    openproject,
    ordergroove,
    outline,
    outreach,
    pagerduty,
    paystack,
    persona,
    plain,
    planetscale,
    polar,
    port,
    postmark,
    primer,
    pusher,
    quickbooks,
    razorpay,
    replicate,
    resend,
    revenuecat,
    revolut,
    rewardful,
    samsara,
    segment,
    sendcloud,
    sentry,
    setu,
    shopify,
    shopware,
    shortcut,
    slack,
    smartcar,
    snyk,
    squarespace,
    standard_webhooks,
    stripe,
    sumsub,
    surveymonkey,
    svix,
    synctera,
    syntage,
    tailscale,
    tally,
    telegram,
    tiktok,
    todoist,
    twitter,
    typeform,
    uber,
    unit,
    uploadcare,
    vercel,
    veriff,
    viber,
    webflow,
    woocommerce,
    workos,
    xendit,
    xero,
    zitadel,
    zoom,
}
