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
/// rows! { #[cfg(feature = "public-keys")] discord, github }
/// ```
///
/// becomes
///
/// ```text
/// #[cfg(feature = "public-keys")]
/// mod discord;
/// mod github;
///
/// pub static ALL: &[&KnownSender] = &[
///     #[cfg(feature = "public-keys")]
///     &discord::ROW,
///     &github::ROW,
/// ];
/// ```
macro_rules! rows {
    ($($(#[$cfg:meta])? $name:ident),+ $(,)?) => {
        $($(#[$cfg])? pub(in crate::providers) mod $name;)+

        /// Every sender that is known: those with packs of their own first, then the others, by their names.
        pub static ALL: &[&KnownSender] = &[$($(#[$cfg])? &$name::ROW),+];
    };
}

rows! {
    // Of packs of their own.
    logto,
    facephi,
    idcloud,
    unico_check,
    #[cfg(feature = "public-keys")]
    sns,
    // The others, sorted.
    adyen,
    adyen_platform,
    aftership,
    aiprise,
    airtable,
    airwallex,
    akeneo,
    alchemy,
    appwrite,
    asana,
    ascend,
    ashby,
    attentive,
    auth0,
    autodesk,
    bigcommerce,
    bitbucket,
    blockfrost,
    boldsign,
    bolt,
    box_com,
    brex,
    bridge_api,
    btcpay,
    buildkite,
    calcom,
    calendly,
    cashfree,
    chargebee,
    checkout_com,
    checkr,
    circleci,
    clerk,
    clio,
    close,
    cloudconvert,
    cloudflare_stream,
    coinbase_commerce,
    coinify,
    commercelayer,
    complycube,
    contentful,
    courier,
    cronofy,
    cursor,
    customerio,
    datasaur,
    deel,
    didit,
    #[cfg(feature = "public-keys")]
    discord,
    discourse,
    documenso,
    docuseal,
    docusign,
    dub,
    duffel,
    dwolla,
    dynamic,
    easypost,
    elevenlabs,
    emailit,
    enode,
    event_grid,
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
    #[cfg(feature = "jwt")]
    fusionauth,
    ghost,
    gitbook,
    gitea,
    github,
    gitlab,
    gitlab_token,
    gocardless,
    gogs,
    gr4vy,
    grafana,
    greenhouse,
    gusto,
    #[cfg(feature = "jwt")]
    hanko,
    helpscout,
    heroku,
    hubspot,
    hyperswitch,
    idenfy,
    incident_io,
    increase,
    intercom,
    jaas,
    jira,
    jobber,
    keycloak,
    khipu,
    #[cfg(feature = "jwt")]
    kinde,
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
    #[cfg(feature = "jwt")]
    livekit,
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
    #[cfg(feature = "jwt")]
    netlify,
    neynar,
    nmi,
    notion,
    nylas,
    okta,
    omise,
    onfido,
    onfleet,
    openai,
    openproject,
    orb,
    ordergroove,
    oura,
    outline,
    outreach,
    paddle,
    pagerduty,
    paystack,
    persona,
    pinwheel,
    plain,
    planetscale,
    polar,
    port,
    postmark,
    primer,
    pusher,
    qonto_onboarding,
    quickbooks,
    razorpay,
    recurly,
    replicate,
    resend,
    retell,
    revenuecat,
    revolut,
    rewardful,
    rootly,
    samsara,
    sanity,
    segment,
    sendcloud,
    #[cfg(feature = "public-keys")]
    sendgrid,
    sentry,
    setu,
    shopify,
    shopware,
    shortcut,
    #[cfg(feature = "jwt")]
    sign_in_with_apple,
    slack,
    smartcar,
    snyk,
    square,
    squarespace,
    standard_webhooks,
    stream,
    stripe,
    sumsub,
    surveymonkey,
    svix,
    synctera,
    syntage,
    tailscale,
    tally,
    telegram,
    #[cfg(feature = "public-keys")]
    telnyx,
    ticket_tailor,
    tiktok,
    todoist,
    trello,
    truepic,
    twilio,
    twitch,
    twitter,
    typeform,
    uber,
    unit,
    uploadcare,
    vercel,
    veriff,
    viber,
    #[cfg(feature = "jwt")]
    vonage,
    webflow,
    woocommerce,
    workos,
    worldline,
    xendit,
    xero,
    zendesk,
    zitadel,
    zoom,
}
