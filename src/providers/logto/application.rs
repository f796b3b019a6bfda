//! The application that an end user was using.

use super::{members::object, open_enum::open_enum};

object! {
    /// The application that an end user was using.
    pub struct Application: show(id), extra {
        /// The application's id.
        pub id: String = required "id",
        /// What kind of application it is.
        pub kind: ApplicationType = required "type",
        /// Its name in the console.
        pub name: String = required "name",
        /// Its description in the console.
        pub description: Option<String> = nullable "description",
    }
}

impl Application {
    /// An application without description.
    pub fn new(id: impl Into<String>, kind: ApplicationType, name: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            kind,
            name: name.into(),
            description: None,
            extra: Default::default(),
            unusual: Default::default(),
        }
    }
}

open_enum! {
    /// What kind of application it is.
    pub enum ApplicationType {
        /// Installed on a device.
        Native = "Native",
        /// Runs in a browser.
        Spa = "SPA",
        /// Runs on a server, with a browser session.
        Traditional = "Traditional",
        /// Acts for itself.
        MachineToMachine = "MachineToMachine",
        /// Protected by a proxy of Logto's.
        Protected = "Protected",
        /// Speaks SAML.
        Saml = "SAML",
    }
}
